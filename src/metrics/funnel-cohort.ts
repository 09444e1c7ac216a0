import { sql } from 'kysely';
import type { WallTime } from '../calendar/day.ts';
import { addDays, startOf } from '../calendar/day.ts';
import type { Period } from '../calendar/period.ts';
import type { Dimension } from '../commands/command.ts';
import type { Crm, QueryParts } from '../crm/crm.ts';
import type { RowFilter } from '../crm/rows.ts';
import type { Scope } from '../crm/scope.ts';
import type { StageModel } from '../crm/stages.ts';
import { countDistinctIf, countIf, type Expr } from '../database/dialect.ts';
import { Failure } from '../failure.ts';
import type { Rate } from '../figures/rate.ts';
import { groupedBy, joinsOf, type Names, partName } from './dimensions.ts';
import { lookedUpOnce, positionOf, whole, wonPosition } from './stage-position.ts';

/** Which opportunities make up a cohort, and up to when their way is followed. */
export interface CohortAsk {
  readonly scope: Scope;
  readonly filter: RowFilter;
  /** Created on these days. */
  readonly period: Period;
  /** Only what happened before this moment counts: now, or earlier to meet another cohort at the same age. */
  readonly until: WallTime;
}

/** One step of a cohort (批次): who came this far or further, and what became of those who came no further. */
export interface CohortStep {
  readonly stage: string;
  readonly position: number;
  /** Opportunities that reached the stage or one beyond it. */
  readonly reached: number;
  readonly customers: number;
  readonly amountFen: number;
  /** Of those that went no further: closed as lost or invalid. The rest is still open here. */
  readonly lostHere: number;
}

export interface Cohort {
  readonly steps: readonly CohortStep[];
  /** Created in the period, but in stages that no step of the funnel claims: not counted in the steps. */
  readonly outside: number;
}

/** reached(n+1) / reached(n) of the same cohort (item 6). */
export const stepRate = (cohort: Cohort, position: number): Rate => rateBetween(cohort, position, position + 1);

export const rateBetween = (cohort: Cohort, from: number, to: number): Rate => ({
  numerator: cohort.steps[to]?.reached ?? 0,
  denominator: cohort.steps[from]?.reached ?? 0,
});

/** Won / entered the first stage (item 7). */
export const overallRate = (cohort: Cohort): Rate => rateBetween(cohort, 0, cohort.steps.length - 1);

/** Went no further than this stage, whether lost or still open. */
export const stoppedAt = (cohort: Cohort, position: number): number =>
  (cohort.steps[position]?.reached ?? 0) - (cohort.steps[position + 1]?.reached ?? 0);

/**
 * One row per opportunity of the cohort with how far it came: `reached` is a position, NULL for an open one that sits
 * in a stage outside the funnel. Deepest of all recorded stages; 成交 by outcome alone; whatever was closed without any
 * known stage was at least in the first.
 */
export function cohortRows({ rows, sql: bridge }: QueryParts, model: StageModel, ask: CohortAsk): Expr {
  const last = wonPosition(model);
  const { period, until } = ask;
  const isWon = sql`o.outcome = 'won' and (o.closed_at is null or o.closed_at < ${until})`;
  const entered = sql`coalesce(o.stage_entered_at, o.created_at)`;
  // Each stage is turned into its position once a row; what they come to together is computed once an opportunity.
  const sums = sql`
    select o.opportunity_id, max(o.customer_id) as customer_id, max(o.owner_user_id) as owner_user_id,
      max(o.outcome) as outcome, max(o.closed_at) as closed_at, max(o.created_at) as created_at,
      max(${bridge.fen(sql`o.amount`)}) as amount_fen, max(case when ${isWon} then 1 else 0 end) as is_won,
      coalesce(max(${positionOf(sql`e.from_stage_id`, model)}), -1) as came_from,
      coalesce(max(${positionOf(sql`e.to_stage_id`, model)}), -1) as went_to,
      coalesce(max(case when ${entered} < ${until} then ${positionOf(sql`o.stage_id`, model)} end), -1) as is_in
    from ${rows.of('cm_opportunities', ask.filter)} as o
    left join ${rows.stageEventAttributes()} as e on e.opportunity_id = o.opportunity_id and e.occurred_at < ${until}
    where o.created_at >= ${startOf(period.from)} and o.created_at < ${startOf(addDays(period.to, 1))}
      and o.created_at < ${until}
    group by o.opportunity_id`;
  const way = sql`case when g.came_from >= g.went_to then g.came_from else g.went_to end`;
  return sql`(
    select h.opportunity_id, h.customer_id, h.owner_user_id, h.outcome, h.closed_at, h.created_at, h.amount_fen,
      case when h.is_won = 1 then ${whole(last)}
        when h.deepest < 0 then case when h.outcome = 'open' then null else 0 end
        when h.deepest >= ${whole(last)} then ${whole(last - 1)} else h.deepest end as reached
    from (select g.*, case when g.is_in >= ${way} then g.is_in else ${way} end as deepest from (${sums}) as g) as h
    ${lookedUpOnce}
  )`;
}

type CohortRow = Readonly<Record<string, number | string | null>>;

/** The funnel of a cohort (decision 2, 批次): one query, bounded by the days of creation. */
export async function readCohort(crm: Crm, model: StageModel, ask: CohortAsk): Promise<Cohort> {
  const [row] = await crm.read<CohortRow>(ask.scope, (parts) => {
    const columns = cohortColumns(parts, model, ask.until);
    return sql`select ${columns} from ${cohortRows(parts, model, ask)} as w`;
  });
  return cohortOf(row ?? {}, model);
}

/** The aggregates over `cohortRows` as `w`, for queries that group it. */
export function cohortColumns({ sql: bridge }: QueryParts, model: StageModel, until: WallTime): Expr {
  const lost = sql`w.outcome in ('lost', 'invalid') and (w.closed_at is null or w.closed_at < ${until})`;
  const columns = model.stages.flatMap(({ position: n }) => {
    const thisFar = sql`w.reached >= ${whole(n)}`;
    return [
      sql`${countIf(thisFar)} as ${sql.ref(`reached${n}`)}`,
      sql`${countDistinctIf(sql`w.customer_id`, thisFar)} as ${sql.ref(`customers${n}`)}`,
      sql`${bridge.sumOf(sql`case when ${thisFar} then w.amount_fen else 0 end`)} as ${sql.ref(`fen${n}`)}`,
      sql`${countIf(sql`w.reached = ${whole(n)} and ${lost}`)} as ${sql.ref(`lost${n}`)}`,
    ];
  });
  return sql.join([...columns, sql`${countIf(sql`w.reached is null`)} as outside`]);
}

export function cohortOf(row: CohortRow, model: StageModel): Cohort {
  const number = (name: string) => Number(row[name] ?? 0);
  return {
    steps: model.stages.map(({ name, position: n }) => ({
      stage: name,
      position: n,
      reached: number(`reached${n}`),
      customers: number(`customers${n}`),
      amountFen: number(`fen${n}`),
      lostHere: number(`lost${n}`),
    })),
    outside: number('outside'),
  };
}

/** The cohort of one part of a dimension: 华东, 王磊, 制造业. */
export interface CohortPart {
  readonly key: string | null;
  readonly name: string;
  readonly cohort: Cohort;
}

/** Whether opportunities can be cut by a dimension. */
export const canCutCohort = (dimension: Dimension, names: Names): boolean =>
  groupedBy('cm_opportunities', dimension, names) !== null;

/** The funnel of each part of a dimension, the largest first. One query. */
export async function readCohortParts(
  crm: Crm,
  model: StageModel,
  names: Names,
  ask: CohortAsk & { readonly by: Dimension },
): Promise<CohortPart[]> {
  const grouped = groupedBy('cm_opportunities', ask.by, names);
  if (grouped === null) throw new Failure('bad-input', `no cohort by ${ask.by}`, '商机漏斗不能按这个维度看。');
  const rows = await crm.read<CohortRow>(ask.scope, (parts) => {
    const columns = cohortColumns(parts, model, ask.until);
    const label = grouped.label === undefined ? sql`null` : sql`max(${grouped.label})`;
    return sql`select ${grouped.key} as part_id, ${label} as part_label, ${columns}
      from ${cohortRows(parts, model, ask)} as w
      join ${parts.rows.of('cm_opportunities')} as t on t.opportunity_id = w.opportunity_id
      ${joinsOf('cm_opportunities', grouped.joins, parts.rows, {})}
      group by part_id`;
  });
  return rows
    .map((row) => {
      const key = row.part_id === null || row.part_id === undefined || row.part_id === '' ? null : String(row.part_id);
      const label = row.part_label === null || row.part_label === undefined ? null : String(row.part_label);
      return { key, name: partName(ask.by, key, label, names), cohort: cohortOf(row, model) };
    })
    .sort(
      (a, b) => (b.cohort.steps[0]?.reached ?? 0) - (a.cohort.steps[0]?.reached ?? 0) || a.name.localeCompare(b.name),
    );
}
