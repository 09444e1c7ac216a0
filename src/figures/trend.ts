/** 97.5 % quantile of the standard normal distribution. */
const z95 = 1.959963984540054;

export type Trend = 'rising' | 'falling' | 'level' | 'too-few';

/**
 * Whether a series really goes up or down: the Mann-Kendall test at 95 % with the correction for ties (M. G. Kendall, Rank
 * Correlation Methods, 1975). It needs no straight line and no normal errors, but at least five points.
 */
export function trendOf(values: readonly number[]): Trend {
  const n = values.length;
  if (n < 5) return 'too-few';
  let s = 0;
  for (let i = 0; i < n; i += 1) for (let j = i + 1; j < n; j += 1) s += Math.sign(values[j]! - values[i]!);
  const ties = new Map<number, number>();
  for (const value of values) ties.set(value, (ties.get(value) ?? 0) + 1);
  const tied = [...ties.values()].reduce((all, t) => all + t * (t - 1) * (2 * t + 5), 0);
  const variance = (n * (n - 1) * (2 * n + 5) - tied) / 18;
  if (variance <= 0 || Math.abs(s) <= 1) return 'level';
  const z = (s - Math.sign(s)) / Math.sqrt(variance);
  if (Math.abs(z) < z95) return 'level';
  return z > 0 ? 'rising' : 'falling';
}

/** The mean of each value and the ones before it; null until there are enough, and where one of them is not known. */
export const movingAverage = (values: readonly (number | null)[], window: number): (number | null)[] =>
  values.map((_, i) => {
    const part = values.slice(i - window + 1, i + 1);
    if (i + 1 < window || part.some((value) => value === null)) return null;
    return part.reduce<number>((sum, value) => sum + value!, 0) / window;
  });

const median = (sorted: readonly number[]): number => {
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};

export const medianOf = (values: readonly number[]): number | null =>
  values.length === 0 ? null : median([...values].sort((a, b) => a - b));

/**
 * Positions of values far off the others: modified z-score above 3.5 (Iglewicz and Hoaglin, 1993), by medians, so that one
 * extreme month does not hide another. Nothing below six values.
 */
export function outliersOf(values: readonly number[]): number[] {
  if (values.length < 6) return [];
  const middle = medianOf(values)!;
  const spread = medianOf(values.map((value) => Math.abs(value - middle)))!;
  if (spread === 0) return [];
  return values.flatMap((value, i) => (Math.abs((0.6745 * (value - middle)) / spread) > 3.5 ? [i] : []));
}
