import { formatCount, formatMoney, unknown } from '../figures/format.ts';
import { type LateOrder, readLateOrders } from '../metrics/late-orders.ts';
import { orderCompletionRate, orderLateDays, ordersDue, ordersLate } from '../metrics/orders.ts';
import { wonCount } from '../metrics/sales.ts';
import { unanswerable } from './empty-period.ts';
import { plainFigure } from './figure-of.ts';
import { type MetricReport, metricFindings } from './metric-report.ts';
import { doerFor, dueIn, leaderOf } from './next-steps.ts';
import { ownerName } from './owner-name.ts';
import { type Advice, type Company, defineReport, type Findings, type Question } from './report.ts';

const listed = 20;

const report: MetricReport = {
  command: '订单完成率',
  main: orderCompletionRate,
  beside: [ordersDue, wonCount],
  noun: '',
  sought: { noun: '到期的订单', command: '订单完成率', table: 'cm_contracts', at: 'ends_on' },
  cuts: ['industry'],
};

/** 订单完成率 (item 18): of the orders that should be done, how many are; and which are not. */
export const orderCompletionReport = defineReport({
  intent: 'order_completion',
  items: [18],
  defaultPeriod: 'this_quarter',
  overTime: true,
  dimensions: ['owner', 'region', 'department', 'industry', 'grade', 'channel', 'city', 'size'],
  needs: ['contracts'],
  run: async (company, question) => {
    const refused = unanswerable(question, report.command);
    if (refused !== null) return refused;
    const period = question.period!;
    const { scope, filter, moment } = question;
    const [found, late] = await Promise.all([
      metricFindings(company, question, report),
      readLateOrders(company.crm, { scope, filter, moment, period }),
    ]);
    if (found.headline.length === 0 || (question.slots.grain !== undefined && question.groupBy.length === 0))
      return found;
    return withLate(company, question, found, late);
  },
});

function withLate(company: Company, question: Question, found: Findings, late: readonly LateOrder[]): Findings {
  const whole = question.groupBy.length === 0;
  const figure = plainFigure(ordersLate, late.length);
  return {
    ...found,
    headline: whole ? [found.headline[0]!, figure, ...found.headline.slice(1)].slice(0, 5) : found.headline,
    figures: [
      ...found.figures,
      figure,
      ...late
        .slice(0, listed)
        .map((order) =>
          plainFigure(orderLateDays, order.days, { customer: order.customer ?? unknown, contract: order.contractId }),
        ),
    ],
    narrative: [...found.narrative.slice(0, 3), lateLine(company, late)],
    advice: adviceOf(company, question, late),
    table:
      whole && late.length > 0
        ? {
            columns: ['客户', '合同', '金额', '到期', '过期', '负责人'],
            rows: late
              .slice(0, listed)
              .map((order) => [
                order.customer ?? unknown,
                order.number ?? order.contractId,
                formatMoney(order.amountFen),
                order.endsOn,
                `${order.days} 天`,
                ownerName(company.directory, order.ownerId),
              ]),
            numeric: [false, false, true, false, true, false],
          }
        : found.table,
    notes: [
      '按合同到期日归期,还没到期的不算;成交单数是同期新签的,两者不能相除。',
      ...(late.length > listed ? [`没完成的只列 ${listed} 份。`] : []),
    ],
  };
}

function lateLine(company: Company, late: readonly LateOrder[]) {
  const first = late[0];
  if (first === undefined) return ['到期的都完成了。'];
  const amount = late.reduce((all, { amountFen }) => all + amountFen, 0);
  return [
    { warning: `${formatCount(late.length)} 份到期还没完成` },
    `,合同额 ${formatMoney(amount)};最久的是${first.customer ?? first.number ?? '没写客户的合同'},过了 ${first.days} 天,${ownerName(company.directory, first.ownerId)}负责。`,
  ];
}

function adviceOf(company: Company, question: Question, late: readonly LateOrder[]): Advice[] {
  const first = late[0];
  if (first === undefined) return [];
  const counts = new Map<string, number>();
  for (const { ownerId } of late) if (ownerId !== null) counts.set(ownerId, (counts.get(ownerId) ?? 0) + 1);
  const [most] = [...counts].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
  return [
    {
      text: `核对${first.customer ?? first.number ?? ''}这份:没做完就定完成日,做完了就把合同改成已完成`,
      who: first.ownerId === null ? null : doerFor(company, first.ownerId),
      due: dueIn(question, 2),
      command: first.customer === null ? null : `客户 ${first.customer}`,
    },
    ...(most === undefined || most[1] < 3
      ? []
      : [
          {
            text: `和${ownerName(company.directory, most[0])}过一遍手里 ${formatCount(most[1])} 份到期没完成的`,
            who: leaderOf(company, most[0]),
            due: dueIn(question, 4),
            command: `订单完成率 ${ownerName(company.directory, most[0])}`,
          },
        ]),
  ];
}
