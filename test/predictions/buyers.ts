/** Numbers that look drawn by lot and are the same every time (mulberry32), and what is made of them. */
export function lots(seed: number) {
  let state = seed;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (((t ^ (t >>> 14)) >>> 0) + 0.5) / 2 ** 32;
  };
  const normal = (): number => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  const exponential = (): number => -Math.log(uniform());
  /** G. Marsaglia and W. W. Tsang, ACM Trans. Math. Softw. 26, 2000. */
  const gamma = (shape: number): number => {
    if (shape < 1) return gamma(shape + 1) * uniform() ** (1 / shape);
    const d = shape - 1 / 3;
    for (;;) {
      const x = normal();
      const v = (1 + x / Math.sqrt(9 * d)) ** 3;
      if (v > 0 && Math.log(uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
    }
  };
  const beta = (a: number, b: number): number => {
    const [x, y] = [gamma(a), gamma(b)];
    return x / (x + y);
  };
  return { uniform, normal, exponential, gamma, beta };
}

type Lots = ReturnType<typeof lots>;

export interface Truth {
  readonly r: number;
  readonly alpha: number;
  readonly a: number;
  readonly b: number;
}

/** The weeks of every customer's orders, the first one included: as BG/NBD tells the story. */
export const randomBuyers = (by: Lots, customers: number, weeks: number, { r, alpha, a, b }: Truth): number[][] =>
  Array.from({ length: customers }, () => {
    const orders = [by.uniform() * weeks * 0.8];
    const [rate, leaves] = [by.gamma(r) / alpha, by.beta(a, b)];
    for (let at = orders[0]! + by.exponential() / rate; at <= weeks; at += by.exponential() / rate) {
      orders.push(at);
      if (by.uniform() < leaves) break;
    }
    return orders;
  });

/** Who renews every year, a few weeks sooner or later: nothing that BG/NBD knows of. */
export const yearlyRenewals = (by: Lots, customers: number, weeks: number, stay: number): number[][] =>
  Array.from({ length: customers }, () => {
    const orders = [by.uniform() * weeks * 0.8];
    for (let at = orders[0]! + 52 + 2 * by.normal(); at <= weeks && by.uniform() < stay; at += 52 + 2 * by.normal())
      orders.push(at);
    return orders;
  });
