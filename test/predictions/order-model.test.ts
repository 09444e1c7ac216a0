import { describe, expect, it } from 'vitest';
import { atOnce } from '../../src/in-slices.ts';
import {
  type BgNbd,
  bgNbdLikelihood,
  expectedOrders,
  fittedBgNbd,
  type History,
} from '../../src/predictions/bg-nbd.ts';
import { expectedOrderValue, fittedGammaGamma, gammaGammaLogLikelihood } from '../../src/predictions/gamma-gamma.ts';
import { logGamma } from '../../src/predictions/log-gamma.ts';
import { minimized } from '../../src/predictions/nelder-mead.ts';
import { type OrderHistories, type OrderModel, orderModel, trialWeeks } from '../../src/predictions/order-model.ts';
import { lots, randomBuyers, type Truth, yearlyRenewals } from './buyers.ts';

/** Midpoint sum over both: slow, plain, and nothing of the closed forms in it. */
function overRatesAndLeaving(
  { r, alpha, a, b }: BgNbd,
  of: (rate: number, leaves: number) => number,
  steps = 500,
): number {
  const logDensity = (rate: number, p: number) =>
    r * Math.log(alpha) +
    (r - 1) * Math.log(rate) -
    alpha * rate -
    logGamma(r) +
    (a - 1) * Math.log(p) +
    (b - 1) * Math.log(1 - p) -
    (logGamma(a) + logGamma(b) - logGamma(a + b));
  const most = (r + 30) / alpha;
  let sum = 0;
  for (let i = 0; i < steps; i += 1) {
    const rate = ((i + 0.5) / steps) * most;
    for (let j = 0; j < steps; j += 1) {
      const p = (j + 0.5) / steps;
      sum += Math.exp(logDensity(rate, p)) * of(rate, p);
    }
  }
  return (sum * most) / steps / steps;
}

/** How likely one customer's orders are while they still buy, and after they left with the last one. */
const stayed = ({ repeats: x, age }: History, rate: number, p: number) =>
  (1 - p) ** x * rate ** x * Math.exp(-rate * age);
const left = ({ repeats: x, last }: History, rate: number, p: number) =>
  x === 0 ? 0 : p * (1 - p) ** (x - 1) * rate ** x * Math.exp(-rate * last);

const histories: readonly History[] = [
  { repeats: 0, last: 0, age: 40 },
  { repeats: 1, last: 3, age: 50 },
  { repeats: 4, last: 38, age: 40 },
];
const model: BgNbd = { r: 2.2, alpha: 20, a: 1.6, b: 3.1 };

describe('the gamma function', () => {
  it('is a factorial at whole numbers and the root of pi at one half', () => {
    let factorial = 1;
    for (let n = 1; n < 20; n += 1) {
      expect(logGamma(n)).toBeCloseTo(Math.log(factorial), 10);
      factorial *= n;
    }
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.PI) / 2, 12);
    expect(logGamma(0.1)).toBeCloseTo(2.2527126517342, 11);
  });
});

describe('the downhill simplex', () => {
  it("finds the end of Rosenbrock's valley, and stops at its allowance", () => {
    const valley = ([x, y]: readonly number[]) => (1 - x!) ** 2 + 100 * (y! - x! * x!) ** 2;
    const found = atOnce(minimized(valley, [-1.2, 1], { tolerance: 1e-12 }));
    expect(found.settled).toBe(true);
    expect(found.at[0]).toBeCloseTo(1, 4);
    expect(found.at[1]).toBeCloseTo(1, 4);
    expect(atOnce(minimized(valley, [-1.2, 1], { most: 20 })).settled).toBe(false);
  });
});

describe('BG/NBD', () => {
  it('gives the likelihood that summing over all rates and chances to leave gives', () => {
    for (const history of histories) {
      const plain = overRatesAndLeaving(model, (rate, p) => stayed(history, rate, p) + left(history, rate, p));
      expect(bgNbdLikelihood([{ ...history, customers: 3 }])(model)).toBeCloseTo(3 * Math.log(plain), 2);
    }
  });

  it('expects the orders that summing over all rates and chances to leave expects', () => {
    for (const history of histories) {
      for (const time of [13, 156]) {
        const [likely, orders] = [
          overRatesAndLeaving(model, (rate, p) => stayed(history, rate, p) + left(history, rate, p)),
          overRatesAndLeaving(model, (rate, p) => (stayed(history, rate, p) * (1 - Math.exp(-rate * p * time))) / p),
        ];
        expect(expectedOrders(model, history, time) / (orders / likely)).toBeCloseTo(1, 2);
      }
    }
  });

  // Fader, Hardie and Lee 2005 on the CDNOW customers: r = 0.243, alpha = 4.414, a = 0.793, b = 2.426; their customer with two
  // more orders, the last in week 30.43 of 38.86, is expected to order 1.226 times in 39 weeks.
  it('expects of the customer in the paper what the paper expects', () => {
    const published = { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 };
    expect(expectedOrders(published, { repeats: 2, last: 30.43, age: 38.86 }, 39)).toBeCloseTo(1.226, 3);
  });

  it('has no hole where the closed form has one', () => {
    const at = (a: number, b: number) =>
      expectedOrders({ r: 1, alpha: 10, a, b }, { repeats: 0, last: 0, age: 30 }, 50);
    expect(at(1, 2)).toBeCloseTo((at(0.999, 2) + at(1.001, 2)) / 2, 3);
    expect(at(0.4, 0.6)).toBeCloseTo((at(0.4, 0.599) + at(0.4, 0.601)) / 2, 3);
    expect(at(1e-4, 1e4)).toBeGreaterThan(0);
  });

  it('finds what the customers were made of, whatever that was', () => {
    const by = lots(20_050_401);
    for (const truth of [
      { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 },
      { r: 1.2, alpha: 30, a: 1, b: 4 },
    ]) {
      const made = randomBuyers(by, 4_000, 156, truth).map((orders) => ({
        customers: 1,
        repeats: orders.length - 1,
        last: orders.at(-1)! - orders[0]!,
        age: 156 - orders[0]!,
      }));
      const likelihood = bgNbdLikelihood(made);
      const found = atOnce(fittedBgNbd(made));
      expect(found.settled).toBe(true);
      const better = found.logLikelihood - likelihood(truth);
      expect(better).toBeGreaterThanOrEqual(0);
      // Twice the gain is chi-square with four degrees of freedom: above 18.5 once in a thousand.
      expect(2 * better).toBeLessThan(18.5);
      // No step beside it is more likely.
      for (const name of ['r', 'alpha', 'a', 'b'] as const)
        for (const factor of [0.9, 1.1])
          expect(likelihood({ ...found.model, [name]: found.model[name] * factor })).toBeLessThan(found.logLikelihood);
    }
  });
});

describe('gamma-gamma', () => {
  const truth = { p: 6.25, q: 3.74, gamma: 15.44 };

  it('gives the likelihood that summing over all scales gives', () => {
    const { p, q, gamma } = truth;
    for (const [orders, mean] of [
      [1, 20],
      [3, 55],
    ] as const) {
      const steps = 200_000;
      const most = (q + 60) / gamma;
      let sum = 0;
      for (let i = 0; i < steps; i += 1) {
        const scale = ((i + 0.5) / steps) * most;
        // The mean of `orders` values with shape p is gamma with shape p × orders and scale × orders.
        const own =
          p * orders * Math.log(scale * orders) +
          (p * orders - 1) * Math.log(mean) -
          scale * orders * mean -
          logGamma(p * orders);
        const over = q * Math.log(gamma) + (q - 1) * Math.log(scale) - gamma * scale - logGamma(q);
        sum += Math.exp(own + over);
      }
      const plain = Math.log((sum * most) / steps);
      expect(gammaGammaLogLikelihood(truth, [{ orders, mean, customers: 2 }])).toBeCloseTo(2 * plain, 5);
    }
  });

  it('finds what the values were made of, in any unit of money', () => {
    const by = lots(20_130_201);
    const made = Array.from({ length: 4_000 }, () => {
      const scale = by.gamma(truth.q) / truth.gamma;
      const orders = 1 + Math.floor(by.exponential() * 2);
      const sum = Array.from({ length: orders }, () => by.gamma(truth.p) / scale).reduce((a, b) => a + b, 0);
      return { orders, mean: (sum / orders) * 100_000, customers: 1 };
    });
    const inFen = { ...truth, gamma: truth.gamma * 100_000 };
    const found = atOnce(fittedGammaGamma(made));
    const better = found.logLikelihood - gammaGammaLogLikelihood(inFen, made);
    expect(better).toBeGreaterThanOrEqual(-1e-3);
    // Three degrees of freedom: above 16.3 once in a thousand.
    expect(2 * better).toBeLessThan(16.3);
  });

  it('draws the mean of few orders towards everyone, of many hardly', () => {
    const everyone = (truth.p * truth.gamma) / (truth.q - 1);
    const [one, many] = [expectedOrderValue(truth, 1, 100), expectedOrderValue(truth, 50, 100)];
    expect(one).toBeGreaterThan(everyone);
    expect(one).toBeLessThan(many);
    expect(many).toBeLessThan(100);
    expect(many).toBeGreaterThan(98);
  });
});

const weeks = 208;

/** The histories that customers' orders make, and values of the orders drawn from gamma-gamma or told by `value`. */
function asked(
  buyers: readonly (readonly number[])[],
  by: ReturnType<typeof lots>,
  value?: (orders: number) => number,
) {
  const keptWeeks = trialWeeks(weeks);
  const upTo = (orders: readonly number[], week: number): History => {
    const own = orders.filter((at) => at <= week);
    return { repeats: own.length - 1, last: own.at(-1)! - own[0]!, age: week - own[0]! };
  };
  return {
    histories: buyers.map(
      (orders): OrderHistories => ({
        customers: 1,
        before: orders[0]! <= weeks - keptWeeks ? upTo(orders, weeks - keptWeeks) : null,
        whole: upTo(orders, weeks),
      }),
    ),
    spending: buyers.map((orders) => ({
      orders: orders.length,
      customers: 1,
      mean: value?.(orders.length) ?? (5_000_000 * by.gamma(4 * orders.length)) / orders.length / by.gamma(3.5),
    })),
    weeks,
    keptWeeks,
    aheadWeeks: 156,
  };
}

const truth: Truth = { r: 1, alpha: 35, a: 0.8, b: 2.6 };

describe('whether the history of a company supports it', () => {
  const kinds = (make: (by: ReturnType<typeof lots>) => OrderModel) => {
    const counted: Partial<Record<OrderModel['kind'], number>> = {};
    for (let n = 1; n <= 20; n += 1) {
      const { kind } = make(lots(n));
      counted[kind] = (counted[kind] ?? 0) + 1;
    }
    return counted;
  };

  it('takes companies whose customers buy as the model says, and tells what came within a few orders', () => {
    const counted = kinds((by) => atOnce(orderModel(asked(randomBuyers(by, 600, weeks, truth), by))));
    expect(counted.model).toBeGreaterThanOrEqual(18);
  });

  it('expects of the years ahead what then comes', () => {
    const by = lots(7);
    const later = randomBuyers(by, 2_000, weeks + 156, truth).filter(([first]) => first! <= weeks);
    const found = atOnce(
      orderModel(
        asked(
          later.map((orders) => orders.filter((at) => at <= weeks)),
          by,
        ),
      ),
    );
    if (found.kind !== 'model') throw new Error(found.kind);
    const came = later.reduce((sum, orders) => sum + orders.filter((at) => at > weeks).length, 0);
    expect(came).toBeGreaterThan(500);
    expect(Math.abs(found.ahead.orders / came - 1)).toBeLessThan(0.15);
    // 4 / (3.5 - 1) of 5,000,000 is the mean value of an order.
    expect(Math.abs(found.ahead.value / found.ahead.orders / 8_000_000 - 1)).toBeLessThan(0.15);
  });

  it('takes none whose customers renew by the year, and says where it missed', () => {
    const counted = kinds((by) => atOnce(orderModel(asked(yearlyRenewals(by, 400, weeks, 0.8), by))));
    expect(counted).toEqual({ misfit: 20 });
    const by = lots(3);
    const found = atOnce(orderModel(asked(yearlyRenewals(by, 400, weeks, 0.8), by)));
    if (found.kind !== 'misfit') throw new Error(found.kind);
    expect(found.trial.missed).toMatchObject({ since: 'this-year' });
    expect(found.trial.missed!.actual).toBeGreaterThan(found.trial.missed!.expected);
  });

  it('tells no money where who orders more orders larger', () => {
    const by = lots(5);
    const found = atOnce(orderModel(asked(randomBuyers(by, 600, weeks, truth), by, (n) => 1_000_000 * n ** 2)));
    expect(found.kind).toBe('uneven-values');
  });

  it('says what there is too little of', () => {
    const by = lots(9);
    const many = asked(randomBuyers(by, 600, weeks, truth), by);
    expect(atOnce(orderModel({ ...many, weeks: 51 }))).toEqual({ kind: 'thin', lack: 'weeks', have: 51, need: 52 });
    const few = asked(randomBuyers(by, 30, weeks, truth), by);
    expect(atOnce(orderModel(few))).toMatchObject({ kind: 'thin', lack: 'repeaters', need: 30 });
    const quiet = many.histories.map((one) => ({ ...one, whole: one.before ?? one.whole }));
    expect(atOnce(orderModel({ ...many, histories: quiet })).kind).toBe('misfit');
    expect(atOnce(orderModel({ ...many, histories: [], spending: [] }))).toMatchObject({ lack: 'repeaters', have: 0 });
    expect(atOnce(orderModel({ ...many, spending: [] }))).toEqual({ kind: 'thin', lack: 'values', have: 0, need: 30 });
  });

  it('can be interrupted every few milliseconds with tens of thousands of different histories', () => {
    const by = lots(11);
    const made = asked(randomBuyers(by, 30_000, weeks, truth), by);
    const inWeeks = (one: History): History => ({ ...one, last: Math.ceil(one.last), age: Math.ceil(one.age) });
    const histories = made.histories.map((one) => ({
      ...one,
      before: one.before === null ? null : inWeeks(one.before),
      whole: inWeeks(one.whole),
    }));
    const steps = orderModel({ ...made, histories });
    const taken: number[] = [];
    for (;;) {
      // The processor's time: what other processes take of it is not ours.
      const since = process.cpuUsage();
      const { done } = steps.next();
      taken.push(process.cpuUsage(since).user / 1_000);
      if (done === true) break;
    }
    expect(taken.length).toBeGreaterThan(300);
    taken.sort((a, b) => b - a);
    // The longest may meet the compiler or a collection of garbage.
    expect(taken[5]).toBeLessThan(50);
  });
});
