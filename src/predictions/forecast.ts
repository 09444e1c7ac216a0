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
  readonly naiveWindow: Window;
  /** What was tried again and again: at month ends, or week by week for a week. */
  readonly step: Step;
  /** Past windows on which it was tried, each with what was known then. */
  readonly tested: number;
  /** Mean absolute error over those, in fen. */
  readonly error: number;
  readonly naiveError: number;
  /**
   * What came nearest: the mean carried forward, the last window as it was, or the last window moved to the middle of what
   * came after such windows, where that nearly always lay on one side of them.
   */
  readonly method: 'mean' | 'last' | 'last-adjusted';
}

export type Step = 'month' | 'week';

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
const meanWeeks = 26;
/** Fewer trials and no interval can be told. */
export const leastTrials = 8;
/** So many earlier misses must be known before the next forecast is corrected by them. */
const leastKnown = 3;

/** The days of a week are like those of other weeks; what ends with a month, or is longer, is like other months. */
const stepOf = (window: Window): Step =>
  length(window) <= 7 && window.to !== endOfMonth(window.to) ? 'week' : 'month';

const shifted = ({ from, to }: Window, by: number, step: Step): Window =>
  step === 'week'
    ? { from: addDays(from, -7 * by), to: addDays(to, -7 * by) }
    : {
        from: addMonths(from, -by),
        to: to === endOfMonth(to) ? endOfMonth(addMonths(startOfMonth(to), -by)) : addMonths(to, -by),
      };
const length = ({ from, to }: Window): number => daysBetween(from, to) + 1;

/** The value below which a share of the values lies (linear between neighbours). */
function quantile(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1);
  const [low, high] = [Math.floor(at), Math.ceil(at)];
  return sorted[low]! + (at - low) * (sorted[high]! - sorted[low]!);
}

/**
 * What a window will bring: the daily mean of the last six whole months (26 weeks for a week) over its days, times the
 * median of how such a forecast came out before; or the last window, where that came nearer. The interval is that of the same
 * forecast made at the end of earlier months, with the same days between then and its window, and what really came.
 * `sumOf` gives the amount signed on some days; `first` is the first day with any record.
 */
export function forecastAmount(
  sumOf: (window: Window) => number,
  { first, today, window }: { readonly first: Day; readonly today: Day; readonly window: Window },
): Forecast {
  const step = stepOf(window);
  const lastMonths = (back: number): Window => {
    if (step === 'week') return { from: addDays(today, -7 * (back + meanWeeks)), to: addDays(today, -1 - 7 * back) };
    const end = addDays(addMonths(startOfMonth(today), -back), -1);
    return { from: addMonths(startOfMonth(end), 1 - meanMonths), to: end };
  };
  const expected = (back: number): number => {
    const basis = lastMonths(back);
    return (sumOf(basis) / length(basis)) * length(shifted(window, back, step));
  };
  // The nearest earlier window that was over by today is the baseline.
  let gap = 1;
  while (shifted(window, gap, step).to >= today) gap += 1;
  const trials: { readonly expected: number; readonly naive: number; readonly actual: number }[] = [];
  for (let back = gap; lastMonths(back).from >= first && shifted(window, back + gap, step).from >= first; back += 1) {
    trials.push({
      expected: expected(back),
      naive: sumOf(shifted(window, back + gap, step)),
      actual: sumOf(shifted(window, back, step)),
    });
  }
  const months = Math.max(0, Math.floor(daysBetween(first, today) / 30.44));
  // The oldest of the trials that it takes: so many to learn from, as many as lie between a forecast and its outcome, the rest tried.
  const oldest = gap + leastKnown + gap - 2 + leastTrials;
  const [basis, repeated] = [lastMonths(oldest).from, shifted(window, oldest + gap, step).from];
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
  const naiveWindow = shifted(window, gap, step);
  const naive = sumOf(naiveWindow);
  // What does no better than repeating the last window is not given out: the last window is.
  const skilled = error < naiveError || naive <= 0;
  const base = skilled ? expected(0) * (medianOf(ratios) ?? 1) : naive;
  const misses = tried
    .flatMap(({ actual, expected: e, naive: n }) => (skilled ? [actual / e] : n > 0 ? [actual / n] : []))
    .sort((x, y) => x - y);
  const [low, high] = [quantile(misses, 0.1), quantile(misses, 0.9)];
  // A floor is no forecast: where what came nearly always lay on one side of what was said, the middle of it is given.
  const oneSided = low >= 1 || high <= 1;
  const middle = oneSided ? (medianOf(misses) ?? 1) : 1;
  return {
    kind: 'forecast',
    point: Math.round(base * middle),
    low: Math.max(0, Math.round(base * Math.min(middle, low))),
    high: Math.round(base * Math.max(middle, high)),
    naive,
    naiveWindow,
    step,
    tested: tried.length,
    error: Math.round(error),
    naiveError: Math.round(naiveError),
    method: skilled ? 'mean' : oneSided ? 'last-adjusted' : 'last',
  };
}

/** Earlier windows of the same length, one after the other, the latest last; only those within the records. */
export function earlierWindows(window: Window, today: Day, first: Day, most: number): Window[] {
  const step = stepOf(window);
  const stride = step === 'week' ? 1 : Math.max(1, Math.round(length(window) / 30.44));
  const found: Window[] = [];
  for (let back = stride; found.length < most && back <= 120; back += stride) {
    const one = shifted(window, back, step);
    if (one.to >= today) continue;
    if (one.from < first) break;
    found.unshift(one);
  }
  return found;
}
