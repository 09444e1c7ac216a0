import type { ChartSpec } from './spec.ts';

function changed(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((one) => changed(one, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, changed(one, change)]));
}

/** The spec with every text in it changed; what names a kind, a tone or a unit goes through too and must come out as it was. */
export const withTexts = (spec: ChartSpec, change: (text: string) => string): ChartSpec =>
  changed(spec, change) as ChartSpec;
