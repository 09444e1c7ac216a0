import { daysBetween } from '../calendar/day.ts';
import { formatPoints, formatRate } from '../figures/format.ts';
import { ratioOf } from '../figures/rate.ts';
import { convertedLeads, leadConversion, newLeads } from '../metrics/marketing.ts';
import { type Measured, type MetricReport, metricFindings } from './metric-report.ts';
import { dueIn, leaderOfRegion } from './next-steps.ts';
import { oddParts } from './part-rows.ts';
import { type Advice, defineReport } from './report.ts';

const report = (lagDays: number, fullLagDays: number): MetricReport => ({
  command: '线索转化率',
  main: leadConversion,
  beside: [newLeads, convertedLeads],
  noun: '',
  sought: { noun: '新线索', command: '线索转化率', table: 'cm_leads', at: 'created_at' },
  cuts: ['channel', 'industry'],
  picture: 'channel',
  lagDays,
  say: ({ rows, by }) => {
    const [low] = oddParts(rows, leadConversion).odd.filter((part) => !part.higher);
    if (low === undefined || by.length !== 1 || by[0] !== 'region') return [];
    const points = formatPoints((ratioOf(low.rate) ?? 0) - (ratioOf(low.others) ?? 0));
    return [[`${low.row.name}和其余大区差 ${points},样本够大,不是偶然。`]];
  },
  advise: (found) => adviceOf(found),
  note: () => [
    lagDays < fullLagDays
      ? `只算到这段时间结束后 ${lagDays} 天为止转化的(要等满 ${fullLagDays} 天,数字还会涨);对比的一段也按同样天数算。`
      : `这段时间结束后 ${lagDays} 天内转化的也算进来了。`,
  ],
});

function adviceOf({ company, question, rows, by }: Measured): Advice[] {
  if (by.length !== 1) return [];
  const { odd } = oddParts(rows, leadConversion);
  const [low, high] = [odd.find((part) => !part.higher), odd.find((part) => part.higher)];
  const name = low?.row.name ?? '';
  return [
    ...(low === undefined
      ? []
      : [
          {
            text: `${name}的转化只有 ${formatRate(low.rate)},抽 20 条没转的看首次联系隔了多久、客户要不要`,
            who: by[0] === 'region' ? leaderOfRegion(company, name) : null,
            due: dueIn(question, 3),
            command: by[0] === 'channel' ? '渠道 近90天' : `漏斗 近90天 ${name}`,
          },
        ]),
    ...(high === undefined || by[0] !== 'channel'
      ? []
      : [
          {
            text: `${high.row.name}转化明显高(${formatRate(high.rate)}),看还能不能加量`,
            who: null,
            due: dueIn(question, 5),
            command: '渠道 近90天',
          },
        ]),
  ];
}

/** 线索转化率 (线索→客户) with its lag window, and which channel or region really differs (S12). */
export const leadConversionReport = defineReport({
  intent: 'lead_conversion',
  items: [13, 38, 70],
  defaultPeriod: 'last_month',
  overTime: true,
  dimensions: ['channel', 'region', 'owner', 'department', 'campaign', 'industry', 'grade'],
  needs: ['leads'],
  run: (company, question) => {
    const { conversionLagDays } = company.settings;
    const age = question.period === null ? 0 : daysBetween(question.period.to, question.moment.today);
    // Both periods get the days after their end that the younger one has had (decision 20).
    const lagDays = Math.min(conversionLagDays, Math.max(0, age));
    return metricFindings(company, question, report(lagDays, conversionLagDays));
  },
});
