/** How many cases a number rests on, with the sum of what each gives and the sum of its squares. */
export interface Moments {
  readonly cases: number;
  readonly sum: number;
  readonly squares: number;
}

/** 97.5 % quantile of the standard normal distribution: two-sided 95 %. */
const z95 = 1.959963984540054;

/** On fewer cases on a side the spread of times is guessed, not known. */
const leastCases = 10;
/** On fewer deals in all one large one decides, and no sum is told to have moved. */
const leastDeals = 20;

/**
 * The two-sided 95 % point of Student's t: the expansion of M. Abramowitz and I. A. Stegun, Handbook of Mathematical
 * Functions, 26.7.5; from nine degrees of freedom on it is right to three digits.
 */
export function tQuantile95(freedom: number): number {
  const z = z95;
  const terms = [
    (z ** 3 + z) / 4,
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
  ];
  return terms.reduce((all, term, i) => all + term / freedom ** (i + 1), z);
}

/** B. L. Welch's t of two means with their own variances and its degrees of freedom (Biometrika 34, 1947); null without spread. */
export function welch(a: Moments, b: Moments): { readonly t: number; readonly freedom: number } | null {
  if (a.cases < 2 || b.cases < 2) return null;
  const [va, vb] = [a, b].map(
    ({ cases, sum, squares }) => Math.max(0, (squares - (sum * sum) / cases) / (cases - 1)) / cases,
  ) as [number, number];
  if (va + vb === 0) return null;
  return {
    t: (a.sum / a.cases - b.sum / b.cases) / Math.sqrt(va + vb),
    freedom: (va + vb) ** 2 / (va ** 2 / (a.cases - 1) + vb ** 2 / (b.cases - 1)),
  };
}

/** Which way two means really differ at the 95 % level: 1 = the first is larger, −1 = smaller, 0 = not to be told. */
export function meansDiffer(a: Moments, b: Moments): -1 | 0 | 1 {
  if (Math.min(a.cases, b.cases) < leastCases) return 0;
  const found = welch(a, b);
  // Without any spread every case is alike, and any difference is one.
  if (found === null) return Math.sign(a.sum / a.cases - b.sum / b.cases) as -1 | 0 | 1;
  return Math.abs(found.t) > tQuantile95(found.freedom) ? (found.t > 0 ? 1 : -1) : 0;
}

/**
 * Whether two sums of independent deals over equal times differ at the 95 % level: number and size of the deals are both
 * chance (compound Poisson), and the sum of their squares is the variance of a sum (G. Bohm and G. Zech, Nucl. Instrum.
 * Methods A 748, 2014, p. 1). Of deals that are all alike this is the test of their counts.
 */
export const sumsDiffer = (a: Moments, b: Moments): boolean =>
  a.cases + b.cases >= leastDeals && (a.sum - b.sum) ** 2 > z95 * z95 * (a.squares + b.squares);

/** A count of events and what they came from: customers and the money spent, leads and the days. */
export interface Exposed {
  readonly count: number;
  readonly exposure: number;
}

/**
 * Whether events came at different rates for what was spent, at the 95 % level: of all events the first side's share lies
 * off its share of the exposure (J. Przyborowski and H. Wilenski, Biometrika 31, 1940; the normal score of the binomial).
 * With equal exposures this is the test of two counts.
 */
export function ratesDiffer(a: Exposed, b: Exposed): boolean {
  const [events, exposure] = [a.count + b.count, a.exposure + b.exposure];
  if (events < leastCases || a.exposure <= 0 || b.exposure <= 0) return false;
  const fair = a.exposure / exposure;
  return (a.count - events * fair) ** 2 > z95 * z95 * events * fair * (1 - fair);
}
