import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type CanvasRenderingContext2D, createCanvas, loadImage } from 'canvas';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ChartCanvas } from '../../src/charts/chart-canvas.ts';
import { legibleText } from '../../src/charts/legible.ts';
import type { ChartSpec } from '../../src/charts/spec.ts';
import { extremes, oddNames } from './extremes.ts';
import { samples } from './samples.ts';

const canvas = new ChartCanvas(null);
const all: readonly (readonly [string, ChartSpec])[] = [...Object.entries(samples), ...extremes];

/** The code points in the bundled font's own table (OpenType `cmap`, format 12): what Skia says is checked against it. */
function codePointsOf(file: string): Set<number> {
  const bytes = readFileSync(file);
  const tables = bytes.readUInt16BE(4);
  const record = Array.from({ length: tables }, (_, i) => 12 + i * 16).find(
    (at) => bytes.toString('latin1', at, at + 4) === 'cmap',
  )!;
  const cmap = bytes.readUInt32BE(record + 8);
  const points = new Set<number>();
  for (let i = 0; i < bytes.readUInt16BE(cmap + 2); i++) {
    const table = cmap + bytes.readUInt32BE(cmap + 4 + i * 8 + 4);
    if (bytes.readUInt16BE(table) !== 12) continue;
    for (let g = 0; g < bytes.readUInt32BE(table + 12); g++) {
      const [first, last] = [bytes.readUInt32BE(table + 16 + g * 12), bytes.readUInt32BE(table + 20 + g * 12)];
      for (let point = first; point <= last; point++) points.add(point);
    }
  }
  return points;
}

const fontFolder = join(dirname(createRequire(import.meta.url).resolve('@embedpdf/fonts-sc')), '..', 'fonts');

/** Every text that reaches the canvas while the spec is drawn, chart.js's own included. */
function drawnTexts(spec: ChartSpec): string[] {
  const texts: string[] = [];
  const prototype = Object.getPrototypeOf(createCanvas(1, 1).getContext('2d')) as CanvasRenderingContext2D;
  const spies = (['fillText', 'strokeText'] as const).map((name) => {
    const original = prototype[name];
    return vi.spyOn(prototype, name).mockImplementation(function (this: CanvasRenderingContext2D, content, ...rest) {
      texts.push(content);
      return original.call(this, content, ...rest);
    });
  });
  const draft = canvas.draft(spec);
  for (const spy of spies) spy.mockClear();
  texts.length = 0;
  canvas.paint(draft).chart.destroy();
  for (const spy of spies) spy.mockRestore();
  return texts;
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('missingGlyphs', () => {
  it('agrees with the table of the bundled font', () => {
    const inFont = codePointsOf(join(fontFolder, 'NotoSansHans-Regular.otf'));
    const probe = '中䶮㐂喆犇𠮷𡃁龘〓…—·①℃㎡Aé1,.%，。（）';
    for (const character of probe) {
      expect(canvas.missingGlyphs(character).length === 0, character).toBe(inFont.has(character.codePointAt(0)!));
    }
  });
  it('finds what no font has, once, and nothing else', () => {
    expect(canvas.missingGlyphs('喆犇䶮 王磊 ABC 12.5 %')).toEqual([]);
    expect(canvas.missingGlyphs('𠮷野𠮷שא\u{10FFFD}')).toEqual(['𠮷', 'ש', 'א', '\u{10FFFD}']);
  });
  it('knows emoji with everything that joins them', () => expect(canvas.missingGlyphs('🎉👨‍👩‍👧🇨🇳👍🏽❤️')).toEqual([]));
});

describe('legibleText', () => {
  const clean = (text: string) => legibleText(text, canvas.missingGlyphs);
  it('puts 〓 for what cannot be drawn', () => {
    expect(clean('𠮷野家')).toBe('〓野家');
    expect(clean('喆犇䶮🎉')).toBe('喆犇䶮🎉');
  });
  it('shortens a run of them', () => expect(clean('客户 שלום עולם')).toBe('客户 〓〓'));
  it('keeps one line, without control marks or half characters', () =>
    expect(clean('第一行\n第二行\u0007\u202E反\uD800。')).toBe('第一行 第二行 反。'));
});

describe('a drawn picture', () => {
  it('contains no missing glyph, with any input', () => {
    const bad: string[] = [];
    for (const [name, spec] of all) {
      const texts = drawnTexts(spec);
      if (texts.join('') === '') bad.push(`${name}: nothing written`);
      const missing = texts.flatMap((text) => canvas.missingGlyphs(text));
      if (missing.length > 0) bad.push(`${name}: ${missing.join('')}`);
    }
    expect(bad).toEqual([]);
  });

  it('would be caught showing a box: the test sees the raw name', () => {
    const spec = samples.ranking as Extract<ChartSpec, { kind: 'ranking' }>;
    const raw = { ...spec, rows: [{ label: '𠮷野家', value: 1 }] };
    expect(drawnTexts(raw)).toContain('〓野家');
    expect(oddNames.flatMap(canvas.missingGlyphs).length).toBeGreaterThan(0);
  });

  it.each(Object.entries(samples))(
    '%s: is a palette PNG of 750 px, far below 1.5 MB, the same every time',
    async (_, spec) => {
      const first = await canvas.draw(spec);
      const second = await canvas.draw(spec);
      expect(first.png.equals(second.png)).toBe(true);
      expect(first.width).toBe(750);
      expect(first.png.length).toBeLessThan(100_000);
      const image = await loadImage(first.png);
      expect([image.width, image.height]).toEqual([first.width, first.height]);
    },
  );

  it('is at most 0.6 of the bytes that the canvas library writes', async () => {
    for (const [name, spec] of Object.entries(samples)) {
      const { chart, canvas: painted } = canvas.paint(canvas.draft(spec));
      const own = painted.toBuffer('image/png').length;
      chart.destroy();
      expect((await canvas.draw(spec)).png.length / own, name).toBeLessThan(0.6);
    }
  });

  it('stays below 1.5 MB and 2 million pixels with the largest input', async () => {
    for (const [name, spec] of extremes.filter(([name]) => /: (odd|sixty)$/.test(name))) {
      const { png, width, height } = await canvas.draw(spec);
      expect(png.length, name).toBeLessThan(1_500_000);
      expect(width * height, name).toBeLessThanOrEqual(2_000_000);
    }
  });

  it.each(['bar-across', 'bar-grouped', 'ranking', 'bar-up-grouped', 'line-months'])(
    '%s: numbers stand where chart.js puts the marks',
    (name) => {
      const draft = canvas.draft(samples[name]!);
      const { chart } = canvas.paint(draft);
      const across = draft.chart.options?.indexAxis === 'y';
      const marks = chart.data.datasets.flatMap((_, i) =>
        chart.getDatasetMeta(i).data.map((element) => (across ? element.y : element.x)),
      );
      const written = draft.over.flatMap((mark) => (mark.kind === 'text' ? [across ? mark.y : mark.x] : []));
      chart.destroy();
      const near = marks.filter((at) => written.some((place) => Math.abs(place - at) < 1));
      expect(near.length / marks.length).toBeGreaterThan(0.85);
    },
  );
});

describe('a font of the company’s own', () => {
  it('says that the file is missing', () => {
    expect(() => new ChartCanvas('/no/such/font.ttf')).toThrow('CHART_FONT names no file');
  });
  it('draws with it', async () => {
    const own = new ChartCanvas(join(fontFolder, 'NotoSansHans-Bold.otf'));
    expect((await own.draw(samples.funnel!)).png.length).toBeGreaterThan(1000);
  });
});
