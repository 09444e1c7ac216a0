import type { TextMark } from './draft.ts';
import { textWidth } from './text-width.ts';

interface Extent {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** The room a line of text takes on the page, CSS px. */
export function extentOf(mark: TextMark): Extent {
  const width = textWidth(mark.text, mark.size, mark.weight);
  const left = mark.align === 'left' ? mark.x : mark.align === 'right' ? mark.x - width : mark.x - width / 2;
  const half = mark.size * 0.55;
  return { left, right: left + width, top: mark.y - half, bottom: mark.y + half };
}

const touches = (a: Extent, b: Extent, gap: number): boolean =>
  a.left < b.right + gap && b.left < a.right + gap && a.top < b.bottom && b.top < a.bottom;

/** Whether two texts would run into each other. */
export const overlaps = (a: TextMark, b: TextMark, gap = 0): boolean => touches(extentOf(a), extentOf(b), gap);

/** Those labels that have room, the first ones (the most important) winning; `gap` px stay free between neighbours. */
export function spread(candidates: readonly TextMark[], gap = 4): TextMark[] {
  const placed: { mark: TextMark; extent: Extent }[] = [];
  for (const mark of candidates) {
    const extent = extentOf(mark);
    if (placed.every((other) => !touches(extent, other.extent, gap))) placed.push({ mark, extent });
  }
  return placed.map(({ mark }) => mark);
}

/** The label moved sideways so that it stays between two edges. */
export function within(mark: TextMark, left: number, right: number): TextMark {
  const extent = extentOf(mark);
  const move = extent.left < left ? left - extent.left : Math.min(0, right - extent.right);
  return move === 0 ? mark : { ...mark, x: Math.round((mark.x + move) * 100) / 100 };
}

/** Indices in the order in which their labels matter: the last, the highest, the lowest, then from the end in steps. */
export function byImportance(values: readonly (number | null)[]): number[] {
  const present = values.flatMap((value, index) => (value === null ? [] : [{ index, value }]));
  if (present.length === 0) return [];
  const highest = present.reduce((a, b) => (b.value > a.value ? b : a)).index;
  const lowest = present.reduce((a, b) => (b.value < a.value ? b : a)).index;
  return [...new Set([present.at(-1)!.index, highest, lowest, ...present.map(({ index }) => index).reverse()])];
}

/**
 * Names below columns: every one where they fit, else every second, third … counted from the first or, for running time
 * where today matters most, back from the last.
 */
export function thinned(
  labels: readonly string[],
  band: number,
  place: (index: number, label: string) => TextMark,
  anchor: 'first' | 'last' = 'last',
): TextMark[] {
  if (labels.length === 0) return [];
  const widest = labels.reduce((width, label, i) => {
    const extent = extentOf(place(i, label));
    return Math.max(width, extent.right - extent.left);
  }, 0);
  const step = Math.max(1, Math.ceil((widest + 6) / band));
  const kept = anchor === 'first' ? 0 : labels.length - 1;
  return labels.flatMap((label, i) => ((kept - i) % step === 0 ? [place(i, label)] : []));
}
