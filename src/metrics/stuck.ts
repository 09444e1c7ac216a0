import { sql } from 'kysely';
import type { Moment } from '../calendar/clock.ts';
import { addDays, startOf } from '../calendar/day.ts';
import type { Threshold } from '../commands/command.ts';
import type { Crm, QueryParts } from '../crm/crm.ts';
import type { RowFilter } from '../crm/rows.ts';
import type { Scope } from '../crm/scope.ts';
import type { StageModel } from '../crm/stages.ts';
import { countIf, type Expr } from '../database/dialect.ts';
import { lookedUpOnce, positionOf, whole, wonPosition } from './stage-position.ts';

export interface StuckAsk {
  readonly scope: Scope;
  readonly filter: RowFilter;
  readonly moment: Moment;
  /** Calendar days; stuck is more than this. null = each stage's own limit. */
  readonly overDays: number | null;
}

/** What is open and what of it is stuck, for one person in one stage. */
export interface StuckGroup {
  readonly stage: string;
  readonly ownerId: string | null;
  readonly open: number;
  readonly stuck: number;
  readonly stuckFen: number;
  /** Of the stuck ones, never followed up at all. */
  readonly never: number;
}

export interface StuckOpportunity {
  readonly opportunityId: string;
  readonly name: string;
  readonly customerId: string | null;
  readonly customer: string;
  readonly ownerId: string | null;
  readonly stage: string;
  /** null = no amount on record. */
  readonly amountFen: number | null;
  /** Whole calendar days since the last follow-up, or since the stage was entered where there was none. */
  readonly days: number;
  readonly never: boolean;
}

/** `超7天` and `7天以上` as "more than so many days": > 7 stays 7, >= 7 becomes 6. */
export const overDaysOf = (threshold: Threshold | undefined): number | null =>
  threshold === undefined || !('days' in threshold)
    ? null
    : threshold.op === '>='
      ? threshold.days - 1
      : threshold.days;

/** Open opportunities as `w` with position, last follow-up, what their silence counts from, and whether they are stuck. */
function openRows({ rows, sql: bridge }: QueryParts, model: StageModel, ask: StuckAsk): Expr {
  const last = wonPosition(model);
  const position = positionOf(sql`o.stage_id`, model);
  const { today, wall } = ask.moment;
  const before = (days: number) => startOf(addDays(today, -days));
  const limit =
    ask.overDays !== null
      ? sql`${before(ask.overDays)}`
      : sql`case v.position ${sql.join(
          model.stages.map((stage) => sql`when ${whole(stage.position)} then ${before(stage.stuckAfterDays)}`),
          sql` `,
        )} end`;
  const latest = (condition: Expr) =>
    sql`(select max(a.occurred_at) from ${rows.followUpAttributes()} as a where ${condition} and a.occurred_at <= ${wall})`;
  return sql`(
    select v.*, ${bridge.days(sql`v.since`, sql`${today}`)} as days, case when v.since < ${limit} then 1 else 0 end as is_stuck
    from (
      select u.*, coalesce(u.touched_at, u.entered_at) as since
      from (
        select t.*, case when t.own_at is null then t.customer_at when t.customer_at is null or t.own_at >= t.customer_at
          then t.own_at else t.customer_at end as touched_at
        from (
          select o.opportunity_id, o.customer_id, o.owner_user_id, ${bridge.fen(sql`o.amount`)} as amount_fen,
            coalesce(o.stage_entered_at, o.created_at) as entered_at,
            case when ${position} >= ${whole(last)} then ${whole(last - 1)} else ${position} end as position,
            ${latest(sql`a.opportunity_id = o.opportunity_id`)} as own_at,
            ${latest(sql`a.customer_id = o.customer_id and a.opportunity_id is null`)} as customer_at
          from ${rows.of('cm_opportunities', ask.filter)} as o where o.outcome = 'open' ${lookedUpOnce}
        ) as t
      ) as u
    ) as v where v.position is not null
  )`;
}

/** 积压 (item 11) by stage and person. One query over the open opportunities. */
export async function readStuckGroups(crm: Crm, model: StageModel, ask: StuckAsk): Promise<StuckGroup[]> {
  return (await readStuck(crm, model, { ...ask, limit: 0 })).groups;
}

/**
 * 积压 (item 11) by stage and person, and the stuck opportunities with most money at stake first, then the longest
 * untouched. One query over the open opportunities: each is looked up once, the listed ones stand as groups of their own.
 */
export async function readStuck(
  crm: Crm,
  model: StageModel,
  ask: StuckAsk & { readonly limit: number },
): Promise<{ readonly groups: StuckGroup[]; readonly largest: StuckOpportunity[] }> {
  const rows = await crm.read<{
    position: number;
    owner_user_id: string | null;
    opportunity_id: string | null;
    open_count: number;
    stuck: number;
    stuck_fen: number;
    never: number;
    customer_id: string | null;
    amount_fen: number | null;
    days: number;
    name: string | null;
    customer: string | null;
  }>(ask.scope, (parts) => {
    const stuck = sql`w.is_stuck = 1`;
    const listed = sql`case when w.place <= ${whole(ask.limit)} then w.opportunity_id end`;
    const place = sql`case when v.is_stuck = 1 then row_number() over (partition by v.is_stuck
      order by coalesce(v.amount_fen, 0) desc, v.days desc, v.opportunity_id) end`;
    const ranked =
      ask.limit === 0
        ? sql`(select v.*, null as place from ${openRows(parts, model, ask)} as v)`
        : sql`(select v.*, ${place} as place from ${openRows(parts, model, ask)} as v)`;
    return sql`select g.*, o.name, k.name as customer from (
        select w.position, w.owner_user_id, ${listed} as opportunity_id, count(*) as open_count,
          ${countIf(stuck)} as stuck, ${parts.sql.sumOf(sql`case when ${stuck} then w.amount_fen else 0 end`)} as stuck_fen,
          ${countIf(sql`${stuck} and w.touched_at is null`)} as never,
          max(w.customer_id) as customer_id, max(w.amount_fen) as amount_fen, max(w.days) as days
        from ${ranked} as w group by w.position, w.owner_user_id, ${listed}
      ) as g
      left join ${parts.rows.of('cm_opportunities')} as o on o.opportunity_id = g.opportunity_id
      left join ${parts.rows.customerAttributes()} as k on g.opportunity_id is not null and k.customer_id = g.customer_id
      order by g.position, g.owner_user_id, g.opportunity_id`;
  });
  const groups = new Map<string, StuckGroup>();
  const largest: StuckOpportunity[] = [];
  for (const row of rows) {
    const stage = model.stages[Number(row.position)]?.name ?? '';
    const key = `${row.position}|${row.owner_user_id ?? ''}`;
    const before = groups.get(key);
    groups.set(key, {
      stage,
      ownerId: row.owner_user_id,
      open: (before?.open ?? 0) + Number(row.open_count),
      stuck: (before?.stuck ?? 0) + Number(row.stuck),
      stuckFen: (before?.stuckFen ?? 0) + Number(row.stuck_fen),
      never: (before?.never ?? 0) + Number(row.never),
    });
    if (row.opportunity_id === null) continue;
    largest.push({
      opportunityId: row.opportunity_id,
      name: row.name ?? row.customer ?? row.opportunity_id,
      customerId: row.customer_id,
      customer: row.customer ?? '客户未填',
      ownerId: row.owner_user_id,
      stage,
      amountFen: row.amount_fen === null ? null : Number(row.amount_fen),
      days: Number(row.days),
      never: Number(row.never) === 1,
    });
  }
  const order = (a: StuckOpportunity, b: StuckOpportunity): number =>
    (b.amountFen ?? 0) - (a.amountFen ?? 0) || b.days - a.days || (a.opportunityId < b.opportunityId ? -1 : 1);
  return { groups: [...groups.values()], largest: largest.sort(order) };
}
