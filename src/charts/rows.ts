import { type Box, type Mark, rule, type TextMark, text } from './draft.ts';
import type { Listed } from './spec.ts';
import { shorten, shortenMiddle, textWidth, type Weight, widestOf, wrap } from './text-width.ts';
import { colours, sizes } from './theme.ts';

/** More rows than this no longer read on a phone; the rest is said in words. */
export const mostRows = 15;

/** The room below which a plot does not grow: pictures much taller than wide are shown tiny in a chat. */
export const mostPlotHeight = 420;

/** How many of `count` rows of a height are drawn. */
export const rowsShown = (count: number, rowHeight: number): number =>
  Math.min(count, mostRows, Math.floor(mostPlotHeight / rowHeight));

/** 另有 8 人未画出; undefined when everything is drawn. */
export const restOf = (count: number, shown: number, counter = '项'): string | undefined =>
  count > shown ? `另有 ${count - shown} ${counter}未画出` : undefined;

/** The rows of a list that are drawn, from the top down. */
export interface DrawnRows {
  /** Index of the row in each place; null = the gap where rows are left out. */
  readonly at: readonly (number | null)[];
  /** What is left out after the last row. */
  readonly remark: string | undefined;
  /** What is left out in the gap. */
  readonly gap: string;
}

/** As many rows as fit: from the top, and from the end those that a list wants seen, with a gap between them. */
export function drawnRows(given: number, { total, tail = 0, counter }: Listed, most: number): DrawnRows {
  const all = Math.max(given, total ?? 0);
  const order = Array.from({ length: given }, (_, i) => i);
  if (given <= most || tail === 0) {
    const at = order.slice(0, most);
    return { at, remark: restOf(all, at.length, counter), gap: '' };
  }
  const last = Math.min(tail, Math.floor((most - 1) / 2));
  const at = [...order.slice(0, most - 1 - last), null, ...order.slice(given - last)];
  return { at, remark: undefined, gap: `… ${restOf(all, most - 1, counter)}` };
}

/** The least height of a row, by whether its name takes two lines. */
export const leastRow = (names: readonly string[], width: number, plain: number): number =>
  widestOf(names, sizes.body) > width + 0.01 ? Math.max(plain, 34) : plain;

export interface NameColumn {
  readonly right: number;
  readonly marks: readonly TextMark[];
}

const lineStep = 14;

/** A name in one line, or in two small ones where it is wider than its column. */
const nameLines = (name: string, width: number, weight: Weight): string[] =>
  name === ''
    ? []
    : textWidth(name, sizes.body, weight) <= width + 0.01
      ? [name]
      : wrap(name, width, 2, sizes.small, weight);

/**
 * Names at the left of rows (null = a gap), as wide as the longest one needs, at most `most` px; longer ones take two lines where
 * the rows are high enough. What does
 * not fit there either is cut with …, in the middle where two names would look the same: 2026 年…公众号.
 */
export function nameColumn(
  names: readonly (string | null)[],
  room: Box,
  rowMiddle: (index: number) => number,
  most = 104,
  weight: Weight = 'normal',
  rowHeight = 28,
): NameColumn {
  const shown = names.map((name) => (name === '' ? '（未填）' : (name ?? '')));
  const width = Math.min(most, widestOf(shown, sizes.body, weight));
  const lines = shown.map((name) =>
    rowHeight < 2 * lineStep ? [shorten(name, width + 0.01, sizes.body, weight)] : nameLines(name, width, weight),
  );
  const marks = lines.flatMap((own, i) => {
    const twin = lines.some((other, j) => shown[j] !== shown[i] && other.join('') === own.join(''));
    const parts = twin ? [shortenMiddle(shown[i]!, width, sizes.small, weight)] : own;
    const size = parts.length > 1 || twin ? sizes.small : sizes.body;
    return parts.map((part, n) =>
      text(room.left, rowMiddle(i) + (n - (parts.length - 1) / 2) * lineStep, part, {
        size,
        weight,
        colour: colours.text,
      }),
    );
  });
  return { right: room.left + width, marks };
}

/** The words of a gap between rows. */
export const gapMark = (room: Box, y: number, words: string): TextMark =>
  text(room.left, y, words, { size: sizes.small, colour: colours.muted });

/** Whether a text fits inside a mark with a little air at both sides. */
export const fitsInside = (content: string, width: number, size: number, weight: Weight = 'normal'): boolean =>
  textWidth(content, size, weight) + 8 <= width;

/** Two slanted white strokes: here a piece of the bar was left out. */
export const cutMark = (x: number, y: number, thickness: number): Mark[] =>
  [0, 5].map((shift) =>
    rule(
      { x: x + shift - 3, y: y + thickness / 2 + 1 },
      { x: x + shift + 3, y: y - thickness / 2 - 1 },
      colours.paper,
      2,
    ),
  );
