import { sql } from 'kysely';
import type { Moment } from '../calendar/clock.ts';
import { addDays, type Day } from '../calendar/day.ts';
import type { Crm } from '../crm/crm.ts';
import type { Scope } from '../crm/scope.ts';

/** Within how many days of the recall a customer must stir to count as woken (decision 7). */
export const wakeWithinDays = 30;

export interface RecallMoment {
  readonly customerId: string;
  /** `YYYY-MM-DD HH:MM:SS`, the company's wall clock. */
  readonly recalledAt: string;
}

/** A customer of a recall stirred: by itself, or in a connected call, a meeting face to face, an order. */
interface Stirring {
  readonly customerId: string;
  readonly at: string;
}

/** Values in one statement; far below what either database takes. */
const chunk = 500;

/**
 * Which of these recalls woke their customer, in the order given. `scope` must hold all of them: whose recalls may be
 * counted was decided before, and a customer that changed hands since came back all the same.
 */
export async function readWoken(
  crm: Crm,
  scope: Scope,
  recalls: readonly RecallMoment[],
  moment: Moment,
): Promise<boolean[]> {
  if (recalls.length === 0) return [];
  const days = recalls.map(({ recalledAt }) => recalledAt.slice(0, 10)).sort();
  const from = days[0] as Day;
  const to = addDays(days.at(-1) as Day, wakeWithinDays);
  const ids = [...new Set(recalls.map(({ customerId }) => customerId))];
  const stirrings: Stirring[] = [];
  for (let at = 0; at < ids.length; at += chunk) {
    stirrings.push(...(await readStirrings(crm, scope, ids.slice(at, at + chunk), from, to, moment)));
  }
  const byCustomer = new Map<string, string[]>();
  for (const { customerId, at } of stirrings) {
    const times = byCustomer.get(customerId);
    if (times === undefined) byCustomer.set(customerId, [at]);
    else times.push(at);
  }
  return recalls.map(({ customerId, recalledAt }) => {
    const last = addDays(recalledAt.slice(0, 10) as Day, wakeWithinDays);
    return (byCustomer.get(customerId) ?? []).some((at) =>
      // What has only a day counts from the day of the recall on.
      at.length === 10 ? at >= recalledAt.slice(0, 10) && at <= last : at >= recalledAt && at.slice(0, 10) <= last,
    );
  });
}

async function readStirrings(
  crm: Crm,
  scope: Scope,
  customerIds: readonly string[],
  from: Day,
  to: Day,
  { wall, today }: Moment,
): Promise<Stirring[]> {
  const filter = { customerIds };
  const [begin, behind] = [`${from} 00:00:00`, `${addDays(to, 1)} 00:00:00`];
  const [timed, dated] = await Promise.all([
    crm.read<{ customer_id: string; at: string }>(
      scope,
      ({ rows }) => sql`select a.customer_id, a.occurred_at as at from ${rows.of('cm_activities', filter)} as a
          where a.occurred_at >= ${begin} and a.occurred_at < ${behind} and a.occurred_at <= ${wall}
            and (a.direction = 'in' or (a.kind = 'call' and a.is_connected = 1)
              or (a.kind in ('visit', 'meeting') and coalesce(a.is_connected, 1) = 1))
        union all
        select t.customer_id, t.created_at as at from ${rows.of('cm_tickets', filter)} as t
          where t.created_at >= ${begin} and t.created_at < ${behind} and t.created_at <= ${wall}`,
    ),
    crm.read<{ customer_id: string; at: string }>(
      scope,
      ({ rows }) => sql`select k.customer_id, k.signed_on as at from ${rows.of('cm_contracts', filter)} as k
          where k.status in ('effective', 'completed') and k.signed_on >= ${from} and k.signed_on <= ${to} and k.signed_on <= ${today}
        union all
        select y.customer_id, y.paid_on as at from ${rows.of('cm_payments', filter)} as y
          where y.status = 'confirmed' and y.paid_on >= ${from} and y.paid_on <= ${to} and y.paid_on <= ${today}
        union all
        select u.customer_id, u.day as at from ${rows.of('cm_customer_usage', filter)} as u
          where u.logins > 0 and u.day >= ${from} and u.day <= ${to} and u.day <= ${today}`,
    ),
  ]);
  return [
    ...timed.map((row) => ({ customerId: String(row.customer_id), at: String(row.at) })),
    ...dated.map((row) => ({ customerId: String(row.customer_id), at: String(row.at).slice(0, 10) })),
  ];
}
