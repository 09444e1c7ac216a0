import { formatCount, formatRate, formatRatio } from '../figures/format.ts';
import { leadConversion, newLeads } from '../metrics/marketing.ts';
import { rateOf } from './figure-of.ts';
import { type MetricReport, metricFindings } from './metric-report.ts';
import { dueIn } from './next-steps.ts';
import { isKnown, oddParts, sizeOf } from './part-rows.ts';
import { defineReport } from './report.ts';
import { tiedFor, tiedWithFirst } from './tied.ts';

const report: MetricReport = {
  command: '新增线索',
  main: newLeads,
  beside: [leadConversion],
  noun: ' 条',
  sought: { noun: '新线索', command: '新增线索', table: 'cm_leads', at: 'created_at' },
  cuts: ['industry'],
  picture: 'channel',
  say: ({ cells, rows, by, question }) => {
    const whole = cells.total(newLeads).value ?? 0;
    const first = rows.find(isKnown);
    if (question.groupBy.length > 0 || by[0] !== 'channel' || whole < 5 || first === undefined) return [];
    const most = tiedWithFirst(rows.filter(isKnown), (row) => sizeOf(row, newLeads)).map(({ name }) => name);
    const conversion = cells.total(leadConversion);
    return [
      [
        `${tiedFor(most, '最多')},${most.length > 1 ? '各 ' : ''}${formatCount(sizeOf(first, newLeads))} 条,${most.length > 1 ? '各' : ''}占 ${formatRatio(sizeOf(first, newLeads) / whole)};期内已转化 ${formatRate(rateOf(conversion))},新线索转化要时间,还会涨。`,
      ],
    ];
  },
  advise: ({ question, rows, by }) => {
    if (by[0] !== 'channel' || by.length > 1) return [];
    const poor = oddParts(rows, leadConversion).odd.find((part) => !part.higher);
    if (poor === undefined) return [];
    return [
      {
        text: `${poor.row.name}的线索转化只有 ${formatRate(poor.rate)},先核对投放人群和表单,再决定加不加量`,
        who: null,
        due: dueIn(question, 5),
        command: '渠道 近90天',
      },
    ];
  },
};

/** 新增线索 by channel, with how many of them converted already. */
export const newLeadsReport = defineReport({
  intent: 'new_leads',
  items: [38, 69],
  defaultPeriod: 'this_month',
  overTime: true,
  dimensions: ['channel', 'campaign', 'owner', 'region', 'department', 'industry', 'grade'],
  needs: ['leads'],
  run: (company, question) => metricFindings(company, question, report),
});
