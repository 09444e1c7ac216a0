import { daysBetween } from '../calendar/day.ts';
import { elapsed } from '../calendar/period.ts';
import { formatCount, formatRate } from '../figures/format.ts';
import { differs, ratioOf } from '../figures/rate.ts';
import { orderConversion } from '../metrics/orders.ts';
import { newOpportunities, wonCount } from '../metrics/sales.ts';
import { rateOf } from './figure-of.ts';
import { type MetricReport, metricFindings } from './metric-report.ts';
import { dueIn, leaderOf } from './next-steps.ts';
import { oddParts } from './part-rows.ts';
import { defineReport } from './report.ts';

const report: Omit<MetricReport, 'lagDays'> = {
  command: '订单转化率',
  main: orderConversion,
  beside: [newOpportunities, wonCount],
  noun: '',
  sought: { noun: '新商机', command: '订单转化率', table: 'cm_opportunities', at: 'created_at' },
  cuts: ['industry', 'channel'],
  say: ({ cells, question }) => {
    if (question.groupBy.length > 0) return [];
    const rate = rateOf(cells.total(orderConversion));
    const open = rate.denominator - rate.numerator;
    return open === 0 ? [] : [[`还有 ${formatCount(open)} 个没有签,其中在跟的还会转。`]];
  },
  advise: ({ company, question, rows, by, cells, compared }) => {
    const low = oddParts(rows, orderConversion).odd.find((part) => !part.higher);
    const [now, before] = [rateOf(cells.total(orderConversion)), rateOf(cells.total(orderConversion, 1))];
    const fell = differs(now, before) && (ratioOf(now) ?? 0) < (ratioOf(before) ?? 0);
    return [
      ...(low === undefined
        ? []
        : [
            {
              text: `${low.row.name}只有 ${formatRate(low.rate)},其余 ${formatRate(low.others)}:看它的漏斗停在哪一步`,
              who: by[0] === 'owner' ? leaderOf(company, low.row.parts[0]!.key!) : null,
              due: dueIn(question, 4),
              command: by[0] === 'region' || by[0] === 'owner' ? `漏斗 ${low.row.name}` : '瓶颈',
            },
          ]),
      ...(fell && low === undefined
        ? [
            {
              text: `转化比${compared.words}真的低了,先找卡住的阶段`,
              who: null,
              due: dueIn(question, 4),
              command: '瓶颈',
            },
          ]
        : []),
    ];
  },
};

/** 订单转化率 (item 18): of the opportunities created, how many have a signed order by now. */
export const orderConversionReport = defineReport({
  intent: 'order_conversion',
  items: [13, 18],
  defaultPeriod: 'this_quarter',
  overTime: true,
  dimensions: ['owner', 'region', 'department', 'industry', 'grade', 'channel', 'city', 'size', 'campaign'],
  needs: ['opportunities', 'contracts'],
  run: (company, question) => {
    // Both periods are watched for as long after their end: a young cohort is not held against a grown one.
    const { today } = question.moment;
    const since = question.period === null ? 0 : daysBetween(elapsed(question.period, today).to, today);
    const lagDays = Math.max(0, Math.min(company.settings.conversionLagDays, since));
    return metricFindings(company, question, {
      ...report,
      lagDays,
      note: () => [
        `商机→订单,按商机创建时间归期,签约看到期末${lagDays > 0 ? `后 ${lagDays} 天` : ''},对比的那段也一样。成交单数按签约日期,含续费,两者不能相除。`,
      ],
    });
  },
});
