import { sql } from 'kysely';
import { addDays, startOf } from '../calendar/day.ts';
import type { Period } from '../calendar/period.ts';
import { formatCount, formatValue } from '../figures/format.ts';
import { salesCycle, salesCycleMedian, winRate, wonOpportunities } from '../metrics/sales.ts';
import { comparedOf } from './comparison.ts';
import { plainFigure } from './figure-of.ts';
import { type MetricReport, metricFindings } from './metric-report.ts';
import { type Company, defineReport, type Findings, type Question } from './report.ts';

const report: MetricReport = {
  command: '成交周期',
  main: salesCycle,
  beside: [wonOpportunities, winRate],
  noun: '',
  sought: { noun: '赢单', command: '成交周期', table: 'cm_opportunities', at: 'closed_at' },
  cuts: [],
  say: ({ cells, compared, question }) => {
    const won = (period: number): number => cells.total(wonOpportunities, period).value ?? 0;
    const [now, before] = [cells.total(salesCycle).value, cells.total(salesCycle, 1).value];
    if (now === null || before === null || question.groupBy.length > 0) return [];
    const base = `按 ${formatCount(won(0))} 单算,${compared.words} ${formatCount(won(1))} 单`;
    return [[Math.min(won(0), won(1)) < 10 ? `${base};单数少,先别下结论。` : `${base}。`]];
  },
};

/** The middle one of the won deals by days: two rows read by their place, whatever the number of deals. */
async function medianDays(
  company: Company,
  { scope, filter, moment }: Question,
  period: Period,
  won: number,
): Promise<number | null> {
  if (won === 0) return null;
  const until = period.to < moment.today ? startOf(addDays(period.to, 1)) : startOf(addDays(moment.today, 1));
  const [first, count] = won % 2 === 1 ? [(won - 1) / 2, 1] : [won / 2 - 1, 2];
  const rows = await company.crm.read<{ seconds: number }>(
    scope,
    ({ rows: scoped, sql: bridge }) =>
      sql`select ${bridge.seconds(sql`t.created_at`, sql`t.closed_at`)} as seconds from ${scoped.of('cm_opportunities', filter)} as t where t.outcome = 'won' and t.closed_at >= ${startOf(period.from)} and t.closed_at < ${until} order by seconds limit ${count} offset ${first}`,
  );
  if (rows.length === 0) return null;
  return rows.reduce((all, row) => all + Number(row.seconds), 0) / rows.length / 86_400;
}

async function withMedian(company: Company, question: Question, findings: Findings): Promise<Findings> {
  const won =
    findings.figures.find((figure) => figure.metric === wonOpportunities.id && figure.dims === undefined)?.value ?? 0;
  const period = question.period;
  if (period === null || won === 0) return findings;
  const median = await medianDays(company, question, comparedOf(question, period).now, won);
  const figure = plainFigure(salesCycleMedian, median);
  const mean = findings.headline[0]?.value ?? null;
  const skewed = mean !== null && median !== null && mean > median * 1.3 && won >= 5;
  const words = skewed ? ',少数长单把平均拉高了' : '';
  return {
    ...findings,
    headline: [...findings.headline.slice(0, 1), figure, ...findings.headline.slice(1, 4)],
    figures: [...findings.figures, figure],
    narrative: [...findings.narrative, [`中位数 ${formatValue(median, 'days')}:一半的单比它快${words}。`]].slice(0, 4),
  };
}

/** 成交周期: mean and median days from created to won, won deals only (item 26). */
export const salesCycleReport = defineReport({
  intent: 'sales_cycle',
  items: [26, 38],
  defaultPeriod: 'this_quarter',
  overTime: true,
  dimensions: ['owner', 'region', 'department', 'industry', 'grade', 'channel', 'city', 'pipeline', 'campaign'],
  needs: ['opportunities'],
  run: async (company, question) => {
    const findings = await metricFindings(company, question, report);
    const whole = question.slots.grain === undefined && findings.headline[0]?.metric === salesCycle.id;
    return whole ? withMedian(company, question, findings) : findings;
  },
});
