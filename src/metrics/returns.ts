import { sql } from 'kysely';
import type { Moment } from '../calendar/clock.ts';
import { addDays, startOf } from '../calendar/day.ts';
import type { Period } from '../calendar/period.ts';
import type { Crm } from '../crm/crm.ts';
import type { RowFilter } from '../crm/rows.ts';
import type { Scope } from '../crm/scope.ts';
import type { Rate } from '../figures/rate.ts';
import { derivedFor } from './derived.ts';
import { groupedBy, joinsOf, type Names } from './dimensions.ts';
import { inForceOn } from './lost-customers.ts';
import type { Metric } from './metric.ts';
import { whole } from './stage-position.ts';

const derived = derivedFor('客服经理', '2026-11');

export const returnRate = derived({
  id: 'return_rate',
  name: '退货率',
  aliases: ['退货客户占比'],
  english: 'share of customers with a return',
  unit: 'ratio',
  layer: 'managerial',
  definition: '期间内提过退货工单的客户 ÷ 期末合同在手的客户,按客户算,一家退几次只算一次;不是按件数。',
  items: [67],
  moreIsBetter: false,
  sources: ['cm_tickets', 'cm_contracts'],
});

export const returnPart = derived({
  id: 'return_part_count',
  name: '退货拆分',
  english: 'returns by region, carrier, product and wording',
  unit: 'count',
  layer: 'operational',
  definition: '期间内的退货工单,一层层拆:大区、物流商、产品、说法。说法取登记的退货原因,没登记的取工单标题。',
  items: [67],
  moreIsBetter: false,
  sources: ['cm_tickets'],
});

export const returnMetrics: readonly Metric[] = [returnRate, returnPart];

export interface ReturnAsk {
  readonly scope: Scope;
  readonly filter: RowFilter;
  readonly moment: Moment;
}

/** Returns of one kind: a region, carrier, product and wording; null where the CRM does not say. */
export interface ReturnGroup {
  readonly region: string | null;
  readonly carrier: string | null;
  readonly product: string | null;
  readonly wording: string | null;
  /** By period, in the order asked. */
  readonly counts: readonly number[];
}

/** The returns of each period by everything that is known of them: few rows, cut in the program. One query. */
export async function readReturns(
  crm: Crm,
  names: Names,
  ask: ReturnAsk,
  periods: readonly Period[],
): Promise<ReturnGroup[]> {
  const region = groupedBy('cm_tickets', 'region', names)!;
  const rows = await crm.read<Record<string, string | number | null>>(ask.scope, ({ rows: source }) => {
    const members = periods.map(
      (period, p) => sql`
        select ${whole(p)} as period_no, ${region.key} as region, nullif(t.carrier, '') as carrier, t.product_id,
          max(p.name) as product, coalesce(nullif(t.reason, ''), nullif(t.subject, '')) as wording, count(*) as returns
        from ${source.of('cm_tickets', ask.filter)} as t ${joinsOf('cm_tickets', [...region.joins, 'p'], source, {})}
        where t.kind = 'return' and t.created_at >= ${startOf(period.from)} and t.created_at < ${startOf(addDays(period.to, 1))}
          and t.created_at <= ${ask.moment.wall}
        group by region, carrier, t.product_id, wording`,
    );
    return sql`${sql.join(members, sql` union all `)}`;
  });
  const found = new Map<string, { -readonly [K in keyof ReturnGroup]: ReturnGroup[K] } & { counts: number[] }>();
  for (const row of rows) {
    const text = (value: string | number | null | undefined) => (value == null ? null : String(value));
    const [place, carrier, wording] = [text(row.region), text(row.carrier), text(row.wording)];
    const key = JSON.stringify([place, carrier, text(row.product_id), wording]);
    const group = found.get(key) ?? {
      region: place,
      carrier,
      product: text(row.product) ?? text(row.product_id),
      wording,
      counts: periods.map(() => 0),
    };
    group.counts[Number(row.period_no)] = Number(row.returns);
    found.set(key, group);
  }
  return [...found.values()];
}

/** Customers with a return in each period, of those with a contract in force on its last day. One query. */
export async function readReturnRates(crm: Crm, ask: ReturnAsk, periods: readonly Period[]): Promise<Rate[]> {
  const rows = await crm.read<{ period_no: number; with_returns: number; holding: number }>(
    ask.scope,
    ({ rows: source }) => {
      const members = periods.map((period, p) => {
        const last = period.to < ask.moment.today ? period.to : ask.moment.today;
        return sql`
        select ${whole(p)} as period_no, count(*) as holding,
          count(case when exists (select 1 from ${source.of('cm_tickets')} as t where t.customer_id = h.customer_id and t.kind = 'return'
            and t.created_at >= ${startOf(period.from)} and t.created_at < ${startOf(addDays(period.to, 1))}
            and t.created_at <= ${ask.moment.wall}) then 1 end) as with_returns
        from (select distinct c.customer_id from ${source.of('cm_customers', ask.filter)} as c
          join ${source.contractAttributes()} as k on k.customer_id = c.customer_id
          where ${inForceOn('k', last)}) as h`;
      });
      return sql`${sql.join(members, sql` union all `)}`;
    },
  );
  return periods.map((_, p) => {
    const row = rows.find(({ period_no }) => Number(period_no) === p);
    return { numerator: Number(row?.with_returns ?? 0), denominator: Number(row?.holding ?? 0) };
  });
}
