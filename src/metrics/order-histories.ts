import { sql } from 'kysely';
import { addDays } from '../calendar/day.ts';
import type { Crm, QueryParts } from '../crm/crm.ts';
import type { Expr } from '../database/dialect.ts';
import type { Spending } from '../predictions/gamma-gamma.ts';
import { type OrderHistories, trialWeeks } from '../predictions/order-model.ts';
import type { ValueAsk } from './lifetime-value.ts';
import { valid } from './lost-customers.ts';
import { whole } from './stage-position.ts';

/** When the customers of a scope ordered, and for how much an order: counted together, never customer by customer. */
export interface OrdersOverTime {
  readonly histories: readonly OrderHistories[];
  readonly spending: readonly Spending[];
  /** From the very first order to today. */
  readonly weeks: number;
  /** The latest of them, which the model is tried on. */
  readonly keptWeeks: number;
}

/** Times are told in so many steps at most: the more customers, the coarser, so that a fit takes as long. */
const stepsFor = (buyers: number): number => (buyers <= 20_000 ? 104 : buyers <= 100_000 ? 52 : 26);

/** Full steps begun: an order on the day after is one step later. */
const stepsOf = (days: Expr, step: number): Expr =>
  sql`(${days} + ${whole(step - 1)} - (${days} + ${whole(step - 1)}) % ${whole(step)}) / ${whole(step)}`;

/** Which values are taken together: the same first two digits. */
function valueClass(mean: Expr): Expr {
  const classes = Array.from({ length: 14 }, (_, i) => {
    const width = 10 ** i;
    return sql`when ${mean} < ${whole(100 * width)} then ${whole(1000 * i)} + (${mean} - ${mean} % ${whole(width)}) / ${whole(width)}`;
  });
  return sql`case ${sql.join(classes, sql` `)} else 99000 end`;
}

/**
 * Every customer's orders as the model takes them: days with a signed contract count as one order each. One query; `days` =
 * since the first order of all, `buyers` = how many there are.
 */
export async function readOrdersOverTime(
  crm: Crm,
  { scope, filter, moment }: ValueAsk,
  { days, buyers }: { readonly days: number; readonly buyers: number },
): Promise<OrdersOverTime> {
  const weeks = Math.floor(days / 7);
  const stepWeeks = Math.max(1, Math.ceil(weeks / stepsFor(buyers)));
  const step = 7 * stepWeeks;
  // Whole steps, so that who is how old then follows from how old they are now.
  const keptSteps = Math.max(1, Math.round(trialWeeks(weeks) / stepWeeks));
  const since = addDays(moment.today, -keptSteps * step);
  const own = ({ rows, sql: bridge }: QueryParts): Expr => sql`(
    select k.customer_id, k.orders, k.amount_fen, k.before_orders,
      ${bridge.days(sql`k.first_on`, sql`${moment.today}`)} as age_days,
      ${bridge.days(sql`k.first_on`, sql`k.last_on`)} as last_days,
      ${bridge.days(sql`k.first_on`, sql`k.before_on`)} as before_days
    from ${rows.of('cm_customers', filter)} as c
    join (select k.customer_id, count(distinct k.signed_on) as orders, ${bridge.sumFen(sql`k.amount`)} as amount_fen,
        min(k.signed_on) as first_on, max(k.signed_on) as last_on,
        count(distinct case when k.signed_on <= ${since} then k.signed_on end) as before_orders,
        max(case when k.signed_on <= ${since} then k.signed_on end) as before_on
      from ${rows.contractAttributes()} as k
      where ${valid('k')} and k.signed_on <= ${moment.today} group by k.customer_id) as k on k.customer_id = c.customer_id
  )`;
  const found = await crm.read<Record<string, number | string | null>>(
    scope,
    (parts) => sql`
      select 0 as part, w.orders, ${stepsOf(sql`w.age_days`, step)} as age, ${stepsOf(sql`w.last_days`, step)} as last_at,
        w.before_orders, ${stepsOf(sql`w.before_days`, step)} as before_at, count(*) as customers, 0 as mean_fen
      from ${own(parts)} as w group by w.orders, age, last_at, w.before_orders, before_at
      union all
      select 1, w.orders, ${valueClass(sql`w.mean_fen`)} as class, 0, 0, 0, count(*), avg(w.mean_fen)
      from (select o.orders, (o.amount_fen - o.amount_fen % o.orders) / o.orders as mean_fen from ${own(parts)} as o
        where o.amount_fen > 0) as w where w.mean_fen >= 1 group by w.orders, class`,
  );
  const number = (value: number | string | null | undefined): number => Math.round(Number(value ?? 0));
  const at = (steps: number): number => steps * stepWeeks;
  return {
    weeks,
    keptWeeks: at(keptSteps),
    histories: found
      .filter(({ part }) => number(part) === 0)
      .map((row): OrderHistories => {
        const age = number(row.age);
        const before = number(row.before_orders);
        return {
          customers: number(row.customers),
          whole: { repeats: number(row.orders) - 1, last: at(number(row.last_at)), age: at(age) },
          before:
            before === 0
              ? null
              : { repeats: before - 1, last: at(number(row.before_at)), age: at(Math.max(0, age - keptSteps)) },
        };
      }),
    spending: found
      .filter(({ part }) => number(part) === 1)
      .map(
        (row): Spending => ({
          orders: number(row.orders),
          customers: number(row.customers),
          mean: Number(row.mean_fen),
        }),
      ),
  };
}
