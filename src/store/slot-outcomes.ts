import { sql } from 'kysely';
import type { Database } from '../database/connect.ts';
import { bridgeOf } from '../database/dialect.ts';
import type { StoreTables } from './schema.ts';
import { causeOf, type EndedSlot, type LastSent, type SlotName } from './slot.ts';
import { steadily } from './steadily.ts';

/** What became of slots, for the next run, for metrics and for people. */
export interface SlotOutcomes {
  /** Ends queued slots whose messages all have their outcome: `sent` when one was accepted. Gives those that it ended. */
  settle(): Promise<EndedSlot[]>;
  /** Missed and failed ones that no human was told of yet, oldest first. */
  untold(limit: number): Promise<EndedSlot[]>;
  /** True = it was not told before: of two instances that tell at the same time one has told. */
  markTold(slotId: string): Promise<boolean>;
  /** The last one before an instant that really arrived, with what it left for the next one. */
  lastSent(job: string, target: string, before: number): Promise<LastSent | null>;
  /** One slot by its name, for scripts. */
  find(
    name: SlotName,
  ): Promise<EndedSlot | { readonly state: 'due' | 'working' | 'queued'; readonly slotId: string } | null>;
  /** Forgets the slots of targets that begin so, with their messages: the demo's chats begin anew with every start. */
  forget(targetPrefix: string): Promise<void>;
}

const waiting = ['due', 'unknown', 'sending'];

export function slotOutcomesOver({ kysely, dialect }: Database<StoreTables>): SlotOutcomes {
  const now = bridgeOf(dialect).nowMs();
  return {
    settle: async () => {
      const rows = await steadily(() =>
        kysely
          .selectFrom('cb_slots as s')
          .selectAll('s')
          .select((eb) => [
            eb
              .selectFrom('cb_outbox as o')
              .select((inner) => inner.fn.max('o.finished_at').as('at'))
              .whereRef('o.cause', '=', 's.cause')
              .where('o.state', '=', 'sent')
              .as('sent_at'),
            eb
              .selectFrom('cb_outbox as o')
              .select((inner) => inner.fn.max('o.why').as('why'))
              .whereRef('o.cause', '=', 's.cause')
              .where('o.state', '=', 'failed')
              .as('failed_why'),
          ])
          .where('s.state', '=', 'queued')
          .where(({ not, exists, selectFrom }) =>
            not(
              exists(
                selectFrom('cb_outbox as w')
                  .select('w.outbox_id')
                  .whereRef('w.cause', '=', 's.cause')
                  .where('w.state', 'in', waiting),
              ),
            ),
          )
          .limit(1_000)
          .execute(),
      );
      const ended: EndedSlot[] = [];
      for (const row of rows) {
        const state = row.sent_at === null ? 'failed' : 'sent';
        const { numUpdatedRows } = await steadily(() =>
          kysely
            .updateTable('cb_slots')
            // What the courier gave up it tells of itself.
            .set({ state, finished_at: row.sent_at ?? now, why: row.failed_why })
            .where('slot_id', '=', row.slot_id)
            .where('state', '=', 'queued')
            .executeTakeFirst(),
        );
        if (numUpdatedRows > 0n) ended.push({ ...endedOf(row), state, why: row.failed_why, finishedAt: row.sent_at });
      }
      return ended;
    },

    untold: async (limit) => {
      const rows = await steadily(() =>
        kysely.selectFrom('cb_slots').selectAll().where('told', '=', 0).orderBy('slot_id').limit(limit).execute(),
      );
      return rows.map(endedOf);
    },

    markTold: async (slotId) => {
      const { numUpdatedRows } = await steadily(() =>
        kysely
          .updateTable('cb_slots')
          .set({ told: 1 })
          .where('slot_id', '=', slotId)
          .where('told', '=', 0)
          .executeTakeFirst(),
      );
      return numUpdatedRows > 0n;
    },

    lastSent: async (job, target, before) => {
      const row = await steadily(() =>
        kysely
          .selectFrom('cb_slots')
          .select(['day', 'planned_at', 'memory'])
          .where('job', '=', job)
          .where('target', '=', target)
          .where('planned_at', '<', before)
          .where(({ or, and, eb, exists, selectFrom }) =>
            or([
              eb('state', '=', 'sent'),
              and([
                eb('state', '=', 'queued'),
                exists(
                  selectFrom('cb_outbox as o')
                    .select('o.outbox_id')
                    .whereRef('o.cause', '=', 'cb_slots.cause')
                    .where('o.state', '=', 'sent'),
                ),
              ]),
            ]),
          )
          .orderBy('planned_at', 'desc')
          .limit(1)
          .executeTakeFirst(),
      );
      if (row === undefined) return null;
      return {
        day: row.day,
        plannedAt: row.planned_at,
        memory: row.memory === null ? null : (JSON.parse(row.memory) as unknown),
      };
    },

    find: async (name) => {
      const row = await steadily(() =>
        kysely.selectFrom('cb_slots').selectAll().where('cause', '=', causeOf(name)).executeTakeFirst(),
      );
      if (row === undefined) return null;
      if (row.state === 'due' || row.state === 'working' || row.state === 'queued')
        return { state: row.state, slotId: row.slot_id };
      return endedOf(row);
    },

    forget: async (targetPrefix) => {
      const begins = sql<boolean>`substr(target, 1, ${targetPrefix.length}) = ${targetPrefix}`;
      // Their messages too: the keys of those would keep the new ones from being enqueued.
      await steadily(() =>
        kysely
          .deleteFrom('cb_outbox')
          .where('cause', 'in', (eb) => eb.selectFrom('cb_slots').select('cause').where(begins))
          .execute(),
      );
      await steadily(() => kysely.deleteFrom('cb_slots').where(begins).execute());
    },
  };
}

const endedOf = (row: StoreTables['cb_slots']): EndedSlot => ({
  slotId: row.slot_id,
  job: row.job,
  day: row.day,
  target: row.target,
  part: row.part,
  plannedAt: row.planned_at,
  priority: row.priority,
  state: row.state as EndedSlot['state'],
  why: row.why,
  finishedAt: row.state === 'sent' ? row.finished_at : null,
});
