import { sql } from 'kysely';
import type { Moment } from '../calendar/clock.ts';
import { addDays, type Day, dayOfWallTime, daysBetween, startOf } from '../calendar/day.ts';
import type { Crm } from '../crm/crm.ts';
import type { RowFilter } from '../crm/rows.ts';
import type { Scope } from '../crm/scope.ts';
import { countIf } from '../database/dialect.ts';
import { renewalGraceDays } from '../predictions/churn.ts';
import { type Health, type HealthSigns, healthOf, healthScore } from '../predictions/health.ts';
import { begins, continued, valid } from './lost-customers.ts';

export interface HealthAsk {
  readonly scope: Scope;
  readonly filter: RowFilter;
  readonly moment: Moment;
  /** The day whose health it is: today, or the end of a period that is over. */
  readonly on: Day;
}

/** One customer with a contract in force on the day (or just run out and within its grace days). */
export interface CustomerHealth extends HealthSigns {
  readonly customerId: string;
  readonly name: string;
  readonly grade: string | null;
  readonly industry: string | null;
  readonly ownerId: string | null;
  /** Of contracts in force, else of the ones that just ran out. */
  readonly amountFen: number;
  /** The last contract's end; null = without end. */
  readonly endsOn: Day | null;
  /** Its last contract ends within 90 days, or has ended, and nothing continues it. */
  readonly renewalOpen: boolean;
  /** Ran out already; it will count as lost when the grace days are over. */
  readonly inGrace: boolean;
  /** Whole days since the last interaction; null = none on record. */
  readonly quietDays: number | null;
  readonly score: number | null;
  readonly health: Health;
}

/** Days of use compared: the last 30 whole days and the 30 before them (decision 15). */
const windowDays = 30;
/** Tickets and complaints within these days count. */
export const ticketDays = 90;

/**
 * 健康度 (items 58, 59) of everyone with a contract in force on the day: use, tickets, renewal and last interaction side by
 * side. One query; the use is read by day, the tickets by their time.
 */
export async function readCustomerHealth(crm: Crm, ask: HealthAsk): Promise<CustomerHealth[]> {
  const { on, moment } = ask;
  // Today is not over: its logins would look like a drop.
  const last = on < moment.today ? on : addDays(moment.today, -1);
  const nowFrom = addDays(last, 1 - windowDays);
  const beforeFrom = addDays(last, 1 - 2 * windowDays);
  const until = startOf(addDays(on, 1));
  const rows = await crm.read<Record<string, string | number | null>>(ask.scope, (parts) => {
    const { rows: from, sql: bridge } = parts;
    const isNow = sql`u.day >= ${nowFrom}`;
    return sql`
      select c.customer_id, c.name, c.level, c.industry, c.owner_user_id, p.amount_fen, p.grace_fen, p.in_force,
        ${bridge.day(sql`p.ends_on`)} as ends_on, p.endless, p.continued, u.now_logins, u.before_logins, u.now_features,
        u.before_features, coalesce(s.tickets, 0) as tickets, coalesce(s.complaints, 0) as complaints, t.last_touch_at
      from ${from.of('cm_customers', ask.filter)} as c
      join (
        select k.customer_id, ${countIf(sql`k.ends_on is null or k.ends_on >= ${on}`)} as in_force,
          ${bridge.sumFen(sql`case when k.ends_on is null or k.ends_on >= ${on} then k.amount end`)} as amount_fen,
          ${bridge.sumFen(sql`case when k.ends_on < ${on} then k.amount end`)} as grace_fen,
          max(k.ends_on) as ends_on, ${countIf(sql`k.ends_on is null`)} as endless,
          max(case when ${continued(parts, on)} then 1 else 0 end) as continued
        from ${from.contractAttributes()} as k
        where ${valid('k')} and ${begins('k')} <= ${on} and (k.signed_on is null or k.signed_on <= ${on})
          and (k.ends_on is null or k.ends_on >= ${on}
            or (k.ends_on > ${addDays(on, -renewalGraceDays)} and not ${continued(parts, on)}))
        group by k.customer_id) as p on p.customer_id = c.customer_id
      left join (
        select u.customer_id, ${bridge.sumOf(sql`case when ${isNow} then u.logins else 0 end`)} as now_logins,
          ${bridge.sumOf(sql`case when ${isNow} then 0 else u.logins end`)} as before_logins,
          max(case when ${isNow} then u.features_used end) as now_features,
          max(case when ${isNow} then null else u.features_used end) as before_features
        from ${from.of('cm_customer_usage')} as u where u.day >= ${beforeFrom} and u.day <= ${last}
        group by u.customer_id) as u on u.customer_id = c.customer_id
      left join (
        select s.customer_id, count(*) as tickets, ${countIf(sql`s.kind = 'complaint'`)} as complaints
        from ${from.of('cm_tickets')} as s
        where s.created_at >= ${startOf(addDays(on, 1 - ticketDays))} and s.created_at < ${until}
        group by s.customer_id) as s on s.customer_id = c.customer_id
      left join ${from.of('cm_customer_last_touch')} as t on t.customer_id = c.customer_id
      order by c.customer_id`;
  });
  return rows.map((row) => healthRow(row, on));
}

const numberOr = (value: string | number | null | undefined, otherwise: number | null): number | null =>
  value === null || value === undefined ? otherwise : Number(value);

function healthRow(row: Readonly<Record<string, string | number | null>>, on: Day): CustomerHealth {
  const recorded = row.now_logins !== null || row.before_logins !== null;
  const endless = Number(row.endless) > 0;
  const endsOn = endless ? null : (row.ends_on as Day);
  const inGrace = Number(row.in_force) === 0;
  const signs: HealthSigns = {
    loginsNow: recorded ? numberOr(row.now_logins, 0) : null,
    loginsBefore: recorded ? numberOr(row.before_logins, 0) : null,
    featuresNow: recorded ? numberOr(row.now_features, 0) : null,
    featuresBefore: numberOr(row.before_features, null),
    tickets: Number(row.tickets),
    complaints: Number(row.complaints),
    daysToRenewal: endsOn === null || Number(row.continued) === 1 ? null : daysBetween(on, endsOn),
  };
  const touched = row.last_touch_at === null ? null : dayOfWallTime(String(row.last_touch_at));
  // Named one by one: spread into a larger object, 250,000 of them take ten times as long.
  const { loginsNow, loginsBefore, featuresNow, featuresBefore, tickets, complaints, daysToRenewal } = signs;
  return {
    loginsNow,
    loginsBefore,
    featuresNow,
    featuresBefore,
    tickets,
    complaints,
    daysToRenewal,
    customerId: String(row.customer_id),
    name: String(row.name),
    grade: row.level as string | null,
    industry: row.industry as string | null,
    ownerId: row.owner_user_id as string | null,
    amountFen: Number(inGrace ? row.grace_fen : row.amount_fen),
    endsOn,
    renewalOpen: signs.daysToRenewal !== null && signs.daysToRenewal <= ticketDays,
    inGrace,
    quietDays: touched === null ? null : Math.max(0, daysBetween(touched, on)),
    score: healthScore(signs),
    health: healthOf(signs),
  };
}
