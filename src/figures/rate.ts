/** A share that keeps both its ends (decision 5); without a denominator there is no rate. */
export interface Rate {
  readonly numerator: number;
  readonly denominator: number;
}

/** Fewer cases than this and a rate is shown with its interval and 样本少 (decision 21). */
export const smallSampleBelow = 30;

/** Of several groups one with fewer cases is not compared. */
const leastOfSeveral = 10;

/** 0..1, or null where nothing was counted. */
export const ratioOf = (rate: Rate): number | null =>
  rate.denominator === 0 ? null : rate.numerator / rate.denominator;

export const isSmallSample = (rate: Rate): boolean => rate.denominator < smallSampleBelow;

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** 97.5 % quantile of the standard normal distribution: two-sided 95 %. */
const z95 = 1.959963984540054;

/**
 * Wilson score interval at 95 % (E. B. Wilson, JASA 22, 1927, p. 209): right also near 0 and 1 and for few cases.
 * null without cases.
 */
export function wilsonInterval({ numerator, denominator }: Rate, z = z95): Interval | null {
  if (denominator <= 0) return null;
  const p = numerator / denominator;
  const zz = z * z;
  const centre = (p + zz / (2 * denominator)) / (1 + zz / denominator);
  const half =
    (z / (1 + zz / denominator)) * Math.sqrt((p * (1 - p)) / denominator + zz / (4 * denominator * denominator));
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}

/** The two-sided 95 % quantile when so many comparisons are looked at together (Bonferroni). */
function quantileFor(comparisons: number): number {
  if (comparisons <= 1) return z95;
  // P. J. Acklam's rational approximation of the normal quantile in its lower tail; relative error below 1.2e-9.
  const q = Math.sqrt(-2 * Math.log(0.025 / comparisons));
  const above =
    ((((-7.784894002430293e-3 * q - 0.3223964580411365) * q - 2.400758277161838) * q - 2.549732539343734) * q +
      4.374664141464968) *
      q +
    2.938163982698783;
  const below =
    (((7.784695709041462e-3 * q + 0.3224671290700398) * q + 2.445134137142996) * q + 3.754408661907416) * q + 1;
  return -above / below;
}

/**
 * The 95 % interval of the difference a − b of two independent rates: Newcombe (Stat. Med. 17, 1998, method 10). null
 * where one of them rests on nothing. `comparisons` = how many such pairs are looked at for the one that stands out.
 */
export function differenceInterval(a: Rate, b: Rate, comparisons = 1): Interval | null {
  const z = quantileFor(comparisons);
  const [pa, pb, ia, ib] = [ratioOf(a), ratioOf(b), wilsonInterval(a, z), wilsonInterval(b, z)];
  if (pa === null || pb === null || ia === null || ib === null) return null;
  return {
    low: pa - pb - Math.hypot(pa - ia.low, ib.high - pb),
    high: pa - pb + Math.hypot(ia.high - pa, pb - ib.low),
  };
}

/**
 * Whether two rates differ at the 95 % level: the interval of their difference excludes zero, and where cases are few
 * Fisher's exact test (R. A. Fisher, J. R. Stat. Soc. 98, 1935) says so too, because the interval is too sure of itself there.
 */
export function differs(a: Rate, b: Rate, comparisons = 1): boolean {
  const interval = differenceInterval(a, b, comparisons);
  if (interval === null || (interval.low <= 0 && interval.high >= 0)) return false;
  return (!isSmallSample(a) && !isSmallSample(b)) || fisherExact(a, b) < 0.05 / comparisons;
}

/** Two-sided p of Fisher's exact test: how often chance alone gives a table at most as likely as this one. */
export function fisherExact(a: Rate, b: Rate): number {
  const all = a.denominator + b.denominator;
  const hits = a.numerator + b.numerator;
  const logs = new Float64Array(all + 1);
  for (let n = 2; n <= all; n++) logs[n] = (logs[n - 1] ?? 0) + Math.log(n);
  const choose = (n: number, k: number) => (logs[n] ?? 0) - (logs[k] ?? 0) - (logs[n - k] ?? 0);
  const chance = (k: number) =>
    Math.exp(choose(a.denominator, k) + choose(b.denominator, hits - k) - choose(all, hits));
  const here = chance(a.numerator);
  let p = 0;
  for (let k = Math.max(0, hits - b.denominator); k <= Math.min(a.denominator, hits); k++) {
    // Tables as likely as this one must not fall out by rounding.
    if (chance(k) <= here * (1 + 1e-9)) p += chance(k);
  }
  return Math.min(1, p);
}

/** Whether two counts of independent events over equal times differ at the 95 % level (both Poisson). */
export const countsDiffer = (a: number, b: number): boolean => a + b > 0 && (a - b) ** 2 > z95 * z95 * (a + b);

/** The 95 % point of chi-square with two degrees of freedom (Abramowitz and Stegun, table 26.8). */
const chiSquareOfThree = 5.991;

/** K. Pearson's chi-square of several rates against one common rate (Phil. Mag. 50, 1900); null where a side is empty. */
export function chiSquareOf(rates: readonly Rate[]): number | null {
  const hits = rates.reduce((all, { numerator }) => all + numerator, 0);
  const cases = rates.reduce((all, { denominator }) => all + denominator, 0);
  if (rates.length < 2 || hits === 0 || hits === cases || rates.some(({ denominator }) => denominator === 0))
    return null;
  const p = hits / cases;
  return rates.reduce(
    (all, { numerator, denominator }) => all + (numerator - denominator * p) ** 2 / (denominator * p * (1 - p)),
    0,
  );
}

/**
 * The two of several rates that lie furthest apart, where they differ at the 95 % level with all pairs counted in. Of three
 * the pair needs no correction once the three together differ (J. R. Levin, R. C. Serlin and M. A. Seaman, Psychol. Bull.
 * 115, 1994); of more the correction is Bonferroni's. Those with fewer than ten cases are left out: they only add pairs.
 */
export function furthestApart<T>(
  items: readonly T[],
  rateOf: (item: T) => Rate,
): { readonly high: T; readonly low: T } | null {
  const enough = items.filter((item) => rateOf(item).denominator >= leastOfSeveral);
  const ordered = [...enough].sort((a, b) => (ratioOf(rateOf(b)) ?? 0) - (ratioOf(rateOf(a)) ?? 0));
  const [high, low] = [ordered[0], ordered.at(-1)];
  if (high === undefined || low === undefined || high === low) return null;
  const together = chiSquareOf(enough.map(rateOf));
  if (enough.length === 3 && (together === null || together <= chiSquareOfThree)) return null;
  const pairs = enough.length === 3 ? 1 : (enough.length * (enough.length - 1)) / 2;
  return differs(rateOf(high), rateOf(low), pairs) ? { high, low } : null;
}
