import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compositeScores } from '../../src/predictions/composite-score.ts';

it('weighs each value against the best, lifts the weight of what is missing onto the rest', () => {
  const [a, b, c] = compositeScores(
    [
      { weight: 60, moreIsBetter: true, values: [200, 100, null] },
      { weight: 20, moreIsBetter: false, values: [10, 5, 5] },
      { weight: 20, moreIsBetter: true, values: [null, 3, 3] },
    ],
    3,
  );
  // (60·100 + 20·50) / 80
  expect(a!.score).toBeCloseTo(87.5, 12);
  expect(b!.score).toBeCloseTo(60 * 0.5 + 20 + 20, 12);
  // Two fifths of the weight are too little to score by.
  expect(c!.score).toBeNull();
  expect(c!.parts).toEqual([null, 100, 100]);
});

it('what nobody has tells nobody apart, and nothing below zero is scored', () => {
  const [a, b] = compositeScores(
    [
      { weight: 1, moreIsBetter: true, values: [0, 0] },
      { weight: 1, moreIsBetter: true, values: [-5, 10] },
    ],
    2,
  );
  expect([a!.parts, b!.parts]).toEqual([
    [null, 0],
    [null, 100],
  ]);
  expect([a!.score, b!.score]).toEqual([0, 100]);
});

const part = (people: number) =>
  fc.record({
    weight: fc.double({ min: 0.1, max: 100, noNaN: true }),
    moreIsBetter: fc.boolean(),
    values: fc.array(fc.option(fc.integer({ min: -1000, max: 1_000_000 })), { minLength: people, maxLength: people }),
  });

it('stays within 0 and 100, its points add up to it, and more of a good thing never costs points', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 6 }).chain((people) => fc.array(part(people), { minLength: 1, maxLength: 5 })),
      (parts) => {
        const people = parts[0]!.values.length;
        const scores = compositeScores(parts, people);
        for (const { score, points } of scores) {
          if (score === null) continue;
          expect(score).toBeGreaterThanOrEqual(-1e-9);
          expect(score).toBeLessThanOrEqual(100 + 1e-9);
          expect(points.reduce<number>((all, one) => all + (one ?? 0), 0)).toBeCloseTo(score, 9);
        }
        const [first] = parts;
        if (first!.moreIsBetter && first!.values[0] !== null && scores[0]!.score !== null) {
          const more = [{ ...first!, values: [first!.values[0]! + 10, ...first!.values.slice(1)] }, ...parts.slice(1)];
          const again = compositeScores(more, people)[0]!;
          // A part that becomes countable only now is a case of its own.
          if (again.parts[0] !== null && scores[0]!.parts[0] !== null)
            expect(again.score!).toBeGreaterThanOrEqual(scores[0]!.score! - 1e-9);
        }
      },
    ),
  );
});
