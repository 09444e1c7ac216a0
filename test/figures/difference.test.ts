import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Moments,
  meansDiffer,
  ratesDiffer,
  sumsDiffer,
  tQuantile95,
  welch,
} from '../../src/figures/difference.ts';
import { chiSquareOf, countsDiffer, furthestApart, type Rate } from '../../src/figures/rate.ts';

const of = (values: readonly number[]): Moments => ({
  cases: values.length,
  sum: values.reduce((all, v) => all + v, 0),
  squares: values.reduce((all, v) => all + v * v, 0),
});

/** A fixed course of chance (Park and Miller's generator). */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 16_807) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
const normal = (next: () => number) => Math.sqrt(-2 * Math.log(next())) * Math.cos(2 * Math.PI * next());
function poisson(mean: number, next: () => number): number {
  let [count, p] = [0, next()];
  while (p > Math.exp(-mean)) {
    p *= next();
    count += 1;
  }
  return count;
}

describe("Student's t and Welch's test", () => {
  it('has the points of the tables (Abramowitz and Stegun, table 26.10)', () => {
    for (const [freedom, point] of [
      [9, 2.262],
      [10, 2.228],
      [20, 2.086],
      [30, 2.042],
      [120, 1.98],
    ] as const)
      expect(tQuantile95(freedom)).toBeCloseTo(point, 3);
  });

  it("gives Student's sleep data as R prints them: t = -1.8608, df = 17.776", () => {
    const found = welch(
      of([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2]),
      of([1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]),
    )!;
    expect(found.t).toBeCloseTo(-1.8608, 4);
    expect(found.freedom).toBeCloseTo(17.776, 3);
  });

  it('tells no difference of ten against ten that chance makes, and none of a handful', () => {
    const sleep = [
      of([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2]),
      of([1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]),
    ] as const;
    expect(meansDiffer(...sleep)).toBe(0);
    expect(meansDiffer(of([1, 1.1, 0.9]), of([9, 9.1, 8.9]))).toBe(0);
    const [low, high] = [
      of(Array.from({ length: 12 }, (_, i) => 1 + (i % 3) / 10)),
      of(Array.from({ length: 12 }, (_, i) => 2 + (i % 3) / 10)),
    ];
    expect([meansDiffer(low, high), meansDiffer(high, low)]).toEqual([-1, 1]);
  });
});

describe('sums of deals', () => {
  it('of deals all alike are judged as their counts', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 200 }), (a, b) => {
        fc.pre(a + b >= 20);
        expect(sumsDiffer(of(Array(a).fill(5)), of(Array(b).fill(5)))).toBe(countsDiffer(a, b));
      }),
    );
  });

  it('over few deals never differ, and one large deal among many does not make a difference', () => {
    expect(sumsDiffer(of([4_420_000]), of([16_600]))).toBe(false);
    expect(sumsDiffer(of(Array(12).fill(22)), of(Array(6).fill(55)))).toBe(false);
    expect(sumsDiffer(of([...Array(19).fill(10), 400]), of(Array(20).fill(10)))).toBe(false);
    expect(sumsDiffer(of(Array(60).fill(10)), of(Array(20).fill(10)))).toBe(true);
  });

  it('call a difference of nothing but chance in about one of twenty', () => {
    const next = chance(20_261_122);
    const month = () => of(Array.from({ length: poisson(15, next) }, () => Math.exp(normal(next))));
    const trials = 4000;
    let called = 0;
    for (let i = 0; i < trials; i += 1) called += sumsDiffer(month(), month()) ? 1 : 0;
    expect(called / trials).toBeLessThan(0.06);
    expect(called / trials).toBeGreaterThan(0.01);
  });
});

describe('events for what was spent', () => {
  it('stays silent on the reactor data of R (poisson.test, p = 0.080), and speaks where the rates are far apart', () => {
    expect(ratesDiffer({ count: 11, exposure: 800 }, { count: 21, exposure: 3011 })).toBe(false);
    expect(ratesDiffer({ count: 22, exposure: 800 }, { count: 42, exposure: 3011 })).toBe(true);
    expect(ratesDiffer({ count: 8, exposure: 10 }, { count: 1, exposure: 10 })).toBe(false);
  });

  it('over equal exposures is the test of two counts', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 10, max: 300 }), (a, b) => {
        expect(ratesDiffer({ count: a, exposure: 7 }, { count: b, exposure: 7 })).toBe(countsDiffer(a, b));
      }),
    );
  });
});

describe('several rates', () => {
  const rates = (...list: readonly (readonly [number, number])[]): Rate[] =>
    list.map(([numerator, denominator]) => ({ numerator, denominator }));

  it("have the chi-square that R prints for Fleiss' smokers: X-squared = 12.6004", () => {
    expect(chiSquareOf(rates([83, 86], [90, 93], [129, 136], [70, 82]))).toBeCloseTo(12.6004, 4);
  });

  it('of three grades the furthest apart differ once the three do, and four ungraded deals do not hide it', () => {
    const grades = rates([33, 96], [13, 73], [7, 44]);
    expect(chiSquareOf(grades)).toBeCloseTo(8.48, 2);
    expect(furthestApart(grades, (rate) => rate)).toEqual({ high: grades[0], low: grades[2] });
    expect(furthestApart([...grades, { numerator: 2, denominator: 4 }], (rate) => rate)).toEqual({
      high: grades[0],
      low: grades[2],
    });
  });

  it('differ in about one of twenty where nothing but chance is between three', () => {
    const next = chance(7);
    const drawn = (): Rate => ({
      numerator: Array.from({ length: 60 }, next).filter((u) => u < 0.3).length,
      denominator: 60,
    });
    let called = 0;
    for (let i = 0; i < 2000; i += 1)
      called += furthestApart([drawn(), drawn(), drawn()], (rate) => rate) === null ? 0 : 1;
    expect(called / 2000).toBeLessThan(0.06);
  });
});
