import { createCanvas } from 'canvas';
import { beforeAll, describe, expect, it } from 'vitest';
import { ChartCanvas } from '../../src/charts/chart-canvas.ts';
import { fontOf } from '../../src/charts/fonts.ts';
import { shorten, textWidth, wrap } from '../../src/charts/text-width.ts';
import { digitMinus, typeset } from '../../src/charts/typeset.ts';

describe('textWidth', () => {
  beforeAll(() => {
    new ChartCanvas(null);
  });

  it.each(['normal', 'bold'] as const)('is never less than what is drawn, and close to it (%s)', (weight) => {
    const context = createCanvas(10, 10).getContext('2d');
    const lines = [
      '方案演示是瓶颈：42 % 停在这里',
      '1,234.5 万',
      '+12.5 % –3.4 个百分点',
      'Robert O’Neill & Söhne, GmbH',
      'WWWWmmmm||||iiii',
      '😀🇨🇳 👨‍👩‍👧',
      '11-01 至 11-18 · 华东',
    ];
    for (const line of lines) {
      context.font = fontOf(20, weight);
      const drawn = context.measureText(line).width;
      expect(textWidth(line, 20, weight), line).toBeGreaterThanOrEqual(drawn - 1);
      if (!/[’ö😀]/u.test(line)) expect(textWidth(line, 20, weight), line).toBeLessThan(drawn * 1.12);
    }
  });
});

describe('shorten', () => {
  it('keeps what fits', () => expect(shorten('王磊', 26, 13)).toBe('王磊'));
  it('cuts with … within the width', () => {
    const cut = shorten('远洋智能装备制造股份有限公司', 80, 13);
    expect(cut).toBe('远洋智能装…');
    expect(textWidth(cut, 13)).toBeLessThanOrEqual(80);
  });
  it('never cuts a character in two', () => expect(shorten('👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧', 40, 13)).toBe('👨‍👩‍👧👨‍👩‍👧…'));
});

describe('wrap', () => {
  it('breaks after a clause where both halves fit', () =>
    expect(wrap('本月成交比上月同期多 18 %，11-15 的大单占一半', 343, 2, 17, 'bold')).toEqual([
      '本月成交比上月同期多 18 %，',
      '11-15 的大单占一半',
    ]));
  it('keeps a number with its unit and no mark at the start of a line', () => {
    for (let width = 60; width < 340; width += 7) {
      for (const line of wrap('王磊领先第二名 41.5 万，六人未到目标 120 万的一半。', width, 9, 17)) {
        expect(line).not.toMatch(/^[，。万]/u);
        expect(line).not.toMatch(/(41\.|41\.5|120)$/);
      }
    }
  });
  it('begins no line with a mark that closes and ends none with one that opens, and loses nothing (GB/T 15834)', () => {
    const text = '业绩（本月，全公司）·「宏达机械」（李娜，登录降 51 %（842→416））、《合同》：张伟（已离职）。';
    for (let width = 70; width < 500; width += 3) {
      const lines = wrap(text, width, 99, 13);
      expect(lines.join('').replaceAll(' ', ''), String(width)).toBe(text.replaceAll(' ', ''));
      for (const line of lines) {
        expect(line).not.toMatch(/^[，。、：；）」》·]/u);
        expect(line).not.toMatch(/[（「《]$/u);
        expect(textWidth(line, 13)).toBeLessThanOrEqual(width);
      }
    }
  });
  it('cuts the last line with …', () => {
    const lines = wrap('很长的标题'.repeat(20), 343, 2, 17, 'bold');
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatch(/…$/);
  });
  it('gives nothing for nothing', () => expect(wrap('', 343, 2, 17)).toEqual([]));
});

describe('typeset', () => {
  it('sets Chinese with its own marks', () =>
    expect(typeset('方案演示是瓶颈:42 %,漏斗(批次)')).toBe('方案演示是瓶颈：42 %，漏斗（批次）'));
  it('leaves numbers, times and English alone', () => {
    expect(typeset('数据截至 11-18 10:30 共 1,234 元')).toBe('数据截至 11-18 10:30 共 1,234 元');
    expect(typeset('Q3 (draft), v2: ok')).toBe('Q3 (draft), v2: ok');
  });
  it('parts two numbers, and keeps only the comma of a whole number', () => {
    expect(typeset('最高是 26年Q3,893.6 万;最低 24年Q1,1,027.3 万')).toBe(
      '最高是 26年Q3，893.6 万；最低 24年Q1，1,027.3 万',
    );
    expect(typeset('赢单率最高(13/17,76.5 %)')).toBe('赢单率最高（13/17，76.5 %）');
    expect(typeset('样本少(2/20,3–30 %)')).toBe('样本少（2/20，3–30 %）');
    expect(typeset('266.2 万,积压 4 个')).toBe('266.2 万，积压 4 个');
    expect(typeset('共 1,234 元,12,345 家')).toBe('共 1,234 元，12,345 家');
  });
  it('draws a minus as wide as a digit, and leaves dates alone', () => {
    expect(digitMinus('−21.4 %')).toBe('–21.4 %');
    expect(digitMinus('-318 万')).toBe('–318 万');
    expect(digitMinus('-88')).toBe('–88');
    expect(digitMinus('11-18 10:30')).toBe('11-18 10:30');
  });
});
