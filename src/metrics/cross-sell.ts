import { sql } from 'kysely';
import type { Moment } from '../calendar/clock.ts';
import { addDays } from '../calendar/day.ts';
import type { Crm } from '../crm/crm.ts';
import type { RowFilter } from '../crm/rows.ts';
import type { Scope } from '../crm/scope.ts';
import type { Expr } from '../database/dialect.ts';
import { differs, type Rate, ratioOf } from '../figures/rate.ts';
import { inForceOn, valid } from './lost-customers.ts';
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

/** Whether contract `k` tells what is bought now. */
const signedLately = ({ moment }: CrossSellAsk): Expr =>
  sql`${valid('k')} and k.signed_on > ${addDays(moment.today, -boughtWithinDays)} and k.signed_on <= ${moment.today}`;

export interface Baskets {
  readonly buyers: number;
  /** Of the buyers, those with one product only. */
  readonly single: number;
  readonly products: readonly { readonly id: string; readonly name: string; readonly customers: number }[];
  readonly together: readonly BoughtTogether[];
}

/** Products in one number of a basket: a bit for each, and exact in the number type of both databases and of the code. */
const bitsPerNumber = 30;

/**
 * How many customers have each product, each two of them, and any at all. Two queries: what is sold, and one pass over
 * the contracts that counts equal baskets.
 */
export async function readBaskets(crm: Crm, ask: CrossSellAsk): Promise<Baskets> {
  // All that anybody sold; what nobody in scope bought is in no basket.
  const sold = await crm.read<{ product_id: string; name: string | null }>(
    ask.scope,
    ({ rows }) => sql`
      select s.product_id, p.name from (select distinct l.product_id from ${rows.contractLineAttributes()} as l
        where l.product_id is not null) as s
      left join ${rows.open('cm_products')} as p on p.product_id = s.product_id order by s.product_id`,
  );
  const products = sold.map(({ product_id, name }) => ({ id: String(product_id), name: name ?? String(product_id) }));
  if (products.length === 0) return { buyers: 0, single: 0, products: [], together: [] };
  const masks = Array.from({ length: Math.ceil(products.length / bitsPerNumber) }, (_, n) => n);
  const isLately = signedLately(ask);
  const baskets = await crm.read<Record<string, number>>(ask.scope, (parts) => {
    const maskOf = (n: number): Expr => {
      const bits = products.slice(n * bitsPerNumber, (n + 1) * bitsPerNumber);
      const cases = bits.map(({ id }, bit) => sql`when ${id} then ${whole(2 ** bit)}`);
      return sql`coalesce(sum(distinct case when ${isLately} then case l.product_id ${sql.join(cases, sql` `)} end end), 0)
        as ${sql.ref(maskName(n))}`;
    };
    const names = sql.join(masks.map((n) => sql.ref(`b.${maskName(n)}`)));
    // All contracts in the order of their customers, from the indexes alone: with a bound on the days outside the sum
    // MariaDB would sort them.
    return sql`select ${names}, count(*) as customers
      from ${parts.rows.of('cm_customers', ask.filter)} as c
      join (select max(k.customer_id) as customer_id, ${sql.join(masks.map(maskOf))}
        from ${parts.rows.contractAttributes()} as k
        join ${parts.rows.contractLineAttributes()} as l on l.contract_id = k.contract_id
        group by k.customer_id) as b on b.customer_id = c.customer_id
      group by ${names}`;
  });
  const filled = baskets.map((row) => ({
    masks: masks.map((n) => Number(row[maskName(n)])),
    customers: Number(row.customers),
  }));
  return countBaskets(
    products,
    filled.filter((basket) => basket.masks.some((mask) => mask !== 0)),
  );
}

const maskName = (n: number): string => `mask${n}`;

function countBaskets(
  products: readonly { readonly id: string; readonly name: string }[],
  baskets: readonly { readonly masks: readonly number[]; readonly customers: number }[],
): Baskets {
  const single = new Map<string, number>();
  const pairs = new Map<string, BoughtTogether>();
  for (const { masks, customers } of baskets) {
    const ids = products.flatMap(({ id }, n) =>
      ((masks[Math.floor(n / bitsPerNumber)] ?? 0) >> (n % bitsPerNumber)) & 1 ? [id] : [],
    );
    for (const [n, first] of ids.entries()) {
      single.set(first, (single.get(first) ?? 0) + customers);
      for (const second of ids.slice(n + 1)) {
        const key = JSON.stringify([first, second]);
        pairs.set(key, { first, second, customers: (pairs.get(key)?.customers ?? 0) + customers });
      }
    }
  }
  const hasOne = ({ masks }: { readonly masks: readonly number[] }): boolean => {
    const [mask, ...more] = masks.filter((one) => one !== 0);
    return mask !== undefined && more.length === 0 && (mask & (mask - 1)) === 0;
  };
  const sum = (list: typeof baskets): number => list.reduce((total, { customers }) => total + customers, 0);
  return {
    buyers: sum(baskets),
    single: sum(baskets.filter(hasOne)),
    products: products.flatMap((product) => {
      const customers = single.get(product.id);
      return customers === undefined ? [] : [{ ...product, customers }];
    }),
    together: [...pairs.values()],
  };
}

/** The pairs that really go together (corrected for how many were looked at), the widest gap first. */
export function realPairs(baskets: Baskets): ProductPair[] {
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
    // Each set is gathered once from the lines of the two products; by `max`, since by the bare column MariaDB would
    // gather it again for every customer.
    const has = (productId: string): Expr => sql`max(case when m.product_id = ${productId} then 1 else 0 end)`;
    const owners = sql`(
      select max(h.customer_id) as customer_id, ${has(pair.fromId)} as has_from, ${has(pair.toId)} as has_to
      from ${source.contractLineAttributes()} as m join ${source.contractAttributes()} as h on h.contract_id = m.contract_id
      where m.product_id in (${pair.fromId}, ${pair.toId}) and ${valid('h')} and h.signed_on <= ${today}
      group by h.customer_id)`;
    const industries = sql`(
      select max(i.industry) as industry from (
        select distinct c.customer_id from ${source.of('cm_customers', ask.filter)} as c
        join ${source.contractAttributes()} as k on k.customer_id = c.customer_id
        join ${source.contractLineAttributes()} as l on l.contract_id = k.contract_id
        where ${signedLately(ask)} and l.product_id = ${pair.toId}) as b
      join ${source.customerAttributes()} as i on i.customer_id = b.customer_id
      where i.industry is not null group by i.industry having count(*) >= 2)`;
    return sql`
      select c.customer_id, c.name, c.industry, c.owner_user_id, ${bridge.sumFen(sql`k.amount`)} as amount_fen
      from ${owners} as w
      join ${source.of('cm_customers', ask.filter)} as c on c.customer_id = w.customer_id
      join ${industries} as d on d.industry = c.industry
      join ${source.contractAttributes()} as k on k.customer_id = c.customer_id
      where w.has_from = 1 and w.has_to = 0
        and ${inForceOn('k', today)}
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
