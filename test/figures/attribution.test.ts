import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attributeProduct, attributeRate, attributeSum } from '../../src/figures/attribution.ts';
import { countsDiffer, differs } from '../../src/figures/rate.ts';
import { medianOf, movingAverage, outliersOf, trendOf } from '../../src/figures/trend.ts';

const part = (name: string, before: number, now: number, unknown = false) => ({ name, before, now, unknown });

describe('what carries the change of a sum', () => {
  it('names the one part that does it, by the cut that explains most', () => {
    const found = attributeSum([
      { dimension: 'region', parts: [part('华东', 100, 160), part('华南', 100, 102), part('华北', 100, 98)] },
      { dimension: 'industry', parts: [part('制造业', 150, 181), part('医疗', 150, 179)] },
    ]);
    expect(found).toMatchObject({
      kind: 'carried',
      dimension: 'region',
      carriers: [{ name: '华东', change: 60, share: 1 }],
      rest: 0,
    });
  });

  it('follows the data when the cause lies elsewhere', () => {
    const found = attributeSum([
      { dimension: 'region', parts: [part('华东', 100, 99), part('华南', 100, 30), part('华北', 100, 101)] },
    ]);
    expect(found).toMatchObject({ kind: 'carried', carriers: [{ name: '华南' }] });
  });

  it('says even where all moved by their weight, unchanged below two in a hundred, and never names the unknown', () => {
    const parts = [part('a', 200, 240), part('b', 100, 120), part('c', 100, 121)];
    expect(attributeSum([{ dimension: 'owner', parts }]).kind).toBe('even');
    expect(attributeSum([{ dimension: 'owner', parts: [part('a', 100, 101), part('b', 100, 100)] }]).kind).toBe(
      'unchanged',
    );
    const hidden = [part('未填写', 100, 200, true), part('a', 100, 102), part('b', 100, 99)];
    expect(attributeSum([{ dimension: 'industry', parts: hidden }]).kind).toBe('even');
    // One part alone spreads nothing evenly.
    expect(attributeSum([{ dimension: 'region', parts: [{ name: '华东', now: 5, before: 10 }] }]).kind).toBe(
      'one-part',
    );
  });

  it('adds up: the carriers and the rest are the whole change', () => {
    const parts = fc.array(fc.tuple(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 0, max: 500 })), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(parts, (pairs) => {
        const all = pairs.map(([before, now], i) => part(`p${i}`, before, now));
        const found = attributeSum([{ dimension: 'x', parts: all }]);
        if (found.kind !== 'carried') return;
        const change = all.reduce((sum, p) => sum + p.now - p.before, 0);
        expect(found.carriers.reduce((sum, c) => sum + c.change, 0) + found.rest).toBeCloseTo(change, 9);
      }),
    );
  });

  it('splits a product without a remainder', () => {
    const { fromA, fromB } = attributeProduct({ a: 7, b: 31.2 }, { a: 4, b: 9.4 });
    expect(fromA + fromB).toBeCloseTo(7 * 31.2 - 4 * 9.4, 9);
  });
});

const rates = (name: string, before: [number, number], now: [number, number]) => ({
  name,
  before: { numerator: before[0], denominator: before[1] },
  now: { numerator: now[0], denominator: now[1] },
});

describe('what carries the change of a rate', () => {
  it('tells a part that got worse from a mix that shifted', () => {
    const worse = attributeRate([
      { dimension: 'channel', parts: [rates('展会', [100, 400], [40, 400]), rates('官网', [100, 400], [101, 400])] },
    ]);
    expect(worse).toMatchObject({ kind: 'carried', carrier: { name: '展会' }, by: 'rate' });
    const mixed = attributeRate([
      {
        dimension: 'channel',
        parts: [
          rates('展会', [20, 400], [120, 2400]),
          rates('官网', [160, 400], [160, 400]),
          rates('其他', [80, 400], [80, 400]),
        ],
      },
    ]);
    expect(mixed).toMatchObject({ kind: 'carried', carrier: { name: '展会' }, by: 'mix' });
  });

  it('says nothing where the whole change is within chance', () => {
    expect(
      attributeRate([{ dimension: 'channel', parts: [rates('a', [3, 10], [5, 10]), rates('b', [3, 10], [2, 10])] }])
        .kind,
    ).toBe('within-chance');
  });

  it('splits into rate and mix that sum to the change', () => {
    const end = fc.integer({ min: 0, max: 200 }).chain((d) => fc.tuple(fc.integer({ min: 0, max: d }), fc.constant(d)));
    fc.assert(
      fc.property(fc.array(fc.tuple(end, end), { minLength: 2, maxLength: 6 }), (pairs) => {
        const parts = pairs.map(([before, now], i) =>
          rates(`p${i}`, before as [number, number], now as [number, number]),
        );
        const found = attributeRate([{ dimension: 'x', parts }]);
        if (found.kind === 'within-chance') return;
        const whole = (side: 'now' | 'before') =>
          parts.reduce((n, p) => n + p[side].numerator, 0) / parts.reduce((n, p) => n + p[side].denominator, 0);
        expect(found.rateEffect + found.mixEffect).toBeCloseTo(whole('now') - whole('before'), 9);
      }),
    );
  });
});

describe('whether a difference is real', () => {
  it('asks more of the one that stands out among many', () => {
    const [a, b] = [
      { numerator: 60, denominator: 200 },
      { numerator: 80, denominator: 200 },
    ];
    expect(differs(a, b)).toBe(true);
    expect(differs(a, b, 20)).toBe(false);
    expect(countsDiffer(100, 150)).toBe(true);
    expect(countsDiffer(4, 7)).toBe(false);
    expect(countsDiffer(0, 0)).toBe(false);
  });

  it('sees a trend, a level series, outliers and the middle', () => {
    expect(trendOf([1, 2, 3, 4, 5, 6])).toBe('rising');
    expect(trendOf([6, 5, 4, 3, 2, 1])).toBe('falling');
    expect(trendOf([3, 5, 2, 6, 3, 4, 5])).toBe('level');
    expect(trendOf([1, 2, 3])).toBe('too-few');
    expect(outliersOf([10, 11, 9, 10, 60, 10, 11])).toEqual([4]);
    expect(outliersOf([10, 60])).toEqual([]);
    expect(movingAverage([1, 2, 3, null, 5, 6], 2)).toEqual([null, 1.5, 2.5, null, null, 5.5]);
    expect(medianOf([3, 1, 2])).toBe(2);
    expect(medianOf([])).toBeNull();
  });
});

describe('a rate that no part carries', () => {
  const part = (name: string, now: readonly [number, number], before: readonly [number, number]) => ({
    name,
    now: { numerator: now[0], denominator: now[1] },
    before: { numerator: before[0], denominator: before[1] },
  });

  it('went up in all parts together only where it did, on cases enough to say so', () => {
    const regions = [
      part('华北', [7, 12], [1, 11]),
      part('华东', [8, 24], [6, 29]),
      part('华中', [2, 5], [1, 9]),
      part('华南', [4, 22], [4, 20]),
    ];
    expect(attributeRate([{ dimension: 'region', parts: regions }])).toMatchObject({ kind: 'even', together: false });
    const rising = ['甲', '乙', '丙', '丁'].map((name) => part(name, [60, 100], [40, 100]));
    expect(attributeRate([{ dimension: 'region', parts: rising }])).toMatchObject({ kind: 'even', together: true });
    const [first, ...others] = rising;
    expect(
      attributeRate([{ dimension: 'region', parts: [{ ...first!, now: first!.before }, ...others] }]),
    ).toMatchObject({ kind: 'even', together: false });
  });

  it('a sum of which nothing is left is spread over nothing', () => {
    const gone = ['制造业', '教育', '医疗'].map((name) => ({ name, now: 0, before: 100 }));
    expect(attributeSum([{ dimension: 'industry', parts: gone }]).kind).toBe('one-part');
  });
});
