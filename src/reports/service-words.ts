import { attributeSum } from '../figures/attribution.ts';
import { formatCount } from '../figures/format.ts';
import { countsDiffer } from '../figures/rate.ts';
import type { Metric } from '../metrics/metric.ts';
import type { Line } from '../replies/reply.ts';
import type { Measured } from './metric-report.ts';
import { partSums } from './sales-cuts.ts';

/** One part of one cut that carries a rise or fall of a count. */
export interface Carried {
  readonly dimension: string;
  readonly name: string;
  readonly now: number;
  readonly before: number;
  /** Of the whole change. */
  readonly share: number;
}

/** For each cut by itself, the part that carries the change: a rise may sit in one region and in one product at once (S9). */
export function carriersByCut({ cells, groupings }: Measured, metric: Metric): Carried[] {
  return groupings.flatMap(({ by, grain }, index): Carried[] => {
    if (by.length !== 1 || grain !== undefined || by[0] === 'owner' || by[0] === 'agent') return [];
    const found = attributeSum([{ dimension: by[0]!, parts: partSums(cells, metric, index) }]);
    if (found.kind !== 'carried' || found.carriers.length !== 1) return [];
    const { name, now, before, share } = found.carriers[0]!;
    return [{ dimension: by[0]!, name, now, before, share }];
  });
}

/** Whether a count moved by more than chance, and enough to look into. */
export function movedCount({ cells }: Measured, metric: Metric): boolean {
  const [now, before] = [cells.total(metric).value ?? 0, cells.total(metric, 1).value ?? 0];
  return countsDiffer(now, before);
}

/** `多出来的 18 个里,华南占 17 个(94 %),智能网关占 16 个(89 %)。` */
export function carriedLine(found: Measured, metric: Metric): Line | null {
  const [now, before] = [found.cells.total(metric).value ?? 0, found.cells.total(metric, 1).value ?? 0];
  const change = now - before;
  const carriers = carriersByCut(found, metric);
  // One cut is told by the change itself already.
  if (change === 0 || carriers.length < 2) return null;
  const parts = carriers.map(({ name, now: n, before: b, share }) =>
    share <= 1
      ? `${name}占 ${formatCount(Math.abs(n - b))} 个(${Math.round(share * 100)} %)`
      : `${name}${change > 0 ? '多' : '少'} ${formatCount(Math.abs(n - b))} 个,其他合计反而${change > 0 ? '少' : '多'}了`,
  );
  return [`拆开看,${change > 0 ? '多出来' : '少掉'}的 ${formatCount(Math.abs(change))} 个里,${parts.join(';')}。`];
}
