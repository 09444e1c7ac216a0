import { known, type Range, rangeOf } from './scale.ts';
import { type LegendEntry, legendOf } from './sheet.ts';
import type { BarChart, Measure } from './spec.ts';
import { toneColours } from './theme.ts';

/** A bar chart cut to the rows that are drawn. */
export interface BarSeries {
  /** null = a gap between the rows. */
  readonly labels: readonly (string | null)[];
  readonly series: readonly {
    readonly label: string;
    readonly values: readonly Measure[];
    readonly colours: readonly string[];
    readonly notes: readonly string[];
  }[];
  /** Sums of the known parts of a stack; null where none is known. */
  readonly totals: readonly Measure[];
  readonly stacked: boolean;
  readonly range: Range;
}

/** The rows in these places (null = a gap), with the range their bars (or stacks, or the guard line) need. */
export function barSeries(spec: BarChart, at: readonly (number | null)[]): BarSeries {
  const labels = at.map((index) => (index === null ? null : (spec.labels[index] ?? '')));
  const series = spec.series.map(({ label, tone, tones, values, notes }) => ({
    label,
    values: at.map((index) => (index === null ? null : known(values[index]))),
    colours: at.map((index) => toneColours[(index === null ? undefined : tones?.[index]) ?? tone]),
    notes: at.map((index) => (index === null ? '' : (notes?.[index] ?? ''))),
  }));
  const stacked = spec.stacked === true && series.length > 1;
  const sums = (keep: (value: number) => boolean) =>
    labels.map((_, i) => {
      const parts = series.flatMap(({ values }) => (values[i] === null ? [] : [values[i] as number]));
      return parts.length === 0 ? null : parts.filter(keep).reduce((sum, part) => sum + part, 0);
    });
  const ends = stacked
    ? [...sums((value) => value > 0), ...sums((value) => value < 0)]
    : series.flatMap((s) => s.values);
  return { labels, series, stacked, totals: sums(() => true), range: rangeOf([...ends, known(spec.line?.value)]) };
}

/** One swatch per series where there are several, and the guard line with its number. */
export function barLegend(spec: BarChart, lineText: string): LegendEntry[] {
  const entries = spec.series.length > 1 ? spec.series.map(({ label, tone }) => legendOf(label, tone, 'box')) : [];
  return spec.line === undefined
    ? entries
    : [...entries, { label: `${spec.line.label} ${lineText}`, colour: toneColours.lost, shape: 'dashed' }];
}
