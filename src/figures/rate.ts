/** A share that keeps both its ends (decision 5); without a denominator there is no rate. */
export interface Rate {
  readonly numerator: number;
  readonly denominator: number;
}

/** Fewer cases than this and a rate is shown with its interval and 样本少 (decision 21). */
export const smallSampleBelow = 30;

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
export function wilsonInterval({ numerator, denominator }: Rate): Interval | null {
  if (denominator <= 0) return null;
  const p = numerator / denominator;
  const zz = z95 * z95;
  const centre = (p + zz / (2 * denominator)) / (1 + zz / denominator);
  const half =
    (z95 / (1 + zz / denominator)) * Math.sqrt((p * (1 - p)) / denominator + zz / (4 * denominator * denominator));
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}

/** Whether two rates differ at the 95 % level: Newcombe's interval of the difference (Stat. Med. 17, 1998, method 10) excludes zero. */
export function differs(a: Rate, b: Rate): boolean {
  const [pa, pb, ia, ib] = [ratioOf(a), ratioOf(b), wilsonInterval(a), wilsonInterval(b)];
  if (pa === null || pb === null || ia === null || ib === null) return false;
  const low = pa - pb - Math.hypot(pa - ia.low, ib.high - pb);
  const high = pa - pb + Math.hypot(ia.high - pa, pb - ib.low);
  return low > 0 || high < 0;
}
