import { setImmediate as othersTurn } from 'node:timers/promises';

/** Long work that says where it may be interrupted. */
export type Steps<Result> = Generator<undefined, Result>;

/** Items between two places to interrupt: a few milliseconds at most. */
export const itemsInStep = 500;

/** To the end without a break: for scripts and tests, and for small companies. */
export function atOnce<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}

/** So many milliseconds at a time, so that callbacks are acknowledged in between. */
export async function inSlices<Result>(steps: Steps<Result>, sliceMs = 8): Promise<Result> {
  for (;;) {
    const until = performance.now() + sliceMs;
    while (performance.now() < until) {
      const { done, value } = steps.next();
      if (done === true) return value;
    }
    await othersTurn();
  }
}
