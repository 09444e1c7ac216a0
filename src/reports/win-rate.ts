import { formatCount, formatRate } from '../figures/format.ts';
import { metricByWords } from '../metrics/catalogue.ts';
import type { Metric } from '../metrics/metric.ts';
import { lossRate, lostOpportunities, salesCycle, winRate, wonOpportunities } from '../metrics/sales.ts';
import { lostReasons } from './lost-reasons.ts';
import { type Measured, type MetricReport, metricFindings } from './metric-report.ts';
import { dueIn } from './next-steps.ts';
import { oddParts } from './part-rows.ts';
import { type Advice, defineReport } from './report.ts';

const report = (main: Metric): MetricReport => ({
  command: main === lossRate ? '丢单率' : '赢单率',
  main,
  beside: [wonOpportunities, lostOpportunities, salesCycle],
  noun: '',
  sought: { noun: '关闭的商机', command: '赢单率', table: 'cm_opportunities', at: 'closed_at' },
  cuts: ['channel', 'industry', 'grade'],
  say: ({ cells }) => {
    const [won, lost] = [cells.total(wonOpportunities).value ?? 0, cells.total(lostOpportunities).value ?? 0];
    return [[`关闭了 ${formatCount(won + lost)} 个商机:赢 ${formatCount(won)},丢 ${formatCount(lost)}。`]];
  },
  advise: (found) => adviceOf(found),
});

function adviceOf({ question, rows, by, cells }: Measured): Advice[] {
  const advice: Advice[] = [];
  const low = by.length === 1 ? oddParts(rows, winRate).odd.find((part) => !part.higher) : undefined;
  if (low !== undefined) {
    advice.push({
      text: `${low.row.name}赢单率 ${formatRate(low.rate)},拿最近丢的几单复盘,看输在价格、方案还是跟进`,
      who: null,
      due: dueIn(question, 3),
      command: `赢单率 近90天 ${low.row.name}`,
    });
  }
  if ((cells.total(lostOpportunities).value ?? 0) >= 5) {
    advice.push({
      text: '把丢单按原因看一遍,先解决排第一的',
      who: null,
      due: dueIn(question, 5),
      command: '赢单率 近90天 按丢单原因',
    });
  }
  return advice;
}

/** 赢单率: won of all that were decided, by the day they were closed; by reason it turns to what was lost. */
export const winRateReport = defineReport({
  intent: 'win_rate',
  items: [13, 14, 17, 38],
  defaultPeriod: 'this_quarter',
  overTime: true,
  dimensions: [
    'region',
    'owner',
    'department',
    'industry',
    'channel',
    'grade',
    'lost_reason',
    'pipeline',
    'city',
    'campaign',
  ],
  needs: ['opportunities'],
  run: (company, question) => {
    if (question.groupBy.includes('lost_reason') || question.slots.with_reasons === true)
      return lostReasons(company, question);
    const asked = question.slots.metric === undefined ? undefined : metricByWords(question.slots.metric);
    return metricFindings(company, question, report(asked === lossRate ? lossRate : winRate));
  },
});
