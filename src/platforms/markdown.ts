import { never } from '../failure.ts';
import type { Block, Line, Span } from '../replies/reply.ts';
import { type Escaping, escapeInline, escapeLineStart } from './escape.ts';

export { splitByBytes, splitNumbered } from './split-by-bytes.ts';

/**
 * `plain` is standard Markdown (CommonMark with tables), for `ask --json` and the simulator. `wecom-app` is the old
 * subset: headings, bold, quote, link, three font colours; no tables, no lists. `wecom-v2` has tables and lists and no
 * colours (wecom.md 2.4, 4). `dingtalk` has lists, no tables, and breaks lines only at two blanks (dingtalk.md 4.4).
 */
export type Dialect = 'plain' | 'wecom-app' | 'wecom-v2' | 'dingtalk';

const escapingOf = (dialect: Dialect): Escaping => (dialect === 'plain' ? 'backslash' : 'lookalike');

const hasTables = (dialect: Dialect): boolean => dialect === 'plain' || dialect === 'wecom-v2';

interface Piece {
  readonly text: string;
  readonly bold: boolean;
}

const coloured = (colour: 'info' | 'comment' | 'warning', text: string): Piece => ({
  text: text === '' ? '' : `<font color="${colour}">${text}</font>`,
  bold: false,
});

function pieceOf(span: Span, dialect: Dialect): Piece {
  const escaping = escapingOf(dialect);
  if (typeof span === 'string') return { text: escapeInline(span, escaping), bold: false };
  if ('strong' in span) return { text: escapeInline(span.strong, escaping).trim(), bold: true };
  if ('muted' in span) {
    const text = escapeInline(span.muted, escaping);
    return dialect === 'wecom-app' ? coloured('comment', text) : { text, bold: false };
  }
  if ('good' in span) {
    const text = escapeInline(span.good, escaping);
    return dialect === 'wecom-app' ? coloured('info', text) : { text, bold: false };
  }
  const text = escapeInline(span.warning, escaping);
  return dialect === 'wecom-app' ? coloured('warning', text) : { text: text.trim(), bold: true };
}

const isWord = (character: string | undefined): boolean =>
  character !== undefined && /[\p{L}\p{N}\p{M}]/u.test(character);

/** The last code point, whole. */
const lastOf = (text: string): string | undefined => [...text.slice(-2)].at(-1);
const firstOf = (text: string): string | undefined => [...text.slice(0, 2)][0];

/** Escaped text of a line, safe at the start of a line. */
function inline(line: Line, dialect: Dialect): string {
  const pieces: Piece[] = [];
  for (const span of line) {
    const piece = pieceOf(span, dialect);
    const before = pieces.at(-1);
    if (piece.text === '') continue;
    // `**a****b**` is not two bold runs for any parser.
    if (before?.bold === true && piece.bold) pieces[pieces.length - 1] = { text: before.text + piece.text, bold: true };
    else pieces.push(piece);
  }
  let out = '';
  pieces.forEach((piece, index) => {
    if (!piece.bold) {
      out += piece.text;
      return;
    }
    // CommonMark's flanking rule: `**12 %**比` stays literal, as % is punctuation and 比 a letter; a blank mends it.
    const next = pieces[index + 1]?.text;
    const opens = isWord(lastOf(out)) && !isWord(firstOf(piece.text)) ? ' ' : '';
    const closes = isWord(next === undefined ? undefined : firstOf(next)) && !isWord(lastOf(piece.text)) ? ' ' : '';
    out += `${opens}**${piece.text}**${closes}`;
  });
  return escapeLineStart(out, escapingOf(dialect));
}

const cell = (text: string, dialect: Dialect): string => {
  const escaped = escapeInline(text, escapingOf(dialect)).trim();
  return escaped === '' ? ' ' : escaped;
};

type Table = Extract<Block, { kind: 'table' }>;

function tableLines(table: Table, dialect: Dialect): string[] {
  const row = (cells: readonly string[]): string =>
    `| ${table.columns.map((_, column) => cell(cells[column] ?? '', dialect)).join(' | ')} |`;
  const rule = `| ${table.columns.map((_, column) => (table.numeric[column] === true ? '---:' : ':---')).join(' | ')} |`;
  return [row(table.columns), rule, ...table.rows.map(row)];
}

/** Bullets where the dialect has them; otherwise a mark that looks like one. */
const bullet = (text: string, dialect: Dialect): string => (dialect === 'wecom-app' ? `• ${text}` : `- ${text}`);

/** A table where there are none: a line per row, every figure after the name of its column. */
function tableAsList(table: Table, dialect: Dialect): string {
  const [first = '', ...others] = table.columns;
  const rows = table.rows.map((cells) => {
    const values = others.map((name, index) => {
      const value = cells[index + 1] ?? '';
      return others.length === 1 ? value : `${name} ${value}`;
    });
    const name: Span = { strong: cells[0] ?? '' };
    return bullet(inline(values.length === 0 ? [name] : [name, `:${values.join(' · ')}`], dialect), dialect);
  });
  if (others.length !== 1) return rows.join('\n');
  // DingTalk joins a line to the one before unless two blanks or an empty line part them.
  const joint = dialect === 'dingtalk' ? '\n\n' : '\n';
  return `${inline([{ muted: `${first}:${others[0]}` }], dialect)}${rows.length === 0 ? '' : joint}${rows.join('\n')}`;
}

function textOf(block: Block, dialect: Dialect): string {
  switch (block.kind) {
    case 'heading':
      return `### ${inline(block.line, dialect)}`;
    case 'text':
      return inline(block.line, dialect);
    case 'list':
      return block.lines
        .map((line, index) =>
          block.ordered ? `${index + 1}. ${inline(line, dialect)}` : bullet(inline(line, dialect), dialect),
        )
        .join('\n');
    case 'table':
      return hasTables(dialect) ? tableLines(block, dialect).join('\n') : tableAsList(block, dialect);
    default:
      return never(block);
  }
}

/**
 * Blocks as the Markdown of a dialect. Everything in them is text and shows as such: mentions, links and marks in names
 * do nothing. Blocks are parted by an empty line, which every dialect shows as a break.
 */
export function renderMarkdown(blocks: readonly Block[], dialect: Dialect): string {
  return blocks
    .map((block) => textOf(block, dialect))
    .filter((text) => text !== '')
    .join('\n\n');
}

/** One line for places without Markdown syntax (titles, texts, buttons): mentions and addresses in it do nothing. */
export const renderPlainLine = (text: string): string => escapeInline(text, 'lookalike').trim();
