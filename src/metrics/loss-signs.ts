import { sql } from 'kysely';
import { addDays, startOf } from '../calendar/day.ts';
import type { Period } from '../calendar/period.ts';
import type { Crm } from '../crm/crm.ts';
import { countIf } from '../database/dialect.ts';
import type { Rate } from '../figures/rate.ts';
import { renewalGraceDays } from '../predictions/churn.ts';
import { begins, type ChurnAsk, continued, valid } from './lost-customers.ts';

/** Signs before a contract ended (item 50): among contracts that were not continued, and among those that were. */
export interface LossSigns {
  readonly complaintsLost: Rate;
  readonly complaintsKept: Rate;
  readonly quietLost: Rate;
  readonly quietKept: Rate;
}

/** Complaints within these days before the end; no follow-up within those. */
const complaintDays = 90;
const quietDays = 30;

/**
 * For each contract whose grace ran out within the period: whether its customer complained in the 90 days before its end,
 * and whether nobody was in touch in the last 30. One query.
 */
export async function readLossSigns(crm: Crm, ask: ChurnAsk, period: Period): Promise<LossSigns> {
  const { today } = ask.moment;
  const last = period.to < today ? period.to : today;
  const from = addDays(period.from, -renewalGraceDays);
  const to = addDays(last, -renewalGraceDays);
  const [row] = await crm.read<Record<string, number>>(ask.scope, (parts) => {
    const { rows, sql: bridge } = parts;
    const daysBefore = (column: ReturnType<typeof sql>) => bridge.days(column, sql`k.ends_on`);
    const complained = sql`exists (select 1 from ${rows.of('cm_tickets')} as t
      where t.customer_id = k.customer_id and t.kind = 'complaint' and t.created_at >= ${startOf(addDays(from, -complaintDays))}
        and ${daysBefore(sql`t.created_at`)} between 0 and ${sql.raw(String(complaintDays))})`;
    const inTouch = sql`exists (select 1 from ${rows.followUpAttributes()} as a
      where a.customer_id = k.customer_id and a.occurred_at >= ${startOf(addDays(from, -quietDays))}
        and ${daysBefore(sql`a.occurred_at`)} between 0 and ${sql.raw(String(quietDays))})`;
    const lost = sql`w.kept = 0`;
    const kept = sql`w.kept = 1`;
    return sql`
      select ${countIf(lost)} as lost, ${countIf(kept)} as kept,
        ${countIf(sql`${lost} and w.complained = 1`)} as lost_complained,
        ${countIf(sql`${kept} and w.complained = 1`)} as kept_complained,
        ${countIf(sql`${lost} and w.in_touch = 0`)} as lost_quiet, ${countIf(sql`${kept} and w.in_touch = 0`)} as kept_quiet
      from (
        select case when ${continued(parts, today)} then 1 else 0 end as kept,
          case when ${complained} then 1 else 0 end as complained, case when ${inTouch} then 1 else 0 end as in_touch
        from ${rows.of('cm_customers', ask.filter)} as c
        join ${rows.contractAttributes()} as k on k.customer_id = c.customer_id
        where ${valid('k')} and ${begins('k')} < ${period.from} and k.ends_on >= ${from} and k.ends_on <= ${to}
      ) as w`;
  });
  const count = (name: string): number => Number(row?.[name] ?? 0);
  const rate = (numerator: string, denominator: string): Rate => ({
    numerator: count(numerator),
    denominator: count(denominator),
  });
  return {
    complaintsLost: rate('lost_complained', 'lost'),
    complaintsKept: rate('kept_complained', 'kept'),
    quietLost: rate('lost_quiet', 'lost'),
    quietKept: rate('kept_quiet', 'kept'),
  };
}
