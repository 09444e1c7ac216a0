import { type Kysely, sql } from 'kysely';
import { bridgeOf, type Expr, type SqlDialect } from '../database/dialect.ts';
import type { CrmTables } from './schema.ts';

/**
 * Fills `cm_customer_last_touch` anew from the rows: the latest interaction of each known customer (decision 6: follow-up,
 * visit, meeting, call, order, payment, ticket or login).
 */
export async function recomputeLastTouch(kysely: Kysely<CrmTables>, dialect: SqlDialect): Promise<void> {
  const { concat, day } = bridgeOf(dialect);
  const atMidnight = (column: Expr) => concat(day(column), sql`' 00:00:00'`);
  await sql`delete from cm_customer_last_touch`.execute(kysely);
  await sql`
    insert into cm_customer_last_touch (customer_id, last_touch_at)
    select t.customer_id, max(t.touched_at)
    from (
      select customer_id, ${concat(sql`occurred_at`, sql`''`)} as touched_at from cm_activities
      union all
      select customer_id, ${atMidnight(sql`signed_on`)} from cm_contracts where status in ('effective', 'completed')
      union all
      select customer_id, ${atMidnight(sql`paid_on`)} from cm_payments where status = 'confirmed'
      union all
      select customer_id, ${concat(sql`created_at`, sql`''`)} from cm_tickets
      union all
      select customer_id, ${atMidnight(sql`max(day)`)} from cm_customer_usage where logins > 0 group by customer_id
    ) as t
    join cm_customers as c on c.customer_id = t.customer_id
    where t.touched_at is not null
    group by t.customer_id`.execute(kysely);
}
