import type { Tone } from './spec.ts';

/**
 * The page every picture is drawn on, in CSS px. Chats show pictures about 350 px wide (issue 2), so 375 at twice the
 * pixels stays sharp and no text falls under 11 px on the phone.
 */
export const page = { width: 375, margin: 16, pixelRatio: 2 } as const;

/**
 * The five tones, after Okabe and Ito's colour-blind-safe hues, moved apart in lightness (CIE L* 33, 43, 61, 73, 83) so
 * that a grey copy and every kind of colour blindness still tell them apart.
 */
export const toneColours: Readonly<Record<Tone, string>> = {
  ours: '#1F5089',
  lost: '#B93A22',
  won: '#2CA392',
  warning: '#E5A62F',
  other: '#C6CED8',
};

/** The same meanings as text on white: dark enough to read (WCAG 4.5:1). */
export const toneTextColours: Readonly<Record<Tone, string>> = {
  ours: '#1F5089',
  lost: '#B23A22',
  won: '#18776A',
  warning: '#8A5A00',
  other: '#5B6673',
};

export const colours = {
  paper: '#FFFFFF',
  title: '#17202B',
  text: '#2B3642',
  muted: '#5F6B78',
  rule: '#E4E8ED',
  zero: '#B3BCC7',
  track: '#EDF0F4',
  tile: '#F4F6F9',
  /** Between two funnel steps: the step's own colour, thinned. */
  connector: '#DCE6F1',
} as const;

/** Parts of a whole have no meaning of their own: one hue, dark to light; 其他 takes the tone `other`. */
export const partColours = ['#1F5089', '#4878AE', '#78A0CC', '#A9C5E4', '#D3E2F2'] as const;

/** Font sizes in CSS px; nothing is smaller than `small`. */
export const sizes = { title: 17, body: 13, small: 12, figure: 22 } as const;

type Channels = readonly [number, number, number];

function channels(colour: string): Channels {
  const value = Number.parseInt(colour.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

/** Relative luminance, 0 black to 1 white (WCAG 2.2). */
export function luminance(colour: string): number {
  const [r, g, b] = channels(colour).map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Contrast of two colours, 1 to 21 (WCAG 2.2). */
export function contrast(a: string, b: string): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** Black or white, whichever reads better on a mark: one of them always reaches 4.5:1. */
export const textOn = (background: string): string =>
  contrast(colours.paper, background) >= contrast('#000000', background) ? colours.paper : '#000000';

/** A colour between two others; `share` 0 gives the first, 1 the second. */
export function blend(from: string, to: string, share: number): string {
  const [a, b] = [channels(from), channels(to)];
  const mixed = a.map((channel, i) => Math.round(channel + (b[i]! - channel) * Math.min(1, Math.max(0, share))));
  return `#${mixed.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}
