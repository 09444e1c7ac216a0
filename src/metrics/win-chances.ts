import { sql } from 'kysely';
import type { Moment } from '../calendar/clock.ts';
import { addDays, startOf, type WallTime } from '../calendar/day.ts';
import type { Crm, QueryParts } from '../crm/crm.ts';
import type { RowFilter } from '../crm/rows.ts';
import type { Scope } from '../crm/scope.ts';
import type { StageModel } from '../crm/stages.ts';
import { countIf, type Expr } from '../database/dialect.ts';
import type { Observed } from '../predictions/win-probability.ts';
import { lookedUpOnce, positionOf, whole, wonPosition } from './stage-position.ts';

/** Days within which an opportunity is won or not (item 92), and the distance between the moments looked at. */
export const chanceDays = 30;
/** Older than this is old, in touch within so many days is touched. */
export const oldAfterDays = 60;
export const touchedWithinDays = 14;
const momentsBack = 6;

export interface ChanceAsk {
  readonly scope: Scope;
  readonly moment: Moment;
}

interface OpenAt {
  readonly at: WallTime;
  readonly filter: RowFilter;
}

/** Opportunities as `w` that were open at a moment: position then, whether old, whether anyone was in touch before it. */
function openAt({ rows, sql: bridge }: QueryParts, model: StageModel, { at, filter }: OpenAt): Expr {
  const day = at.slice(0, 10) as `${number}-${number}-${number}`;
  const last = wonPosition(model);
  const told = sql`(select e.to_stage_id from ${rows.stageEventAttributes()} as e
    where e.opportunity_id = o.opportunity_id and e.occurred_at < ${at} and e.event_type <> 'leave' and e.to_stage_id is not null
    order by e.occurred_at desc, e.event_id desc limit 1)`;
  const position = positionOf(sql`v.stage_then`, model);
  const since = startOf(addDays(day, -touchedWithinDays));
  return sql`(
    select v.*, case when ${position} >= ${whole(last)} then ${whole(last - 1)} else ${position} end as position
    from (
      select o.opportunity_id, o.name, o.customer_id, o.owner_user_id, o.outcome, o.closed_at, o.stage_id,
        ${bridge.fen(sql`o.amount`)} as amount_fen, ${bridge.fen(sql`o.win_rate`)} as own_rate,
        case when o.created_at < ${startOf(addDays(day, -oldAfterDays))} then 1 else 0 end as is_old,
        case when exists (select 1 from ${rows.followUpAttributes()} as a
            where a.opportunity_id = o.opportunity_id and a.occurred_at >= ${since} and a.occurred_at < ${at})
          or exists (select 1 from ${rows.followUpAttributes()} as b
            where b.customer_id = o.customer_id and b.opportunity_id is null and b.occurred_at >= ${since} and b.occurred_at < ${at})
          then 1 else 0 end as is_touched,
        coalesce(${told}, o.stage_id) as stage_then
      from ${rows.of('cm_opportunities', filter)} as o
      where o.created_at < ${at} and (o.outcome = 'open' or o.closed_at >= ${at}) ${lookedUpOnce}
    ) as v
  )`;
}

/** What stood open at each of the last six moments, 30 days apart, and what of it was won within 30 days. One query. */
export async function readObserved(crm: Crm, model: StageModel, { scope, moment }: ChanceAsk): Promise<Observed[]> {
  const rows = await crm.read<Record<string, number>>(scope, (parts) => {
    const members = Array.from({ length: momentsBack }, (_, i) => {
      const at = startOf(addDays(moment.today, -chanceDays * (i + 1)));
      const until = startOf(addDays(moment.today, -chanceDays * i));
      return sql`select ${whole(i + 1)} as moment_no, w.position, w.is_old, w.is_touched, count(*) as seen,
          ${countIf(sql`w.outcome = 'won' and w.closed_at < ${until}`)} as won
        from ${openAt(parts, model, { at, filter: {} })} as w where w.position is not null
        group by w.position, w.is_old, w.is_touched`;
    });
    return sql`${sql.join(members, sql` union all `)}`;
  });
  return rows.map((row) => ({
    moment: Number(row.moment_no),
    position: Number(row.position),
    old: Number(row.is_old) === 1,
    touched: Number(row.is_touched) === 1,
    seen: Number(row.seen),
    won: Number(row.won),
  }));
}

/** An open opportunity as it stands now. */
export interface StandingOpportunity {
  readonly opportunityId: string;
  readonly name: string;
  readonly customer: string;
  readonly ownerId: string | null;
  readonly position: number;
  readonly old: boolean;
  readonly touched: boolean;
  readonly amountFen: number | null;
  /** The win rate that the CRM has for it or its stage, 0..1; null where it has none. */
  readonly recordedRate: number | null;
}

const mostListed = 500;

/** What is open now, the largest first, at most 500. One query. */
export async function readStanding(
  crm: Crm,
  model: StageModel,
  { scope, moment, filter }: ChanceAsk & { readonly filter: RowFilter },
): Promise<StandingOpportunity[]> {
  const rows = await crm.read<Record<string, string | number | null>>(
    scope,
    (
      parts,
    ) => sql`select w.opportunity_id, w.name, c.name as customer, w.owner_user_id, w.position, w.is_old, w.is_touched, w.amount_fen,
        coalesce(w.own_rate, ${parts.sql.fen(sql`s.win_rate`)}) as rate
      from ${openAt(parts, model, { at: moment.wall, filter })} as w
      left join ${parts.rows.customerAttributes()} as c on c.customer_id = w.customer_id
      left join ${parts.rows.open('cm_stages')} as s on s.stage_id = w.stage_id
      where w.outcome = 'open' and w.position is not null
      order by coalesce(w.amount_fen, 0) desc, w.opportunity_id limit ${whole(mostListed)}`,
  );
  return rows.map((row) => ({
    opportunityId: String(row.opportunity_id),
    name: String(row.name ?? row.customer ?? row.opportunity_id),
    customer: String(row.customer ?? '客户未填'),
    ownerId: row.owner_user_id === null ? null : String(row.owner_user_id),
    position: Number(row.position),
    old: Number(row.is_old) === 1,
    touched: Number(row.is_touched) === 1,
    amountFen: row.amount_fen === null ? null : Number(row.amount_fen),
    recordedRate: row.rate === null ? null : Number(row.rate) / 10_000,
  }));
}
