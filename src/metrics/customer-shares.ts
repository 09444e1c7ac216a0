import { sql } from 'kysely';
import type { Moment } from '../calendar/clock.ts';
import { addDays, startOf } from '../calendar/day.ts';
import type { Dimension } from '../commands/command.ts';
import type { Crm } from '../crm/crm.ts';
import type { RowFilter } from '../crm/rows.ts';
import type { Scope } from '../crm/scope.ts';
import { countIf } from '../database/dialect.ts';
import { groupedBy, joinsOf, type Names, partName } from './dimensions.ts';

/** Customers of one part of a dimension, or of two crossed. */
export interface CustomerShare {
  readonly name: string;
  /** The part of the second dimension; null where there is one dimension. */
  readonly second: string | null;
  readonly customers: number;
  /** Those that bought at least once. */
  readonly deals: number;
  /** At least one interaction within 30 days (decision 16). */
  readonly active: number;
}

export interface ShareAsk {
  readonly scope: Scope;
  readonly filter: RowFilter;
  readonly moment: Moment;
  /** One or two. */
  readonly by: readonly Dimension[];
}

export const canCutCustomers = (dimension: Dimension, names: Names): boolean =>
  groupedBy('cm_customers', dimension, names) !== null;

/** 客户分布: customers in hand (not in the pool) by one or two dimensions, the largest first. One query. */
export async function readCustomerShares(crm: Crm, names: Names, ask: ShareAsk): Promise<CustomerShare[]> {
  const cuts = ask.by.flatMap((dimension) => {
    const cut = groupedBy('cm_customers', dimension, names);
    return cut === null ? [] : [{ dimension, ...cut }];
  });
  const [first, second] = cuts;
  if (first === undefined) return [];
  const since = startOf(addDays(ask.moment.today, -29));
  const rows = await crm.read<Record<string, string | number | null>>(ask.scope, ({ rows: source }) => {
    const label = (cut: (typeof cuts)[number] | undefined) =>
      cut?.label === undefined ? sql`null` : sql`max(${cut.label})`;
    return sql`select ${first.key} as first_id, ${label(first)} as first_label,
        ${second === undefined ? sql`null` : second.key} as second_id, ${label(second)} as second_label,
        count(*) as customers, ${countIf(sql`t.is_deal = 1`)} as deals, ${countIf(sql`lt.last_touch_at >= ${since}`)} as active
      from ${source.of('cm_customers', ask.filter)} as t
      left join ${source.of('cm_customer_last_touch')} as lt on lt.customer_id = t.customer_id
      ${joinsOf('cm_customers', [...new Set(cuts.flatMap((cut) => cut.joins))], source, {})}
      where t.lifecycle <> 'pool' and t.created_at <= ${ask.moment.wall}
      group by first_id, second_id`;
  });
  const words = (
    dimension: Dimension,
    key: string | number | null | undefined,
    label: string | number | null | undefined,
  ) => partName(dimension, key == null || key === '' ? null : String(key), label == null ? null : String(label), names);
  return rows
    .map((row) => ({
      name: words(first.dimension, row.first_id, row.first_label),
      second: second === undefined ? null : words(second.dimension, row.second_id, row.second_label),
      customers: Number(row.customers),
      deals: Number(row.deals),
      active: Number(row.active),
    }))
    .sort(
      (a, b) =>
        b.customers - a.customers || a.name.localeCompare(b.name) || (a.second ?? '').localeCompare(b.second ?? ''),
    );
}
