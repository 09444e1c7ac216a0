import { sql } from 'kysely';
import type { Moment } from '../calendar/clock.ts';
import { addDays, type Day } from '../calendar/day.ts';
import type { Period } from '../calendar/period.ts';
import type { Dimension } from '../commands/command.ts';
import type { Crm } from '../crm/crm.ts';
import type { RowFilter } from '../crm/rows.ts';
import type { Scope } from '../crm/scope.ts';
import { countIf } from '../database/dialect.ts';
import { renewalGraceDays } from '../predictions/churn.ts';
import { type CustomerGroup, groupColumns, groupList, groupSelect, toGroups } from './customer-groups.ts';
import { continued, valid } from './lost-customers.ts';
import { whole } from './stage-position.ts';

export interface RenewalAsk {
  readonly scope: Scope;
  readonly filter: RowFilter;
  readonly moment: Moment;
}

/**
 * 续约率 (item 48): contracts that ended within each period, those of them renewed, those still within their grace days, with
 * their money; grouped by their customers. A period that runs counts what has ended so far. One query.
 */
export async function readRenewals(
  crm: Crm,
  ask: RenewalAsk,
  periods: readonly Period[],
  dimensions: readonly Dimension[],
): Promise<CustomerGroup[][]> {
  const { today } = ask.moment;
  const rows = await crm.read<Record<string, string | number | null>>(ask.scope, (parts) => {
    const { rows: from, sql: bridge } = parts;
    const members = periods.map((period, p) => {
      const last = period.to < today ? period.to : today;
      const renewed = sql`d.renewed = 1`;
      return sql`
        select ${whole(p)} as period_no, ${groupSelect(dimensions)}, count(*) as due, ${countIf(renewed)} as renewed,
          ${countIf(sql`d.renewed = 0 and d.ends_on > ${addDays(today, -renewalGraceDays)}`)} as pending,
          ${bridge.sumFen(sql`d.amount`)} as due_fen, ${bridge.sumFen(sql`case when ${renewed} then d.amount end`)} as renewed_fen
        from ${from.of('cm_customers', ask.filter)} as c
        join (select k.customer_id, k.ends_on, k.amount, case when ${continued(parts, today)} then 1 else 0 end as renewed
          from ${from.contractAttributes()} as k
          where ${valid('k')} and k.ends_on >= ${period.from} and k.ends_on <= ${last}) as d on d.customer_id = c.customer_id
        group by ${groupColumns(dimensions).length === 0 ? sql`period_no` : groupList(dimensions)}`;
    });
    return sql`${sql.join(members, sql` union all `)}`;
  });
  return periods.map((_, p) =>
    toGroups(
      rows.filter((row) => Number(row.period_no) === p),
      dimensions,
      ['due', 'renewed', 'pending', 'due_fen', 'renewed_fen'],
    ),
  );
}

/** A contract that runs out and has not been renewed. */
export interface DueContract {
  readonly contractId: string;
  readonly customerId: string;
  readonly customer: string;
  readonly grade: string | null;
  readonly ownerId: string | null;
  readonly endsOn: Day;
  readonly amountFen: number;
}

/** Contracts ending within the days that nothing continues yet, the next one first (item 60). One query. */
export async function readDueContracts(crm: Crm, ask: RenewalAsk, from: Day, to: Day): Promise<DueContract[]> {
  const rows = await crm.read<Record<string, string | number | null>>(
    ask.scope,
    (parts) => sql`
      select k.contract_id, c.customer_id, c.name, c.level, c.owner_user_id, ${parts.sql.day(sql`k.ends_on`)} as ends_on,
        coalesce(${parts.sql.fen(sql`k.amount`)}, 0) as amount_fen
      from ${parts.rows.of('cm_customers', ask.filter)} as c
      join ${parts.rows.contractAttributes()} as k on k.customer_id = c.customer_id
      where ${valid('k')} and k.ends_on >= ${from} and k.ends_on <= ${to} and not ${continued(parts, ask.moment.today)}
      order by k.ends_on, amount_fen desc, k.contract_id`,
  );
  return rows.map((row) => ({
    contractId: String(row.contract_id),
    customerId: String(row.customer_id),
    customer: String(row.name),
    grade: row.level as string | null,
    ownerId: row.owner_user_id as string | null,
    endsOn: row.ends_on as Day,
    amountFen: Number(row.amount_fen),
  }));
}
