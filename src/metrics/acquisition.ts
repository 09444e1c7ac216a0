import { sql } from 'kysely';
import type { Moment } from '../calendar/clock.ts';
import { addDays, type Day, startOf } from '../calendar/day.ts';
import type { Period } from '../calendar/period.ts';
import type { Crm } from '../crm/crm.ts';
import type { RowFilter } from '../crm/rows.ts';
import type { Scope } from '../crm/scope.ts';
import { shareWithin } from './channel-results.ts';
import { whole } from './stage-position.ts';

/** What a period spent on leads, and how many customers these became. */
export interface Acquisition {
  /** null where no campaign with a cost ran. */
  readonly costFen: number | null;
  readonly customers: number;
}

interface Row {
  readonly period_no: number | null;
  readonly customers: number;
  readonly starts: Day | null;
  readonly ends: Day | null;
  readonly cost: number | null;
}

/** Days after a period whose leads may still become customers: as many for both, or the younger one looks worse. */
export const fairLagDays = (period: Period, moment: Moment, lagDays: number): number => {
  let days = 0;
  while (days < lagDays && addDays(period.to, days + 1) <= moment.today) days += 1;
  return days;
};

/** 获客成本 (CAC) of several periods, each with its campaigns' costs by days. One query. */
export async function readAcquisition(
  crm: Crm,
  ask: { readonly scope: Scope; readonly filter: RowFilter; readonly moment: Moment; readonly lagDays: number },
  periods: readonly Period[],
): Promise<Acquisition[]> {
  const tomorrow = addDays(ask.moment.today, 1);
  const earliest = (a: Day, b: Day): Day => (a < b ? a : b);
  const rows = await crm.read<Row>(ask.scope, ({ rows: from, sql: bridge }) => {
    const won = periods.map((period, p) => {
      const end = earliest(addDays(period.to, 1), tomorrow);
      const matured = earliest(addDays(period.to, 1 + ask.lagDays), tomorrow);
      return sql`select ${whole(p)} as period_no, count(distinct k.customer_id) as customers,
          null as starts, null as ends, null as cost
        from ${from.of('cm_leads', ask.filter)} as t
        join ${from.of('cm_contracts')} as k on k.customer_id = t.customer_id
        where t.created_at >= ${startOf(period.from)} and t.created_at < ${startOf(end)}
          and k.status in ('effective', 'completed') and k.signed_on >= ${bridge.day(sql`t.created_at`)} and k.signed_on < ${matured}`;
    });
    const overlaps = periods.map(
      ({ from: first, to }) => sql`(g.starts_on <= ${to} and (g.ends_on is null or g.ends_on >= ${first}))`,
    );
    return sql`${sql.join(won, sql` union all `)} union all
      select null, 0, ${bridge.day(sql`g.starts_on`)}, ${bridge.day(sql`g.ends_on`)}, ${bridge.fen(sql`coalesce(g.actual_cost, g.budget)`)}
      from ${from.open('cm_campaigns')} as g where ${sql.join(overlaps, sql` or `)}`;
  });
  return periods.map((period, p) => {
    // Costs are the company's: they fit only where all of its leads are looked at.
    const fits = ask.scope.owners === 'everyone' && Object.keys(ask.filter).length === 0;
    const costs = rows.filter((row) => row.period_no === null);
    const cost = costs.reduce(
      (all, row) => all + Math.round(Number(row.cost ?? 0) * shareWithin(row, period, ask.moment.today)),
      0,
    );
    const customers = rows.find((row) => row.period_no !== null && Number(row.period_no) === p)?.customers ?? 0;
    return { costFen: fits && cost > 0 ? cost : null, customers: Number(customers) };
  });
}
