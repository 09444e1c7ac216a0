import { sql } from 'kysely';
import type { Moment } from '../calendar/clock.ts';
import type { Period } from '../calendar/period.ts';
import type { Dimension } from '../commands/command.ts';
import type { Crm } from '../crm/crm.ts';
import type { RowFilter } from '../crm/rows.ts';
import type { Scope } from '../crm/scope.ts';
import { countIf } from '../database/dialect.ts';
import { type CustomerGroup, groupColumns, groupList, groupSelect, toGroups } from './customer-groups.ts';
import { valid } from './lost-customers.ts';
import { whole } from './stage-position.ts';

/**
 * 复购率 (item 30): customers who signed within each period, those of them with two contracts or more by its end, and those
 * of these who had bought before it. The money is what was signed within the period. One query.
 */
export async function readRepeatBuyers(
  crm: Crm,
  ask: { readonly scope: Scope; readonly filter: RowFilter; readonly moment: Moment },
  periods: readonly Period[],
  dimensions: readonly Dimension[],
): Promise<CustomerGroup[][]> {
  const { today } = ask.moment;
  const rows = await crm.read<Record<string, string | number | null>>(ask.scope, ({ rows: from, sql: bridge }) => {
    const members = periods.map((period, p) => {
      const last = period.to < today ? period.to : today;
      const repeat = sql`b.ever > 1`;
      return sql`
        select ${whole(p)} as period_no, ${groupSelect(dimensions)}, count(*) as buyers, ${countIf(repeat)} as repeat_buyers,
          ${countIf(sql`b.earlier > 0`)} as returning_buyers,
          ${bridge.sumOf(sql`b.signed_fen`)} as signed_fen,
          ${bridge.sumOf(sql`case when ${repeat} then b.signed_fen else 0 end`)} as repeat_fen
        from ${from.of('cm_customers', ask.filter)} as c
        join (select k.customer_id, ${bridge.sumFen(sql`k.amount`)} as signed_fen,
            (select count(*) from ${from.contractAttributes()} as e
              where e.customer_id = k.customer_id and ${valid('e')} and e.signed_on <= ${last}) as ever,
            (select count(*) from ${from.contractAttributes()} as f
              where f.customer_id = k.customer_id and ${valid('f')} and f.signed_on < ${period.from}) as earlier
          from ${from.contractAttributes()} as k
          where ${valid('k')} and k.signed_on >= ${period.from} and k.signed_on <= ${last}
          group by k.customer_id) as b on b.customer_id = c.customer_id
        group by ${groupColumns(dimensions).length === 0 ? sql`period_no` : groupList(dimensions)}`;
    });
    return sql`${sql.join(members, sql` union all `)}`;
  });
  return periods.map((_, p) =>
    toGroups(
      rows.filter((row) => Number(row.period_no) === p),
      dimensions,
      ['buyers', 'repeat_buyers', 'returning_buyers', 'signed_fen', 'repeat_fen'],
    ),
  );
}
