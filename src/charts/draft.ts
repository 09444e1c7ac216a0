import type { ChartConfiguration } from 'chart.js';
import type { Weight } from './text-width.ts';
import { digitMinus } from './typeset.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A rectangle on the page, CSS px from the top left corner. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export type Align = 'left' | 'center' | 'right';

/** One line of text; `y` is the middle of its letters. */
export interface TextMark {
  readonly kind: 'text';
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly size: number;
  readonly weight: Weight;
  readonly colour: string;
  readonly align: Align;
  /** A white rim, where lines may run behind the text. */
  readonly halo?: boolean;
}

/** What is written and ruled around chart.js's own marks, in CSS px on the page. */
export type Mark =
  | TextMark
  | {
      readonly kind: 'line';
      readonly points: readonly Point[];
      readonly colour: string;
      readonly width: number;
      readonly dashed?: boolean;
    }
  | { readonly kind: 'area'; readonly points: readonly Point[]; readonly colour: string }
  | { readonly kind: 'box'; readonly box: Box; readonly colour: string; readonly radius: number }
  | { readonly kind: 'dot'; readonly at: Point; readonly radius: number; readonly colour: string };

/**
 * A picture before it is drawn, as plain data: `chart` is the chart.js configuration without any function in it,
 * `under` and `over` are drawn before and after its marks. Every position is known here, so a test can check that no
 * text overlaps another or leaves the page.
 */
export interface Draft {
  readonly width: number;
  readonly height: number;
  readonly chart: ChartConfiguration;
  readonly under: readonly Mark[];
  readonly over: readonly Mark[];
}

interface TextStyle {
  readonly size: number;
  readonly colour: string;
  readonly weight?: Weight;
  readonly align?: Align;
  readonly halo?: boolean;
}

const rounded = (value: number): number => Math.round(value * 100) / 100;

/** A line of text whose letters are centred on `y`. */
export const text = (x: number, y: number, content: string, style: TextStyle): TextMark => ({
  kind: 'text',
  x: rounded(x),
  y: rounded(y),
  text: digitMinus(content),
  size: style.size,
  weight: style.weight ?? 'normal',
  colour: style.colour,
  align: style.align ?? 'left',
  ...(style.halo === true ? { halo: true } : {}),
});

/** A straight line. */
export const rule = (from: Point, to: Point, colour: string, width = 1, dashed = false): Mark => ({
  kind: 'line',
  points: [
    { x: rounded(from.x), y: rounded(from.y) },
    { x: rounded(to.x), y: rounded(to.y) },
  ],
  colour,
  width,
  ...(dashed ? { dashed: true } : {}),
});

export const box = (area: Box, colour: string, radius = 0): Mark => ({
  kind: 'box',
  box: { left: rounded(area.left), top: rounded(area.top), right: rounded(area.right), bottom: rounded(area.bottom) },
  colour,
  radius,
});

export const widthOf = (area: Box): number => area.right - area.left;
export const heightOf = (area: Box): number => area.bottom - area.top;
