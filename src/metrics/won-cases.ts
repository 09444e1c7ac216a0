import { sql } from 'kysely';
import type { Moment } from '../calendar/clock.ts';
import { addDays, startOf } from '../calendar/day.ts';
import type { Period } from '../calendar/period.ts';
import type { Crm } from '../crm/crm.ts';
import type { RowFilter } from '../crm/rows.ts';
import type { Scope } from '../crm/scope.ts';
import { derivedFor } from './derived.ts';
import type { Metric } from './metric.ts';

const derived = derivedFor('销售总监', '2026-11');
const sources = ['cm_opportunities', 'cm_activities', 'cm_stage_events'];

export const caseAmount = derived({
  id: 'case_amount',
  name: '案例金额',
  english: 'amount of a won opportunity',
  unit: 'fen',
  layer: 'operational',
  definition: '期间内赢下的一个商机的金额;没填金额的不评最大单。',
  items: [39],
  moreIsBetter: true,
  sources,
});

export const caseDays = derived({
  id: 'case_days',
  name: '案例用时',
  english: 'days to win an opportunity',
  unit: 'days',
  layer: 'operational',
  definition: '一个赢单商机从创建到赢单的自然日天数。',
  items: [39],
  moreIsBetter: false,
  sources,
});

export const caseFollowups = derived({
  id: 'case_followups',
  name: '案例跟进次数',
  english: 'follow-ups of a won opportunity',
  unit: 'count',
  layer: 'operational',
  definition: '一个赢单商机从创建到赢单,记在这个商机上、或记在客户上没写商机的跟进次数;备注不算。',
  items: [39],
  moreIsBetter: null,
  sources,
});

export const caseMetrics: readonly Metric[] = [caseAmount, caseDays, caseFollowups];

/** An opportunity won within the period, with how it was won. */
export interface WonCase {
  readonly opportunityId: string;
  readonly name: string | null;
  readonly customer: string | null;
  readonly ownerId: string | null;
  readonly amountFen: number | null;
  /** Whole days from its creation to the win. */
  readonly days: number;
  readonly followUps: number;
  readonly quotes: number;
  /** Lost once and won after all. */
  readonly wonBack: boolean;
}

export interface CaseAsk {
  readonly scope: Scope;
  readonly filter: RowFilter;
  readonly moment: Moment;
  readonly period: Period;
}

/** Opportunities won in the period, the largest first; 500 at most. One query, look-ups by the opportunity's own indexes. */
export async function readWonCases(crm: Crm, { scope, filter, moment, period }: CaseAsk): Promise<WonCase[]> {
  const rows = await crm.read<Record<string, string | number | null>>(scope, ({ rows: source, sql: bridge }) => {
    const followUp = sql`a.kind <> 'note' and a.occurred_at >= o.created_at and a.occurred_at <= o.closed_at`;
    return sql`
        select o.opportunity_id, o.name, c.name as customer, o.owner_user_id,
          case when o.amount is null then null else ${bridge.fen(sql`o.amount`)} end as amount_fen,
          ${bridge.days(sql`o.created_at`, sql`o.closed_at`)} as days,
          (select count(*) from ${source.followUpAttributes()} as a where a.opportunity_id = o.opportunity_id and ${followUp}) as own_followups,
          (select count(*) from ${source.followUpAttributes()} as a
            where a.customer_id = o.customer_id and a.opportunity_id is null and ${followUp}) as customer_followups,
          (select count(*) from ${source.of('cm_quotes')} as q where q.opportunity_id = o.opportunity_id and q.sent_at is not null) as quotes,
          (select count(*) from ${source.stageEventAttributes()} as e
            where e.opportunity_id = o.opportunity_id and e.outcome in ('lost', 'invalid') and e.occurred_at < o.closed_at) as losses
        from ${source.of('cm_opportunities', filter)} as o
        left join ${source.customerAttributes()} as c on c.customer_id = o.customer_id
        where o.outcome = 'won' and o.closed_at >= ${startOf(period.from)} and o.closed_at < ${startOf(addDays(period.to, 1))}
          and o.closed_at <= ${moment.wall}
        order by o.amount desc, o.opportunity_id limit 500`;
  });
  return rows.map((row) => ({
    opportunityId: String(row.opportunity_id),
    name: row.name as string | null,
    customer: row.customer as string | null,
    ownerId: row.owner_user_id as string | null,
    amountFen: row.amount_fen === null ? null : Number(row.amount_fen),
    days: Number(row.days),
    followUps: Number(row.own_followups) + Number(row.customer_followups),
    quotes: Number(row.quotes),
    wonBack: Number(row.losses) > 0,
  }));
}
