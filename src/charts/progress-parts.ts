import { formatRatio } from '../figures/format.ts';
import type { LegendEntry } from './sheet.ts';
import type { Measure, ProgressChart } from './spec.ts';
import { colours, toneColours } from './theme.ts';

/** A bar of a progress chart with its share of the target; null where there is none. */
export interface Progressed extends Omit<ProgressChart['bars'][number], 'value' | 'target'> {
  readonly value: Measure;
  readonly target: Measure;
  readonly share: number | null;
}

/** Bars beyond this share of the target are cut at the edge, and show it; the percentage says how far they went. */
export const mostShare = 3;

/** The time that has passed, and what the colours mean. */
export function progressLegend(spec: ProgressChart, pace: number | null): LegendEntry[] {
  const used = new Set(spec.bars.map(({ tone }) => tone ?? 'ours'));
  return [
    ...(pace === null
      ? []
      : [{ label: `时间进度 ${formatRatio(pace)}`, colour: colours.title, shape: 'upright' as const }]),
    ...(spec.tones ?? [])
      .filter(({ tone }) => used.has(tone))
      .map(({ tone, label }): LegendEntry => ({ label, colour: toneColours[tone], shape: 'box' })),
  ];
}
