import { sql } from 'kysely';
import type { Moment } from '../calendar/clock.ts';
import { addDays, startOf } from '../calendar/day.ts';
import type { Period } from '../calendar/period.ts';
import type { Dimension } from '../commands/command.ts';
import type { Crm } from '../crm/crm.ts';
import type { RowFilter } from '../crm/rows.ts';
import type { Scope } from '../crm/scope.ts';
import type { StageModel } from '../crm/stages.ts';
import { Failure } from '../failure.ts';
import type { Rate } from '../figures/rate.ts';
import { groupedBy, joinsOf, type Names, partName } from './dimensions.ts';
import { positionOf, whole, wonPosition } from './stage-position.ts';

/** How long opportunities stay in one open stage. */
export interface Dwell {
  readonly stage: string;
  readonly position: number;
  /** Stays that began in the period and are over. */
  readonly finished: number;
  /** Stays that are still going on: known to last at least as long as they have. */
  readonly running: number;
  /** Days, over finished stays alone; null without any. Lower than the truth while many are running. */
  readonly meanDays: number | null;
  /** Days by which half have left, running stays counted as censored (Kaplan-Meier); null where less than half have. */
  readonly medianDays: number | null;
  readonly stays: readonly StayCount[];
}

export interface DwellAsk {
  readonly scope: Scope;
  readonly filter: RowFilter;
  readonly period: Period;
  readonly moment: Moment;
}

/** Stays of one length: how many ended after so many whole hours, and how many have lasted so long and go on. */
export interface StayCount {
  readonly hours: number;
  readonly finished: number;
  readonly running: number;
}

/** Time in stage of the opportunities of one part of a dimension: 华东, 王磊, A 级. */
export interface DwellPart {
  readonly key: string | null;
  readonly name: string;
  readonly dwell: readonly Dwell[];
}

interface StayRow {
  readonly part: string | null;
  readonly label: string | null;
  readonly position: number;
  readonly hours: number;
  readonly is_over: number;
  readonly stays: number;
  readonly seconds: number;
}

/**
 * Time in stage (item 8) of the stays that began within the period: from entering a stage to leaving it by whichever
 * way. One query over the histories of the opportunities that moved in the period.
 */
export async function readDwell(crm: Crm, model: StageModel, ask: DwellAsk): Promise<Dwell[]> {
  return dwellOf(await readStays(crm, model, ask, null), model);
}

/** The same for each part of a dimension, by name; throws `bad-input` for one that opportunities do not have. */
export async function readDwellParts(
  crm: Crm,
  model: StageModel,
  ask: DwellAsk,
  by: Dimension,
  names: Names,
): Promise<DwellPart[]> {
  const rows = await readStays(crm, model, ask, { by, names });
  const keys = new Map(rows.map((row) => [row.part, row.label]));
  return [...keys]
    .map(([key, label]) => ({
      key,
      name: partName(by, key, label, names),
      dwell: dwellOf(
        rows.filter((row) => row.part === key),
        model,
      ),
    }))
    .sort((a, b) => a.name.localeCompare(b.name, 'zh'));
}

async function readStays(
  crm: Crm,
  model: StageModel,
  ask: DwellAsk,
  cut: { readonly by: Dimension; readonly names: Names } | null,
): Promise<readonly StayRow[]> {
  const last = wonPosition(model);
  const [from, end] = [startOf(ask.period.from), startOf(addDays(ask.period.to, 1))];
  const { wall } = ask.moment;
  const grouped = cut === null ? null : groupedBy('cm_opportunities', cut.by, cut.names);
  if (cut !== null && grouped === null)
    throw new Failure('bad-input', `no time in stage by ${cut.by}`, '停留时间不能按这个维度看。');
  return crm.read<StayRow>(ask.scope, ({ rows: source, sql: bridge }) => {
    const position = positionOf(sql`e.to_stage_id`, model);
    const state = sql`case when e.outcome <> 'open' then ${whole(last)} else coalesce(${position}, -2) end`;
    const part = sql`${grouped?.key ?? sql`null`} as part, ${grouped?.label ?? sql`null`} as label`;
    const history = sql`
        select t.opportunity_id, ${part}, t.outcome as outcome_now, t.closed_at, e.occurred_at, e.event_id,
          case e.event_type when 'create' then 0 when 'close' then 2 else 1 end as kind_order, ${state} as state
        from (select distinct m.opportunity_id from ${source.stageEventAttributes()} as m
          where m.occurred_at >= ${from} and m.occurred_at < ${end}) as moved
        join ${source.of('cm_opportunities', ask.filter)} as t on t.opportunity_id = moved.opportunity_id
        ${joinsOf('cm_opportunities', grouped?.joins ?? [], source, {})}
        join ${source.stageEventAttributes()} as e on e.opportunity_id = t.opportunity_id
        where e.occurred_at <= ${wall} and e.event_type <> 'leave' and (e.to_stage_id is not null or e.outcome <> 'open')`;
    // Two records of the same stage in a row are one stay.
    const changes = sql`select h.*, lag(h.state) over (partition by h.opportunity_id
          order by h.occurred_at, h.kind_order, h.event_id) as was from (${history}) as h`;
    const stays = sql`select c.*, lead(c.occurred_at) over (partition by c.opportunity_id
          order by c.occurred_at, c.kind_order, c.event_id) as left_at
        from (${changes}) as c where c.was is null or c.was <> c.state`;
    const over = sql`case when s.left_at is not null then s.left_at
        when s.outcome_now <> 'open' and s.closed_at <= ${wall} then s.closed_at end`;
    const lasted = bridge.seconds(sql`v.occurred_at`, sql`coalesce(v.over_at, ${wall})`);
    const ended = sql`case when v.over_at is null then 0 else 1 end`;
    return sql`select w.part, max(w.label) as label, w.position, w.hours, w.is_over, count(*) as stays,
          ${bridge.sumOf(sql`w.seconds`)} as seconds
        from (
          select v.part, v.label, v.state as position, ${ended} as is_over, ${lasted} as seconds,
            (${lasted} - ${lasted} % 3600) / 3600 as hours
          from (select s.*, ${over} as over_at from (${stays}) as s
            where s.occurred_at >= ${from} and s.occurred_at < ${end} and s.state >= 0 and s.state < ${whole(last)}) as v
        ) as w where w.seconds >= 0 group by w.part, w.position, w.hours, w.is_over`;
  });
}

function dwellOf(rows: readonly StayRow[], model: StageModel): Dwell[] {
  return model.stages.slice(0, wonPosition(model)).map(({ name, position }) => {
    const own = rows.filter((row) => Number(row.position) === position);
    const over = own.filter((row) => Number(row.is_over) === 1);
    const total = (list: readonly StayRow[], of: (row: StayRow) => number) =>
      list.reduce((sum, row) => sum + of(row), 0);
    const finished = total(over, (row) => Number(row.stays));
    const stays = own.map((row) => ({
      hours: Number(row.hours),
      finished: Number(row.is_over) === 1 ? Number(row.stays) : 0,
      running: Number(row.is_over) === 1 ? 0 : Number(row.stays),
    }));
    const median = medianHours(stays);
    return {
      stage: name,
      position,
      finished,
      running: total(own, (row) => Number(row.stays)) - finished,
      meanDays: finished === 0 ? null : total(over, (row) => Number(row.seconds)) / finished / 86_400,
      medianDays: median === null ? null : median / 24,
      stays,
    };
  });
}

/**
 * Of the stays that can be judged by a length, those that were over by then. One that is still going on and is younger
 * says nothing yet.
 */
export const leftWithin = (stays: readonly StayCount[], hours: number): Rate => {
  const sum = (list: readonly StayCount[], of: (stay: StayCount) => number) =>
    list.reduce((total, stay) => total + of(stay), 0);
  const numerator = sum(
    stays.filter((stay) => stay.hours <= hours),
    (stay) => stay.finished,
  );
  const longer = stays.filter((stay) => stay.hours > hours);
  return { numerator, denominator: numerator + sum(longer, (stay) => stay.finished + stay.running) };
};

/** Kaplan-Meier median (JASA 53, 1958): the first length by which the share still staying is at most one half. */
export function medianHours(stays: readonly StayCount[]): number | null {
  const lengths = [...new Set(stays.map(({ hours }) => hours))].sort((a, b) => a - b);
  let atRisk = stays.reduce((sum, stay) => sum + stay.finished + stay.running, 0);
  let staying = 1;
  for (const hours of lengths) {
    const here = stays.filter((stay) => stay.hours === hours);
    const finished = here.reduce((sum, stay) => sum + stay.finished, 0);
    if (finished > 0) staying *= 1 - finished / atRisk;
    if (staying <= 0.5 + 1e-12) return hours;
    // Whoever has stayed so long and is still there was at risk up to here.
    atRisk -= finished + here.reduce((sum, stay) => sum + stay.running, 0);
  }
  return null;
}
