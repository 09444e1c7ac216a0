import { sql } from 'kysely';
import type { Moment } from '../calendar/clock.ts';
import { addDays } from '../calendar/day.ts';
import type { Crm, QueryParts } from '../crm/crm.ts';
import type { RowFilter } from '../crm/rows.ts';
import type { Scope } from '../crm/scope.ts';
import { countDistinctIf, type Expr } from '../database/dialect.ts';
import { differs, type Rate, ratioOf } from '../figures/rate.ts';
import { valid } from './lost-customers.ts';
import { whole } from './stage-position.ts';

export interface CrossSellAsk {
  readonly scope: Scope;
  readonly filter: RowFilter;
  readonly moment: Moment;
}

/** What was signed within so many days says what goes together now. */
export const boughtWithinDays = 730;
/** Fewer buyers than these make no pattern. */
const leastBuyers = 5;

export interface BoughtTogether {
  readonly first: string;
  readonly second: string;
  readonly customers: number;
}

/** A product that buyers of another take more often than everyone else, by more than chance. */
export interface ProductPair {
  readonly fromId: string;
  readonly from: string;
  readonly toId: string;
  readonly to: string;
  /** Buyers of `from` that have `to`. */
  readonly withFrom: Rate;
  /** All other buyers that have `to`. */
  readonly without: Rate;
}

export interface CrossSellCustomer {
  readonly customerId: string;
  readonly name: string;
  readonly industry: string | null;
  readonly ownerId: string | null;
  /** All that they have in force. */
  readonly amountFen: number;
}

/** Customer and product, once each: what they signed for lately. */
function bought({ rows }: QueryParts, { filter, moment }: CrossSellAsk): Expr {
  return sql`(
    select distinct k.customer_id, l.product_id
    from ${rows.of('cm_customers', filter)} as c
    join ${rows.contractAttributes()} as k on k.customer_id = c.customer_id
    join ${rows.contractLineAttributes()} as l on l.contract_id = k.contract_id
    where ${valid('k')} and k.signed_on > ${addDays(moment.today, -boughtWithinDays)} and k.signed_on <= ${moment.today}
      and l.product_id is not null
  )`;
}

/** How many customers have each product, each two of them, and any at all. Two queries. */
export async function readBaskets(
  crm: Crm,
  ask: CrossSellAsk,
): Promise<{
  readonly buyers: number;
  readonly products: readonly { readonly id: string; readonly name: string; readonly customers: number }[];
  readonly together: readonly BoughtTogether[];
}> {
  const [single, pairs] = await Promise.all([
    crm.read<{ product_id: string | null; name: string | null; customers: number }>(
      ask.scope,
      (parts) => sql`
        select b.product_id, max(p.name) as name, count(*) as customers
        from ${bought(parts, ask)} as b left join ${parts.rows.open('cm_products')} as p on p.product_id = b.product_id
        group by b.product_id
        union all
        select null as product_id, null as name, count(distinct b.customer_id) as customers from ${bought(parts, ask)} as b`,
    ),
    crm.read<{ first_id: string; second_id: string; customers: number }>(
      ask.scope,
      (parts) => sql`
        select a.product_id as first_id, b.product_id as second_id, count(*) as customers
        from ${bought(parts, ask)} as a join ${bought(parts, ask)} as b on b.customer_id = a.customer_id and b.product_id > a.product_id
        group by a.product_id, b.product_id`,
    ),
  ]);
  return {
    buyers: Number(single.find(({ product_id }) => product_id === null)?.customers ?? 0),
    products: single.flatMap((row) =>
      row.product_id === null
        ? []
        : [{ id: String(row.product_id), name: row.name ?? String(row.product_id), customers: Number(row.customers) }],
    ),
    together: pairs.map((row) => ({
      first: String(row.first_id),
      second: String(row.second_id),
      customers: Number(row.customers),
    })),
  };
}

/** The pairs that really go together (corrected for how many were looked at), the widest gap first. */
export function realPairs(baskets: Awaited<ReturnType<typeof readBaskets>>): ProductPair[] {
  const { buyers, products, together } = baskets;
  const large = products.filter(({ customers }) => customers >= leastBuyers);
  const both = (a: string, b: string): number =>
    together.find(({ first, second }) => (first === a && second === b) || (first === b && second === a))?.customers ??
    0;
  const looked = large.length * (large.length - 1);
  const pairs = large.flatMap((from) =>
    large.flatMap((to): ProductPair[] => {
      if (from.id === to.id) return [];
      const shared = both(from.id, to.id);
      const withFrom = { numerator: shared, denominator: from.customers };
      const without = { numerator: to.customers - shared, denominator: buyers - from.customers };
      const more = (ratioOf(withFrom) ?? 0) > (ratioOf(without) ?? 0);
      return without.denominator > 0 && more && differs(withFrom, without, looked)
        ? [{ fromId: from.id, from: from.name, toId: to.id, to: to.name, withFrom, without }]
        : [];
    }),
  );
  const gap = ({ withFrom, without }: ProductPair): number => (ratioOf(withFrom) ?? 0) - (ratioOf(without) ?? 0);
  const lacking = ({ withFrom }: ProductPair): number => withFrom.denominator - withFrom.numerator;
  // Of both directions of a pair, the one with more customers that could still buy.
  const chosen = pairs.filter((pair) => {
    const back = pairs.find(({ fromId, toId }) => fromId === pair.toId && toId === pair.fromId);
    return (
      back === undefined ||
      lacking(pair) > lacking(back) ||
      (lacking(pair) === lacking(back) && pair.fromId < pair.toId)
    );
  });
  return chosen.sort((a, b) => gap(b) - gap(a) || (a.fromId + a.toId).localeCompare(b.fromId + b.toId));
}

/**
 * Who has `from` in force and not yet `to`, in an industry in which at least two customers have `to`; the largest first.
 * One query.
 */
export async function readCrossSellCustomers(
  crm: Crm,
  ask: CrossSellAsk,
  pair: Pick<ProductPair, 'fromId' | 'toId'>,
  limit: number,
): Promise<{ readonly customers: readonly CrossSellCustomer[]; readonly all: number }> {
  const { today } = ask.moment;
  const rows = await crm.read<Record<string, string | number | null>>(ask.scope, (parts) => {
    const { rows: source, sql: bridge } = parts;
    const has = (productId: string): Expr => sql`exists (select 1 from ${source.contractAttributes()} as h
      join ${source.contractLineAttributes()} as m on m.contract_id = h.contract_id
      where h.customer_id = c.customer_id and ${valid('h')} and h.signed_on <= ${today} and m.product_id = ${productId})`;
    return sql`
      select c.customer_id, c.name, c.industry, c.owner_user_id, ${bridge.sumFen(sql`k.amount`)} as amount_fen
      from ${source.of('cm_customers', ask.filter)} as c
      join ${source.contractAttributes()} as k on k.customer_id = c.customer_id
      where k.status = 'effective' and (k.ends_on is null or k.ends_on >= ${today}) and k.signed_on <= ${today}
        and ${has(pair.fromId)} and not ${has(pair.toId)}
        and c.industry in (select i.industry from ${bought(parts, ask)} as b
          join ${source.customerAttributes()} as i on i.customer_id = b.customer_id
          where b.product_id = ${pair.toId} and i.industry is not null
          group by i.industry having count(*) >= 2)
      group by c.customer_id, c.name, c.industry, c.owner_user_id
      order by amount_fen desc, c.customer_id limit ${whole(2_000)}`;
  });
  return {
    all: rows.length,
    customers: rows.slice(0, limit).map((row) => ({
      customerId: String(row.customer_id),
      name: String(row.name),
      industry: row.industry as string | null,
      ownerId: row.owner_user_id as string | null,
      amountFen: Number(row.amount_fen),
    })),
  };
}

/** Where nothing goes together by more than chance: how many customers have only one product. One query. */
export async function readSingleProductBuyers(crm: Crm, ask: CrossSellAsk): Promise<Rate> {
  const [row] = await crm.read<{ buyers: number; single: number }>(
    ask.scope,
    (parts) => sql`
      select count(*) as buyers, ${countDistinctIf(sql`w.customer_id`, sql`w.products = 1`)} as single
      from (select b.customer_id, count(*) as products from ${bought(parts, ask)} as b group by b.customer_id) as w`,
  );
  return { numerator: Number(row?.single ?? 0), denominator: Number(row?.buyers ?? 0) };
}
