import { sql } from 'kysely';
import { addDays, type Day, daysBetween, startOf } from '../calendar/day.ts';
import { describePeriod, type Period, periodName } from '../calendar/period.ts';
import type { ScopedTable } from '../crm/rows.ts';
import type { Choice } from '../replies/reply.ts';
import { scopeWords, whose } from './captions.ts';
import { type Company, type Findings, nothingFound, type Question } from './report.ts';

/** What a report looks for, so that an empty answer can say since when there is any. */
export interface Sought {
  /** What there is none of: 成交, 跟进. */
  readonly noun: string;
  /** The report's own command word, for the question that works instead. */
  readonly command: string;
  readonly table: ScopedTable;
  readonly at: string;
}

/** What cannot be answered before any row is read: a period that has not begun, a scope without people. */
export function unanswerable(question: Question, command: string): Findings | null {
  const { period, scope, moment } = question;
  if (scope.owners !== 'everyone' && scope.owners.length === 0) {
    return nothingFound(
      `${scope.words}里没有人`,
      `${scope.words}现在没有在册的人,所以没有数可算。可以换一个团队,或者请管理员核对通讯录。`,
      [{ label: `${command} 本月`, command: `${command} 本月` }],
    );
  }
  if (period !== null && period.from > moment.today) {
    return nothingFound(
      `${periodName(period)}还没开始`,
      `${describePeriod(period, moment.today)}还没到,没有实绩可看。想看眼下的情况可以问「${command} 本月」。`,
      [
        { label: `${command} 本月`, command: `${command} 本月` },
        { label: `${command} 上月`, command: `${command} 上月` },
      ],
    );
  }
  return null;
}

interface Ends {
  readonly first_at: string | null;
  readonly last_at: string | null;
  /** The nearest before the period and after it. */
  readonly before_at: string | null;
  readonly after_at: string | null;
}

/** Nothing in the period: says so, since when and until when there is any, and the nearest question that works. */
export async function emptyPeriod(
  company: Company,
  question: Question,
  period: Period,
  sought: Sought,
): Promise<Findings> {
  const { table, at, noun, command } = sought;
  const column = sql.ref(`t.${at}`);
  const [ends] = await company.crm.read<Ends>(
    question.scope,
    ({ rows, sql: bridge }) =>
      sql`select ${bridge.day(sql`min(${column})`)} as first_at, ${bridge.day(sql`max(${column})`)} as last_at, ${bridge.day(sql`max(case when ${column} < ${startOf(period.from)} then ${column} end)`)} as before_at, ${bridge.day(sql`min(case when ${column} >= ${startOf(addDays(period.to, 1))} then ${column} end)`)} as after_at from ${rows.of(table, question.filter)} as t where ${column} <= ${question.moment.wall}`,
  );
  const name = periodName(period);
  const title = `${name}没有${noun}`;
  const when = describePeriod(period, question.moment.today);
  if (ends === undefined || ends.first_at === null || ends.last_at === null) {
    return nothingFound(title, `${scopeWords(question)}在 CRM 里还没有${noun}的记录。`, [
      { label: `${command} 今年`, command: `${command} 今年` },
    ]);
  }
  const near = (month: string): Choice => ({ label: `${command} ${month}`, command: `${command} ${month}` });
  const month = (day: string): string => `${day.slice(0, 4)}年${Number(day.slice(5, 7))}月`;
  if (period.to < ends.first_at) {
    return nothingFound(title, `${when}在数据之前:${scopeWords(question)}的${noun}从 ${ends.first_at} 开始有记录。`, [
      near(month(ends.first_at)),
      near('今年'),
    ]);
  }
  const around =
    ends.last_at < period.from ? `最近一次是 ${ends.last_at}` : `前后有(${ends.first_at} 至 ${ends.last_at})`;
  return nothingFound(title, `${whose(question)}在${when}没有${noun},${around}。`, [
    near(month(nearest(ends, period) ?? ends.last_at)),
    near('今年'),
  ]);
}

/** Of the days around a period that are not in it, the one fewer days away. */
function nearest({ before_at, after_at }: Ends, { from, to }: Period): string | null {
  if (before_at === null || after_at === null) return before_at ?? after_at;
  return daysBetween(before_at as Day, from) <= daysBetween(to, after_at as Day) ? before_at : after_at;
}
