import type { Unit } from '../figures/figure.ts';
import { formatValue } from '../figures/format.ts';
import type { Measure } from './spec.ts';

/** The number, or null where it is not one: NaN and infinities count as not known. */
export const known = (value: Measure | undefined): Measure =>
  value !== null && value !== undefined && Number.isFinite(value) ? value : null;

export interface Range {
  readonly min: number;
  readonly max: number;
}

/** From the lowest to the highest known value, zero included; never empty. */
export function rangeOf(values: readonly Measure[]): Range {
  let min = 0;
  let max = 0;
  for (const value of values) {
    if (value === null) continue;
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  return min === max ? { min: 0, max: 1 } : { min, max };
}

/**
 * Three to six round numbers (1, 2, 2.5 or 5 times a power of ten) within a range, and the range to draw: as far as the
 * data goes upwards, since the highest mark bears its own number, and to a round number downwards.
 */
export function roundTicks(
  range: Range,
  unit: Unit,
  wanted = 4,
): { readonly range: Range; readonly ticks: readonly number[] } {
  // Nobody counts half a customer.
  const rough = Math.max((range.max - range.min) / wanted, unit === 'count' ? 1 : 0);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  const first = Math.floor(range.min / step + 1e-9);
  const last = Math.floor(range.max / step + 1e-9);
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
  return { range: { min: first * step, max: range.max }, ticks };
}

/** Numbers without their unit, for marks too narrow for `12.3 万`; the unit is then said once. */
export interface CommonUnit {
  /** 万元, %, 天; undefined where numbers have none. */
  readonly note: string | undefined;
  readonly textOf: (value: number) => string;
}

/** By number of decimals. Kept, because making one takes longer than laying out a whole picture. */
const numberFormats = [0, 1, 2].map((digits) => new Intl.NumberFormat('en-US', { maximumFractionDigits: digits }));

const plain = (value: number, digits: 0 | 1 | 2): string => numberFormats[digits]!.format(value).replace(/^-0$/, '0');

function scaled(divisor: number, digits: 0 | 1 | 2, note: string): CommonUnit {
  return { note, textOf: (value) => plain(value / divisor, digits) };
}

/** The unit in which all these values are short, after the largest of them. Follows `figures/format.ts`. */
export function commonUnit(values: readonly Measure[], unit: Unit): CommonUnit {
  const size = values.reduce<number>((largest, value) => Math.max(largest, Math.abs(value ?? 0)), 0);
  switch (unit) {
    case 'fen':
      if (size < 999_950) return scaled(100, 0, '元');
      return size < 9_999_500_000
        ? scaled(1_000_000, size >= 100_000_000 ? 0 : 1, '万元')
        : scaled(10_000_000_000, 2, '亿元');
    case 'ratio':
      return scaled(0.01, size >= 0.2 ? 0 : 1, '%');
    case 'points':
      return scaled(0.01, 1, '个百分点');
    case 'days':
      return scaled(1, 1, '天');
    case 'hours':
      return scaled(1, 1, '小时');
    case 'minutes':
      return scaled(1, 0, '分钟');
    case 'count':
    case 'score':
      return { note: undefined, textOf: (value) => formatValue(value, unit) };
  }
}
