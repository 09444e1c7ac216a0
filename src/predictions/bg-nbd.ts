import { logBeta, logGamma } from './log-gamma.ts';
import { minimized } from './nelder-mead.ts';

/** How customers buy: `r`, `alpha` of the rates at which they order, `a`, `b` of the chance to leave after an order. */
export interface BgNbd {
  readonly r: number;
  readonly alpha: number;
  readonly a: number;
  readonly b: number;
}

/** What the model needs to know of a customer, times in one unit from the first order on. */
export interface History {
  /** Orders after the first. */
  readonly repeats: number;
  /** When the last of them was; 0 where there is none. */
  readonly last: number;
  /** How long it is since the first order. */
  readonly age: number;
}

/** Customers with the same history. */
export interface Histories extends History {
  readonly customers: number;
}

export interface BgNbdFit {
  readonly model: BgNbd;
  readonly logLikelihood: number;
  readonly settled: boolean;
}

/** ln of a / (b + x - 1) × ((α + T) / (α + t_x)) ^ (r + x): the odds that who bought again has left since. */
function leftLogOdds({ r, alpha, a, b }: BgNbd, { repeats, last, age }: History): number {
  return Math.log(a / (b + repeats - 1)) + (r + repeats) * Math.log((alpha + age) / (alpha + last));
}

/** ln(1 + e^z). */
const logOnePlusExp = (z: number): number => (z > 35 ? z : z < -35 ? 0 : Math.log(1 + Math.exp(z)));

const placesOf = (values: readonly number[]): { readonly distinct: number[]; readonly at: Int32Array } => {
  const places = new Map<number, number>();
  const at = Int32Array.from(values, (value) => {
    const place = places.get(value) ?? places.size;
    places.set(value, place);
    return place;
  });
  return { distinct: [...places.keys()], at };
};

/**
 * Log-likelihood of the BG/NBD model over these customers (P. S. Fader, B. G. S. Hardie, K. L. Lee, "Counting Your
 * Customers" the Easy Way, Marketing Science 24, 2005, equation 6). What hangs on the number of orders or on one time alone
 * is taken once for each that occurs: a fit asks for hundreds of models over thousands of groups.
 */
export function bgNbdLikelihood(all: readonly Histories[]): (model: BgNbd) => number {
  const repeats = placesOf(all.map((one) => one.repeats));
  const ages = placesOf(all.map(({ age }) => age));
  const lasts = placesOf(all.map(({ last }) => last));
  const customers = Float64Array.from(all, (one) => one.customers);
  return ({ r, alpha, a, b }) => {
    const start = r * Math.log(alpha) - logGamma(r) - logBeta(a, b);
    const own = repeats.distinct.map((x) => start + logGamma(r + x) + logBeta(a, b + x));
    const leaving = repeats.distinct.map((x) => (x === 0 ? -Infinity : Math.log(a / (b + x - 1))));
    const logOf = (time: number) => Math.log(alpha + time);
    const [logAge, logLast] = [Float64Array.from(ages.distinct, logOf), Float64Array.from(lasts.distinct, logOf)];
    let sum = 0;
    for (let i = 0; i < customers.length; i += 1) {
      const x = repeats.at[i]!;
      const age = logAge[ages.at[i]!]!;
      const power = r + repeats.distinct[x]!;
      const left = logOnePlusExp(leaving[x]! + power * (age - logLast[lasts.at[i]!]!));
      sum += customers[i]! * (own[x]! - power * age + left);
    }
    return sum;
  };
}

/** Of a log-likelihood: a thousandth is nothing beside what one customer more would move. */
const closeEnough = 1e-3;

/** Beyond these the likelihood is flat and the numbers say nothing more. */
const bounds = { r: [1e-3, 1e3], alpha: [1e-3, 1e5], a: [1e-4, 1e3], b: [1e-3, 1e4] } as const;
const names = ['r', 'alpha', 'a', 'b'] as const;

const within = (name: (typeof names)[number], log: number): number =>
  Math.min(bounds[name][1], Math.max(bounds[name][0], Math.exp(log)));

const modelAt = (logs: readonly number[]): BgNbd => ({
  r: within('r', logs[0]!),
  alpha: within('alpha', logs[1]!),
  a: within('a', logs[2]!),
  b: within('b', logs[3]!),
});

/** The most likely model, searched in logarithms; interruptible after every look at all groups. */
export function* fittedBgNbd(all: readonly Histories[], from?: BgNbd): Generator<undefined, BgNbdFit> {
  const sum = (of: (group: Histories) => number) => all.reduce((total, one) => total + one.customers * of(one), 0);
  const rate =
    sum(({ repeats }) => repeats) /
    Math.max(
      1e-9,
      sum(({ age }) => age),
    );
  const start = from ?? { r: 1, alpha: 1 / Math.max(rate, 1e-4), a: 1, b: 3 };
  const likelihood = bgNbdLikelihood(all);
  const { at, value, settled } = yield* minimized(
    (logs) => -likelihood(modelAt(logs)),
    names.map((name) => Math.log(start[name])),
    { tolerance: closeEnough },
  );
  return { model: modelAt(at), logLikelihood: -value, settled };
}

/** Gauss's series ₂F₁(a, b; c; z) for 0 ≤ z < 1. */
function hypergeometric(a: number, b: number, c: number, z: number): number {
  let term = 1;
  let sum = 1;
  for (let n = 0; n < 20_000; n += 1) {
    term *= (((a + n) * (b + n)) / ((c + n) * (n + 1))) * z;
    sum += term;
    if (Math.abs(term) < 1e-13 * Math.abs(sum)) break;
  }
  return sum;
}

/** The poles of the closed form at a = 1 and c = 0 are of the writing, not of the value: a hair beside them is right. */
const besidePole = (value: number, pole: number): number => (Math.abs(value - pole) < 1e-6 ? pole + 1e-6 : value);

/** How many orders a customer with this history will place in the time to come (equation 10 of the paper). */
export function expectedOrders(model: BgNbd, history: History, time: number): number {
  const { r, alpha, b } = model;
  const { repeats: x, age } = history;
  const a = besidePole(model.a, 1);
  const c = besidePole(a + b + x - 1, 0);
  const reach = alpha + age + time;
  const stays = Math.exp((r + x) * Math.log((alpha + age) / reach)) * hypergeometric(r + x, b + x, c, time / reach);
  const orders = (c / (a - 1)) * (1 - stays);
  return x === 0 ? orders : orders / (1 + Math.exp(leftLogOdds(model, history)));
}

/** The chance that a customer with this history still buys; who never came back cannot be told from who is slow. */
export const chanceActive = (model: BgNbd, history: History): number =>
  history.repeats === 0 ? 1 : 1 / (1 + Math.exp(leftLogOdds(model, history)));
