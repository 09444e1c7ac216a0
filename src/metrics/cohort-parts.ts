import { differs, type Rate, ratioOf, smallSampleBelow } from '../figures/rate.ts';
import { type Cohort, type CohortPart, rateBetween } from './funnel-cohort.ts';

/** How one part of a cohort converts beside all the others together. */
export interface PartConversion {
  readonly name: string;
  readonly created: number;
  readonly won: number;
  readonly rate: Rate;
  /** `lower` and `higher` only where the interval supports it and there are at least 30 cases (decision 21). */
  readonly verdict: 'lower' | 'higher' | 'chance' | 'few';
}

/** One part's rate beside that of all the others together. */
export function verdictOf(rate: Rate, rest: Rate): PartConversion['verdict'] {
  if (rate.denominator < smallSampleBelow) return 'few';
  if (!differs(rate, rest)) return 'chance';
  return (ratioOf(rate) ?? 0) < (ratioOf(rest) ?? 0) ? 'lower' : 'higher';
}

export const verdictWords: Readonly<Record<PartConversion['verdict'], string>> = {
  lower: '明显低于其余',
  higher: '明显高于其余',
  chance: '差别在正常波动以内',
  few: '样本少,先不下结论',
};

export function comparePart(whole: Cohort, part: CohortPart, from: number, to: number): PartConversion {
  const all = rateBetween(whole, from, to);
  const rate = rateBetween(part.cohort, from, to);
  const rest = { numerator: all.numerator - rate.numerator, denominator: all.denominator - rate.denominator };
  return {
    name: part.name,
    created: part.cohort.steps[0]?.reached ?? 0,
    won: part.cohort.steps.at(-1)?.reached ?? 0,
    rate,
    verdict: verdictOf(rate, rest),
  };
}

/** The part that is really lower than the rest, the lowest of them; null where none is. */
export const lowestPart = (parts: readonly PartConversion[]): PartConversion | null =>
  parts
    .filter(({ verdict }) => verdict === 'lower')
    .reduce<PartConversion | null>(
      (lowest, part) => (lowest === null || (ratioOf(part.rate) ?? 1) < (ratioOf(lowest.rate) ?? 1) ? part : lowest),
      null,
    );
