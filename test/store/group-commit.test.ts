import { expect, it } from 'vitest';
import { groupCommit } from '../../src/store/group-commit.ts';

it('writes what came together in one go, and what came meanwhile in the next', async () => {
  const writes: number[] = [];
  const commit = groupCommit(
    async (items: readonly number[]) => {
      writes.push(items.length);
      await new Promise((resolve) => setTimeout(resolve, 10));
      return items.map((item) => item * 2);
    },
    { rows: 50, writesAtOnce: 1 },
  );
  const first = Array.from({ length: 3 }, (_, n) => commit.add(n));
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  const second = Array.from({ length: 70 }, (_, n) => commit.add(n));
  expect(await Promise.all(first)).toEqual([0, 2, 4]);
  expect(await Promise.all(second)).toEqual(Array.from({ length: 70 }, (_, n) => n * 2));
  expect(writes).toEqual([3, 50, 20]);
});

it('tells everyone whose write failed, and goes on with the next', async () => {
  let fails = true;
  const commit = groupCommit(
    async (items: readonly string[]) => {
      if (fails) throw new Error('away');
      return items;
    },
    { rows: 10, writesAtOnce: 2 },
  );
  const ends = await Promise.allSettled([commit.add('a'), commit.add('b')]);
  expect(ends.map((end) => end.status)).toEqual(['rejected', 'rejected']);
  fails = false;
  expect(await commit.add('c')).toBe('c');
});
