import { readFileSync } from 'node:fs';
import { Liquid, type Template } from 'liquidjs';
import { Failure } from '../failure.ts';
import type { Block, Line, Span } from '../replies/reply.ts';

/** Where a company rewords what is pushed. */
const folder = new URL('../../templates/messages/', import.meta.url);

/** Characters that mean something in a template; in values they are kept out of sight until the marks are read. */
const marks = '*!+%#-.|';
const hidden = /[\ue000-\ue0ff]/gu;
const hide = (text: string): string =>
  text
    .replace(hidden, '')
    .replace(/\s+/gu, ' ')
    .replace(/[*!+%#\-.|]/g, (mark) => String.fromCharCode(0xe000 + marks.indexOf(mark)));
const show = (text: string): string => text.replace(hidden, (mark) => marks[mark.charCodeAt(0) - 0xe000] ?? '');

// A misspelt name is told instead of leaving a gap in a message to the directors; `if` may ask for what is not there.
const engine = new Liquid({
  strictVariables: true,
  lenientIf: true,
  strictFilters: true,
  ownPropertyOnly: true,
  outputEscape: (value: unknown) => hide(value === null || value === undefined ? '' : String(value)),
});

/**
 * The words of a message (`templates/messages/<name>.liquid`) as blocks. Lines of the template: `# ` a heading, `- ` and
 * `1. ` lists, everything else a paragraph of its own; empty lines count for nothing. In a line `**…**` is strong, `!!…!!` a warning,
 * `++…++` good news, `%%…%%` an aside. What comes from the CRM is always text. Read anew every time, so that a rewording
 * counts from the next message on.
 * @throws Failure `misconfigured`, saying where the template is wrong.
 */
export function renderMessage(
  name: string,
  view: Readonly<Record<string, unknown>>,
  read: (name: string) => string = readTemplate,
): Block[] {
  let text: string;
  try {
    text = engine.renderSync(parsed(name, read(name)), view);
  } catch (cause) {
    const said = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : '';
    throw new Failure(
      'misconfigured',
      `templates/messages/${name}.liquid: ${said}`,
      `消息模板 ${name}.liquid 写错了:${said}。改好后下一次就用新的。`,
    );
  }
  return blocksOf(text);
}

const parsedTemplates = new Map<string, { readonly text: string; readonly template: Template[] }>();

/** Parsed again only where its words have changed: a morning renders thousands. */
function parsed(name: string, text: string): Template[] {
  const known = parsedTemplates.get(name);
  if (known?.text === text) return known.template;
  const template = engine.parse(text);
  parsedTemplates.set(name, { text, template });
  return template;
}

const readTemplate = (name: string): string => readFileSync(new URL(`${name}.liquid`, folder), 'utf8');

function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  let list: { ordered: boolean; lines: Line[] } | null = null;
  const endList = (): void => {
    if (list !== null) blocks.push({ kind: 'list', ...list });
    list = null;
  };
  for (const raw of text.split('\n')) {
    const line = raw.trim();
    const item = /^(?:(-)|\d+\.)\s+(.*)$/.exec(line);
    if (item !== null) {
      const ordered = item[1] === undefined;
      if (list !== null && list.ordered !== ordered) endList();
      list ??= { ordered, lines: [] };
      list.lines.push(lineOf(item[2] ?? ''));
      continue;
    }
    // The lines of a loop leave empty ones behind: a list goes on over them.
    if (line === '') continue;
    endList();
    if (line.startsWith('# ')) blocks.push({ kind: 'heading', line: lineOf(line.slice(2)) });
    else blocks.push({ kind: 'text', line: lineOf(line) });
  }
  endList();
  return blocks;
}

const spans = /\*\*(.+?)\*\*|!!(.+?)!!|\+\+(.+?)\+\+|%%(.+?)%%/gu;

function lineOf(text: string): Line {
  const line: Span[] = [];
  let from = 0;
  const plain = (piece: string): void => {
    if (piece !== '') line.push(show(piece));
  };
  for (const found of text.matchAll(spans)) {
    plain(text.slice(from, found.index));
    const [, strong, warning, good, muted] = found;
    if (strong !== undefined) line.push({ strong: show(strong) });
    else if (warning !== undefined) line.push({ warning: show(warning) });
    else if (good !== undefined) line.push({ good: show(good) });
    else line.push({ muted: show(muted ?? '') });
    from = found.index + found[0].length;
  }
  plain(text.slice(from));
  return line;
}
