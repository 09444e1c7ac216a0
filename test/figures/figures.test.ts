import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  asShown,
  formatMoney,
  formatPoints,
  formatRate,
  formatRelativeChange,
  formatValue,
  spacedDates,
} from '../../src/figures/format.ts';
import { differs, fisherExact, wilsonInterval } from '../../src/figures/rate.ts';
import { everythingMasked, Sensitive } from '../../src/figures/sensitive.ts';

describe('money as people say it', () => {
  it.each([
    [0, '0 元'],
    [-0, '0 元'],
    [-40, '0 元'],
    [860_000, '8,600 元'],
    [999_960, '1 万'],
    [12_340_000, '12.3 万'],
    [1_234_500_000, '1,235 万'],
    [10_500_000_000, '1.05 亿'],
    [-12_340_000, '−12.3 万'],
  ])('%i fen is %s', (fen, said) => {
    expect(formatMoney(fen)).toBe(said);
  });
});

describe('a date beside Chinese', () => {
  it.each([
    ['2026-11-18没有新建商机', '2026-11-18 没有新建商机'],
    ['全公司在2026-11-18没有', '全公司在 2026-11-18 没有'],
    ['华东2026 年 10 月新建', '华东 2026 年 10 月新建'],
    ['王磊在上月(2026-10-01 至 10-31)没有跟进', '王磊在上月(2026-10-01 至 10-31)没有跟进'],
    ['本月新建 12 个', '本月新建 12 个'],
  ])('%s is set as %s', (text, set) => {
    expect(spacedDates(text)).toBe(set);
    expect(spacedDates(set)).toBe(set);
  });
});

describe('rates', () => {
  // Newcombe, Stat. Med. 17 (1998) 857-872, table I, method 3 (score without continuity correction).
  it.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('the interval of %i/%i is published as %f to %f', (numerator, denominator, low, high) => {
    const interval = wilsonInterval({ numerator, denominator });
    expect(interval?.low).toBeCloseTo(low, 4);
    expect(interval?.high).toBeCloseTo(high, 4);
  });

  // Newcombe, Stat. Med. 17 (1998) 873-890, table II, method 10: 56/70 - 48/80 is 0.0524 to 0.3339, 6/7 - 2/7 is 0.0582 to
  // 0.8062, 5/56 - 0/29 is -0.0381 to 0.1926.
  it('calls a difference only when its interval leaves zero out', () => {
    expect(differs({ numerator: 56, denominator: 70 }, { numerator: 48, denominator: 80 })).toBe(true);
    expect(differs({ numerator: 9, denominator: 10 }, { numerator: 3, denominator: 10 })).toBe(true);
    // Too few to say: the interval of 6/7 - 2/7 leaves zero out, Fisher's exact test has p = 0.103.
    expect(differs({ numerator: 6, denominator: 7 }, { numerator: 2, denominator: 7 })).toBe(false);
    // The lady tasting tea (Fisher, 1935): all eight cups right has a one-sided p of 1/70.
    expect(fisherExact({ numerator: 4, denominator: 4 }, { numerator: 0, denominator: 4 })).toBeCloseTo(2 / 70, 10);
    expect(fisherExact({ numerator: 3, denominator: 4 }, { numerator: 1, denominator: 4 })).toBeCloseTo(34 / 70, 10);
    expect(differs({ numerator: 5, denominator: 56 }, { numerator: 0, denominator: 29 })).toBe(false);
    expect(differs({ numerator: 0, denominator: 0 }, { numerator: 5, denominator: 9 })).toBe(false);
  });

  it('marks few cases, and has no rate without cases', () => {
    expect(formatRate({ numerator: 42, denominator: 110 })).toBe('38.2 %(42/110)');
    expect(formatRate({ numerator: 3, denominator: 6 })).toBe('50.0 %(3/6,样本少,19–81 %)');
    expect(formatRate({ numerator: 0, denominator: 0 })).toBe('—');
  });

  it('points and percent are never mixed', () => {
    expect(formatPoints(0.041)).toBe('+4.1 个百分点');
    expect(formatPoints(-0.0004)).toBe('持平');
    expect(formatRelativeChange(135, 120)).toBe('+12.5 %');
    expect(formatRelativeChange(5, 0)).toBeNull();
  });
});

describe('personal data', () => {
  it('prints as stars wherever it ends up, unless a mask opens it', () => {
    const phone = new Sensitive('phones', '13800001234');
    expect(`${phone}`).toBe('138****1234');
    expect(JSON.stringify({ phone })).toBe('{"phone":"138****1234"}');
    expect(inspect({ phone })).not.toContain('0000');
    expect(phone.shown(everythingMasked)).toBe('138****1234');
    expect(phone.shown({ ...everythingMasked, phones: 'clear' })).toBe('13800001234');
    expect(String(new Sensitive('contactNames', '张丽'))).toBe('张*');
    expect(String(new Sensitive('emails', 'zhangli@example.com'))).toBe('z***@example.com');
  });

  it('no phone of any shape shows its middle', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^1[3-9]\d{9}$/), (number) => {
        expect(String(new Sensitive('phones', number))).toBe(`${number.slice(0, 3)}****${number.slice(-4)}`);
      }),
    );
  });
});

describe('a difference', () => {
  it('is that of the two numbers that are shown beside it', () => {
    const shown = (now: number, before: number, unit: 'hours' | 'days' | 'fen') =>
      [now, before, Math.abs(asShown(now, unit) - asShown(before, unit))].map((value) => formatValue(value, unit));
    expect(shown(22.84, 24.06, 'days')).toEqual(['22.8 天', '24.1 天', '1.3 天']);
    expect(shown(2.54, 2.86, 'hours')).toEqual(['2.5 小时', '2.9 小时', '0.4 小时']);
    expect(shown(261_549_000, 329_151_000, 'fen')).toEqual(['261.5 万', '329.2 万', '67.7 万']);
    fc.assert(
      fc.property(fc.integer({ min: 10_000_00, max: 900_000_000 }), (fen) => {
        expect(formatMoney(asShown(fen, 'fen'))).toBe(formatMoney(fen));
      }),
    );
  });
});
