import { sql } from 'kysely';
import type { Moment } from '../calendar/clock.ts';
import { addDays, startOf, type WallTime } from '../calendar/day.ts';
import type { Period } from '../calendar/period.ts';
import type { Crm, QueryParts } from '../crm/crm.ts';
import type { RowFilter } from '../crm/rows.ts';
import type { Scope } from '../crm/scope.ts';
import type { StageModel } from '../crm/stages.ts';
import { countIf, type Expr } from '../database/dialect.ts';
import { lookedUpOnce, positionOf, whole, wonPosition } from './stage-position.ts';

export interface FlowAsk {
  readonly scope: Scope;
  readonly filter: RowFilter;
  readonly period: Period;
  readonly moment: Moment;
}

/**
 * What moved through one open stage within a period (decision 2, 流转). Counted in moves: an opportunity that came twice
 * is there twice. Always `atStart + entered = advanced + lost + movedBack + leftFunnel + still`.
 */
export interface FlowStep {
  readonly stage: string;
  readonly position: number;
  readonly atStart: number;
  /** Came in: new, from another stage, or reopened. */
  readonly entered: number;
  /** To a later stage or won. */
  readonly advanced: number;
  /** Lost or judged invalid. */
  readonly lost: number;
  readonly movedBack: number;
  /** Into a stage that no step of the funnel claims. */
  readonly leftFunnel: number;
  readonly still: number;
}

export interface Flow {
  readonly steps: readonly FlowStep[];
  /** Opportunities that entered the funnel for the first time. */
  readonly created: number;
  readonly won: number;
  readonly wonFen: number;
  readonly lost: number;
  readonly lostFen: number;
  readonly reopened: number;
  readonly movedBack: number;
}

/** Where an opportunity is: 0 … the position of an open stage, then won, lost, outside; null = not there yet. */
const outsideState = -2;
const lostState = -1;

interface TransitionRow {
  readonly was: number | null;
  readonly became: number;
  readonly moves: number;
  readonly fen: number;
}

/** `became` is null for those that have not moved since the start. */
type FlowRow = Omit<TransitionRow, 'became'> & { readonly became: number | null; readonly at_start: number };

/**
 * Moves recorded within the period, by stage, with who was where at the start: among those that moved since, what their
 * first move came from; the others are where they were. One query over what happened since the period's start.
 */
export async function readFlow(crm: Crm, model: StageModel, ask: FlowAsk): Promise<Flow> {
  const from = startOf(ask.period.from);
  const end = startOf(addDays(ask.period.to, 1));
  // What is recorded for later than now has not happened.
  const until = end < ask.moment.wall ? end : afterSecond(ask.moment.wall);
  const rows = await crm.read<FlowRow>(ask.scope, (parts) => {
    const last = wonPosition(model);
    const here = positionOf(sql`o.stage_id`, model);
    const within = sql`s.happened_at < ${until} and (s.was is null or s.was <> s.became)`;
    return sql`
      select s.was, s.became, ${countIf(within)} as moves,
        ${parts.sql.sumOf(sql`case when ${within} then s.amount_fen end`)} as fen,
        ${countIf(sql`s.is_first = 1 and s.was is not null`)} as at_start
      from ${states(parts, model, ask, from)} as s group by s.was, s.became
      union all
      select x.position, null, 0, 0, count(*) from (
        select case when ${here} >= ${whole(last)} then ${whole(last - 1)} else ${here} end as position
        from ${parts.rows.of('cm_opportunities', ask.filter)} as o
        where o.outcome = 'open' and o.created_at < ${from} and not exists (
          select 1 from ${parts.rows.stageEventAttributes()} as e
          where e.opportunity_id = o.opportunity_id and e.occurred_at >= ${from} and ${tellsState})
      ) as x group by x.position`;
  });
  const present = new Map<number, number>();
  for (const { was, at_start } of rows)
    if (was !== null) present.set(Number(was), (present.get(Number(was)) ?? 0) + Number(at_start));
  return flowOf(
    model,
    rows.flatMap(({ became, ...row }) => (became === null ? [] : [{ ...row, became }])),
    present,
  );
}

/** Events that say where the opportunity then was; a stage ticked off (`leave`) or not recognised says nothing. */
const tellsState = sql`e.event_type <> 'leave' and (e.to_stage_id is not null or e.outcome <> 'open')`;

const afterSecond = (wall: WallTime): WallTime => `${wall}.5` as WallTime;

/**
 * Every state recorded since `from`, each with the one before it: `was`, `became`, `happened_at`, and whether it is the
 * opportunity's first since `from`. What lies before `from` is looked up for these alone. A closing that only the
 * opportunity itself records stands beside its events.
 */
function states({ rows, sql: bridge }: QueryParts, model: StageModel, ask: FlowAsk, from: WallTime): Expr {
  const last = wonPosition(model);
  const openAt = (stageId: Expr) => {
    const position = positionOf(stageId, model);
    return sql`case when ${position} >= ${whole(last)} then ${whole(last - 1)} else coalesce(${position}, ${whole(outsideState)}) end`;
  };
  const openAtOrNull = (stageId: Expr) => sql`case when ${stageId} is null then null else ${openAt(stageId)} end`;
  const stateOf = (outcome: Expr, stageId: Expr) =>
    sql`case when ${outcome} = 'won' then ${whole(last)} when ${outcome} in ('lost', 'invalid') then ${whole(lostState)} else ${openAt(stageId)} end`;
  const kindOrder = sql`case e.event_type when 'create' then 0 when 'close' then 2 else 1 end`;
  const recorded = sql`
    select o.opportunity_id, o.amount, o.created_at, e.occurred_at as happened_at, e.event_id as sequence_key,
      ${kindOrder} as kind_order, ${stateOf(sql`e.outcome`, sql`e.to_stage_id`)} as became,
      ${openAtOrNull(sql`e.from_stage_id`)} as said_from
    from ${rows.stageEventAttributes()} as e
    join ${rows.of('cm_opportunities', ask.filter)} as o on o.opportunity_id = e.opportunity_id
    where e.occurred_at >= ${from} and ${tellsState}`;
  const unrecorded = sql`
    select o.opportunity_id, o.amount, o.created_at, o.closed_at, '~', 3, ${stateOf(sql`o.outcome`, sql`o.stage_id`)}, null
    from ${rows.of('cm_opportunities', ask.filter)} as o
    where o.outcome <> 'open' and o.closed_at >= ${from} and not exists (
      select 1 from ${rows.stageEventAttributes()} as e where e.opportunity_id = o.opportunity_id and e.outcome = o.outcome)`;
  // Where no event tells of the creation, the stage that the first one came from was entered on that day.
  const firstFrom = sql`(
    select coalesce(${openAtOrNull(sql`e.from_stage_id`)}, 0) from ${rows.stageEventAttributes()} as e
    where e.opportunity_id = o.opportunity_id and ${tellsState} order by e.occurred_at, e.event_id limit 1)`;
  const created = sql`
    select o.opportunity_id, o.amount, o.created_at, o.created_at, '', -1,
      coalesce(${firstFrom}, case when o.outcome = 'open' then ${openAt(sql`o.stage_id`)} else 0 end), null
    from ${rows.of('cm_opportunities', ask.filter)} as o
    where o.created_at >= ${from} and not exists (
      select 1 from ${rows.stageEventAttributes()} as e
      where e.opportunity_id = o.opportunity_id and e.event_type = 'create' and e.to_stage_id is not null)`;
  const lastBefore = sql`(
    select ${stateOf(sql`e.outcome`, sql`e.to_stage_id`)} from ${rows.stageEventAttributes()} as e
    where e.opportunity_id = q.opportunity_id and e.occurred_at < ${from} and ${tellsState}
    order by e.occurred_at desc, ${kindOrder} desc, e.event_id desc limit 1)`;
  // A history that begins with a move was in the stage that the move came from.
  const begun = sql`case when q.kind_order > 0 and q.created_at < q.happened_at then coalesce(q.said_from, 0) end`;
  return sql`(
    select ${bridge.fen(sql`q.amount`)} as amount_fen, q.happened_at, q.became,
      coalesce(q.state_before, ${lastBefore}, ${begun}) as was,
      case when q.state_before is null then 1 else 0 end as is_first
    from (
      select r.*, lag(r.became) over (partition by r.opportunity_id
        order by r.happened_at, r.kind_order, r.sequence_key) as state_before
      from (${recorded} union all ${unrecorded} union all ${created}) as r
    ) as q ${lookedUpOnce}
  )`;
}

/** Pure: the steps of the flow from its moves and from who was where at the start. */
export function flowOf(
  model: StageModel,
  transitions: readonly TransitionRow[],
  atStart: ReadonlyMap<number, number>,
): Flow {
  const last = wonPosition(model);
  const rows = transitions.map((row) => ({
    was: row.was === null ? null : Number(row.was),
    became: Number(row.became),
    moves: Number(row.moves),
    fen: Number(row.fen),
  }));
  const sum = (of: (row: (typeof rows)[number]) => boolean, value: 'moves' | 'fen' = 'moves') =>
    rows.filter(of).reduce((total, row) => total + row[value], 0);
  const isOpen = (state: number | null): state is number => state !== null && state >= 0 && state < last;
  return {
    steps: model.stages.slice(0, last).map(({ name, position }) => {
      const start = atStart.get(position) ?? 0;
      const entered = sum((row) => row.became === position);
      const advanced = sum((row) => row.was === position && row.became > position);
      const lost = sum((row) => row.was === position && row.became === lostState);
      const movedBack = sum((row) => row.was === position && row.became >= 0 && row.became < position);
      const leftFunnel = sum((row) => row.was === position && row.became === outsideState);
      const still = start + entered - advanced - lost - movedBack - leftFunnel;
      return { stage: name, position, atStart: start, entered, advanced, lost, movedBack, leftFunnel, still };
    }),
    created: sum((row) => row.was === null),
    won: sum((row) => row.became === last),
    wonFen: sum((row) => row.became === last, 'fen'),
    lost: sum((row) => row.became === lostState),
    lostFen: sum((row) => row.became === lostState, 'fen'),
    reopened: sum((row) => (row.was === lostState || row.was === last) && isOpen(row.became)),
    movedBack: sum((row) => isOpen(row.was) && isOpen(row.became) && row.became < row.was),
  };
}
