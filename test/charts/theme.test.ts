import { describe, expect, it } from 'vitest';
import {
  blend,
  colours,
  contrast,
  luminance,
  partColours,
  textOn,
  toneColours,
  toneTextColours,
} from '../../src/charts/theme.ts';

/** CIE L*, 0 black to 100 white. */
const lightness = (colour: string): number => {
  const y = luminance(colour);
  return y > 216 / 24389 ? 116 * Math.cbrt(y) - 16 : (y * 24389) / 27;
};

/** How a colour looks without one kind of cone (Viénot, Brettel and Mollon 1999, on linear light). */
const dichromacies: Readonly<Record<string, readonly (readonly number[])[]>> = {
  protanopia: [
    [0.11238, 0.88762, 0],
    [0.11238, 0.88762, 0],
    [0.00401, -0.00401, 1],
  ],
  deuteranopia: [
    [0.29275, 0.70725, 0],
    [0.29275, 0.70725, 0],
    [-0.02234, 0.02234, 1],
  ],
};
const linear = (colour: string): number[] =>
  [1, 3, 5].map((at) => {
    const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
/** CIE Lab of linear RGB under D65. */
const labOf = (rgb: readonly number[]): number[] => {
  const [r, g, b] = rgb as [number, number, number];
  const f = (t: number) => (t > 216 / 24389 ? Math.cbrt(t) : ((24389 / 27) * t + 16) / 116);
  const x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505);
  const y = f(0.2126 * r + 0.7152 * g + 0.0722 * b);
  const z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
};
const seenAs = (colour: string, matrix: readonly (readonly number[])[]): number[] => {
  const rgb = linear(colour);
  return labOf(
    matrix.map((row) =>
      Math.max(
        0,
        row.reduce((sum, factor, i) => sum + factor * rgb[i]!, 0),
      ),
    ),
  );
};
const pairsOf = <T>(items: readonly T[]): [T, T][] =>
  items.flatMap((a, i) => items.slice(i + 1).map((b) => [a, b] as [T, T]));

describe('the theme', () => {
  it('tells the five tones apart by lightness alone', () => {
    for (const [a, b] of pairsOf(Object.values(toneColours))) {
      expect(Math.abs(lightness(a) - lightness(b)), `${a} ${b}`).toBeGreaterThan(8);
    }
  });

  it.each(Object.entries(dichromacies))('keeps all tones well apart under %s (CIE76 above 20)', (_, matrix) => {
    for (const [a, b] of pairsOf(Object.values(toneColours))) {
      const [p, q] = [seenAs(a, matrix), seenAs(b, matrix)];
      expect(Math.hypot(...p.map((value, i) => value - q[i]!)), `${a} ${b}`).toBeGreaterThan(20);
    }
  });

  it('has text that reads on paper and on tiles', () => {
    for (const colour of [colours.title, colours.text, colours.muted, ...Object.values(toneTextColours)]) {
      expect(contrast(colour, colours.paper), colour).toBeGreaterThanOrEqual(4.5);
      expect(contrast(colour, colours.tile), colour).toBeGreaterThanOrEqual(4.5);
    }
  });

  it('writes readably on every mark and on every shade between light and dark', () => {
    const shades = Array.from({ length: 101 }, (_, i) => blend('#E8F0F9', '#173D6B', i / 100));
    for (const fill of [...Object.values(toneColours), ...partColours, ...shades]) {
      expect(contrast(textOn(fill), fill), fill).toBeGreaterThanOrEqual(4.5);
    }
  });
});
