import { formatCount, formatRate } from '../figures/format.ts';
import { ratioOf } from '../figures/rate.ts';
import { csat, surveyCsat, ticketCount } from '../metrics/service.ts';
import { periodCommand } from './captions.ts';
import { rateOf } from './figure-of.ts';
import { type MetricReport, metricFindings } from './metric-report.ts';
import { dueIn } from './next-steps.ts';
import { oddParts } from './part-rows.ts';
import { defineReport } from './report.ts';

const report: MetricReport = {
  command: '满意度',
  main: csat,
  beside: [surveyCsat, ticketCount],
  noun: '',
  sought: { noun: '工单', command: '满意度', table: 'cm_tickets', at: 'created_at' },
  cuts: ['product', 'industry'],
  picture: 'agent',
  say: ({ cells, question }) => {
    if (question.groupBy.length > 0) return [];
    const rated = rateOf(cells.total(csat)).denominator;
    const tickets = cells.total(ticketCount).value ?? 0;
    const survey = cells.all.some(({ metric }) => metric === surveyCsat) ? rateOf(cells.total(surveyCsat)) : null;
    return [
      [
        `${formatCount(tickets)} 张工单里 ${formatCount(rated)} 张评了分${survey === null || survey.denominator === 0 ? '' : `;回访问卷的满意度是 ${formatRate(survey)}`}。`,
      ],
    ];
  },
  advise: ({ rows, by, question }) => {
    const low = oddParts(rows, csat).odd.find(({ higher }) => !higher);
    if (low === undefined) return [];
    return [
      {
        text:
          by[0] === 'agent'
            ? `听 ${low.row.name} 近期评分低的几通,找出共同的问题`
            : `把${low.row.name}评 1 到 3 分的逐张看,找出共同的原因`,
        who: null,
        due: dueIn(question, 5),
        command: `投诉 ${periodCommand(question)}`,
      },
    ];
  },
  note: ({ cells }) =>
    ratioOf(rateOf(cells.total(csat))) === null
      ? ['没人评分就没有满意度,不是 0。']
      : ['5 分制里 4 分和 5 分算满意;没评分的不进分母。'],
};

/** 满意度 (items 28, 62): of the rated tickets those with 4 or 5; beside it what surveys say. */
export const csatReport = defineReport({
  intent: 'csat',
  items: [28, 62],
  defaultPeriod: 'this_month',
  overTime: true,
  dimensions: [
    'agent',
    'product',
    'product_line',
    'owner',
    'region',
    'department',
    'industry',
    'grade',
    'city',
    'size',
  ],
  needs: ['tickets'],
  run: (company, question) => metricFindings(company, question, report),
});
