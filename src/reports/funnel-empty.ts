import { sql } from 'kysely';
import { dayOfWallTime, monthOf, yearOf } from '../calendar/day.ts';
import { describePeriod, type Period, periodName } from '../calendar/period.ts';
import { formatCount } from '../figures/format.ts';
import type { Choice } from '../replies/reply.ts';
import { type Company, type Findings, nothingFound, type Question } from './report.ts';

const elsewhere: readonly Choice[] = [
  { label: '漏斗 近90天', command: '漏斗 近90天' },
  { label: '漏斗 当前', command: '漏斗 当前' },
];

/** A period that has not begun: nothing can be known about it, and that is what is said. */
export const notYet = (period: Period, question: Question, report: string): Findings =>
  nothingFound(
    `${periodName(period)}还没开始`,
    `${describePeriod(period, question.moment.today)}还没到,没有可看的数据。想看走势可以先看本月。`,
    [{ label: `${report} 本月`, command: `${report} 本月` }],
  );

/** No opportunity was created in the period: said with what was looked at, never as a funnel of zeros. */
export async function cohortEmpty(
  { crm }: Company,
  question: Question,
  period: Period,
  outside: number,
): Promise<Findings> {
  const where = [question.scope.words, ...question.filterWords].join('、');
  const when = describePeriod(period, question.moment.today);
  const title = `${periodName(period)}没有新建商机`;
  if (outside > 0) {
    const why = `${where}在${when}新建的 ${formatCount(outside)} 个商机都在漏斗没有设置的阶段里,算不出转化。请找管理员核对阶段设置。`;
    return nothingFound(title, why, elsewhere);
  }
  const [row] = await crm.read<{ first_at: string | null }>(
    question.scope,
    ({ rows }) => sql`select min(o.created_at) as first_at from ${rows.of('cm_opportunities', question.filter)} as o
      where o.created_at <= ${question.moment.wall}`,
  );
  const first = row?.first_at == null ? null : dayOfWallTime(row.first_at);
  if (first === null) return nothingFound(title, `${where}还没有任何商机记录。`, []);
  if (period.to < first) {
    const month = `${yearOf(first)}年${monthOf(first)}月`;
    return nothingFound(title, `${where}最早的商机是 ${first} 建的,${when}还没有数据。`, [
      { label: `漏斗 ${month}`, command: `漏斗 ${month}` },
      ...elsewhere,
    ]);
  }
  return nothingFound(
    title,
    `${where}在${when}没有新建商机,所以没有批次可看。可以放长时间,或者看现在在跟的。`,
    elsewhere,
  );
}
