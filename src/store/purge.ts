import { type DeleteResult, type RawBuilder, sql, UpdateResult } from 'kysely';
import { systemClock } from '../calendar/clock.ts';
import type { Database } from '../database/connect.ts';
import { bridgeOf } from '../database/dialect.ts';
import { firstRowIdAt } from './row-id.ts';
import type { StoreTables } from './schema.ts';
import { steadily } from './steadily.ts';

const dayMs = 24 * 60 * 60 * 1000;

/** The keys against doubles stay at least so long, also where texts are kept shorter (`reliability.md`, section 2). */
const keysKeptMs = 2 * dayMs;

/** Slots of the schedule, and what a digest remembers of the one before. */
const slotsKeptMs = 100 * dayMs;

const before = (now: RawBuilder<number>, ms: number) => sql<number>`${now} - ${ms}`;

/**
 * Forgets what its retention has passed for: texts of questions and answers first, their rows once the keys against
 * doubles have done their work, pictures nobody waits for, old audit lines, targets without messages.
 * Gives the number of rows that changed or went.
 */
export async function purge(
  { kysely, dialect }: Database<StoreTables>,
  kept: { readonly textsMs: number; readonly auditMs: number },
  nowMs: number = systemClock.now(),
): Promise<number> {
  const now = bridgeOf(dialect).nowMs();
  const texts = before(now, kept.textsMs);
  const keys = before(now, Math.max(kept.textsMs, keysKeptMs));
  const done = ['sent', 'failed'];
  const ended = ['answered', 'told'];
  const changes: readonly (() => Promise<UpdateResult | DeleteResult>)[] = [
    () =>
      kysely
        .updateTable('cb_inbox')
        .set({ message: null })
        .where('state', 'in', ended)
        .where('inbox_id', '<', firstRowIdAt(nowMs - kept.textsMs))
        .where('message', 'is not', null)
        .executeTakeFirst(),
    () =>
      kysely
        .updateTable('cb_outbox')
        .set({ part: null, address: null })
        .where('state', 'in', done)
        .where('finished_at', '<', texts)
        .where('part', 'is not', null)
        .executeTakeFirst(),
    () =>
      kysely
        .deleteFrom('cb_inbox')
        .where('state', 'in', ended)
        .where('inbox_id', '<', firstRowIdAt(nowMs - Math.max(kept.textsMs, keysKeptMs)))
        .executeTakeFirst(),
    () => kysely.deleteFrom('cb_outbox').where('state', 'in', done).where('finished_at', '<', keys).executeTakeFirst(),
    () =>
      kysely
        .deleteFrom('cb_pictures')
        .where('kept_until', '<', now)
        .where('picture_id', 'not in', (eb) =>
          eb
            .selectFrom('cb_outbox')
            .select(sql<string>`picture_id`.as('picture_id'))
            .where('picture_id', 'is not', null)
            .where('state', 'not in', done),
        )
        .executeTakeFirst(),
    () =>
      kysely
        .deleteFrom('cb_slots')
        .where('state', 'in', ['sent', 'failed', 'missed', 'void'])
        .where('made_at', '<', before(now, slotsKeptMs))
        .executeTakeFirst(),
    () => kysely.deleteFrom('cb_audit').where('at', '<', before(now, kept.auditMs)).executeTakeFirst(),
    () =>
      kysely
        .deleteFrom('cb_targets')
        .where('state', '=', 'open')
        .where('lease_until', '<=', now)
        .where('hold_until', '<=', now)
        .where('changed_at', '<', keys)
        .where('target_id', 'not in', (eb) => eb.selectFrom('cb_outbox').select('target_id'))
        .executeTakeFirst(),
  ];
  let rows = 0n;
  for (const change of changes) {
    const result = await steadily(change);
    rows += result instanceof UpdateResult ? result.numUpdatedRows : result.numDeletedRows;
  }
  return Number(rows);
}
