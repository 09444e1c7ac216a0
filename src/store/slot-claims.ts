import type { Transaction } from 'kysely';
import { sql } from 'kysely';
import type { Database } from '../database/connect.ts';
import { bridgeOf } from '../database/dialect.ts';
import { type LeaseTerms, leasesOver } from './lease.ts';
import { newHolder } from './row-id.ts';
import type { StoreTables } from './schema.ts';
import { causeOf, openSlotStates, type PlannedSlot, type SlotClaim } from './slot.ts';
import { newSlotRow } from './slot-plan.ts';
import { steadily } from './steadily.ts';

/** Slots in the hands of one owner at a time, until they are queued, ended or given back. */
export interface SlotClaims {
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
}

export function slotClaimsOver({ kysely, dialect }: Database<StoreTables>, terms: LeaseTerms): SlotClaims {
  const now = bridgeOf(dialect).nowMs();
  const leases = leasesOver(
    { kysely, dialect },
    { table: 'cb_slots', id: 'slot_id', open: openSlotStates, taken: 'working', canBeHeld: false },
    terms,
  );

  const ofClaim = (claim: SlotClaim) =>
    kysely
      .updateTable('cb_slots')
      .where('slot_id', '=', claim.slotId)
      .where('owner', '=', claim.holder)
      .where('state', '=', 'working');

  return {
    claim: async (limit, slotId) => {
      const rows = await steadily(() => {
        let query = kysely
          .selectFrom('cb_slots')
          .selectAll()
          .where('state', 'in', openSlotStates)
          .where('lease_until', '<=', now)
          .orderBy('priority')
          .orderBy('planned_at')
          .orderBy('slot_id')
          .limit(limit);
        if (slotId !== undefined) query = query.where('slot_id', '=', slotId);
        return query.execute();
      });
      if (rows.length === 0) return [];
      // A morning has hundreds: all that are wanted are taken in one statement.
      const holder = newHolder(terms.owner);
      const ids = rows.map((row) => row.slot_id);
      return steadily(async () => {
        await kysely
          .updateTable('cb_slots')
          .set({
            state: 'working',
            owner: holder,
            epoch: sql<number>`epoch + 1`,
            lease_until: sql<number>`${now} + ${terms.leaseMs}`,
          })
          .where('slot_id', 'in', ids)
          .where('state', 'in', openSlotStates)
          .where('lease_until', '<=', now)
          .execute();
        // Those that another instance was quicker to take are not among them.
        const taken = await kysely
          .selectFrom('cb_slots')
          .select(['slot_id', 'epoch'])
          .where('slot_id', 'in', ids)
          .where('owner', '=', holder)
          .where('state', '=', 'working')
          .execute();
        const epochs = new Map(taken.map((row) => [row.slot_id, row.epoch]));
        return rows.flatMap((row) => {
          const epoch = epochs.get(row.slot_id);
          return epoch === undefined ? [] : [claimOf(row, epoch, holder)];
        });
      });
    },

    open: async (planned) => {
      const holder = newHolder(terms.owner);
      const taken = { state: 'working', owner: holder, epoch: 1, lease_until: sql<number>`${now} + ${terms.leaseMs}` };
      const values = kysely.insertInto('cb_slots').values({ ...newSlotRow(planned, now), ...taken });
      await steadily(() => (dialect === 'mysql' ? values.ignore() : values.orIgnore()).execute());
      const row = await steadily(() =>
        kysely.selectFrom('cb_slots').selectAll().where('cause', '=', causeOf(planned)).executeTakeFirst(),
      );
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
      const taker = await leases.take(row.slot_id, row.epoch);
      return taker === null ? null : claimOf(row, row.epoch + 1, taker);
    },

    renew: (claims) => leases.renew(claims.map(({ slotId, holder }) => ({ id: slotId, holder }))),

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
  };
}

const claimOf = (row: StoreTables['cb_slots'], attempt: number, holder: string): SlotClaim => ({
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
