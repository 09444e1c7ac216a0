import { sql } from 'kysely';
import type { Moment } from '../calendar/clock.ts';
import { addDays, startOf } from '../calendar/day.ts';
import type { Period } from '../calendar/period.ts';
import type { Crm, QueryParts } from '../crm/crm.ts';
import type { RowFilter } from '../crm/rows.ts';
import type { Scope } from '../crm/scope.ts';
import type { Expr } from '../database/dialect.ts';
import { whole } from './stage-position.ts';

export interface OpportunityAsk {
  readonly scope: Scope;
  readonly filter: RowFilter;
  readonly moment: Moment;
  /** Open ones by the day they were created, closed ones by the day they were closed. null = of all time. */
  readonly period: Period | null;
  readonly dated: 'created_at' | 'closed_at';
}

export interface OpportunityRow {
  readonly opportunity_id: string;
  readonly name: string | null;
  readonly customer: string | null;
  readonly stage_id: string | null;
  readonly outcome: string;
  readonly owner_user_id: string | null;
  readonly amount_fen: number | null;
  readonly created_at: string;
  readonly closed_at: string | null;
  readonly expected_close_date: string | null;
  readonly lost_reason: string | null;
  /** The last follow-up on it, or on its customer where the record names no opportunity. */
  readonly followed_at: string | null;
}

export interface OpportunityTotals {
  readonly opportunities: number;
  readonly customers: number;
  readonly amountFen: number;
  readonly withoutAmount: number;
}

function source({ rows }: QueryParts, ask: OpportunityAsk): Expr {
  const column = sql.ref(`o.${ask.dated}`);
  const { period, moment } = ask;
  const within =
    period === null
      ? sql``
      : sql`where ${column} >= ${startOf(period.from)} and ${column} < ${startOf(addDays(period.to, 1))} and ${column} <= ${moment.wall}`;
  return sql`${rows.of('cm_opportunities', ask.filter)} as o ${within}`;
}

export async function readOpportunityTotals(crm: Crm, ask: OpportunityAsk): Promise<OpportunityTotals> {
  const [row] = await crm.read<Record<string, number>>(
    ask.scope,
    (parts) => sql`select count(*) as opportunities, count(distinct o.customer_id) as customers,
        ${parts.sql.sumFen(sql`o.amount`)} as fen, count(*) - count(o.amount) as without_amount
      from ${source(parts, ask)}`,
  );
  return {
    opportunities: Number(row?.opportunities ?? 0),
    customers: Number(row?.customers ?? 0),
    amountFen: Number(row?.fen ?? 0),
    withoutAmount: Number(row?.without_amount ?? 0),
  };
}

/** The opportunities with the largest (or smallest) amounts, with the last follow-up of each; those without an amount last. */
export async function readOpportunityRows(
  crm: Crm,
  ask: OpportunityAsk & { readonly limit: number; readonly order: 'largest' | 'smallest' },
): Promise<OpportunityRow[]> {
  const rows = await crm.read<
    Omit<OpportunityRow, 'followed_at'> & { own_at: string | null; general_at: string | null }
  >(ask.scope, (parts) => {
    const direction = ask.order === 'largest' ? sql`desc` : sql`asc`;
    const latest = (condition: Expr) =>
      sql`(select max(a.occurred_at) from ${parts.rows.followUpAttributes()} as a where ${condition} and a.occurred_at <= ${ask.moment.wall})`;
    // Sorted and cut on the opportunities alone; what hangs on them is looked up for the listed ones.
    return sql`select w.*, c.name as customer, ${latest(sql`a.opportunity_id = w.opportunity_id`)} as own_at,
          ${latest(sql`a.customer_id = w.customer_id and a.opportunity_id is null`)} as general_at
        from (
          select o.opportunity_id, o.name, o.customer_id, o.stage_id, o.outcome, o.owner_user_id,
            ${parts.sql.fen(sql`o.amount`)} as amount_fen, o.created_at, o.closed_at, o.expected_close_date, o.lost_reason
          from ${source(parts, ask)}
          order by case when o.amount is null then 1 else 0 end, o.amount ${direction}, o.opportunity_id limit ${whole(ask.limit)}
        ) as w left join ${parts.rows.customerAttributes()} as c on c.customer_id = w.customer_id
        order by case when w.amount_fen is null then 1 else 0 end, w.amount_fen ${direction}, w.opportunity_id`;
  });
  return rows.map(({ own_at, general_at, ...row }) => ({
    ...row,
    followed_at: own_at === null || (general_at !== null && general_at > own_at) ? general_at : own_at,
  }));
}
