import { sql } from 'kysely';
import type { Moment } from '../calendar/clock.ts';
import { addDays, startOf } from '../calendar/day.ts';
import type { Crm, QueryParts } from '../crm/crm.ts';
import type { RowFilter } from '../crm/rows.ts';
import type { Scope } from '../crm/scope.ts';
import { countIf, type Expr } from '../database/dialect.ts';
import { valid } from './lost-customers.ts';
import { whole } from './stage-position.ts';

export interface SegmentAsk {
  readonly scope: Scope;
  readonly filter: RowFilter;
  readonly moment: Moment;
}

/** Bought within so many days counts as lately: a contract runs for a year. */
export const recentDays = 365;
/** From so many contracts on a customer buys often. */
export const oftenOrders = 2;

/** The eight groups of RFM as the field calls them: R lately, F often, M more than the mean. */
export const segmentNames = {
  '111': '重要价值',
  '101': '重要发展',
  '011': '重要保持',
  '001': '重要挽留',
  '110': '一般价值',
  '100': '一般发展',
  '010': '一般保持',
  '000': '一般挽留',
} as const;

export type SegmentKey = keyof typeof segmentNames;

/** The customers of one group, and how they behave. */
export interface Segment {
  readonly key: SegmentKey;
  readonly customers: number;
  /** All they ever signed. */
  readonly amountFen: number;
  /** Any interaction within 30 days (decision 16). */
  readonly active: number;
  /** A complaint within 90 days. */
  readonly complaining: number;
}

export interface SegmentBase {
  readonly buyers: number;
  readonly amountFen: number;
}

/** Who signed most and has not bought lately. */
export interface FadingCustomer {
  readonly customerId: string;
  readonly name: string;
  readonly ownerId: string | null;
  readonly orders: number;
  readonly amountFen: number;
  /** Since the last contract was signed. */
  readonly days: number;
}

/**
 * Each customer who ever signed, with R, F and M. All contracts are read in the order of their customers, from the index
 * alone: a condition or the bare customer id as a column would have MariaDB sort them, or gather them customer by customer.
 */
function buyers({ rows, sql: bridge }: QueryParts, { filter, moment }: SegmentAsk): Expr {
  const signed = sql`${valid('k')} and k.signed_on <= ${moment.today}`;
  return sql`(
    select c.customer_id, c.name, c.owner_user_id, k.orders, k.amount_fen, k.days
    from ${rows.of('cm_customers', filter)} as c
    join (select max(k.customer_id) as customer_id, ${countIf(signed)} as orders,
        ${bridge.sumFen(sql`case when ${signed} then k.amount end`)} as amount_fen,
        ${bridge.days(sql`max(case when ${signed} then k.signed_on end)`, sql`${moment.today}`)} as days
      from ${rows.contractAttributes()} as k group by k.customer_id having orders > 0) as k on k.customer_id = c.customer_id
  )`;
}

/** How many ever signed, and for how much: the mean is the line between M and not M. One query. */
export async function readSegmentBase(crm: Crm, ask: SegmentAsk): Promise<SegmentBase> {
  const [row] = await crm.read<{ buyers: number; amount_fen: number }>(
    ask.scope,
    (parts) =>
      sql`select count(*) as buyers, ${parts.sql.sumOf(sql`w.amount_fen`)} as amount_fen from ${buyers(parts, ask)} as w`,
  );
  return { buyers: Number(row?.buyers ?? 0), amountFen: Number(row?.amount_fen ?? 0) };
}

const flags = (meanFen: number) => ({
  r: sql`case when w.days <= ${whole(recentDays)} then 1 else 0 end`,
  f: sql`case when w.orders >= ${whole(oftenOrders)} then 1 else 0 end`,
  m: sql`case when w.amount_fen > ${whole(meanFen)} then 1 else 0 end`,
});

/** 客户分群 (item 131): everyone who ever signed, in the eight groups of RFM. One query. */
export async function readSegments(crm: Crm, ask: SegmentAsk, meanFen: number): Promise<Segment[]> {
  const { r, f, m } = flags(meanFen);
  const { today } = ask.moment;
  const rows = await crm.read<Record<string, number>>(
    ask.scope,
    (parts) => sql`
      select ${r} as r, ${f} as f, ${m} as m, count(*) as customers, ${parts.sql.sumOf(sql`w.amount_fen`)} as amount_fen,
        ${countIf(sql`lt.last_touch_at >= ${startOf(addDays(today, -29))}`)} as active,
        ${countIf(sql`t.customer_id is not null`)} as complaining
      from ${buyers(parts, ask)} as w
      left join ${parts.rows.of('cm_customer_last_touch')} as lt on lt.customer_id = w.customer_id
      left join (select distinct t.customer_id from ${parts.rows.of('cm_tickets')} as t where t.kind = 'complaint'
        and t.created_at >= ${startOf(addDays(today, -89))} and t.created_at <= ${ask.moment.wall}) as t on t.customer_id = w.customer_id
      group by r, f, m`,
  );
  const found = rows.map((row) => ({
    key: `${Number(row.r)}${Number(row.f)}${Number(row.m)}` as SegmentKey,
    customers: Number(row.customers),
    amountFen: Number(row.amount_fen),
    active: Number(row.active),
    complaining: Number(row.complaining),
  }));
  return found.sort((a, b) => order.indexOf(a.key) - order.indexOf(b.key));
}

/** From what is worth most to what is worth least. */
const order: readonly SegmentKey[] = ['111', '101', '011', '001', '110', '100', '010', '000'];

/** 重要保持 and 重要挽留: worth more than the mean and not bought lately, the largest first. One query. */
export async function readFading(crm: Crm, ask: SegmentAsk, meanFen: number, limit: number): Promise<FadingCustomer[]> {
  const { r, m } = flags(meanFen);
  const rows = await crm.read<Record<string, string | number | null>>(
    ask.scope,
    (parts) => sql`
      select w.* from ${buyers(parts, ask)} as w where ${m} = 1 and ${r} = 0
      order by w.amount_fen desc, w.customer_id limit ${whole(limit)}`,
  );
  return rows.map((row) => ({
    customerId: String(row.customer_id),
    name: String(row.name),
    ownerId: row.owner_user_id as string | null,
    orders: Number(row.orders),
    amountFen: Number(row.amount_fen),
    days: Number(row.days),
  }));
}
