import type { ChartFrame, ChartSpec } from '../charts/spec.ts';
import type { Cell, Part } from '../metrics/engine.ts';
import type { Metric } from '../metrics/metric.ts';

interface Crossed {
  readonly parts: readonly Part[];
  at(metric: Metric): Cell | undefined;
}

/** More rows and columns than these cannot be read on a phone. */
const mostRows = 12;
const mostColumns = 6;

/** Two dimensions crossed; what never happened together stays blank, which is not zero. */
export function salesHeatmap(rows: readonly Crossed[], metric: Metric, frame: ChartFrame): ChartSpec | null {
  const weight = (index: 0 | 1): string[] => {
    const sums = new Map<string, number>();
    for (const row of rows) {
      const name = row.parts[index]?.name ?? '';
      sums.set(name, (sums.get(name) ?? 0) + (row.at(metric)?.value ?? 0));
    }
    return [...sums].sort((a, b) => b[1] - a[1]).map(([name]) => name);
  };
  const [down, across] = [weight(0).slice(0, mostRows), weight(1).slice(0, mostColumns)];
  if (down.length === 0 || across.length === 0) return null;
  return {
    ...frame,
    kind: 'heatmap',
    rows: down,
    columns: across,
    values: down.map((row) =>
      across.map((column) => {
        const found = rows.find(({ parts }) => parts[0]?.name === row && parts[1]?.name === column);
        return found?.at(metric)?.value ?? null;
      }),
    ),
    unit: metric.unit,
  };
}
