import type { FunnelMorning } from './funnel-digest.ts';

/** Opportunities that nobody touched for too long, and their money. */
export interface Stuck {
  readonly count: number;
  readonly fen: number;
}

export interface StuckSums extends Stuck {
  /** Owners by id, the most first; null = nobody's. */
  readonly owners: readonly (readonly [string | null, Stuck])[];
  /** Stages by name, the most first. */
  readonly stages: readonly (readonly [string, Stuck])[];
}

/** Two hundred groups read the same dozen mornings. */
const sumsOfMornings = new WeakMap<FunnelMorning, StuckSums>();

/** The stuck ones of a morning by owner and by stage. */
export function stuckSums(morning: FunnelMorning): StuckSums {
  const known = sumsOfMornings.get(morning);
  if (known !== undefined) return known;
  const groups = morning.stuck ?? [];
  const summed = <Key>(keyOf: (group: (typeof groups)[number]) => Key): [Key, Stuck][] => {
    const sums = new Map<Key, Stuck>();
    for (const group of groups) {
      const { count, fen } = sums.get(keyOf(group)) ?? { count: 0, fen: 0 };
      sums.set(keyOf(group), { count: count + group.stuck, fen: fen + group.stuckFen });
    }
    return [...sums].filter(([, { count }]) => count > 0).sort((x, y) => y[1].count - x[1].count);
  };
  const sums = {
    count: groups.reduce((sum, group) => sum + group.stuck, 0),
    fen: groups.reduce((sum, group) => sum + group.stuckFen, 0),
    owners: summed(({ ownerId }) => ownerId).sort(
      ([a, x], [b, y]) => y.count - x.count || (a ?? '').localeCompare(b ?? ''),
    ),
    stages: summed(({ stage }) => stage),
  };
  sumsOfMornings.set(morning, sums);
  return sums;
}
