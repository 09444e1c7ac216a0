import { sql } from 'kysely';
import type { Moment } from '../calendar/clock.ts';
import { addDays } from '../calendar/day.ts';
import type { Crm, QueryParts } from '../crm/crm.ts';
import type { RowFilter } from '../crm/rows.ts';
import type { Scope } from '../crm/scope.ts';
import { countIf, type Expr } from '../database/dialect.ts';
import { valid } from './lost-customers.ts';
import { whole } from './stage-position.ts';

export interface ValueAsk {
  readonly scope: Scope;
  readonly filter: RowFilter;
  readonly moment: Moment;
}

/** What one customer has bought so far. */
export interface Buyer {
  readonly customerId: string;
  readonly name: string;
  readonly grade: string | null;
  readonly ownerId: string | null;
  readonly orders: number;
  readonly amountFen: number;
  readonly daysSinceFirst: number;
  /** Days on which something was signed: several contracts of one day are one order to the model. */
  readonly orderDays: number;
  readonly daysSinceLast: number;
}

/** Everyone who ever signed, summed up. */
export interface BuyerTotals {
  readonly buyers: number;
  readonly orders: number;
  readonly amountFen: number;
  /** Sum over customers of their orders a year; the first year counts as a whole one. */
  readonly yearlyOrders: number;
  /** Who signed for the first time within the last 365 days. */
  readonly newBuyers: number;
  /** Since the very first order of all. */
  readonly days: number;
}

/** Each customer who ever signed, with money, orders, and days since the first; as of the asking day. */
function buyers({ rows, sql: bridge }: QueryParts, { filter, moment }: ValueAsk): Expr {
  return sql`(
    select c.customer_id, c.name, c.level, c.owner_user_id, k.orders, k.amount_fen, k.days, k.order_days, k.last_days,
      case when k.days < 365 then 365 else k.days end as counted_days
    from ${rows.of('cm_customers', filter)} as c
    join (select k.customer_id, count(*) as orders, ${bridge.sumFen(sql`k.amount`)} as amount_fen,
        ${bridge.days(sql`min(k.signed_on)`, sql`${moment.today}`)} as days, count(distinct k.signed_on) as order_days,
        ${bridge.days(sql`max(k.signed_on)`, sql`${moment.today}`)} as last_days
      from ${rows.contractAttributes()} as k
      where ${valid('k')} and k.signed_on <= ${moment.today} group by k.customer_id) as k on k.customer_id = c.customer_id
  )`;
}

export async function readBuyerTotals(crm: Crm, ask: ValueAsk): Promise<BuyerTotals> {
  const [row] = await crm.read<Record<string, number | string>>(
    ask.scope,
    (parts) => sql`
      select count(*) as buyers, ${parts.sql.sumOf(sql`w.orders`)} as orders, ${parts.sql.sumOf(sql`w.amount_fen`)} as amount_fen,
        coalesce(sum(w.orders * 365.0 / w.counted_days), 0) as yearly_orders,
        ${countIf(sql`w.days <= 365`)} as new_buyers, max(w.days) as days
      from ${buyers(parts, ask)} as w`,
  );
  return {
    buyers: Number(row?.buyers ?? 0),
    orders: Number(row?.orders ?? 0),
    amountFen: Number(row?.amount_fen ?? 0),
    yearlyOrders: Number(row?.yearly_orders ?? 0),
    newBuyers: Number(row?.new_buyers ?? 0),
    days: Number(row?.days ?? 0),
  };
}

/** The customers worth most a year, which is the order of their lifetime value too: one churn and one CAC hold for all. */
export async function readTopBuyers(crm: Crm, ask: ValueAsk, limit: number): Promise<Buyer[]> {
  const rows = await crm.read<Record<string, string | number | null>>(
    ask.scope,
    (parts) => sql`
      select w.* from ${buyers(parts, ask)} as w
      order by w.amount_fen * 365.0 / w.counted_days desc, w.customer_id limit ${whole(limit)}`,
  );
  return rows.map((row) => ({
    customerId: String(row.customer_id),
    name: String(row.name),
    grade: row.level as string | null,
    ownerId: row.owner_user_id as string | null,
    orders: Number(row.orders),
    amountFen: Number(row.amount_fen),
    daysSinceFirst: Number(row.days),
    orderDays: Number(row.order_days),
    daysSinceLast: Number(row.last_days),
  }));
}

/** What campaigns that began within the last 365 days cost, in fen; null where the CRM has none with a cost. */
export async function readYearlyCost(crm: Crm, { scope, moment }: ValueAsk): Promise<number | null> {
  const [row] = await crm.read<{ campaigns: number; cost_fen: number }>(
    scope,
    ({ rows, sql: bridge }) => sql`
      select count(*) as campaigns, ${bridge.sumFen(sql`t.actual_cost`)} as cost_fen from ${rows.open('cm_campaigns')} as t
      where t.starts_on >= ${addDays(moment.today, -364)} and t.starts_on <= ${moment.today} and t.actual_cost is not null`,
  );
  return row === undefined || Number(row.campaigns) === 0 ? null : Number(row.cost_fen);
}
