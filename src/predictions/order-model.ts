import { type BgNbd, expectedOrders, fittedBgNbd, type Histories, type History } from './bg-nbd.ts';
import { expectedOrderValue, fittedGammaGamma, type GammaGamma, type Spending } from './gamma-gamma.ts';

/** Customers whose orders fell alike, before and after the day from which the model is tried. Times in weeks. */
export interface OrderHistories {
  readonly customers: number;
  /** As of that day; null for who ordered for the first time after it. */
  readonly before: History | null;
  /** As of today. */
  readonly whole: History;
}

/** What the model expected of the weeks kept back, and what came. */
export interface OrderTrial {
  readonly weeks: number;
  readonly expected: number;
  readonly actual: number;
  /** Customers by how long ago they had ordered when the trial began, where it missed most; null where all held. */
  readonly missed: { readonly since: OrderedSince; readonly expected: number; readonly actual: number } | null;
}

/** Up to a quarter of a year ago, up to a year ago, longer ago. */
export type OrderedSince = 'lately' | 'this-year' | 'long-ago';

export type OrderModel =
  /** Too little to fit or to try it on. */
  | {
      readonly kind: 'thin';
      readonly lack: 'weeks' | 'repeaters' | 'trial' | 'values';
      readonly have: number;
      readonly need: number;
    }
  /** It was tried and what came was something else. */
  | { readonly kind: 'misfit'; readonly trial: OrderTrial }
  /** Who orders often orders larger or smaller, or values spread too widely to have a mean: orders could be told, money not. */
  | { readonly kind: 'uneven-values'; readonly trial: OrderTrial }
  | {
      readonly kind: 'model';
      readonly trial: OrderTrial;
      /** Of all customers together in the weeks ahead: orders to come, and what they are worth. */
      readonly ahead: { readonly orders: number; readonly value: number };
      /** What is to come from one customer: orders after this history, each worth what their mean so far says. */
      aheadOf(history: History, mean: number): { readonly orders: number; readonly value: number };
    };

/** Three quarters to learn from and one to be tried on, and neither below a quarter of a year. */
export const leastWeeks = 52;
/** Longer than a year ahead nothing is tried. */
const longestTrial = 52;
/** Decision 21: fewer cases than these say nothing. */
export const leastRepeaters = 30;
const leastTried = 30;
/** Groups worked through between two places to interrupt. */
const groupsInStep = 200;

/** The weeks kept back of a history of so many. */
export const trialWeeks = (weeks: number): number => Math.min(longestTrial, Math.floor(weeks / 4));

interface Expectation {
  readonly since: OrderedSince;
  expected: number;
  actual: number;
  variance: number;
}

const sinceOf = ({ last, age }: History): OrderedSince =>
  age - last <= 13 ? 'lately' : age - last <= 52 ? 'this-year' : 'long-ago';

/** Off by a fifth or by what chance does, whichever is more; a part of the customers by a third. */
const allowed = { whole: { share: 0.2, z: 2.24 }, part: { share: 0.35, z: 2.6 } } as const;

const holds = ({ expected, actual, variance }: Expectation, { share, z }: { share: number; z: number }): boolean =>
  Math.abs(actual - expected) <= Math.max(share * expected, z * Math.sqrt(variance));

function* tried(model: BgNbd, all: readonly OrderHistories[], weeks: number): Generator<undefined, Expectation[]> {
  const parts: Expectation[] = (['lately', 'this-year', 'long-ago'] as const).map((since) => ({
    since,
    expected: 0,
    actual: 0,
    variance: 0,
  }));
  for (const [i, { before, whole, customers }] of all.entries()) {
    if (i % groupsInStep === 0) yield;
    if (before === null) continue;
    const orders = expectedOrders(model, before, weeks);
    const part = parts.find(({ since }) => since === sinceOf(before))!;
    part.expected += customers * orders;
    part.actual += customers * (whole.repeats - before.repeats);
    // Rates differ between customers with one history, and each may leave: both spread wider than Poisson does.
    part.variance += customers * (orders + orders ** 2 * (1 + 1 / (model.r + before.repeats)));
  }
  return parts;
}

function trialOf(parts: readonly Expectation[], weeks: number): { trial: OrderTrial; held: boolean } {
  const sum = (of: (part: Expectation) => number): number => parts.reduce((all, part) => all + of(part), 0);
  const whole: Expectation = {
    since: 'lately',
    expected: sum((part) => part.expected),
    actual: sum((part) => part.actual),
    variance: sum((part) => part.variance),
  };
  const off = (part: Expectation): number => Math.abs(part.actual - part.expected);
  const missed = parts.filter((part) => !holds(part, allowed.part)).sort((a, b) => off(b) - off(a))[0] ?? null;
  return {
    trial: {
      weeks,
      expected: whole.expected,
      actual: whole.actual,
      missed: missed === null ? null : { since: missed.since, expected: missed.expected, actual: missed.actual },
    },
    held: missed === null && holds(whole, allowed.whole),
  };
}

/** Whether how much one orders goes with how large: Pearson's correlation of orders and the logarithm of their mean. */
function correlation(all: readonly Spending[]): number {
  const n = all.reduce((sum, one) => sum + one.customers, 0);
  const mean = (of: (one: Spending) => number) => all.reduce((sum, one) => sum + one.customers * of(one), 0) / n;
  const [x, y] = [(one: Spending) => Math.log(one.orders), (one: Spending) => Math.log(one.mean)];
  const [mx, my] = [mean(x), mean(y)];
  const cov = mean((one) => (x(one) - mx) * (y(one) - my));
  const spread = mean((one) => (x(one) - mx) ** 2) * mean((one) => (y(one) - my) ** 2);
  return spread <= 0 ? 0 : cov / Math.sqrt(spread);
}

const mostCorrelated = 0.3;

function evenValues({ q }: GammaGamma, repeaters: readonly Spending[]): boolean {
  return q > 1.05 && Math.abs(correlation(repeaters)) <= mostCorrelated;
}

const asOf = (all: readonly OrderHistories[], of: (one: OrderHistories) => History | null): Histories[] =>
  all.flatMap((one) => {
    const history = of(one);
    return history === null ? [] : [{ ...history, customers: one.customers }];
  });

/** Mean value of the orders to come, by how many a customer had placed. */
function valuesByOrders(values: GammaGamma, spending: readonly Spending[]): Map<number, number> {
  const sums = new Map<number, { customers: number; value: number }>();
  for (const { orders, mean, customers } of spending) {
    const sum = sums.get(orders) ?? { customers: 0, value: 0 };
    sum.customers += customers;
    sum.value += customers * expectedOrderValue(values, orders, mean);
    sums.set(orders, sum);
  }
  return new Map([...sums].map(([orders, { customers, value }]) => [orders, value / customers]));
}

export interface OrderModelAsk {
  readonly histories: readonly OrderHistories[];
  readonly spending: readonly Spending[];
  /** From the very first order to today. */
  readonly weeks: number;
  readonly keptWeeks: number;
  /** How far to look ahead. */
  readonly aheadWeeks: number;
}

/**
 * Orders to come by BG/NBD and their value by gamma-gamma, given out only after a trial: learned on the history without its
 * last part, the model has to tell that part, as a whole and for those who had ordered lately or not (regular renewals come
 * when the model thinks a customer gone). Interruptible throughout.
 */
export function* orderModel(ask: OrderModelAsk): Generator<undefined, OrderModel> {
  const { histories, spending, weeks, keptWeeks, aheadWeeks } = ask;
  if (weeks < leastWeeks) return { kind: 'thin', lack: 'weeks', have: weeks, need: leastWeeks };
  const known = asOf(histories, ({ before }) => before);
  const repeaters = known.reduce((sum, one) => sum + (one.repeats > 0 ? one.customers : 0), 0);
  if (repeaters < leastRepeaters) return { kind: 'thin', lack: 'repeaters', have: repeaters, need: leastRepeaters };
  const learned = yield* fittedBgNbd(known);
  const { trial, held } = trialOf(yield* tried(learned.model, histories, keptWeeks), keptWeeks);
  if (Math.max(trial.actual, trial.expected) < leastTried)
    return { kind: 'thin', lack: 'trial', have: trial.actual, need: leastTried };
  if (!held) return { kind: 'misfit', trial };
  const again = spending.filter(({ orders }) => orders > 1);
  const valued = again.reduce((sum, { customers }) => sum + customers, 0);
  if (valued < leastRepeaters) return { kind: 'thin', lack: 'values', have: valued, need: leastRepeaters };
  const { model: values } = yield* fittedGammaGamma(spending);
  if (!evenValues(values, again)) return { kind: 'uneven-values', trial };
  const today = asOf(histories, ({ whole }) => whole);
  const { model } = yield* fittedBgNbd(today, learned.model);
  const usual = valuesByOrders(values, spending);
  const ahead = { orders: 0, value: 0 };
  for (const [i, one] of today.entries()) {
    if (i % groupsInStep === 0) yield;
    const orders = one.customers * expectedOrders(model, one, aheadWeeks);
    ahead.orders += orders;
    ahead.value += orders * (usual.get(one.repeats + 1) ?? 0);
  }
  return {
    kind: 'model',
    trial,
    ahead,
    aheadOf: (history, mean) => {
      const orders = expectedOrders(model, history, aheadWeeks);
      return { orders, value: mean > 0 ? orders * expectedOrderValue(values, history.repeats + 1, mean) : 0 };
    },
  };
}
