import { sql } from 'kysely';
import type { Moment } from '../calendar/clock.ts';
import type { Day } from '../calendar/day.ts';
import type { Period } from '../calendar/period.ts';
import type { Crm } from '../crm/crm.ts';
import type { RowFilter } from '../crm/rows.ts';
import type { Scope } from '../crm/scope.ts';

/** A contract past its last day that nobody has marked as completed. */
export interface LateOrder {
  readonly contractId: string;
  readonly number: string | null;
  readonly customer: string | null;
  readonly ownerId: string | null;
  readonly amountFen: number;
  readonly endsOn: Day;
  readonly days: number;
}

export interface LateOrderAsk {
  readonly scope: Scope;
  readonly filter: RowFilter;
  readonly moment: Moment;
  readonly period: Period;
}

/** Orders that ended within the period and are still in force, the longest overdue first; 200 at most. One query. */
export async function readLateOrders(crm: Crm, { scope, filter, moment, period }: LateOrderAsk): Promise<LateOrder[]> {
  const rows = await crm.read<Record<string, string | number | null>>(
    scope,
    ({ rows: source, sql: bridge }) => sql`
      select k.contract_id, k.number, c.name as customer, k.owner_user_id, ${bridge.fen(sql`coalesce(k.amount, 0)`)} as amount_fen,
        ${bridge.day(sql`k.ends_on`)} as ends_on, ${bridge.days(sql`k.ends_on`, sql`${moment.today}`)} as days
      from ${source.of('cm_contracts', filter)} as k
      left join ${source.customerAttributes()} as c on c.customer_id = k.customer_id
      where k.status = 'effective' and k.ends_on >= ${period.from} and k.ends_on <= ${period.to} and k.ends_on <= ${moment.today}
      order by k.ends_on, k.contract_id limit 200`,
  );
  return rows.map((row) => ({
    contractId: String(row.contract_id),
    number: row.number as string | null,
    customer: row.customer as string | null,
    ownerId: row.owner_user_id as string | null,
    amountFen: Number(row.amount_fen),
    endsOn: String(row.ends_on) as Day,
    days: Number(row.days),
  }));
}
