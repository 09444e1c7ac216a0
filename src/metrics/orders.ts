import { sql } from 'kysely';
import { countIf } from '../database/dialect.ts';
import { derivedFor } from './derived.ts';
import { defineMetric, type Measure, type Metric } from './metric.ts';

const owner = '销售总监';
const version = '2026-11';
const derived = derivedFor(owner, version);

const signed = () => sql`t.status in ('effective', 'completed')`;
/** An order is to be done by the last day of its contract. */
const due = (value: Measure['value']): Measure => ({ table: 'cm_contracts', at: 'ends_on', where: signed, value });
const dueOrders = due(() => sql<number>`count(*)`);
const completedOrders = due(() => countIf(sql`t.status = 'completed'`));

export const orderCompletionRate = defineMetric({
  id: 'order_completion_rate',
  name: '订单完成率',
  aliases: ['合同完成率', '订单履约率'],
  english: 'order completion (completed / due)',
  unit: 'ratio',
  layer: 'operational',
  definition:
    '期间内到期(该做完)的合同中,状态已经是「已完成」的 ÷ 全部,按合同到期日归期;还没到期的不进分母,草稿、审批中、驳回和作废的不算。',
  sources: ['cm_contracts'],
  owner,
  version,
  items: [18],
  moreIsBetter: true,
  computation: { kind: 'ratio', numerator: completedOrders, denominator: dueOrders },
});

export const ordersDue = defineMetric({
  id: 'orders_due',
  name: '该完成的订单',
  aliases: ['到期订单数'],
  english: 'orders due',
  unit: 'count',
  layer: 'operational',
  definition: '到期日落在期间内、到今天已经到期的执行中和已完成合同份数。',
  sources: ['cm_contracts'],
  owner,
  version,
  items: [18],
  moreIsBetter: null,
  computation: { kind: 'sum', measure: dueOrders },
});

export const ordersLate = derived({
  id: 'orders_late',
  name: '到期没完成的订单',
  english: 'orders past their end and not completed',
  unit: 'count',
  layer: 'operational',
  definition: '期间内到期、到今天状态还是「执行中」的合同份数:没做完,或者做完了没改状态。',
  items: [18],
  moreIsBetter: false,
  sources: ['cm_contracts'],
});

export const orderLateDays = derived({
  id: 'order_late_days',
  name: '过期天数',
  english: 'days past the end of the contract',
  unit: 'days',
  layer: 'operational',
  definition: '合同到期日到今天的天数。',
  items: [18],
  moreIsBetter: false,
  sources: ['cm_contracts'],
});

const created = (value: Measure['value']): Measure => ({ table: 'cm_opportunities', at: 'created_at', value });
const opportunities = created(() => sql<number>`count(*)`);
const withOrder = created((_, span, rows) =>
  countIf(
    sql`exists (select 1 from ${rows.contractAttributes()} as k where k.opportunity_id = t.opportunity_id
      and k.status in ('effective', 'completed') and k.signed_on < ${span.matured})`,
  ),
);

export const orderConversion = defineMetric({
  id: 'order_conversion',
  name: '订单转化率',
  aliases: ['商机→订单转化率', '商机签约率'],
  english: 'order conversion (opportunities with an order / created)',
  unit: 'ratio',
  layer: 'operational',
  definition:
    '商机→订单:期间内新建的商机中,期末加观察期之内签了合同(执行中或已完成)的 ÷ 全部,按商机创建时间归期。观察期是期末到今天、最多 conversionLagDays 天(默认 90),对比的那段给一样长。一个商机签几份只算一次;没有商机的合同(如续费)不算。',
  sources: ['cm_opportunities', 'cm_contracts'],
  owner,
  version,
  items: [18],
  moreIsBetter: true,
  computation: { kind: 'ratio', numerator: withOrder, denominator: opportunities },
});

export const orderMetrics: readonly Metric[] = [
  orderCompletionRate,
  ordersDue,
  ordersLate,
  orderLateDays,
  orderConversion,
];
