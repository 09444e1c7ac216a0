import { sql } from 'kysely';
import type { Moment } from '../calendar/clock.ts';
import { addDays, type Day, startOf } from '../calendar/day.ts';
import type { Period } from '../calendar/period.ts';
import type { Dimension } from '../commands/command.ts';
import type { Crm, QueryParts } from '../crm/crm.ts';
import type { RowFilter } from '../crm/rows.ts';
import type { Scope } from '../crm/scope.ts';
import { countIf, type Expr } from '../database/dialect.ts';
import { lossDayOf, renewalGraceDays } from '../predictions/churn.ts';
import { type CustomerGroup, groupColumns, groupList, groupSelect, toGroups } from './customer-groups.ts';
import { whole } from './stage-position.ts';

export interface ChurnAsk {
  readonly scope: Scope;
  readonly filter: RowFilter;
  readonly moment: Moment;
  /** Silent after so many days where a customer has no usual gap. */
  readonly silentDays: number;
}

/** The last day that is known of a period: its own, or today. */
const lastKnown = (period: Period, today: Day): Day => (period.to < today ? period.to : today);

export const valid = (contract: string): Expr => sql`${sql.ref(`${contract}.status`)} in ('effective', 'completed')`;
export const begins = (contract: string): Expr =>
  sql`coalesce(${sql.ref(`${contract}.starts_on`)}, ${sql.ref(`${contract}.signed_on`)})`;

/** 合同在手, the same wherever it is said: signed and begun by that day, and not over on it. */
export const inForceOn = (contract: string, on: Day): Expr => {
  const column = (name: string) => sql.ref(`${contract}.${name}`);
  return sql`${valid(contract)} and ${begins(contract)} <= ${on} and (${column('signed_on')} is null or ${column('signed_on')} <= ${on})
    and (${column('ends_on')} is null or ${column('ends_on')} >= ${on})`;
};

/**
 * Whether contract `k` was continued: by one of the same customer that ends later and begins, or is signed, before the
 * grace days of `k` are over; or by one that names it.
 */
export function continued({ rows, sql: bridge }: QueryParts, today: Day): Expr {
  const inTime = (column: Expr) => sql`${bridge.days(sql`k.ends_on`, column)} <= ${whole(renewalGraceDays)}`;
  return sql`exists (select 1 from ${rows.contractAttributes()} as n
    where n.customer_id = k.customer_id and n.contract_id <> k.contract_id and ${valid('n')}
      and (n.signed_on is null or n.signed_on <= ${today})
      and (n.renews_contract_id = k.contract_id
        or ((n.ends_on is null or n.ends_on > k.ends_on) and (${inTime(begins('n'))} or ${inTime(sql`n.signed_on`)}))))`;
}

/**
 * Customers with contracts (decision 13), grouped: those who were there on the first day of each period, and of these those
 * whose grace ran out within it, with the value of the contracts that were not renewed; and whether anyone bought without
 * a contract. One query.
 */
async function readContractChurn(
  crm: Crm,
  ask: ChurnAsk,
  periods: readonly Period[],
  dimensions: readonly Dimension[],
): Promise<{ readonly groups: CustomerGroup[][]; readonly someQuiet: boolean }> {
  const rows = await crm.read<Record<string, string | number | null>>(ask.scope, (parts) => {
    const { rows: from, sql: bridge } = parts;
    const members = periods.map((period, p) => {
      const last = lastKnown(period, ask.moment.today);
      const endedFrom = addDays(period.from, -renewalGraceDays);
      const endedTo = addDays(last, -renewalGraceDays);
      return sql`
        select ${whole(p)} as period_no, ${groupSelect(dimensions)}, count(*) as base, ${countIf(sql`l.customer_id is not null`)} as lost,
          ${bridge.sumOf(sql`l.lost_fen`)} as lost_fen
        from ${from.of('cm_customers', ask.filter)} as c
        join (select distinct k.customer_id from ${from.contractAttributes()} as k
          where ${valid('k')} and ${begins('k')} < ${period.from} and (k.ends_on is null or k.ends_on >= ${endedFrom})) as b
          on b.customer_id = c.customer_id
        left join (select k.customer_id, ${bridge.sumFen(sql`k.amount`)} as lost_fen from ${from.contractAttributes()} as k
          where ${valid('k')} and k.ends_on >= ${endedFrom} and k.ends_on <= ${endedTo} and ${begins('k')} < ${period.from}
            and not ${continued(parts, ask.moment.today)}
          group by k.customer_id) as l on l.customer_id = c.customer_id
        group by ${groupColumns(dimensions).length === 0 ? sql`period_no` : groupList(dimensions)}`;
    });
    const nobody = groupColumns(dimensions).map(() => sql`null`);
    const quiet = sql`select -1, ${nobody.length === 0 ? sql`null` : sql.join(nobody)}, 1, 0, 0 from ${withoutContract(parts, periods)} as q`;
    return sql`${sql.join([...members, quiet], sql` union all `)}`;
  });
  const groups = periods.map((_, p) =>
    toGroups(
      rows.filter((row) => Number(row.period_no) === p),
      dimensions,
      ['base', 'lost', 'lost_fen'],
    ),
  );
  return { groups, someQuiet: rows.some((row) => Number(row.period_no) === -1) };
}

/** One customer who bought without a contract before the last of the periods, where there is any. */
function withoutContract({ rows }: QueryParts, periods: readonly Period[]): Expr {
  const latest = periods.reduce((day, { from }) => (from > day ? from : day), periods[0]!.from);
  return sql`(select o.customer_id from ${rows.of('cm_opportunities')} as o
    left join ${rows.contractAttributes()} as n on n.customer_id = o.customer_id and ${valid('n')}
    where o.outcome = 'won' and o.closed_at < ${startOf(latest)} and o.customer_id is not null and n.contract_id is null
    limit 1)`;
}

/**
 * Customers who bought but hold no contract with an end (decision 13): when each was in touch up to the end of each period;
 * lost when quiet for more than twice its usual gap. One query.
 */
async function readQuietChurn(
  crm: Crm,
  ask: ChurnAsk,
  periods: readonly Period[],
  dimensions: readonly Dimension[],
): Promise<CustomerGroup[][]> {
  const rows = await crm.read<Record<string, string | number | null>>(ask.scope, ({ rows: from, sql: bridge }) => {
    const members = periods.map((period, p) => {
      const last = lastKnown(period, ask.moment.today);
      const until = startOf(addDays(last, 1));
      const buyers = sql`(select distinct o.customer_id from ${from.of('cm_opportunities')} as o
        where o.outcome = 'won' and o.closed_at < ${startOf(period.from)}
          and not exists (select 1 from ${from.contractAttributes()} as n
            where n.customer_id = o.customer_id and ${valid('n')}))`;
      return sql`
        select ${whole(p)} as period_no, ${groupSelect(dimensions)}, c.customer_id,
          ${bridge.day(sql`min(d.day)`)} as first_day, ${bridge.day(sql`max(d.day)`)} as last_day, count(*) as contact_days
        from ${from.of('cm_customers', ask.filter)} as c
        join ${buyers} as b on b.customer_id = c.customer_id
        join (
          select a.customer_id, ${bridge.day(sql`a.occurred_at`)} as day from ${from.followUpAttributes()} as a
          where a.customer_id in (select customer_id from ${buyers} as b1) and a.occurred_at < ${until}
          union select t.customer_id, ${bridge.day(sql`t.created_at`)} from ${from.of('cm_tickets')} as t
          where t.customer_id in (select customer_id from ${buyers} as b2) and t.created_at < ${until}
          union select w.customer_id, ${bridge.day(sql`w.closed_at`)} from ${from.of('cm_opportunities')} as w
          where w.outcome = 'won' and w.customer_id in (select customer_id from ${buyers} as b3) and w.closed_at < ${until}
        ) as d on d.customer_id = c.customer_id
        group by c.customer_id, ${groupList(dimensions)}`;
    });
    return sql`${sql.join(members, sql` union all `)}`;
  });
  return periods.map((period, p) => {
    const last = lastKnown(period, ask.moment.today);
    const judged = rows.flatMap((row) => {
      if (Number(row.period_no) !== p) return [];
      const contacts = {
        first: row.first_day as Day,
        last: row.last_day as Day,
        days: Number(row.contact_days),
      };
      const lossDay = lossDayOf(contacts, ask.silentDays);
      // Who was lost before the period began is no customer at its start.
      if (lossDay < period.from) return [];
      return [{ ...row, base: 1, lost: lossDay <= last ? 1 : 0, lost_fen: 0 }];
    });
    return toGroups(judged, dimensions, ['base', 'lost', 'lost_fen']);
  });
}

/**
 * Both kinds of customers together, by period. One query, and a second where anyone bought without a contract: most
 * companies sign one for all they sell, and then nobody's days of contact need to be gathered.
 */
export async function readChurn(
  crm: Crm,
  ask: ChurnAsk,
  periods: readonly Period[],
  dimensions: readonly Dimension[],
): Promise<CustomerGroup[][]> {
  const { groups, someQuiet } = await readContractChurn(crm, ask, periods, dimensions);
  if (!someQuiet) return groups;
  const quiet = await readQuietChurn(crm, ask, periods, dimensions);
  return groups.map((contracts, p) => [...contracts, ...quiet[p]!]);
}
