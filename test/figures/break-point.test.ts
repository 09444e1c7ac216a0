import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { breaksOf } from '../../src/figures/break-point.ts';
import { differs, type Rate } from '../../src/figures/rate.ts';

const bands = (...rates: readonly (readonly [number, number])[]): Rate[] =>
  rates.map(([numerator, denominator]) => ({ numerator, denominator }));

describe('where a rate steps along ordered bands', () => {
  it('names the step, and follows it to another band', () => {
    const late = breaksOf(bands([50, 100], [51, 100], [49, 100], [20, 100], [21, 100]));
    expect(late).toHaveLength(1);
    expect(late[0]).toMatchObject({
      after: 3,
      from: 3,
      to: 3,
      low: { numerator: 150, denominator: 300 },
      high: { numerator: 41, denominator: 200 },
    });
    expect(breaksOf(bands([50, 100], [21, 100], [19, 100], [20, 100], [21, 100]))[0]).toMatchObject({ after: 1 });
  });

  it('keeps every place open that the cases do not rule out', () => {
    // Nobody stands between the second and the third place: the step may be at either.
    expect(breaksOf(bands([50, 100], [50, 100], [0, 0], [20, 100]))[0]).toMatchObject({ from: 2, to: 3 });
    // The middle band could belong to either side.
    expect(breaksOf(bands([50, 100], [4, 12], [20, 100]))[0]).toMatchObject({ from: 1, to: 2 });
  });

  it('finds a second step on the far side of the first', () => {
    const found = breaksOf(bands([160, 200], [158, 200], [80, 200], [79, 200], [20, 200]));
    expect(found.map(({ after }) => after)).toEqual([2, 4]);
  });

  it('names none on a handful of cases, however far apart', () => {
    expect(breaksOf(bands([5, 5], [0, 4]))).toEqual([]);
    expect(breaksOf(bands([9, 9], [0, 9]))).toEqual([]);
    expect(breaksOf(bands([3, 8], [2, 6], [1, 5]))).toEqual([]);
    expect(breaksOf([])).toEqual([]);
    expect(breaksOf(bands([0, 0], [10, 40]))).toEqual([]);
  });

  it('claims a step in fewer than one of twenty companies that have none, though it looks at five places', () => {
    let seed = 20261118;
    const random = () => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      return seed / 2 ** 32;
    };
    let claimed = 0;
    const companies = 2_000;
    for (let n = 0; n < companies; n += 1) {
      const size = 5 + Math.floor(random() * 60);
      const level = 0.15 + random() * 0.7;
      const made = Array.from({ length: 6 }, () => {
        let won = 0;
        for (let i = 0; i < size; i += 1) if (random() < level) won += 1;
        return { numerator: won, denominator: size };
      });
      if (breaksOf(made).length > 0) claimed += 1;
    }
    expect(claimed / companies).toBeLessThan(0.05);
    // The test is no dead one: uncorrected it would claim more often than that.
    expect(claimed).toBeGreaterThan(companies * 0.005);
  });

  it('never claims what the interval does not hold, and counts every case on one side', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(40), fc.nat(40)), { minLength: 2, maxLength: 7 }),
        (pairs: readonly (readonly [number, number])[]) => {
          const made = pairs.map(([won, lost]) => ({ numerator: won, denominator: won + lost }));
          const [first] = breaksOf(made);
          if (first === undefined) return;
          expect(differs(first.low, first.high, made.length - 1)).toBe(true);
          expect(first.low.denominator + first.high.denominator).toBeLessThanOrEqual(
            made.reduce((all, { denominator }) => all + denominator, 0),
          );
          expect(first.from).toBeLessThanOrEqual(first.after);
          expect(first.to).toBeGreaterThanOrEqual(first.after);
        },
      ),
    );
  });
});
