import { type RawBuilder, sql } from 'kysely';
import type { Database } from '../database/connect.ts';
import { bridgeOf } from '../database/dialect.ts';
import { newRowId } from './row-id.ts';
import type { StoreTables } from './schema.ts';
import { causeOf, type KnownSlot, openSlotStates, type PlannedSlot } from './slot.ts';
import { steadily } from './steadily.ts';

/** What is due, before anyone has taken it. */
export interface SlotPlan {
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
}

/** A slot as it is first written down. */
export const newSlotRow = (slot: PlannedSlot, now: RawBuilder<number>) => ({
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

export function slotPlanOver({ kysely, dialect }: Database<StoreTables>): SlotPlan {
  const now = bridgeOf(dialect).nowMs();
  const insert = async (rows: readonly ReturnType<typeof newSlotRow>[]): Promise<void> => {
    for (let from = 0; from < rows.length; from += 500) {
      const values = kysely.insertInto('cb_slots').values(rows.slice(from, from + 500));
      await steadily(() => (dialect === 'mysql' ? values.ignore() : values.orIgnore()).execute());
    }
  };

  return {
    note: async (planned) => {
      if (planned.length === 0) return;
      await insert(planned.map((slot) => newSlotRow(slot, now)));
      const causes = new Set(planned.map(causeOf));
      const missed = await steadily(() =>
        kysely
          .selectFrom('cb_slots')
          .select(['slot_id', 'cause'])
          .where('job', 'in', [...new Set(planned.map((slot) => slot.job))])
          .where('day', 'in', [...new Set(planned.map((slot) => slot.day))])
          .where('state', '=', 'missed')
          .execute(),
      );
      const back = missed.filter((row) => causes.has(row.cause)).map((row) => row.slot_id);
      if (back.length === 0) return;
      // The clock was put back into the window: what was given up may still go out in time.
      await steadily(() =>
        kysely
          .updateTable('cb_slots')
          .set({ state: 'due', why: null, finished_at: null, told: 1, lease_until: 0 })
          .where('slot_id', 'in', back)
          .where('state', '=', 'missed')
          .execute(),
      );
    },

    noteMissed: (planned, why) =>
      insert(planned.map((slot) => ({ ...newSlotRow(slot, now), state: 'missed', why: why.slice(0, 500), told: 0 }))),

    expire: async (job, before, why) => {
      await steadily(() =>
        kysely
          .updateTable('cb_slots')
          .set({ state: 'missed', finished_at: now, told: 0, why: sql<string>`coalesce(why, ${why.slice(0, 500)})` })
          .where('job', '=', job)
          .where('state', 'in', openSlotStates)
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
  };
}
