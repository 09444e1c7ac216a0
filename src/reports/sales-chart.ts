import { addDays, addMonths, type Day, startOfMonth, startOfWeek } from '../calendar/day.ts';
import type { Period } from '../calendar/period.ts';
import type { ChartFrame, ChartSpec, Tone } from '../charts/spec.ts';
import type { Dimension } from '../commands/command.ts';
import { counterOf } from '../metrics/dimensions.ts';
import type { Cell, Cells } from '../metrics/engine.ts';
import type { Metric } from '../metrics/metric.ts';
import { type PartRow, sizeOf } from './part-rows.ts';

/** What the parts of one metric, now beside before, are drawn from. */
export interface PartsChartInput extends ChartFrame {
  readonly rows: readonly PartRow[];
  readonly metric: Metric;
  readonly by: Dimension | undefined;
  readonly words: { readonly now: string; readonly before: string };
}

/** How many of the last are drawn of a longer list: those who lag are named in the words. */
const lastDrawn = 4;

/** The cases of a rate, beside it: 100 % of 2 is not 60 % of 50. Money has none. */
const casesOf = (cell: Cell | undefined): string | undefined =>
  cell?.denominator === undefined || cell.metric.unit !== 'ratio' || cell.metric.ends === 'fen'
    ? undefined
    : `${cell.numerator}/${cell.denominator}`;

/** Parts in order of size, each beside what it was. */
export function partsChart({ rows, metric, by, words, ...frame }: PartsChartInput): ChartSpec | null {
  // What has no cases has no rate (decision 19); what adds up is 0 where nothing happened.
  const none = metric.computation.kind === 'ratio' ? null : 0;
  const value = (row: PartRow, period: number): number | null => row.at(metric, period)?.value ?? none;
  const size = (row: PartRow): number => value(row, 0) ?? -1;
  if (rows.every((row) => row.at(metric) === undefined && row.at(metric, 1) === undefined)) return null;
  // Among equals the one who had most before stands last: the words name who fell.
  const sorted = [...rows].sort((a, b) => size(b) - size(a) || sizeOf(a, metric, 1) - sizeOf(b, metric, 1));
  const series = (period: number, label: string, tone: Tone) => ({
    label,
    tone,
    values: sorted.map((row) => value(row, period)),
    ...(none === null ? { notes: sorted.map((row) => casesOf(row.at(metric, period))) } : {}),
  });
  return {
    ...frame,
    kind: 'bar',
    direction: 'across',
    labels: sorted.map(({ name }) => name),
    series: [series(0, words.now, 'ours'), series(1, words.before, 'other')],
    unit: metric.unit,
    counter: counterOf(by),
    tail: lastDrawn,
  };
}

/** What one person's weeks or months are drawn from. */
export interface BucketsChartInput extends ChartFrame {
  readonly cells: Cells;
  readonly metric: Metric;
  /** Index of the grouping by week or month. */
  readonly grouping: number;
  readonly period: Period;
}

/** The weeks or months of a period in time's order. */
export function bucketsChart({ cells, metric, grouping, period, ...frame }: BucketsChartInput): ChartSpec | null {
  const found = cells.of(metric, grouping, 0);
  const all = [...found, ...cells.of(metric, grouping, 1)];
  if (all.length === 0) return null;
  const weekly = all.some(({ bucket }) => (bucket ?? '').length === 10);
  const buckets = bucketsOf(period, weekly);
  return {
    ...frame,
    kind: 'bar',
    direction: 'up',
    labels: buckets.map((bucket) => (weekly ? bucket.slice(5) : `${Number(bucket.slice(5))}月`)),
    series: [
      {
        label: metric.name,
        tone: 'ours',
        values: buckets.map((bucket) => found.find((cell) => cell.bucket === bucket)?.value ?? 0),
      },
    ],
    unit: metric.unit,
  };
}

/** Every week (by its Monday) or month that the period touches, the empty ones too. */
export function bucketsOf({ from, to }: Period, weekly: boolean): string[] {
  const buckets: string[] = [];
  let at: Day = weekly ? startOfWeek(from) : startOfMonth(from);
  while (at <= to) {
    buckets.push(weekly ? at : at.slice(0, 7));
    at = weekly ? addDays(at, 7) : addMonths(at, 1);
  }
  return buckets;
}
