import { sql } from 'kysely';
import { addDays } from '../calendar/day.ts';
import type { Period } from '../calendar/period.ts';
import type { Crm } from '../crm/crm.ts';
import { countIf } from '../database/dialect.ts';
import type { Rate } from '../figures/rate.ts';
import { renewalGraceDays } from '../predictions/churn.ts';
import { begins, type ChurnAsk, continued, valid } from './lost-customers.ts';
import { whole } from './stage-position.ts';

/** A customer since more than a year is an old one (老客户). */
export const oldAfterDays = 365;

export interface TenureChurn {
  readonly old: Rate;
  readonly young: Rate;
}

/** Customers with contracts and the lost among them, old ones apart from new ones, for each period. One query. */
export async function readChurnByTenure(crm: Crm, ask: ChurnAsk, periods: readonly Period[]): Promise<TenureChurn[]> {
  const rows = await crm.read<{ period_no: number; is_old: number; base: number; lost: number }>(ask.scope, (parts) => {
    const { rows: from } = parts;
    const { today } = ask.moment;
    const members = periods.map((period, p) => {
      const last = period.to < today ? period.to : today;
      const endedFrom = addDays(period.from, -renewalGraceDays);
      const oldBefore = addDays(period.from, -oldAfterDays);
      return sql`select ${whole(p)} as period_no, b.is_old, count(*) as base, ${countIf(sql`l.customer_id is not null`)} as lost
        from ${from.of('cm_customers', ask.filter)} as c
        join (select k.customer_id, max(case when ${begins('k')} < ${oldBefore} then 1 else 0 end) as is_old,
            max(case when k.ends_on is null or k.ends_on >= ${endedFrom} then 1 else 0 end) as is_there
          from ${from.contractAttributes()} as k where ${valid('k')} and ${begins('k')} < ${period.from}
          group by k.customer_id) as b on b.customer_id = c.customer_id and b.is_there = 1
        left join (select distinct k.customer_id from ${from.contractAttributes()} as k
          where ${valid('k')} and k.ends_on >= ${endedFrom} and k.ends_on <= ${addDays(last, -renewalGraceDays)}
            and ${begins('k')} < ${period.from} and not ${continued(parts, today)}) as l on l.customer_id = c.customer_id
        group by b.is_old`;
    });
    return sql`${sql.join(members, sql` union all `)}`;
  });
  const rateOf = (p: number, old: 0 | 1): Rate => {
    const row = rows.find((one) => Number(one.period_no) === p && Number(one.is_old) === old);
    return { numerator: Number(row?.lost ?? 0), denominator: Number(row?.base ?? 0) };
  };
  return periods.map((_, p) => ({ old: rateOf(p, 1), young: rateOf(p, 0) }));
}
