import { type RawBuilder, sql } from 'kysely';
import type { StageModel } from '../crm/stages.ts';
import type { Expr } from '../database/dialect.ts';

/** The position of a CRM stage id in the company's funnel (0 = first); NULL for 丢单 and for stages that no step claims. */
export function positionOf(stageId: Expr, model: StageModel): RawBuilder<number | null> {
  const cases = model.stages.flatMap(({ stageIds, position }) =>
    stageIds.map((id) => sql`when ${id} then ${whole(position)}`),
  );
  return cases.length === 0 ? sql<null>`null` : sql<number | null>`case ${stageId} ${sql.join(cases, sql` `)} end`;
}

/** A whole number as text of the query: a bound one would make SQLite and MySQL guess its type. */
export const whole = (value: number): RawBuilder<number> => sql<number>`${sql.raw(String(Math.trunc(value)))}`;

/**
 * Ends a derived table whose columns are look-ups: with a LIMIT neither database melts it into the query around it, where
 * every look-up would run again wherever its column is named.
 */
export const lookedUpOnce = sql`limit ${whole(Number.MAX_SAFE_INTEGER)}`;

/** The last position, 成交: reached by the outcome, never by a stage event alone, so that a reversed win does not count. */
export const wonPosition = (model: StageModel): number => model.stages.length - 1;
