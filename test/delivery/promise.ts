import { expect } from 'vitest';
import type { Collector } from './collector.ts';

/** Each message arrived, at most once without a mark and at most once with one. */
export function expectPromiseKept(collector: Collector, texts: readonly string[]): void {
  for (const text of texts) {
    const arrivals = collector.arrivals.filter((arrival) => arrival.text === text);
    expect(arrivals.length, `${text} arrived`).toBeGreaterThanOrEqual(1);
    expect(arrivals.filter((arrival) => !arrival.marked).length, `${text} unmarked`).toBeLessThanOrEqual(1);
    expect(arrivals.filter((arrival) => arrival.marked).length, `${text} marked`).toBeLessThanOrEqual(1);
  }
}

/** What the instances of `instance.ts` answer to these questions. */
export const answersOf = (...messageIds: string[]): string[] => messageIds.flatMap((id) => [`${id}/0`, `${id}/1`]);
