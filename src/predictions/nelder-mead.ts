/** A minimum, and whether the search came to rest within its allowance. */
export interface Minimum {
  readonly at: readonly number[];
  readonly value: number;
  readonly settled: boolean;
}

interface Vertex {
  readonly at: readonly number[];
  readonly value: number;
}

/**
 * The downhill simplex (J. A. Nelder and R. Mead, Computer Journal 7, 1965), begun anew where it came to rest, because a
 * simplex can collapse short of the minimum. Says after every value where it may be interrupted.
 */
export function* minimized(
  of: (at: readonly number[]) => number,
  start: readonly number[],
  { most = 800, tolerance = 1e-7 } = {},
): Generator<undefined, Minimum> {
  let left = most;
  let best: Vertex = { at: start, value: of(start) };
  for (;;) {
    const before = best.value;
    const n = start.length;
    const simplex: Vertex[] = [best];
    for (let i = 0; i < n; i += 1) {
      const at = best.at.map((value, j) => (j === i ? value + 0.5 : value));
      simplex.push({ at, value: of(at) });
      left -= 1;
      yield;
    }
    const order = () => simplex.sort((a, b) => a.value - b.value);
    order();
    while (left > 0 && simplex[n]!.value - simplex[0]!.value > tolerance) {
      const worst = simplex[n]!;
      const centre = start.map((_, j) => simplex.slice(0, n).reduce((sum, { at }) => sum + at[j]!, 0) / n);
      const along = (factor: number): Vertex => {
        const at = centre.map((c, j) => c + factor * (worst.at[j]! - c));
        left -= 1;
        return { at, value: of(at) };
      };
      const mirrored = along(-1);
      yield;
      if (mirrored.value < simplex[0]!.value) {
        const further = along(-2);
        yield;
        simplex[n] = further.value < mirrored.value ? further : mirrored;
      } else if (mirrored.value < simplex[n - 1]!.value) {
        simplex[n] = mirrored;
      } else {
        const nearer = mirrored.value < worst.value ? along(-0.5) : along(0.5);
        yield;
        if (nearer.value < Math.min(worst.value, mirrored.value)) simplex[n] = nearer;
        else {
          const lowest = simplex[0]!;
          for (let i = 1; i <= n; i += 1) {
            const at = simplex[i]!.at.map((value, j) => (value + lowest.at[j]!) / 2);
            simplex[i] = { at, value: of(at) };
            left -= 1;
            yield;
          }
        }
      }
      order();
    }
    best = simplex[0]!;
    if (left <= 0) return { ...best, settled: false };
    if (before - best.value <= 10 * tolerance) return { ...best, settled: true };
  }
}
