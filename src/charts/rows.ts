import { type Box, type TextMark, text } from './draft.ts';
import { shorten, textWidth, type Weight, widestOf } from './text-width.ts';
import { colours, sizes } from './theme.ts';

/** More rows than this no longer read on a phone; the rest is said in words. */
export const mostRows = 12;

/** The room below which a plot does not grow: pictures much taller than wide are shown tiny in a chat. */
export const mostPlotHeight = 420;

/** How many of `count` rows of a height are drawn. */
export const rowsShown = (count: number, rowHeight: number): number =>
  Math.min(count, mostRows, Math.floor(mostPlotHeight / rowHeight));

/** 另有 8 人未画出; undefined when everything is drawn. */
export const restOf = (count: number, shown: number, counter = '项'): string | undefined =>
  count > shown ? `另有 ${count - shown} ${counter}未画出` : undefined;

export interface NameColumn {
  readonly right: number;
  readonly marks: readonly TextMark[];
}

/** Names at the left of rows, as wide as the longest one needs, at most `most` px; longer ones are cut with …. */
export function nameColumn(
  names: readonly string[],
  room: Box,
  rowMiddle: (index: number) => number,
  most = 104,
  weight: Weight = 'normal',
): NameColumn {
  const shown = names.map((name) => (name === '' ? '（未填）' : name));
  const width = Math.min(most, widestOf(shown, sizes.body, weight));
  return {
    right: room.left + width,
    marks: shown.map((name, i) =>
      text(room.left, rowMiddle(i), shorten(name, width + 0.01, sizes.body, weight), {
        size: sizes.body,
        weight,
        colour: colours.text,
      }),
    ),
  };
}

/** Whether a text fits inside a mark with a little air at both sides. */
export const fitsInside = (content: string, width: number, size: number, weight: Weight = 'normal'): boolean =>
  textWidth(content, size, weight) + 8 <= width;
