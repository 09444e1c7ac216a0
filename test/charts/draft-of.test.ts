import { describe, expect, it } from 'vitest';
import type { Draft, TextMark } from '../../src/charts/draft.ts';
import { draftOf } from '../../src/charts/draft-of.ts';
import { extentOf } from '../../src/charts/label-placement.ts';
import type { ChartSpec } from '../../src/charts/spec.ts';
import { colours, page, sizes, toneColours } from '../../src/charts/theme.ts';
import { extremes } from './extremes.ts';
import { samples } from './samples.ts';

const textsOf = (draft: Draft): TextMark[] =>
  [...draft.under, ...draft.over].filter((mark) => mark.kind === 'text').filter(({ text }) => text !== '');

/** What would be wrong on the page, in words. */
function flaws(draft: Draft): string[] {
  const found: string[] = [];
  const texts = textsOf(draft);
  const extents = texts.map(extentOf);
  texts.forEach((mark, i) => {
    const { left, right, top, bottom } = extents[i]!;
    if (left < 0 || right > draft.width || top < 0 || bottom > draft.height) found.push(`off the page: ${mark.text}`);
    if (mark.size < sizes.small) found.push(`too small: ${mark.text}`);
    for (let j = i + 1; j < texts.length; j++) {
      const other = extents[j]!;
      const apart = left >= other.right || other.left >= right || top >= other.bottom || other.top >= bottom;
      if (!apart) found.push(`run into each other: ${mark.text} | ${texts[j]!.text}`);
    }
  });
  const numbers = JSON.stringify(draft, (_, value) =>
    typeof value === 'number' && !Number.isFinite(value) ? 'BAD' : value,
  );
  if (numbers.includes('"BAD"')) found.push('a position is not a number');
  return found;
}

const all = [...Object.entries(samples), ...extremes];

describe('draftOf', () => {
  it.each(Object.entries(samples))('draws %s as this configuration', (_, spec) => {
    expect(draftOf(spec)).toMatchSnapshot();
  });

  it('keeps every text on the page, of readable size, and clear of the others, with any input', () => {
    const bad = all
      .map(([name, spec]) => ({ name, flaws: flaws(draftOf(spec)) }))
      .filter((one) => one.flaws.length > 0);
    expect(bad).toEqual([]);
  });

  it('is plain data of a phone picture, with any input', () => {
    for (const [name, spec] of all) {
      const draft = draftOf(spec);
      expect(functionsIn(draft), name).toEqual([]);
      expect(draft.width, name).toBe(page.width);
      expect(draft.height, name).toBeLessThanOrEqual(660);
    }
  });

  it('carries title, as-of time and scope, with any input', () => {
    for (const [name, spec] of all) {
      const shown = textsOf(draftOf(spec))
        .map(({ text }) => text)
        .join('');
      for (const part of [spec.title, spec.footer]) expect(shown, name).toContain(part.slice(0, 5));
    }
  });

  it('sets every text in Chinese marks, the notes beside the bars too', () => {
    const step = { label: '方案演示(第三步)', value: 4, note: '266.2 万,积压 4 个' };
    const texts = textsOf(draftOf({ ...samples.funnel!, steps: [step] } as ChartSpec)).map(({ text }) => text);
    expect(texts).toContain('266.2 万，积压 4 个');
    expect(texts.join('')).not.toMatch(/[,(]\p{Script=Han}/u);
  });

  it('says how many rows it leaves out', () => {
    const ranking = extremes.find(([name]) => name.startsWith('ranking') && name.endsWith('sixty'))![1];
    expect(textsOf(draftOf(ranking)).map(({ text }) => text)).toContain('… 另有 46 人未画出');
  });

  it('draws the last rows that a list wants seen, and says in the gap how many are left out', () => {
    const rows = Array.from({ length: 40 }, (_, i) => ({ label: `第${i + 1}组`, value: 40 - i }));
    const texts = textsOf(draftOf({ ...samples['ranking-plain']!, rows, tail: 3 } as ChartSpec)).map(
      ({ text }) => text,
    );
    const drawn = rows.filter(({ label }) => texts.includes(label)).map(({ label }) => label);
    expect(drawn.slice(-4)).toEqual(['第11组', '第38组', '第39组', '第40组']);
    expect(texts).toContain(`… 另有 ${40 - drawn.length} 人未画出`);
    const plain = textsOf(draftOf({ ...samples['ranking-plain']!, rows: rows.slice(0, 10), total: 40 } as ChartSpec));
    expect(plain.map(({ text }) => text)).toContain('另有 30 人未画出');
  });

  it('draws 276 % and 145 % of a target as they are, and marks what it cuts', () => {
    const bars = [0.5, 2.76, 1.45, 7, 12].map((share, i) => ({ label: `第${i}组`, value: share * 1000, target: 1000 }));
    for (const more of [[], bars]) {
      const draft = draftOf({ ...samples.progress!, bars: [...bars, ...more] } as ChartSpec);
      const lengths = draft.chart.data.datasets[0]!.data.slice(more.length === 0 ? 0 : 4) as number[];
      expect(lengths).toEqual([0.5, 2.76, 1.45, 3, 3]);
    }
  });

  it('draws what is not over as a dashed line to a hollow point, and the first number clear of the axis', () => {
    const values = [261, 205, 240, 130, 280, 232, 277, 287, 329, 262, 158].map((wan) => wan * 1_000_000);
    const spec = {
      ...samples['line-months']!,
      labels: values.map((_, i) => `26年${i + 1}月`),
      unit: 'fen',
      series: [{ label: '成交金额', tone: 'ours', values }],
      notes: [],
      partial: [10],
    } as ChartSpec;
    const draft = draftOf(spec);
    expect(flaws(draft)).toEqual([]);
    expect(draft.chart.data.datasets[0]!.data).toEqual([...values.slice(0, 10), null]);
    const dashed = draft.over.filter((mark) => mark.kind === 'line' && mark.dashed === true);
    const dots = draft.over.filter((mark) => mark.kind === 'dot');
    const ends = dots.map((mark) => (mark.kind === 'dot' ? mark.at : null));
    expect(dashed.some((mark) => mark.kind === 'line' && Math.abs(mark.points.at(-1)!.x - ends[0]!.x) < 0.01)).toBe(
      true,
    );
    expect(textsOf(draft).map(({ text }) => text)).toEqual(expect.arrayContaining(['未满', '261', '158']));
  });

  it('tells names apart that begin alike', () => {
    const name = (month: number) => `2026 年华东大区客户答谢会与新品发布会第 ${month} 场`;
    const rows = [1, 2, 3].map((month) => ({ label: name(month), value: month }));
    const texts = textsOf(draftOf({ ...samples['ranking-plain']!, rows } as ChartSpec)).map(({ text }) => text);
    for (const month of [1, 2, 3]) expect(texts.filter((one) => one.endsWith(`第 ${month} 场`))).toHaveLength(1);
  });

  it('says that there is nothing rather than drawing an empty frame', () => {
    for (const [name, spec] of extremes.filter(([name]) => name.endsWith(': none'))) {
      const texts = textsOf(draftOf(spec)).map(({ text }) => text);
      expect(texts.includes('这段时间没有数据') || texts.includes('还没有记录'), name).toBe(true);
    }
  });

  it('never shows an unknown number as zero', () => {
    const spec = samples['ranking-plain']!;
    const texts = textsOf(draftOf(spec));
    const row = texts.find(({ text }) => text === '吴桐')!;
    expect(texts.filter(({ y }) => y === row.y).map(({ text }) => text)).toEqual(['吴桐', '—']);
  });

  it('uses at most the five tones, their tints and the greys of the frame', () => {
    const spec = samples['bar-stacked']!;
    const fills = new Set(
      draftOf(spec).chart.data.datasets.flatMap(({ backgroundColor }) => backgroundColor as string[]),
    );
    expect([...fills].every((fill) => (Object.values(toneColours) as string[]).includes(fill))).toBe(true);
  });

  it('writes names and numbers of a funnel on the paper, never on a bar that may be too narrow', () => {
    const draft = draftOf(samples.funnel!);
    const values = textsOf(draft).filter(({ text }) => /^\d+$/.test(text));
    expect(values).toHaveLength(5);
    for (const value of values) expect(value.colour).toBe(colours.title);
    const right = page.width - draft.chart.options!.layout!.padding!['right' as never];
    for (const value of values) expect(extentOf(value).left).toBeGreaterThan(right as number);
  });
});

function functionsIn(value: unknown, path = ''): string[] {
  if (typeof value === 'function') return [path];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) => functionsIn(one, `${path}.${key}`));
}
