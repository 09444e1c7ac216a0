import { differs, type Rate, ratioOf } from './rate.ts';

/** Where a rate steps from one level to another along ordered bands. */
export interface BreakPoint {
  /** The bands before it: the step is between band `after - 1` and band `after`. */
  readonly after: number;
  /** Every place that the cases leave open, the best one included: one step only where a single place is left. */
  readonly from: number;
  readonly to: number;
  /** All cases on its two sides, up to the next step. */
  readonly low: Rate;
  readonly high: Rate;
}

/** Fewer cases than this on a side and no step is named, whatever the test says: one customer more would move it. */
const leastCases = 10;
/** Half of the 95 % quantile of chi-square with one degree of freedom: places this much less likely stay open. */
const openWithin = 1.920729;

const together = (bands: readonly Rate[]): Rate => ({
  numerator: bands.reduce((all, { numerator }) => all + numerator, 0),
  denominator: bands.reduce((all, { denominator }) => all + denominator, 0),
});

/** Log-likelihood of a rate's cases at its own level. */
function logLikelihood(rate: Rate): number {
  const p = ratioOf(rate);
  if (p === null || p === 0 || p === 1) return 0;
  return rate.numerator * Math.log(p) + (rate.denominator - rate.numerator) * Math.log(1 - p);
}

/**
 * The steps of a rate along ordered bands, the strongest first; empty where the intervals support none (decision 21). The
 * place of a step is the most likely one of a two-level course (D. V. Hinkley and E. A. Hinkley, Biometrika 57, 1970), held
 * to the same test as any two rates with all places that were looked at counted in; then each side is looked at again.
 */
export function breaksOf(bands: readonly Rate[]): BreakPoint[] {
  const looked = Math.max(1, bands.length - 1);
  const found: { readonly point: BreakPoint; readonly gain: number }[] = [];
  const search = (start: number, end: number): void => {
    const places = Array.from({ length: Math.max(0, end - start - 1) }, (_, i) => {
      const after = start + 1 + i;
      const [low, high] = [together(bands.slice(start, after)), together(bands.slice(after, end))];
      return { after, low, high, likelihood: logLikelihood(low) + logLikelihood(high) };
    }).filter(({ low, high }) => low.denominator > 0 && high.denominator > 0);
    const best = places.reduce<(typeof places)[number] | null>(
      (top, place) => (top === null || place.likelihood > top.likelihood + 1e-9 ? place : top),
      null,
    );
    if (best === null || Math.min(best.low.denominator, best.high.denominator) < leastCases) return;
    if (!differs(best.low, best.high, looked)) return;
    const open = places.filter(({ likelihood }) => likelihood >= best.likelihood - openWithin);
    const { after, low, high, likelihood } = best;
    const gain = likelihood - logLikelihood(together(bands.slice(start, end)));
    found.push({ point: { after, from: open[0]!.after, to: open.at(-1)!.after, low, high }, gain });
    search(start, after);
    search(after, end);
  };
  search(0, bands.length);
  return found.sort((a, b) => b.gain - a.gain).map(({ point }) => point);
}
