import { sql } from 'kysely';
import { addDays, type Day } from '../calendar/day.ts';
import type { Period } from '../calendar/period.ts';
import type { Crm } from '../crm/crm.ts';
import type { Scope } from '../crm/scope.ts';
import { renewalGraceDays } from '../predictions/churn.ts';
import { continued, valid } from './lost-customers.ts';

/**
 * How many customers count as lost since a few days ago: those with a contract whose grace ran out within the period and
 * that was not continued (decision 13), as `readChurn` counts them; who buys without a contract is not among them. One
 * query that begins with the contracts that ended, so that it costs little every morning.
 */
export async function readJustLost(crm: Crm, scope: Scope, period: Period, today: Day): Promise<number> {
  const rows = await crm.read<{ lost: number }>(
    scope,
    (parts) => sql`select count(distinct c.customer_id) as lost from ${parts.rows.contractAttributes()} as k
      join ${parts.rows.of('cm_customers')} as c on c.customer_id = k.customer_id
      where ${valid('k')} and k.ends_on >= ${addDays(period.from, -renewalGraceDays)}
        and k.ends_on <= ${addDays(period.to, -renewalGraceDays)} and not ${continued(parts, today)}`,
  );
  return Number(rows[0]?.lost ?? 0);
}
