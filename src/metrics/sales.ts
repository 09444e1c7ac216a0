import { sql } from 'kysely';
import { countDistinctIf, countIf, type SqlBridge } from '../database/dialect.ts';
import { defineMetric, type Measure } from './metric.ts';
import { spreadOfAmounts, spreadOfSizes, spreadOfTimes } from './spread.ts';

const owner = '销售总监';
const version = '2026-11';

/** Contracts that count as 成交 (decision 3): in force or fulfilled. */
const signed = () => sql`t.status in ('effective', 'completed')`;
const contractAmount: Measure = {
  table: 'cm_contracts',
  at: 'signed_on',
  where: signed,
  value: (db) => db.sumFen(sql`t.amount`),
  perLine: (db) => db.sumFen(sql`l.amount`),
};
const contractCount: Measure = {
  table: 'cm_contracts',
  at: 'signed_on',
  where: signed,
  value: () => sql<number>`count(distinct t.contract_id)`,
  perLine: () => sql<number>`count(distinct t.contract_id)`,
};
const contractCustomers: Measure = {
  table: 'cm_contracts',
  at: 'signed_on',
  where: signed,
  value: () => sql<number>`count(distinct t.customer_id)`,
  perLine: () => sql<number>`count(distinct t.customer_id)`,
};

export const wonAmount = defineMetric({
  id: 'won_amount',
  name: '成交金额',
  aliases: ['成交额', '销售额', '合同额', '签约额', '业绩', '营收', '流水'],
  english: 'bookings',
  unit: 'fen',
  layer: 'managerial',
  definition:
    '执行中和已完成合同的金额合计,按签约日期归期。草稿、审批中、驳回和作废的合同不算;一分钱没回也算,回款另看。按产品看时取合同明细行的金额。',
  sources: ['cm_contracts'],
  owner,
  version,
  items: [25],
  moreIsBetter: true,
  computation: { kind: 'sum', measure: contractAmount, spread: spreadOfAmounts(contractAmount) },
});

export const wonCount = defineMetric({
  id: 'won_count',
  name: '成交单数',
  aliases: ['单数', '签单数', '成交订单数', '合同数', '订单数'],
  english: 'deals won',
  unit: 'count',
  layer: 'managerial',
  definition: '执行中和已完成合同的份数,按签约日期归期。一个客户签两份算两单。',
  sources: ['cm_contracts'],
  owner,
  version,
  items: [24],
  moreIsBetter: true,
  computation: { kind: 'sum', measure: contractCount },
});

export const wonCustomers = defineMetric({
  id: 'won_customers',
  name: '成交客户数',
  aliases: ['签约客户数'],
  english: 'customers won',
  unit: 'count',
  layer: 'managerial',
  definition: '期间内签过执行中或已完成合同的客户,一个客户只算一次。',
  sources: ['cm_contracts'],
  owner,
  version,
  items: [24],
  moreIsBetter: true,
  computation: { kind: 'distinct', measure: contractCustomers },
});

export const avgOrderValue = defineMetric({
  id: 'avg_order_value',
  name: '客单价',
  aliases: ['平均客单价', '平均订单金额', '平均单价', 'AOV'],
  english: 'average order value',
  unit: 'fen',
  layer: 'managerial',
  definition: '成交金额 ÷ 成交单数,按签约日期归期。分组后的客单价各自相除,不是平均数再平均。',
  sources: ['cm_contracts'],
  owner,
  version,
  items: [29],
  moreIsBetter: true,
  computation: {
    kind: 'ratio',
    numerator: contractAmount,
    denominator: contractCount,
    spread: spreadOfSizes(contractAmount),
  },
});

const closed = () => sql`t.outcome in ('won', 'lost')`;
const wonMeasure: Measure = {
  table: 'cm_opportunities',
  at: 'closed_at',
  where: closed,
  value: () => countIf(sql`t.outcome = 'won'`),
};
const lostMeasure: Measure = {
  table: 'cm_opportunities',
  at: 'closed_at',
  where: closed,
  value: () => countIf(sql`t.outcome = 'lost'`),
};
const closedMeasure: Measure = {
  table: 'cm_opportunities',
  at: 'closed_at',
  where: closed,
  value: () => sql<number>`count(*)`,
};

export const wonOpportunities = defineMetric({
  id: 'won_opportunities',
  name: '赢单数',
  aliases: ['赢单'],
  english: 'opportunities won',
  unit: 'count',
  layer: 'managerial',
  definition: '期间内关闭为赢单的商机数,按关闭时间归期。',
  sources: ['cm_opportunities'],
  owner,
  version,
  items: [14],
  moreIsBetter: true,
  computation: { kind: 'sum', measure: wonMeasure },
});

export const lostOpportunities = defineMetric({
  id: 'lost_opportunities',
  name: '丢单数',
  aliases: ['丢单', '输单', '输单数'],
  english: 'opportunities lost',
  unit: 'count',
  layer: 'managerial',
  definition: '期间内关闭为丢单的商机数,按关闭时间归期。作废的商机不算。丢单说的是商机,客户流失另看。',
  sources: ['cm_opportunities'],
  owner,
  version,
  items: [10, 17],
  moreIsBetter: false,
  computation: { kind: 'sum', measure: lostMeasure },
});

export const winRate = defineMetric({
  id: 'win_rate',
  name: '赢单率',
  aliases: ['成交率', '赢率', '胜率', '签单率'],
  english: 'win rate (won / won + lost)',
  unit: 'ratio',
  layer: 'managerial',
  definition: '赢单数 ÷(赢单数 + 丢单数),按商机关闭时间归期。还没有结果的商机和作废的商机都不进分母。',
  sources: ['cm_opportunities'],
  owner,
  version,
  items: [13, 14],
  moreIsBetter: true,
  computation: { kind: 'ratio', numerator: wonMeasure, denominator: closedMeasure },
});

export const lossRate = defineMetric({
  id: 'loss_rate',
  name: '丢单率',
  aliases: ['输单率'],
  english: 'loss rate (lost / won + lost)',
  unit: 'ratio',
  layer: 'managerial',
  definition: '丢单数 ÷(赢单数 + 丢单数),按商机关闭时间归期,与赢单率相加为 100 %。',
  sources: ['cm_opportunities'],
  owner,
  version,
  items: [17],
  moreIsBetter: false,
  computation: { kind: 'ratio', numerator: lostMeasure, denominator: closedMeasure },
});

const secondsToWin = (db: SqlBridge) =>
  sql`case when t.outcome = 'won' then ${db.seconds(sql`t.created_at`, sql`t.closed_at`)} end`;
const cycleSeconds: Measure = {
  table: 'cm_opportunities',
  at: 'closed_at',
  where: closed,
  value: (db) => db.sumOf(secondsToWin(db)),
};

export const salesCycle = defineMetric({
  id: 'sales_cycle',
  name: '平均成交周期',
  aliases: ['成交周期', '销售周期', '签单周期', '销售周期长度'],
  english: 'average sales cycle',
  unit: 'days',
  layer: 'managerial',
  definition: '赢单商机从创建到关闭的天数,取平均,按关闭时间归期。丢单和还在跟的商机不算。',
  sources: ['cm_opportunities'],
  owner,
  version,
  items: [26],
  moreIsBetter: false,
  computation: {
    kind: 'ratio',
    numerator: cycleSeconds,
    denominator: wonMeasure,
    scale: 1 / 86_400,
    spread: spreadOfTimes(cycleSeconds, secondsToWin),
  },
});

export const salesCycleMedian = defineMetric({
  id: 'sales_cycle_median',
  name: '成交周期中位数',
  aliases: ['周期中位数'],
  english: 'median sales cycle',
  unit: 'days',
  layer: 'managerial',
  definition: '赢单商机从创建到关闭的天数,取正中间的一单:一半比它快,一半比它慢,不受个别长单影响。',
  sources: ['cm_opportunities'],
  owner,
  version,
  items: [26],
  moreIsBetter: false,
  computation: { kind: 'derived' },
});

export const newOpportunities = defineMetric({
  id: 'new_opportunities',
  name: '新增商机',
  aliases: ['新增商机数', '新商机'],
  english: 'opportunities created',
  unit: 'count',
  layer: 'operational',
  definition: '期间内创建的商机数,按创建时间归期,不论后来怎样。',
  sources: ['cm_opportunities'],
  owner,
  version,
  items: [10],
  moreIsBetter: true,
  computation: {
    kind: 'sum',
    measure: { table: 'cm_opportunities', at: 'created_at', value: () => sql<number>`count(*)` },
  },
});

export const quoteCount = defineMetric({
  id: 'quote_count',
  name: '报价次数',
  aliases: ['报价数', '报价单数'],
  english: 'quotes sent',
  unit: 'count',
  layer: 'operational',
  definition: '期间内发出的正式报价单份数,按发出时间归期;草稿不算。',
  sources: ['cm_quotes'],
  owner,
  version,
  items: [15],
  moreIsBetter: true,
  computation: { kind: 'sum', measure: { table: 'cm_quotes', at: 'sent_at', value: () => sql<number>`count(*)` } },
});

export const repeatCustomers = defineMetric({
  id: 'repeat_customers',
  name: '老客户再签数',
  aliases: ['再签客户数'],
  english: 'customers with a renewed contract',
  unit: 'count',
  layer: 'managerial',
  definition: '期间内签了续约合同(合同上写明续自哪一份)的客户,一个客户只算一次。',
  sources: ['cm_contracts'],
  owner,
  version,
  items: [30],
  moreIsBetter: true,
  computation: {
    kind: 'distinct',
    measure: {
      table: 'cm_contracts',
      at: 'signed_on',
      where: signed,
      value: () => countDistinctIf(sql`t.customer_id`, sql`t.renews_contract_id is not null`),
      perLine: () => countDistinctIf(sql`t.customer_id`, sql`t.renews_contract_id is not null`),
    },
  },
});

export const renewedOrders = defineMetric({
  id: 'renewed_orders',
  name: '续约单数',
  aliases: [],
  english: 'renewed orders',
  unit: 'count',
  layer: 'managerial',
  definition: '成交单数里写明续自哪一份合同的份数,按签约日期归期。续约多半不走商机,所以成交单数常比赢单数多。',
  sources: ['cm_contracts'],
  owner,
  version,
  items: [24, 30],
  moreIsBetter: true,
  computation: {
    kind: 'sum',
    measure: {
      table: 'cm_contracts',
      at: 'signed_on',
      where: signed,
      value: () => countIf(sql`t.renews_contract_id is not null`),
      perLine: () => countDistinctIf(sql`t.contract_id`, sql`t.renews_contract_id is not null`),
    },
  },
});

export const salesMetrics = [
  wonAmount,
  wonCount,
  wonCustomers,
  avgOrderValue,
  wonOpportunities,
  lostOpportunities,
  winRate,
  lossRate,
  salesCycle,
  salesCycleMedian,
  newOpportunities,
  quoteCount,
  repeatCustomers,
  renewedOrders,
] as const;
