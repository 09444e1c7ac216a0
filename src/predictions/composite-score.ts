/** One metric of a composite score: who has which value; null where there is nothing to be counted. */
export interface ScoredPart {
  readonly weight: number;
  readonly moreIsBetter: boolean;
  /** By person, in the same order for every part. */
  readonly values: readonly (number | null)[];
}

export interface CompositeScore {
  /** 0-100; null where less than half of the weight can be counted. */
  readonly score: number | null;
  /** By part, 0-100; null where the person has no value. */
  readonly parts: readonly (number | null)[];
  /** What each part brings to the score, in points: they add up to it. */
  readonly points: readonly (number | null)[];
}

/** Less of the weight than this says too little of a person. */
const leastWeight = 0.5;

/** A value against the best of the peers, 0-100 (item 34). */
function againstBest({ values, moreIsBetter }: ScoredPart): (number | null)[] {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return values.map(() => null);
  const best = moreIsBetter ? Math.max(...known) : Math.min(...known);
  return values.map((value) => {
    if (value === null) return null;
    // What nobody has tells nobody apart.
    if (moreIsBetter) return best <= 0 ? null : (Math.max(0, value) / best) * 100;
    return value <= 0 ? 100 : (Math.max(0, best) / value) * 100;
  });
}

/** Weighted mean of the parts that can be counted; the weight of the others is borne by these. */
export function compositeScores(parts: readonly ScoredPart[], people: number): CompositeScore[] {
  const scored = parts.map(againstBest);
  const all = parts.reduce((sum, { weight }) => sum + weight, 0);
  return Array.from({ length: people }, (_, person) => {
    const own = scored.map((values) => values[person] ?? null);
    const borne = parts.reduce((sum, { weight }, i) => sum + (own[i] === null ? 0 : weight), 0);
    if (borne < all * leastWeight || borne === 0) return { score: null, parts: own, points: own.map(() => null) };
    const points = own.map((value, i) => (value === null ? null : (value * parts[i]!.weight) / borne));
    return { score: points.reduce<number>((sum, point) => sum + (point ?? 0), 0), parts: own, points };
  });
}
