import { sql } from 'kysely';
import type { Moment } from '../calendar/clock.ts';
import { addDays, type Day, daysBetween } from '../calendar/day.ts';
import type { Period } from '../calendar/period.ts';
import type { Crm } from '../crm/crm.ts';
import type { RowFilter } from '../crm/rows.ts';
import type { Scope } from '../crm/scope.ts';

/** What one customer owes beyond its due day; the owner is the one who answers for the plans. */
export interface OverdueCustomer {
  readonly customerId: string | null;
  readonly name: string;
  readonly grade: string | null;
  readonly ownerId: string | null;
  readonly plans: number;
  readonly amountFen: number;
  readonly earliest: Day;
  readonly days: number;
}

/** 账龄: how long the money is overdue, in days. */
export interface AgeBucket {
  readonly words: string;
  readonly plans: number;
  readonly amountFen: number;
}

const ages = [
  ['1–30 天', 1, 30],
  ['31–60 天', 31, 60],
  ['61–90 天', 61, 90],
  ['90 天以上', 91, 36_500],
] as const;

/**
 * Instalments whose day has passed and that are not paid in full (item 32), by customer and owner with the money by age,
 * the most money first. Due today is not overdue. One query.
 */
export async function readOverduePayments(
  crm: Crm,
  ask: {
    readonly scope: Scope;
    readonly filter: RowFilter;
    readonly moment: Moment;
    /** Overdue for at least so many days. */
    readonly atLeastDays: number;
    /** Only what fell due within it; null = whenever. */
    readonly period: Period | null;
  },
): Promise<{ readonly customers: OverdueCustomer[]; readonly ages: AgeBucket[] }> {
  const { today } = ask.moment;
  const latest = addDays(today, -Math.max(1, ask.atLeastDays));
  const to = ask.period !== null && ask.period.to < latest ? ask.period.to : latest;
  const rows = await crm.read<Record<string, string | number | null>>(ask.scope, ({ rows: from, sql: bridge }) => {
    const open = sql`(coalesce(t.amount, 0) - case when coalesce(t.paid_amount, 0) > 0 then t.paid_amount else 0 end)`;
    const inAge = (first: number, last: number) =>
      sql`t.due_on >= ${addDays(today, -last)} and t.due_on <= ${addDays(today, -first)}`;
    const byAge = ages.map(
      ([, first, last], i) =>
        sql`${bridge.sumOf(sql`case when ${inAge(first, last)} then 1 else 0 end`)} as ${sql.ref(`n${i}`)},
          ${bridge.sumFen(sql`case when ${inAge(first, last)} then ${open} end`)} as ${sql.ref(`f${i}`)}`,
    );
    return sql`
      select t.customer_id, t.owner_user_id, max(c.name) as name, max(c.level) as level, count(*) as plans,
        ${bridge.sumFen(open)} as amount_fen, ${bridge.day(sql`min(t.due_on)`)} as earliest, ${sql.join(byAge)}
      from ${from.of('cm_payment_plans', ask.filter)} as t
      left join ${from.customerAttributes()} as c on c.customer_id = t.customer_id
      where t.due_on <= ${to} ${ask.period === null ? sql`` : sql`and t.due_on >= ${ask.period.from}`}
        and t.status not in ('void', 'paid') and ${open} > 0
      group by t.customer_id, t.owner_user_id
      order by amount_fen desc, earliest, t.customer_id, t.owner_user_id`;
  });
  const sum = (column: string): number => rows.reduce((all, row) => all + Number(row[column] ?? 0), 0);
  return {
    customers: rows.map((row) => ({
      customerId: row.customer_id as string | null,
      name: (row.name as string | null) ?? '未登记客户',
      grade: row.level as string | null,
      ownerId: row.owner_user_id as string | null,
      plans: Number(row.plans),
      amountFen: Number(row.amount_fen),
      earliest: row.earliest as Day,
      days: daysBetween(row.earliest as Day, today),
    })),
    ages: ages.map(([words], i) => ({ words, plans: sum(`n${i}`), amountFen: sum(`f${i}`) })),
  };
}
