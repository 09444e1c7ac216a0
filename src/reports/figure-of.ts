import type { Dimension } from '../commands/command.ts';
import type { Figure } from '../figures/figure.ts';
import type { Rate } from '../figures/rate.ts';
import type { Cell, Cells } from '../metrics/engine.ts';
import type { Metric } from '../metrics/metric.ts';

/** A measured number as a figure of the reply; parts become its `dims`, as people name them. */
export function figureOf(
  cell: Cell,
  by: readonly Dimension[] = [],
  more: Readonly<Record<string, string>> = {},
): Figure {
  const dims = {
    ...Object.fromEntries(by.map((dimension, i) => [dimension, cell.parts[i]?.name ?? ''])),
    ...(cell.bucket === null ? {} : { time: cell.bucket }),
    ...more,
  };
  const ends =
    cell.numerator === undefined || cell.denominator === undefined
      ? {}
      : { numerator: cell.numerator, denominator: cell.denominator };
  return {
    ...plainFigure(cell.metric, cell.value),
    ...ends,
    ...(Object.keys(dims).length === 0 ? {} : { dims }),
  };
}

/** A number that its report computed. */
export const plainFigure = (
  metric: Metric,
  value: number | null,
  dims?: Readonly<Record<string, string>>,
  missing?: string,
): Figure => ({
  metric: metric.id,
  label: metric.name,
  unit: metric.unit,
  value,
  ...(metric.ends === undefined ? {} : { ends: metric.ends }),
  ...(dims === undefined ? {} : { dims }),
  ...(value === null ? { missing: missing ?? whyMissing(metric) } : {}),
});

export const rateFigure = (metric: Metric, rate: Rate, dims?: Readonly<Record<string, string>>): Figure => ({
  ...plainFigure(metric, rate.denominator === 0 ? null : rate.numerator / rate.denominator, dims),
  numerator: rate.numerator,
  denominator: rate.denominator,
});

/** Decision 19: a missing number says why it is missing. */
function whyMissing({ computation, unit }: Metric): string {
  if (computation.kind === 'ratio') return unit === 'ratio' ? '期间内分母为 0' : '期间内没有可算的记录';
  return '没有记录';
}

/** Both ends of a measured ratio. */
export const rateOf = ({ numerator, denominator }: Cell): Rate => ({
  numerator: numerator ?? 0,
  denominator: denominator ?? 0,
});

/** A part's value by its key; 0 for a sum where nothing happened, null for a ratio without cases. */
export function valueAt(cells: Cells, metric: Metric, grouping: number, key: string, period = 0): number | null {
  const cell = cells.of(metric, grouping, period).find((c) => keyOf(c) === key);
  if (cell !== undefined) return cell.value;
  return metric.computation.kind === 'ratio' ? null : 0;
}

/** One text for a cell's parts and bucket: cells of different metrics with the same key stand side by side. */
export const keyOf = (cell: Cell): string => JSON.stringify([cell.parts.map((part) => part.key), cell.bucket]);
