import { sql } from 'kysely';
import { defineMetric, type Measure } from './metric.ts';
import { spreadOfAmounts } from './spread.ts';

const owner = '财务主管';
const version = '2026-11';

const due = () => sql`t.status <> 'void'`;
const dueAmount: Measure = {
  table: 'cm_payment_plans',
  at: 'due_on',
  where: due,
  value: (db) => db.sumFen(sql`t.amount`),
};
/** What came in above a plan's amount belongs to another plan: a rate never passes 100 %. */
const received = sql`(case when coalesce(t.paid_amount, 0) > t.amount then t.amount when coalesce(t.paid_amount, 0) < 0 then 0 else coalesce(t.paid_amount, 0) end)`;
const receivedOfDue: Measure = {
  table: 'cm_payment_plans',
  at: 'due_on',
  where: due,
  value: (db) => db.sumFen(received),
};

const paid: Measure = {
  table: 'cm_payments',
  at: 'paid_on',
  where: () => sql`t.status = 'confirmed'`,
  value: (db) => db.sumFen(sql`t.amount`),
};

export const paymentAmount = defineMetric({
  id: 'payment_amount',
  name: '回款金额',
  aliases: ['回款', '回款额', '到账', '收款'],
  english: 'payments received',
  unit: 'fen',
  layer: 'managerial',
  definition: '已确认到账的回款合计,按到账日期归期。待确认、驳回和作废的不算;退款记负数,会抵减。',
  sources: ['cm_payments'],
  owner,
  version,
  items: [32],
  moreIsBetter: true,
  computation: { kind: 'sum', measure: paid, spread: spreadOfAmounts(paid) },
});

export const paymentDueAmount = defineMetric({
  id: 'payment_due_amount',
  name: '应收金额',
  aliases: ['应收', '应回款'],
  english: 'amount due',
  unit: 'fen',
  layer: 'managerial',
  definition: '回款计划中到期日落在期间内的金额合计;作废的计划不算。',
  sources: ['cm_payment_plans'],
  owner,
  version,
  items: [32],
  moreIsBetter: null,
  computation: { kind: 'sum', measure: dueAmount },
});

export const paymentReceivedOfDue = defineMetric({
  id: 'payment_received_of_due',
  name: '应收中已收',
  aliases: ['已收金额'],
  english: 'received of the amount due',
  unit: 'fen',
  layer: 'managerial',
  definition: '到期日落在期间内的回款计划到现在已收的金额;多收的不超过计划本身。',
  sources: ['cm_payment_plans'],
  owner,
  version,
  items: [32],
  moreIsBetter: true,
  computation: { kind: 'sum', measure: receivedOfDue },
});

export const paymentRate = defineMetric({
  id: 'payment_rate',
  name: '回款率',
  aliases: ['收款率', '回款完成率'],
  english: 'collection rate (received / due)',
  unit: 'ratio',
  ends: 'fen',
  layer: 'managerial',
  definition: '已收 ÷ 应收:分母是到期日在期间内的回款计划金额,分子是这些计划到现在已收的金额。还没到期的不进分母。',
  sources: ['cm_payment_plans'],
  owner,
  version,
  items: [32],
  moreIsBetter: true,
  computation: { kind: 'ratio', numerator: receivedOfDue, denominator: dueAmount },
});

export const paymentOverdueAmount = defineMetric({
  id: 'payment_overdue_amount',
  name: '逾期未收',
  aliases: ['逾期金额', '欠款', '逾期'],
  english: 'overdue amount',
  unit: 'fen',
  layer: 'managerial',
  definition: '期间内到期的回款计划里,到期日已过、还没收到的金额(到期当天不算逾期)。',
  sources: ['cm_payment_plans'],
  owner,
  version,
  items: [32],
  moreIsBetter: false,
  computation: {
    kind: 'sum',
    measure: {
      table: 'cm_payment_plans',
      at: 'due_on',
      where: due,
      value: (db, { today }) => db.sumFen(sql`(case when t.due_on < ${today} then t.amount - ${received} else 0 end)`),
    },
  },
});

export const collectionMetrics = [
  paymentAmount,
  paymentDueAmount,
  paymentReceivedOfDue,
  paymentRate,
  paymentOverdueAmount,
] as const;
