import { logGamma } from './log-gamma.ts';
import { minimized } from './nelder-mead.ts';

/** How order values spread: `p` within a customer, `q` and `gamma` over customers. */
export interface GammaGamma {
  readonly p: number;
  readonly q: number;
  readonly gamma: number;
}

/** Customers with as many orders each of about the same mean value. */
export interface Spending {
  readonly orders: number;
  readonly mean: number;
  readonly customers: number;
}

export interface GammaGammaFit {
  readonly model: GammaGamma;
  readonly logLikelihood: number;
  readonly settled: boolean;
}

/** Log-likelihood of the gamma-gamma model (P. S. Fader, B. G. S. Hardie, The Gamma-Gamma Model of Monetary Value, 2013). */
export function gammaGammaLogLikelihood({ p, q, gamma }: GammaGamma, all: readonly Spending[]): number {
  const byOrders = new Map<number, number>();
  const start = q * Math.log(gamma) - logGamma(q);
  let sum = 0;
  for (const { orders, mean, customers } of all) {
    const px = p * orders;
    let own = byOrders.get(orders);
    if (own === undefined) {
      own = start + logGamma(px + q) - logGamma(px) + px * Math.log(orders);
      byOrders.set(orders, own);
    }
    sum += customers * (own + (px - 1) * Math.log(mean) - (px + q) * Math.log(gamma + orders * mean));
  }
  return sum;
}

const modelAt = ([p, q, gamma]: readonly number[]): GammaGamma => {
  const of = (log: number) => Math.min(1e4, Math.max(1e-3, Math.exp(log)));
  return { p: of(p!), q: of(q!), gamma: of(gamma!) };
};

/** The most likely model; interruptible. Values are taken in units of their mean, so that money of any size fits alike. */
export function* fittedGammaGamma(all: readonly Spending[]): Generator<undefined, GammaGammaFit> {
  const customers = all.reduce((sum, one) => sum + one.customers, 0);
  const unit = all.reduce((sum, one) => sum + one.customers * one.mean, 0) / customers;
  const scaled = all.map((one) => ({ ...one, mean: one.mean / unit }));
  const { at, settled } = yield* minimized((logs) => -gammaGammaLogLikelihood(modelAt(logs), scaled), [0.7, 1.1, 0], {
    tolerance: 1e-4,
  });
  const { p, q, gamma } = modelAt(at);
  const model = { p, q, gamma: gamma * unit };
  return { model, logLikelihood: gammaGammaLogLikelihood(model, all), settled };
}

/** What an order of a customer is worth: between their own mean and everyone's, the nearer to theirs the more orders. */
export const expectedOrderValue = ({ p, q, gamma }: GammaGamma, orders: number, mean: number): number =>
  (p * (gamma + orders * mean)) / (p * orders + q - 1);
