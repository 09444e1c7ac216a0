import type { Transaction } from 'kysely';
import { sql } from 'kysely';
import type { Database } from '../database/connect.ts';
import { bridgeOf } from '../database/dialect.ts';
import { foldedKey, newHolder, newRowId } from './row-id.ts';
import type { StoreTables } from './schema.ts';
import { steadily } from './steadily.ts';

/** Names what the clock owes for ever: the same name is never sent twice. */
export interface SlotName {
  readonly job: string;
  /** Business day, `YYYY-MM-DD`. */
  readonly day: string;
  readonly target: string;
  readonly part: string;
}

export interface PlannedSlot extends SlotName {
  /** When it is to go out, milliseconds since 1970 by the company's clock. */
  readonly plannedAt: number;
  /** Lower is prepared first. */
  readonly priority: number;
}

/** A slot in the hands of one owner until its lease ends. */
export interface SlotClaim extends PlannedSlot {
  readonly slotId: string;
  /** 1 for the first claim. */
  readonly attempt: number;
  /** What its outbox rows are marked with. */
  readonly cause: string;
  /** Names this claim; what an owner of an older one writes is not taken. */
  readonly holder: string;
}

/** What became of a slot, for metrics and for people. */
export interface EndedSlot extends PlannedSlot {
  readonly slotId: string;
  readonly state: 'sent' | 'failed' | 'missed' | 'void';
  readonly why: string | null;
  /** When its last message was accepted, by the database's clock; null where none was. */
  readonly finishedAt: number | null;
}

/** What is known of a slot before it is planned. */
export interface KnownSlot {
  readonly day: string;
  readonly target: string;
  readonly part: string;
  readonly state: string;
}

export interface LastSent {
  readonly day: string;
  readonly plannedAt: number;
  /** As it was given to `fulfil`; null where the one before kept nothing. */
  readonly memory: unknown;
}

/** The slot table: what is due and not yet sent comes from here alone (house rule 10). */
export interface Slots {
  /** Writes down what is due; what is there already stays, except that a missed one is due again. */
  note(planned: readonly PlannedSlot[]): Promise<void>;
  /** Records what was never prepared and now never will be; what is there already stays. */
  noteMissed(planned: readonly PlannedSlot[], why: string): Promise<void>;
  /** Turns slots of a job that are still due although they were planned before `before` into missed ones. */
  expire(job: string, before: number, why: string): Promise<void>;
  /** Slots of a job from a day on. */
  known(job: string, fromDay: string): Promise<KnownSlot[]>;
  /** The newest day up to `today` of every target and part of a job. */
  newestDays(job: string, today: string): Promise<Omit<KnownSlot, 'state'>[]>;
  /** Up to `limit` slots that nobody works on, by priority; also those whose owner's lease has ended. */
  claim(limit: number, slotId?: string): Promise<SlotClaim[]>;
  /**
   * Writes one slot down and takes it in the same step, for a run that a person asked for; null when somebody has it or
   * it has ended.
   */
  open(planned: PlannedSlot): Promise<SlotClaim | null>;
  /** Keeps claims from ending; gives the slot ids that are still this owner's. */
  renew(claims: readonly SlotClaim[]): Promise<Set<string>>;
  /** Gives a slot back: due again after `pauseMs`. */
  release(claim: SlotClaim, pauseMs?: number, why?: string): Promise<void>;
  /** Ends a slot without a message: nothing to say (`void`), or never to be said (`failed`, told to an administrator). */
  end(claim: SlotClaim, state: 'void' | 'failed', why: string): Promise<boolean>;
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

export const causeOf = ({ job, day, target, part }: SlotName): string => foldedKey(job, day, target, part);

const open = ['due', 'working'];
const waiting = ['due', 'unknown', 'sending'];

export function slotsOver(
  { kysely, dialect }: Database<StoreTables>,
  { owner, leaseMs }: { readonly owner: string; readonly leaseMs: number },
): Slots {
  const now = bridgeOf(dialect).nowMs();
  const rowOf = (slot: PlannedSlot) => ({
    slot_id: newRowId(),
    job: slot.job,
    day: slot.day,
    target: slot.target,
    part: slot.part,
    state: 'due',
    planned_at: slot.plannedAt,
    priority: slot.priority,
    owner: null,
    epoch: 0,
    lease_until: 0,
    cause: causeOf(slot),
    made_at: now,
    finished_at: null,
    why: null as string | null,
    told: 1,
    memory: null,
  });

  const insert = async (rows: readonly ReturnType<typeof rowOf>[]): Promise<void> => {
    for (let from = 0; from < rows.length; from += 500) {
      const values = kysely.insertInto('cb_slots').values(rows.slice(from, from + 500));
      await steadily(() => (dialect === 'mysql' ? values.ignore() : values.orIgnore()).execute());
    }
  };

  const named = (name: SlotName) =>
    kysely
      .selectFrom('cb_slots')
      .selectAll()
      .where('job', '=', name.job)
      .where('day', '=', name.day)
      .where('target', '=', name.target)
      .where('part', '=', name.part);

  const ofClaim = (claim: SlotClaim) =>
    kysely
      .updateTable('cb_slots')
      .where('slot_id', '=', claim.slotId)
      .where('owner', '=', claim.holder)
      .where('state', '=', 'working');

  const take = async (slotId: string, epoch: number, holder: string): Promise<boolean> => {
    const { numUpdatedRows } = await kysely
      .updateTable('cb_slots')
      .set({ state: 'working', owner: holder, epoch: epoch + 1, lease_until: sql<number>`${now} + ${leaseMs}` })
      .where('slot_id', '=', slotId)
      .where('state', 'in', open)
      .where(({ or, and, eb }) =>
        or([
          and([eb('epoch', '=', epoch), eb('lease_until', '<=', now)]),
          and([eb('epoch', '=', epoch + 1), eb('owner', '=', holder)]),
        ]),
      )
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  };

  const claimOf = (row: SlotRow & { readonly cause: string }, attempt: number, holder: string): SlotClaim => ({
    slotId: row.slot_id,
    job: row.job,
    day: row.day,
    target: row.target,
    part: row.part,
    plannedAt: row.planned_at,
    priority: row.priority,
    cause: row.cause,
    attempt,
    holder,
  });

  return {
    note: async (planned) => {
      await insert(planned.map(rowOf));
      // The clock was put back into the window: what was given up may still go out in time.
      for (const slot of planned) {
        await steadily(() =>
          kysely
            .updateTable('cb_slots')
            .set({ state: 'due', why: null, finished_at: null, told: 1, lease_until: 0 })
            .where('job', '=', slot.job)
            .where('day', '=', slot.day)
            .where('target', '=', slot.target)
            .where('part', '=', slot.part)
            .where('state', '=', 'missed')
            .execute(),
        );
      }
    },

    noteMissed: (planned, why) =>
      insert(planned.map((slot) => ({ ...rowOf(slot), state: 'missed', why: why.slice(0, 500), told: 0 }))),

    expire: async (job, before, why) => {
      await steadily(() =>
        kysely
          .updateTable('cb_slots')
          .set({ state: 'missed', finished_at: now, told: 0, why: sql<string>`coalesce(why, ${why.slice(0, 500)})` })
          .where('job', '=', job)
          .where('state', 'in', open)
          .where('lease_until', '<=', now)
          .where('planned_at', '<', before)
          .execute(),
      );
    },

    known: (job, fromDay) =>
      steadily(() =>
        kysely
          .selectFrom('cb_slots')
          .select(['day', 'target', 'part', 'state'])
          .where('job', '=', job)
          .where('day', '>=', fromDay)
          .execute(),
      ),

    newestDays: (job, today) =>
      steadily(() =>
        kysely
          .selectFrom('cb_slots')
          .select((eb) => ['target', 'part', eb.fn.max('day').as('day')])
          .where('job', '=', job)
          .where('day', '<=', today)
          .groupBy(['target', 'part'])
          .execute(),
      ),

    claim: async (limit, slotId) => {
      const rows = await steadily(() => {
        let query = kysely
          .selectFrom('cb_slots')
          .selectAll()
          .where('state', 'in', open)
          .where('lease_until', '<=', now)
          .orderBy('priority')
          .orderBy('planned_at')
          .orderBy('slot_id')
          .limit(limit);
        if (slotId !== undefined) query = query.where('slot_id', '=', slotId);
        return query.execute();
      });
      const claims: SlotClaim[] = [];
      for (const row of rows) {
        const holder = newHolder(owner);
        if (!(await steadily(() => take(row.slot_id, row.epoch, holder)))) continue;
        claims.push(claimOf(row, row.epoch + 1, holder));
      }
      return claims;
    },

    open: async (planned) => {
      const holder = newHolder(owner);
      const taken = { state: 'working', owner: holder, epoch: 1, lease_until: sql<number>`${now} + ${leaseMs}` };
      const values = kysely.insertInto('cb_slots').values({ ...rowOf(planned), ...taken });
      await steadily(() => (dialect === 'mysql' ? values.ignore() : values.orIgnore()).execute());
      const row = await steadily(() => named(planned).executeTakeFirst());
      if (row === undefined) return null;
      if (row.owner === holder) return claimOf(row, 1, holder);
      if (row.state === 'missed') {
        await steadily(() =>
          kysely
            .updateTable('cb_slots')
            .set({ state: 'due', lease_until: 0 })
            .where('slot_id', '=', row.slot_id)
            .execute(),
        );
      }
      return (await steadily(() => take(row.slot_id, row.epoch, holder))) ? claimOf(row, row.epoch + 1, holder) : null;
    },

    renew: async (claims) => {
      if (claims.length === 0) return new Set();
      const ids = claims.map((claim) => claim.slotId);
      const holders = claims.map((claim) => claim.holder);
      return steadily(async () => {
        await kysely
          .updateTable('cb_slots')
          .set({ lease_until: sql<number>`${now} + ${leaseMs}` })
          .where('slot_id', 'in', ids)
          .where('owner', 'in', holders)
          .where('state', '=', 'working')
          .execute();
        const rows = await kysely
          .selectFrom('cb_slots')
          .select('slot_id')
          .where('slot_id', 'in', ids)
          .where('owner', 'in', holders)
          .where('state', '=', 'working')
          .execute();
        return new Set(rows.map((row) => row.slot_id));
      });
    },

    release: async (claim, pauseMs = 0, why) => {
      await steadily(() =>
        ofClaim(claim)
          .set({
            state: 'due',
            owner: null,
            lease_until: pauseMs === 0 ? 0 : sql<number>`${now} + ${Math.ceil(pauseMs)}`,
            ...(why === undefined ? {} : { why: why.slice(0, 500) }),
          })
          .execute(),
      );
    },

    end: async (claim, state, why) => {
      const { numUpdatedRows } = await steadily(() =>
        ofClaim(claim)
          .set({ state, why: why.slice(0, 500), finished_at: now, lease_until: 0, told: state === 'failed' ? 0 : 1 })
          .executeTakeFirst(),
      );
      return numUpdatedRows > 0n;
    },

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
      const row = await steadily(() => named(name).executeTakeFirst());
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

interface SlotRow {
  readonly slot_id: string;
  readonly job: string;
  readonly day: string;
  readonly target: string;
  readonly part: string;
  readonly planned_at: number;
  readonly priority: number;
  readonly state: string;
  readonly why: string | null;
  readonly finished_at: number | null;
}

const endedOf = (row: SlotRow): EndedSlot => ({
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

/**
 * Marks a slot as queued inside the transaction that enqueues its messages. False = it is no longer this owner's.
 */
export async function queueSlot(
  transaction: Transaction<StoreTables>,
  claim: Pick<SlotClaim, 'slotId' | 'holder'>,
  memory: unknown,
): Promise<boolean> {
  const { numUpdatedRows } = await transaction
    .updateTable('cb_slots')
    .set({ state: 'queued', lease_until: 0, memory: memory === null ? null : JSON.stringify(memory) })
    .where('slot_id', '=', claim.slotId)
    .where('owner', '=', claim.holder)
    .where('state', 'in', ['working', 'queued'])
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}
