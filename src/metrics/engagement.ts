import { sql } from 'kysely';
import type { Moment } from '../calendar/clock.ts';
import type { Period } from '../calendar/period.ts';
import type { Crm } from '../crm/crm.ts';
import type { RowFilter } from '../crm/rows.ts';
import type { Scope } from '../crm/scope.ts';
import { derivedFor } from './derived.ts';
import type { Metric } from './metric.ts';
import { whole } from './stage-position.ts';

const derived = derivedFor('客户成功负责人', '2026-11');
const sources = ['cm_customer_scores'];

export const engagementIndex = derived({
  id: 'engagement_index',
  name: '投入指数',
  aliases: ['学习成就感指数', '成就感指数', '参与度指数'],
  english: 'engagement index',
  unit: 'score',
  layer: 'managerial',
  definition:
    '0 到 100:一个客户在期间内各成分得分的平均,再按权重加权;总数是客户的平均。成分和权重是设置 engagementIndex,默认完课率 40、测验成绩 40、互动 20。缺一项的按有的几项算;一项都没有的客户不算,不是 0 分。',
  items: [61],
  moreIsBetter: true,
  sources,
});

export const engagementPart = derived({
  id: 'engagement_part',
  name: '指数成分',
  english: 'component of the engagement index',
  unit: 'score',
  layer: 'operational',
  definition: '期间内有得分的客户,这一项得分的平均(先各自平均,再对客户平均)。',
  items: [61],
  moreIsBetter: true,
  sources,
});

export const engagedCustomers = derived({
  id: 'engagement_customers',
  name: '有得分的客户',
  english: 'customers with a score',
  unit: 'count',
  layer: 'operational',
  definition: '期间内至少有一项得分的客户数。',
  items: [61],
  moreIsBetter: true,
  sources,
});

export const lowEngagement = derived({
  id: 'engagement_low',
  name: '指数偏低的客户',
  english: 'customers with a low index',
  unit: 'count',
  layer: 'operational',
  definition: '投入指数低于设置 engagementIndex 的 low(默认 60)的客户数:要主动去帮。',
  items: [61],
  moreIsBetter: false,
  sources,
});

export const engagementMetrics: readonly Metric[] = [engagementIndex, engagementPart, engagedCustomers, lowEngagement];

export interface EngagementAsk {
  readonly scope: Scope;
  readonly filter: RowFilter;
  readonly moment: Moment;
  /** Weight by component. */
  readonly weights: Readonly<Record<string, number>>;
}

/** One customer's index in one period. */
export interface Engaged {
  readonly customerId: string;
  readonly name: string;
  readonly ownerId: string | null;
  /** 0-100, by the weights of what is known. */
  readonly index: number;
  /** Mean score by component. */
  readonly parts: ReadonlyMap<string, number>;
}

/** The customers with a score in each period, by their index, the lowest first. One query. */
export async function readEngagement(
  crm: Crm,
  ask: EngagementAsk,
  periods: readonly Period[],
): Promise<(readonly Engaged[])[]> {
  const components = Object.keys(ask.weights);
  const rows = await crm.read<Record<string, string | number | null>>(ask.scope, ({ rows: source }) => {
    const members = periods.map((period, p) => {
      const last = period.to < ask.moment.today ? period.to : ask.moment.today;
      return sql`
        select ${whole(p)} as period_no, s.customer_id, max(c.name) as name, max(c.owner_user_id) as owner_id, s.component,
          avg(s.score) as score
        from ${source.of('cm_customer_scores')} as s
        join ${source.of('cm_customers', ask.filter)} as c on c.customer_id = s.customer_id
        where s.day >= ${period.from} and s.day <= ${last} and s.component in (${sql.join(components)})
        group by s.customer_id, s.component`;
    });
    return sql`${sql.join(members, sql` union all `)}`;
  });
  return periods.map((_, p) => {
    const found = new Map<string, { name: string; ownerId: string | null; parts: Map<string, number> }>();
    for (const row of rows) {
      if (Number(row.period_no) !== p) continue;
      const id = String(row.customer_id);
      const one = found.get(id) ?? { name: String(row.name), ownerId: row.owner_id as string | null, parts: new Map() };
      one.parts.set(String(row.component), Number(row.score));
      found.set(id, one);
    }
    return [...found]
      .map(([customerId, one]): Engaged => {
        let [sum, borne] = [0, 0];
        for (const [component, score] of one.parts) {
          const weight = ask.weights[component] ?? 0;
          sum += score * weight;
          borne += weight;
        }
        return { customerId, ...one, index: sum / borne };
      })
      .sort((a, b) => a.index - b.index || a.customerId.localeCompare(b.customerId));
  });
}
