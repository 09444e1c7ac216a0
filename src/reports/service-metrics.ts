import { formatCount, formatRate, formatValue } from '../figures/format.ts';
import { countsDiffer, differs, ratioOf } from '../figures/rate.ts';
import { metricByWords } from '../metrics/catalogue.ts';
import type { Metric } from '../metrics/metric.ts';
import {
  complaintCount,
  complaintRate,
  csat,
  firstResponseTime,
  resolutionRate,
  returnCount,
  ticketCount,
  unansweredTickets,
} from '../metrics/service.ts';
import type { Line } from '../replies/reply.ts';
import { periodCommand } from './captions.ts';
import { rateOf } from './figure-of.ts';
import { type Measured, type MetricReport, metricFindings } from './metric-report.ts';
import { dueIn, leaderOfRegion } from './next-steps.ts';
import { type Advice, defineReport } from './report.ts';
import { carriedLine, carriersByCut } from './service-words.ts';

/** What each metric stands with, so that one number never stands alone. */
const beside: Readonly<Record<string, readonly Metric[]>> = {
  [ticketCount.id]: [complaintCount, firstResponseTime, resolutionRate, csat],
  [complaintCount.id]: [complaintRate, returnCount, ticketCount, resolutionRate],
  [returnCount.id]: [complaintCount, ticketCount],
  [complaintRate.id]: [complaintCount, ticketCount],
  [firstResponseTime.id]: [ticketCount, unansweredTickets],
  [resolutionRate.id]: [ticketCount, complaintCount],
};

/** 2 hours until a person answers (item 20). */
const promisedHours = 2;

function say(main: Metric) {
  return (found: Measured): readonly Line[] => {
    const { cells, question, compared } = found;
    if (main.unit === 'count' && question.groupBy.length === 0) {
      const [now, before] = [cells.total(main).value ?? 0, cells.total(main, 1).value ?? 0];
      const carried = countsDiffer(now, before) ? carriedLine(found, main) : null;
      const lines: Line[] = carried === null ? [] : [carried];
      if (main === ticketCount) {
        const [complaints, complaintsBefore] = [cells.total(complaintCount), cells.total(complaintCount, 1)];
        lines.push([
          `首响平均 ${formatValue(cells.total(firstResponseTime).value, 'hours')},解决 ${formatRate(rateOf(cells.total(resolutionRate)))};投诉 ${formatCount(complaints.value ?? 0)} 个,${compared.words} ${formatCount(complaintsBefore.value ?? 0)} 个。`,
        ]);
      }
      return lines;
    }
    if (main === firstResponseTime) {
      const open = cells.total(unansweredTickets).value ?? 0;
      const value = cells.total(main).value;
      return [
        [
          `${value === null ? '' : value <= promisedHours ? `在 ${promisedHours} 小时的要求以内` : `超过 ${promisedHours} 小时的要求`}${open > 0 ? `;还有 ${formatCount(open)} 张没人回复,不在平均里` : ''}。`,
        ],
      ];
    }
    return [];
  };
}

function advise(main: Metric) {
  return (found: Measured): readonly Advice[] => {
    const { cells, question, company } = found;
    const advice: Advice[] = [];
    const problem = main === ticketCount ? complaintCount : main;
    const [now, before] = [cells.total(problem).value ?? 0, cells.total(problem, 1).value ?? 0];
    if (problem.unit === 'count' && now > before && countsDiffer(now, before)) {
      const carriers = carriersByCut(found, problem);
      const region = carriers.find(({ dimension }) => dimension === 'region');
      const product = carriers.find(({ dimension }) => dimension === 'product');
      const where = region ?? product ?? carriers[0];
      if (where !== undefined)
        advice.push({
          text: `把${region?.name ?? (product === undefined ? where.name : '')}${product === undefined ? '' : `「${product.name}」`}的${problem === returnCount ? '退货' : problem === complaintCount ? '投诉' : '工单'}逐张看:是物流、产品还是宣传的问题,定下原因`,
          who: region === undefined ? null : leaderOfRegion(company, region.name),
          due: dueIn(question, 3),
          command: `投诉 ${periodCommand(question)} 按产品`,
        });
    }
    const open = main === firstResponseTime || main === ticketCount ? openTickets(found) : 0;
    if (open > 0)
      advice.push({
        text: `${formatCount(open)} 张工单还没人回复,今天先回`,
        who: null,
        due: question.moment.today,
        command: null,
      });
    if (main === resolutionRate || main === ticketCount) {
      const [r, b] = [rateOf(cells.total(resolutionRate)), rateOf(cells.total(resolutionRate, 1))];
      if (differs(r, b) && (ratioOf(r) ?? 0) < (ratioOf(b) ?? 0))
        advice.push({
          text: '解决率掉了,把没结的工单按类型过一遍',
          who: null,
          due: dueIn(question, 3),
          command: null,
        });
    }
    return advice;
  };
}

const openTickets = ({ cells }: Measured): number =>
  cells.all.some(({ metric }) => metric === unansweredTickets) ? (cells.total(unansweredTickets).value ?? 0) : 0;

const reportOn = (main: Metric): MetricReport => ({
  command:
    {
      [complaintCount.id]: '投诉',
      [complaintRate.id]: '投诉率',
      [firstResponseTime.id]: '首响时长',
      [resolutionRate.id]: '解决率',
    }[main.id] ?? '客服',
  main,
  beside: beside[main.id] ?? [ticketCount],
  noun: main.unit === 'count' ? ' 个' : '',
  sought: { noun: '工单', command: '客服', table: 'cm_tickets', at: 'created_at' },
  cuts: ['product', 'industry'],
  ...(main === firstResponseTime || main === resolutionRate || main === ticketCount
    ? { picture: 'agent' as const }
    : {}),
  say: say(main),
  advise: advise(main),
  note: ({ cells }) =>
    main === complaintRate || main === complaintCount
      ? [`投诉占工单的 ${formatRate(rateOf(cells.total(complaintRate)))};没写类型的工单不算投诉。`]
      : [],
});

const shown: readonly Metric[] = [
  ticketCount,
  complaintCount,
  complaintRate,
  firstResponseTime,
  resolutionRate,
  returnCount,
];

/** 客服 (items 20, 64-68): tickets, how fast, how many solved, complaints; and where a rise of complaints comes from. */
export const serviceMetricsReport = defineReport({
  intent: 'service_metrics',
  items: [20, 64, 65, 66, 67, 68],
  defaultPeriod: 'this_month',
  overTime: true,
  dimensions: [
    'agent',
    'product',
    'product_line',
    'region',
    'owner',
    'department',
    'industry',
    'grade',
    'city',
    'province',
    'size',
  ],
  needs: ['tickets'],
  run: (company, question) => {
    const asked = question.slots.metric === undefined ? undefined : metricByWords(question.slots.metric);
    return metricFindings(company, question, reportOn(shown.find((metric) => metric === asked) ?? ticketCount));
  },
});
