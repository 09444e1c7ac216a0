import { type Box, type Mark, rule, text } from './draft.ts';
import type { CommonUnit, Range } from './scale.ts';
import { widestOf } from './text-width.ts';
import { colours, sizes } from './theme.ts';

/** Room the tick numbers need left of the plot. */
export const tickRoom = (ticks: readonly number[], unit: CommonUnit): number =>
  widestOf(ticks.map(unit.textOf), sizes.small) + 8;

/** Where a value stands between the top and the bottom of an area. */
export const heightAt =
  (area: Box, { min, max }: Range) =>
  (value: number): number =>
    area.bottom - ((value - min) / (max - min)) * (area.bottom - area.top);

/** Thin lines across the area at round numbers, the zero line a little stronger, numbers left of it. */
export function gridLines(area: Box, range: Range, ticks: readonly number[], unit: CommonUnit): Mark[] {
  const yOf = heightAt(area, range);
  return ticks.flatMap((tick) => [
    rule({ x: area.left, y: yOf(tick) }, { x: area.right, y: yOf(tick) }, tick === 0 ? colours.zero : colours.rule),
    text(area.left - 8, yOf(tick), unit.textOf(tick), { size: sizes.small, colour: colours.muted, align: 'right' }),
  ]);
}
