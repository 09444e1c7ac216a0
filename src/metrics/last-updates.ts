import { sql } from 'kysely';
import type { Moment } from '../calendar/clock.ts';
import { addDays, startOf } from '../calendar/day.ts';
import type { Crm } from '../crm/crm.ts';
import type { Scope } from '../crm/scope.ts';

/** How far back an update is looked for; who has none since is simply long without one. */
export const lookBackDays = 60;

/**
 * When each person last wrote a follow-up or moved an opportunity (item 79), by user id; nobody is listed who did neither
 * within the look-back. Two queries, both over time indexes.
 */
export async function readLastUpdates(
  crm: Crm,
  { scope, moment }: { readonly scope: Scope; readonly moment: Moment },
): Promise<Map<string, string>> {
  const since = startOf(addDays(moment.today, -lookBackDays));
  const [followUps, moves] = await Promise.all([
    crm.read<{ user_id: string | null; last_at: string }>(
      scope,
      ({ rows }) => sql`
        select t.user_id, max(t.occurred_at) as last_at from ${rows.of('cm_activities')} as t
        where t.occurred_at >= ${since} and t.occurred_at <= ${moment.wall} group by t.user_id`,
    ),
    crm.read<{ actor_user_id: string | null; last_at: string }>(
      scope,
      ({ rows }) => sql`
        select t.actor_user_id, max(t.occurred_at) as last_at from ${rows.of('cm_stage_events')} as t
        where t.occurred_at >= ${since} and t.occurred_at <= ${moment.wall} group by t.actor_user_id`,
    ),
  ]);
  const latest = new Map<string, string>();
  for (const [id, at] of [
    ...followUps.map((row) => [row.user_id, row.last_at] as const),
    ...moves.map((row) => [row.actor_user_id, row.last_at] as const),
  ]) {
    if (id !== null && at > (latest.get(id) ?? '')) latest.set(id, at);
  }
  return latest;
}

/** Open opportunities of each person: what goes without an update. One query. */
export async function readOpenByOwner(
  crm: Crm,
  { scope }: { readonly scope: Scope },
): Promise<Map<string, { readonly count: number; readonly amountFen: number }>> {
  const rows = await crm.read<{ owner_user_id: string | null; open_count: number; open_fen: number }>(
    scope,
    ({ rows: from, sql: bridge }) => sql`
      select t.owner_user_id, count(*) as open_count, ${bridge.sumFen(sql`t.amount`)} as open_fen
      from ${from.of('cm_opportunities')} as t where t.outcome = 'open' group by t.owner_user_id`,
  );
  return new Map(
    rows.flatMap((row) =>
      row.owner_user_id === null
        ? []
        : [[row.owner_user_id, { count: Number(row.open_count), amountFen: Number(row.open_fen) }]],
    ),
  );
}
