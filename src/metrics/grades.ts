import { sql } from 'kysely';
import type { Moment } from '../calendar/clock.ts';
import { addDays, startOf } from '../calendar/day.ts';
import type { Period } from '../calendar/period.ts';
import type { Crm } from '../crm/crm.ts';
import type { RowFilter } from '../crm/rows.ts';
import type { Scope } from '../crm/scope.ts';
import { countIf } from '../database/dialect.ts';
import { type CardResult, gradeByCard } from '../predictions/grade-card.ts';

export interface GradesAsk {
  readonly scope: Scope;
  readonly filter: RowFilter;
  readonly moment: Moment;
}

/** What the customers of one grade brought within a period, and what went into them. */
export interface GradeResult {
  /** As the CRM has it; null = not graded. */
  readonly grade: string | null;
  /** Opportunities created within the period, those of them won by now, those still open. */
  readonly created: number;
  readonly won: number;
  readonly open: number;
  /** Of the won ones, seconds from created to won, summed. */
  readonly cycleSeconds: number;
  readonly followUps: number;
  readonly wonFen: number;
}

/**
 * Items 56 and 57 by grade: the cohort of opportunities created within the period, the follow-ups spent within it, and what
 * was signed. Three queries, each over its own time index.
 */
export async function readGradeResults(crm: Crm, ask: GradesAsk, period: Period): Promise<GradeResult[]> {
  const last = period.to < ask.moment.today ? period.to : ask.moment.today;
  const [from, until] = [startOf(period.from), startOf(addDays(last, 1))];
  const { scope, filter } = ask;
  const [deals, work, money] = await Promise.all([
    crm.read<Record<string, string | number | null>>(
      scope,
      ({ rows, sql: bridge }) => sql`
        select c.level, count(*) as created, ${countIf(sql`t.outcome = 'won'`)} as won,
          ${countIf(sql`t.outcome = 'open'`)} as still_open,
          ${bridge.sumOf(sql`case when t.outcome = 'won' then ${bridge.seconds(sql`t.created_at`, sql`t.closed_at`)} end`)} as cycle_seconds
        from ${rows.of('cm_opportunities', filter)} as t
        left join ${rows.customerAttributes()} as c on c.customer_id = t.customer_id
        where t.created_at >= ${from} and t.created_at < ${until} group by c.level`,
    ),
    crm.read<Record<string, string | number | null>>(
      scope,
      ({ rows }) => sql`
        select c.level, count(*) as follow_ups from ${rows.of('cm_activities', filter)} as t
        left join ${rows.customerAttributes()} as c on c.customer_id = t.customer_id
        where t.occurred_at >= ${from} and t.occurred_at < ${until} and t.kind <> 'note' group by c.level`,
    ),
    crm.read<Record<string, string | number | null>>(
      scope,
      ({ rows, sql: bridge }) => sql`
        select c.level, ${bridge.sumFen(sql`t.amount`)} as won_fen from ${rows.of('cm_contracts', filter)} as t
        left join ${rows.customerAttributes()} as c on c.customer_id = t.customer_id
        where t.status in ('effective', 'completed') and t.signed_on >= ${period.from} and t.signed_on <= ${last}
        group by c.level`,
    ),
  ]);
  const found = new Map<string | null, Record<string, number>>();
  for (const row of [...deals, ...work, ...money]) {
    const grade = row.level === null || row.level === '' ? null : String(row.level);
    const sums = found.get(grade) ?? {};
    for (const [name, value] of Object.entries(row))
      if (name !== 'level') sums[name] = (sums[name] ?? 0) + Number(value ?? 0);
    found.set(grade, sums);
  }
  return [...found]
    .map(([grade, sums]) => ({
      grade,
      created: sums.created ?? 0,
      won: sums.won ?? 0,
      open: sums.still_open ?? 0,
      cycleSeconds: sums.cycle_seconds ?? 0,
      followUps: sums.follow_ups ?? 0,
      wonFen: sums.won_fen ?? 0,
    }))
    .sort(
      (a, b) => Number(a.grade === null) - Number(b.grade === null) || (a.grade ?? '').localeCompare(b.grade ?? ''),
    );
}

/** Customers alike in grade and in what the score card looks at. */
export interface GradedCustomers {
  readonly grade: string | null;
  readonly card: CardResult | null;
  readonly customers: number;
}

/** Customers in hand (公海 left out) by the CRM's grade and by the card (decision 14). One query, grouped by criteria. */
export async function readGradedCustomers(crm: Crm, { scope, filter, moment }: GradesAsk): Promise<GradedCustomers[]> {
  const rows = await crm.read<Record<string, string | number | null>>(
    scope,
    ({ rows: from }) => sql`
      select w.level, w.budget, w.leader, w.chain, count(*) as customers from (
        select c.level, c.is_industry_leader as leader, c.has_clear_decision_chain as chain,
          case when c.annual_budget is null then 'unknown' when c.annual_budget > 500000 then 'A'
            when c.annual_budget >= 200000 then 'B' else 'C' end as budget
        from ${from.of('cm_customers', filter)} as c where c.lifecycle <> 'pool' and c.created_at <= ${moment.wall}
      ) as w group by w.level, w.budget, w.leader, w.chain`,
  );
  const yuan: Readonly<Record<string, number>> = { A: 500_001, B: 200_000, C: 0 };
  const flag = (value: string | number | null | undefined) =>
    value === null || value === undefined ? null : Number(value) === 1;
  return rows.map((row) => {
    const budget = yuan[String(row.budget)];
    return {
      grade: row.level === null || row.level === '' ? null : String(row.level),
      card: gradeByCard({
        annualBudgetFen: budget === undefined ? null : budget * 100,
        industryLeader: flag(row.leader),
        clearDecisionChain: flag(row.chain),
      }),
      customers: Number(row.customers),
    };
  });
}
