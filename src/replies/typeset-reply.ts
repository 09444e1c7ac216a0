import { typeset } from '../charts/typeset.ts';
import type { Block, Line, Reply, Span } from './reply.ts';

const textOf = (span: Span): string => (typeof span === 'string' ? span : (Object.values(span)[0] ?? ''));

function withText(span: Span, text: string): Span {
  if (typeof span === 'string') return text;
  if ('strong' in span) return { strong: text };
  if ('muted' in span) return { muted: text };
  return 'good' in span ? { good: text } : { warning: text };
}

/** Typesetting swaps single characters, so a line is set as a whole and cut back into its spans. */
function typesetLine(line: Line): Line {
  const set = typeset(line.map(textOf).join(''));
  let at = 0;
  return line.map((span) => {
    const from = at;
    at += textOf(span).length;
    return withText(span, set.slice(from, at));
  });
}

function typesetBlock(block: Block): Block {
  switch (block.kind) {
    case 'heading':
    case 'text':
      return { ...block, line: typesetLine(block.line) };
    case 'list':
      return { ...block, lines: block.lines.map(typesetLine) };
    case 'table':
      return { ...block, columns: block.columns.map(typeset), rows: block.rows.map((row) => row.map(typeset)) };
  }
}

/** Chinese punctuation throughout (GB/T 15834), as in the pictures; commands to tap stay as they are typed. */
export const typesetReply = (reply: Reply): Reply => ({
  ...reply,
  title: typeset(reply.title),
  blocks: reply.blocks.map(typesetBlock),
});
