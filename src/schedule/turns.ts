import { setImmediate } from 'node:timers/promises';

/** So long at most one loop over thousands of people keeps the process. */
const turnMs = 5;

/** Lets callbacks have their turn during a long loop: `await next()` in each round of it. */
export function turns(): { next(): Promise<void> } {
  let since = performance.now();
  return {
    next: async () => {
      if (performance.now() - since < turnMs) return;
      await setImmediate();
      since = performance.now();
    },
  };
}

/** Runs work, so much at once; the rest waits in the order in which it came. */
export function places(atOnce: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let taken = 0;
  return async (work) => {
    if (taken < atOnce) taken += 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      // The place is handed on: whoever comes in between cannot take it.
      if (next === undefined) taken -= 1;
      else next();
    }
  };
}
