import { formatMoney, formatRatio } from '../figures/format.ts';
import { metricByWords } from '../metrics/catalogue.ts';
import {
  paymentAmount,
  paymentDueAmount,
  paymentOverdueAmount,
  paymentRate,
  paymentReceivedOfDue,
} from '../metrics/collection.ts';
import { type Measured, type MetricReport, metricFindings } from './metric-report.ts';
import { dueIn, leaderOf } from './next-steps.ts';
import { isKnown, sizeOf } from './part-rows.ts';
import { type Advice, defineReport } from './report.ts';

/** Received of what was due; amounts are too lumpy for a test of samples, so the money itself is said. */
const rateReport: MetricReport = {
  command: '回款率',
  main: paymentRate,
  beside: [paymentDueAmount, paymentReceivedOfDue, paymentOverdueAmount, paymentAmount],
  noun: '',
  sought: { noun: '到期的回款计划', command: '回款率', table: 'cm_payment_plans', at: 'due_on' },
  cuts: [],
  say: ({ cells, rows, by }) => {
    const overdue = cells.total(paymentOverdueAmount).value ?? 0;
    const due = cells.total(paymentDueAmount).value ?? 0;
    const worst = rows
      .filter(isKnown)
      .reduce<(typeof rows)[number] | null>(
        (most, row) =>
          most === null || sizeOf(row, paymentOverdueAmount) > sizeOf(most, paymentOverdueAmount) ? row : most,
        null,
      );
    if (due === 0) return [];
    if (overdue <= 0) return [['到期的都收到了,没有逾期。']];
    const most =
      worst === null || by.length === 0 || sizeOf(worst, paymentOverdueAmount) <= 0
        ? ''
        : `,其中${worst.name} ${formatMoney(sizeOf(worst, paymentOverdueAmount))},占 ${formatRatio(sizeOf(worst, paymentOverdueAmount) / overdue)}`;
    return [[{ warning: `逾期未收 ${formatMoney(overdue)}` }, `${most}。`]];
  },
  advise: (found) => adviceOf(found),
  note: () => ['回款率按到期日归期,还没到期的不进分母;同期到账的回款另算,两者不能相除。'],
};

const amountReport: MetricReport = {
  command: '回款金额',
  main: paymentAmount,
  beside: [],
  noun: '',
  sought: { noun: '到账', command: '回款金额', table: 'cm_payments', at: 'paid_on' },
  cuts: ['industry'],
};

function adviceOf({ company, question, rows, by, cells }: Measured): Advice[] {
  const overdue = cells.total(paymentOverdueAmount).value ?? 0;
  if (overdue <= 0) return [];
  const worst = [...rows]
    .filter(isKnown)
    .sort((a, b) => sizeOf(b, paymentOverdueAmount) - sizeOf(a, paymentOverdueAmount))[0];
  const key = by[0] === 'owner' ? (worst?.parts[0]?.key ?? null) : null;
  return [
    {
      text: `逐笔催逾期的 ${formatMoney(overdue)},先打金额最大的几笔,约好到账日`,
      who: key === null ? null : (leaderOf(company, key) ?? null),
      due: dueIn(question, 2),
      command: worst === undefined || by.length === 0 ? '逾期回款' : `逾期回款 ${worst.parts[0]!.name}`,
    },
  ];
}

/** 回款率 (item 32): received of what fell due in the period; 回款金额 alone is what arrived in it. */
export const paymentRateReport = defineReport({
  intent: 'payment_rate',
  items: [32, 38],
  defaultPeriod: 'this_month',
  overTime: true,
  dimensions: ['owner', 'region', 'department', 'industry', 'grade', 'channel', 'city', 'size'],
  needs: ['payment_plans'],
  run: (company, question) => {
    const named = question.slots.metric === undefined ? undefined : metricByWords(question.slots.metric);
    return metricFindings(company, question, named === paymentAmount ? amountReport : rateReport);
  },
});
