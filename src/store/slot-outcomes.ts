import { type ExpressionBuilder, sql } from 'kysely';
import type { Database } from '../database/connect.ts';
import { bridgeOf } from '../database/dialect.ts';
import type { LeaseTerms } from './lease.ts';
import { newHolder } from './row-id.ts';
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
  /** The same for many targets in one query; those without one are missing. */
  lastSentTo(job: string, targets: readonly string[], before: number): Promise<ReadonlyMap<string, LastSent>>;
  /** One slot by its name, for scripts. */
  find(
    name: SlotName,
  ): Promise<EndedSlot | { readonly state: 'due' | 'working' | 'queued'; readonly slotId: string } | null>;
  /** Forgets the slots of targets that begin so, with their messages: the demo's chats begin anew with every start. */
  forget(targetPrefix: string): Promise<void>;
}

const waiting = ['due', 'unknown', 'sending'];

export function slotOutcomesOver(
  { kysely, dialect }: Database<StoreTables>,
  { owner }: Pick<LeaseTerms, 'owner'>,
): SlotOutcomes {
  const now = bridgeOf(dialect).nowMs();

  /** Slots of which a message arrived, whether or not they were settled since. */
  const arrived = ({ or, and, eb, exists, selectFrom }: ExpressionBuilder<StoreTables, 'cb_slots'>) =>
    or([
      eb('cb_slots.state', '=', 'sent'),
      and([
        eb('cb_slots.state', '=', 'queued'),
        exists(
          selectFrom('cb_outbox as o')
            .select('o.outbox_id')
            .whereRef('o.cause', '=', 'cb_slots.cause')
            .where('o.state', '=', 'sent'),
        ),
      ]),
    ]);

  /** The last of what a slot's messages in a state left in a column. */
  const lastOf = <Column extends 'finished_at' | 'why'>(
    { selectFrom }: Pick<ExpressionBuilder<StoreTables, 'cb_slots'>, 'selectFrom'>,
    column: Column,
    state: 'sent' | 'failed',
  ) =>
    selectFrom('cb_outbox as o')
      .select((eb) => eb.fn.max(`o.${column}` as const).as('last'))
      .whereRef('o.cause', '=', 'cb_slots.cause')
      .where('o.state', '=', state);

  async function lastSentTo(
    job: string,
    targets: readonly string[],
    before: number,
  ): Promise<ReadonlyMap<string, LastSent>> {
    if (targets.length === 0) return new Map();
    const rows = await steadily(() =>
      kysely
        .selectFrom('cb_slots as s')
        .innerJoin(
          kysely
            .selectFrom('cb_slots')
            .select((eb) => ['target', eb.fn.max('planned_at').as('last_at')])
            .where('job', '=', job)
            .where('target', 'in', targets)
            .where('planned_at', '<', before)
            .where(arrived)
            .groupBy('target')
            .as('last'),
          (join) => join.onRef('last.target', '=', 's.target').onRef('last.last_at', '=', 's.planned_at'),
        )
        .select(['s.target', 's.day', 's.planned_at', 's.memory'])
        .where('s.job', '=', job)
        .where('s.state', 'in', ['sent', 'queued'])
        .execute(),
    );
    return new Map(
      rows.map(({ target, day, planned_at: plannedAt, memory }) => [
        target,
        { day, plannedAt, memory: memory === null ? null : (JSON.parse(memory) as unknown) },
      ]),
    );
  }

  return {
    settle: async () => {
      const rows = await steadily(() =>
        kysely
          .selectFrom('cb_slots')
          .selectAll()
          .select((eb) => [
            lastOf(eb, 'finished_at', 'sent').as('sent_at'),
            lastOf(eb, 'why', 'failed').as('failed_why'),
          ])
          .where('state', '=', 'queued')
          .where(({ not, exists, selectFrom }) =>
            not(
              exists(
                selectFrom('cb_outbox as w')
                  .select('w.outbox_id')
                  .whereRef('w.cause', '=', 'cb_slots.cause')
                  .where('w.state', 'in', waiting),
              ),
            ),
          )
          .limit(1_000)
          .execute(),
      );
      if (rows.length === 0) return [];
      const ended = rows.map((row) => ({
        ...endedOf(row),
        state: row.sent_at === null ? ('failed' as const) : ('sent' as const),
        why: row.failed_why,
        finishedAt: row.sent_at,
      }));
      // A morning's hundreds in two statements; those that another instance was quicker to end do not get the mark.
      const mark = newHolder(owner);
      for (const state of ['sent', 'failed'] as const) {
        const ids = ended.filter((one) => one.state === state).map((one) => one.slotId);
        if (ids.length === 0) continue;
        await steadily(() =>
          kysely
            .updateTable('cb_slots')
            .set((eb) => ({
              state,
              owner: mark,
              finished_at: state === 'sent' ? lastOf(eb, 'finished_at', 'sent') : now,
              // What the courier gave up it tells of itself.
              why: lastOf(eb, 'why', 'failed'),
            }))
            .where('slot_id', 'in', ids)
            .where('state', '=', 'queued')
            .execute(),
        );
      }
      const mine = await steadily(() =>
        kysely
          .selectFrom('cb_slots')
          .select('slot_id')
          .where(
            'slot_id',
            'in',
            ended.map((one) => one.slotId),
          )
          .where('owner', '=', mark)
          .execute(),
      );
      const ids = new Set(mine.map((row) => row.slot_id));
      return ended.filter((one) => ids.has(one.slotId));
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

    lastSent: async (job, target, before) => (await lastSentTo(job, [target], before)).get(target) ?? null,
    lastSentTo,

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
