import { addDays, addMonths, type Day, startOfMonth, startOfWeek } from '../calendar/day.ts';
import type { Period } from '../calendar/period.ts';
import type { ChartFrame, ChartSpec } from '../charts/spec.ts';
import type { Cells } from '../metrics/engine.ts';
import type { Metric } from '../metrics/metric.ts';

/** What a bar chart of one metric, now beside before, is drawn from. */
export interface SalesChartInput extends ChartFrame {
  readonly cells: Cells;
  readonly metric: Metric;
  /** Index of the grouping whose parts (or weeks, months) are the bars. */
  readonly grouping: number;
  readonly words: { readonly now: string; readonly before: string };
  readonly periods: { readonly now: Period; readonly before: Period };
}

/** More bars than these cannot be read on a phone: the smallest go into 其他. */
const mostBars = 12;

/** Parts in order of size, each beside what it was; or the weeks and months of one person in time's order. */
export function salesChart(input: SalesChartInput): ChartSpec | null {
  const { title, subtitle, footer, cells, metric, grouping, words, periods } = input;
  const frame = { title, subtitle, footer };
  const now = cells.of(metric, grouping, 0);
  const before = cells.of(metric, grouping, 1);
  if (now.length === 0 && before.length === 0) return null;
  if ([...now, ...before].some((cell) => cell.bucket !== null)) {
    const weekly = [...now, ...before].some((cell) => (cell.bucket ?? '').length === 10);
    const buckets = bucketsOf(periods.now, weekly);
    return {
      ...frame,
      kind: 'bar',
      direction: 'up',
      labels: buckets.map((bucket) => (weekly ? bucket.slice(5) : `${Number(bucket.slice(5))}月`)),
      series: [
        {
          label: metric.name,
          tone: 'ours',
          values: buckets.map((bucket) => now.find((cell) => cell.bucket === bucket)?.value ?? 0),
        },
      ],
      unit: metric.unit,
    };
  }
  const names = [...new Set([...now, ...before].map((cell) => cell.parts[0]?.name ?? ''))];
  // What has no cases has no rate (decision 19), and rates of several parts do not add up to one.
  const adds = metric.computation.kind !== 'ratio';
  const value = (side: typeof now, name: string): number | null =>
    side.find((cell) => cell.parts[0]?.name === name)?.value ?? (adds ? 0 : null);
  const size = (side: typeof now, name: string): number => value(side, name) ?? (adds ? 0 : -1);
  const sorted = names.sort((a, b) => size(now, b) - size(now, a));
  const [kept, rest] = !adds
    ? [sorted.slice(0, mostBars), []]
    : sorted.length > mostBars
      ? [sorted.slice(0, mostBars - 1), sorted.slice(mostBars - 1)]
      : [sorted, []];
  const series = (side: typeof now) => [
    ...kept.map((name) => value(side, name)),
    ...(rest.length === 0 ? [] : [rest.reduce((all, name) => all + size(side, name), 0)]),
  ];
  return {
    ...frame,
    kind: 'bar',
    direction: 'across',
    labels: [...kept, ...(rest.length === 0 ? [] : [`其他 ${rest.length} 个`])],
    series: [
      { label: words.now, tone: 'ours', values: series(now) },
      { label: words.before, tone: 'other', values: series(before) },
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
