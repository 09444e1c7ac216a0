// C. Lanczos, SIAM J. Numer. Anal. B 1 (1964) 86-96, with g = 7 and nine terms: relative error below 1e-14.
const terms = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
] as const;
const halfLogTwoPi = 0.9189385332046728;

/** Natural logarithm of the gamma function of a positive number. */
export function logGamma(z: number): number {
  if (z < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * z)) - logGamma(1 - z);
  const x = z - 1;
  let sum: number = terms[0];
  for (let i = 1; i < terms.length; i += 1) sum += terms[i]! / (x + i);
  const t = x + 7.5;
  return halfLogTwoPi + (x + 0.5) * Math.log(t) - t + Math.log(sum);
}

/** Natural logarithm of the beta function. */
export const logBeta = (a: number, b: number): number => logGamma(a) + logGamma(b) - logGamma(a + b);
