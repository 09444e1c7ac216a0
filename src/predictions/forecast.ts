import { addDays, addMonths, type Day, daysBetween, endOfMonth, startOfMonth } from '../calendar/day.ts';
import { medianOf } from '../figures/trend.ts';

/** The days to be foretold, both included; none of them has happened. */
export interface Window {
  readonly from: Day;
  readonly to: Day;
}

export interface AmountForecast {
  /** Integer fen. */
  readonly point: number;
  /** Eight of ten past forecasts of this kind would have lain between these two. */
  readonly low: number;
  readonly high: number;
  /** What the last window of the same length brought: the baseline that a forecast has to beat. */
  readonly naive: number;
  /** Past windows on which it was tried, each with what was known then. */
  readonly tested: number;
  /** Mean absolute error over those, in fen. */
  readonly error: number;
  readonly naiveError: number;
  /** Whether the mean was nearer than the baseline; where not, the point is the baseline. */
  readonly skilled: boolean;
}

export type Forecast =
  | ({ readonly kind: 'forecast' } & AmountForecast)
  | {
      readonly kind: 'thin';
      readonly months: number;
      /** `record`: too short to try such a forecast often enough; `sales`: long enough, but mostly nothing was sold in such days. */
      readonly lack: 'record' | 'sales';
      /** The month in which the record would have to begin for enough trials. */
      readonly needsFrom: Day;
    };

/** The mean of so many whole months is what is carried forward. */
const meanMonths = 6;
/** Fewer trials and no interval can be told. */
export const leastTrials = 8;
/** So many earlier misses must be known before the next forecast is corrected by them. */
const leastKnown = 3;

const shifted = ({ from, to }: Window, months: number): Window => ({
  from: addMonths(from, -months),
  to: to === endOfMonth(to) ? endOfMonth(addMonths(startOfMonth(to), -months)) : addMonths(to, -months),
});
const length = ({ from, to }: Window): number => daysBetween(from, to) + 1;

/** The value below which a share of the values lies (linear between neighbours). */
function quantile(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1);
  const [low, high] = [Math.floor(at), Math.ceil(at)];
  return sorted[low]! + (at - low) * (sorted[high]! - sorted[low]!);
}

/**
 * What a window will bring: the daily mean of the last six whole months over its days, times the median of how such a
 * forecast came out before. The interval is that of the same
 * forecast made at the end of earlier months, with the same days between then and its window, and what really came.
 * `sumOf` gives the amount signed on some days; `first` is the first day with any record.
 */
export function forecastAmount(
  sumOf: (window: Window) => number,
  { first, today, window }: { readonly first: Day; readonly today: Day; readonly window: Window },
): Forecast {
  const lastMonths = (back: number): Window => {
    const end = addDays(addMonths(startOfMonth(today), -back), -1);
    return { from: addMonths(startOfMonth(end), 1 - meanMonths), to: end };
  };
  const expected = (back: number): number => {
    const basis = lastMonths(back);
    return (sumOf(basis) / length(basis)) * length(shifted(window, back));
  };
  // The nearest earlier window that was over by today is the baseline.
  let gap = 1;
  while (shifted(window, gap).to >= today) gap += 1;
  const trials: { readonly expected: number; readonly naive: number; readonly actual: number }[] = [];
  for (let back = gap; lastMonths(back).from >= first && shifted(window, back + gap).from >= first; back += 1) {
    trials.push({
      expected: expected(back),
      naive: sumOf(shifted(window, back + gap)),
      actual: sumOf(shifted(window, back)),
    });
  }
  const months = Math.max(0, Math.floor(daysBetween(first, today) / 30.44));
  // The oldest of the trials that it takes: so many to learn from, as many as lie between a forecast and its outcome, the rest tried.
  const oldest = gap + leastKnown + gap - 2 + leastTrials;
  const [basis, repeated] = [lastMonths(oldest).from, shifted(window, oldest + gap).from];
  const needsFrom = basis < repeated ? basis : repeated;
  const thin: Forecast = { kind: 'thin', months, lack: first > needsFrom ? 'record' : 'sales', needsFrom };
  if (lastMonths(0).from < first) return thin;
  // Oldest first; each is corrected by what was known then of how such forecasts miss: growth makes means lag behind.
  const usable = trials.filter((trial) => trial.expected > 0).reverse();
  const ratios = usable.map(({ expected: e, actual }) => actual / e);
  const tried = usable.flatMap((trial, i) => {
    const known = medianOf(ratios.slice(0, Math.max(0, i - gap + 1)));
    return known === null || i - gap + 1 < leastKnown || known <= 0
      ? []
      : [{ ...trial, expected: trial.expected * known }];
  });
  if (tried.length < leastTrials) return thin;
  const mean = (of: (trial: (typeof tried)[number]) => number): number =>
    tried.reduce((all, trial) => all + of(trial), 0) / tried.length;
  const error = mean((trial) => Math.abs(trial.actual - trial.expected));
  const naiveError = mean((trial) => Math.abs(trial.actual - trial.naive));
  const naive = sumOf(shifted(window, gap));
  // What does no better than repeating the last window is not given out: the last window is.
  const skilled = error < naiveError || naive <= 0;
  const point = skilled ? expected(0) * (medianOf(ratios) ?? 1) : naive;
  const misses = tried
    .flatMap(({ actual, expected: e, naive: n }) => (skilled ? [actual / e] : n > 0 ? [actual / n] : []))
    .sort((x, y) => x - y);
  return {
    kind: 'forecast',
    point: Math.round(point),
    low: Math.max(0, Math.round(point * Math.min(1, quantile(misses, 0.1)))),
    high: Math.round(point * Math.max(1, quantile(misses, 0.9))),
    naive,
    tested: tried.length,
    error: Math.round(error),
    naiveError: Math.round(naiveError),
    skilled,
  };
}

/** Earlier windows of the same length, one after the other, the latest last; only those within the records. */
export function earlierWindows(window: Window, today: Day, first: Day, most: number): Window[] {
  const stride = Math.max(1, Math.round(length(window) / 30.44));
  const found: Window[] = [];
  for (let back = stride; found.length < most && back <= 120; back += stride) {
    const one = shifted(window, back);
    if (one.to >= today) continue;
    if (one.from < first) break;
    found.unshift(one);
  }
  return found;
}
