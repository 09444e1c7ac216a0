import { sql } from 'kysely';
import { addDays, startOf } from '../calendar/day.ts';
import { describePeriod, type Period, periodName } from '../calendar/period.ts';
import type { Figure } from '../figures/figure.ts';
import { formatCount } from '../figures/format.ts';
import { readFlow } from '../metrics/funnel-flow.ts';
import type { Line } from '../replies/reply.ts';
import { chartFooter, whose } from './captions.ts';
import { notYet } from './funnel-empty.ts';
import { closedWords } from './funnel-flow.ts';
import { type Company, defineReport, nothingFound, type Question } from './report.ts';

/** 新增与流失: what came into the pipeline and what left it since a day, with its new customers beside (item 10). */
export const pipelineChangesReport = defineReport({
  intent: 'pipeline_changes',
  items: [10, 23],
  defaultPeriod: 'yesterday',
  dimensions: [],
  needs: ['opportunities', 'stage_events'],
  async run(company, question) {
    const { period } = question;
    if (period === null)
      return nothingFound('要看哪段时间的变动', '请带上时间,比如「商机变动 昨天」或「商机变动 本周」。');
    if (period.from > question.moment.today) return notYet(period, question, '商机变动');
    const flow = await readFlow(company.crm, company.stages, { ...question, period });
    const customers = await readNewCustomers(company, question, period);
    const lostCustomers = await readLostCustomers(company, question, period);
    const start = flow.steps.reduce((sum, step) => sum + step.atStart, 0);
    const end = flow.steps.reduce((sum, step) => sum + step.still, 0);
    const left = flow.steps.reduce((sum, step) => sum + step.leftFunnel, 0);
    const name = periodName(period);
    const quiet = flow.created + flow.won + flow.lost + flow.reopened + customers === 0;
    const title = quiet
      ? `${name}没有新增也没有流失`
      : `${name}新增 ${formatCount(customers)} 家客户、${formatCount(flow.created)} 个商机,丢了 ${formatCount(flow.lost)} 个`;
    const headline: Figure[] = [
      { metric: 'new_customers', label: '新增客户', unit: 'count', value: customers },
      { metric: 'flow_created', label: '新进商机', unit: 'count', value: flow.created },
      { metric: 'flow_won', label: '流转成交', unit: 'count', value: flow.won },
      { metric: 'flow_lost', label: '流转丢单', unit: 'count', value: flow.lost },
      { metric: 'lost_deal_customers', label: '丢单涉及客户', unit: 'count', value: lostCustomers },
    ];
    const leak = flow.steps.reduce((most, step) => (step.lost > most.lost ? step : most));
    const stock =
      start === end
        ? `在跟商机还是 ${formatCount(end)} 个`
        : `在跟商机从 ${formatCount(start)} 个变成 ${formatCount(end)} 个`;
    const narrative: Line[] = quiet
      ? [[`${whose(question)}${name}没有新客户和新商机,也没有成交和丢单,${stock}。`]]
      : [
          [
            `${whose(question)}${name}新增 `,
            { strong: `${formatCount(customers)} 家客户` },
            `、${formatCount(flow.created)} 个商机,${closedWords('成交', flow.won, flow.wonFen)},${closedWords('丢单', flow.lost, flow.lostFen)}。`,
          ],
          [stock, leak.lost > 1 ? `,丢得最多的是${leak.stage},${formatCount(leak.lost)} 个。` : '。'],
        ];
    return {
      title,
      mode: null,
      headline,
      figures: [
        ...headline,
        { metric: 'flow_reopened', label: '重新打开', unit: 'count', value: flow.reopened },
        { metric: 'flow_at_start', label: '期初在跟', unit: 'count', value: start },
        { metric: 'flow_still', label: '期末在跟', unit: 'count', value: end },
        ...flow.steps.flatMap((step): Figure[] => [
          { metric: 'flow_entered', label: '进入', unit: 'count', value: step.entered, dims: { stage: step.stage } },
          { metric: 'flow_lost', label: '流转丢单', unit: 'count', value: step.lost, dims: { stage: step.stage } },
        ]),
      ],
      narrative,
      advice:
        flow.lost > flow.created && flow.lost > 1
          ? [
              {
                text: '丢的比进来的多,先看丢单原因,再看线索够不够',
                who: null,
                due: addDays(question.moment.today, 2),
                command: `丢单明细 ${name}`,
              },
            ]
          : [],
      chart: {
        kind: 'waterfall',
        title,
        subtitle: `商机变动 · ${describePeriod(period, question.moment.today)}`,
        footer: chartFooter(company, question),
        unit: 'count',
        steps: [
          { label: '期初在跟', value: start, total: true },
          { label: '新增', value: flow.created },
          ...(flow.reopened === 0 ? [] : [{ label: '重新打开', value: flow.reopened }]),
          { label: '成交', value: -flow.won },
          { label: '丢单', value: -flow.lost },
          ...(left === 0 ? [] : [{ label: '移出漏斗', value: -left }]),
          { label: '期末在跟', value: end, total: true },
        ],
      },
      table: {
        columns: ['阶段', '进入', '往前', '丢单', '退回'],
        rows: flow.steps.map((step) => [
          step.stage,
          ...[step.entered, step.advanced, step.lost, step.movedBack].map((n) => formatCount(n)),
        ]),
        numeric: [false, true, true, true, true],
      },
      notes: ['丢单是商机没成,不等于客户流失;客户流失看「流失率」。丢单含判为无效的。'],
      choices: [
        { label: '丢单明细', command: `丢单明细 ${name}` },
        { label: '现在的漏斗', command: '漏斗 当前' },
        { label: '流失率', command: '流失率' },
      ],
    };
  },
});

/** Customers created in the period, up to now. */
async function readNewCustomers({ crm }: Company, question: Question, period: Period): Promise<number> {
  const [row] = await crm.read<{ customers: number }>(
    question.scope,
    ({ rows }) => sql`select count(*) as customers from ${rows.of('cm_customers', question.filter)} as c
      where c.created_at >= ${startOf(period.from)} and c.created_at < ${startOf(addDays(period.to, 1))}
        and c.created_at <= ${question.moment.wall}`,
  );
  return Number(row?.customers ?? 0);
}

/** Distinct customers of the opportunities that were closed as lost or invalid in the period. */
async function readLostCustomers({ crm }: Company, question: Question, period: Period): Promise<number> {
  const [row] = await crm.read<{ customers: number }>(
    question.scope,
    ({ rows }) => sql`select count(distinct o.customer_id) as customers
      from ${rows.of('cm_opportunities', question.filter)} as o
      where o.closed_at >= ${startOf(period.from)} and o.closed_at < ${startOf(addDays(period.to, 1))}
        and o.closed_at <= ${question.moment.wall} and o.outcome in ('lost', 'invalid')`,
  );
  return Number(row?.customers ?? 0);
}
