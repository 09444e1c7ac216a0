import { sql } from 'kysely';
import type { Database } from '../database/connect.ts';
import { bridgeOf } from '../database/dialect.ts';
import type { Addressed, OutboxRow, Sendable } from './outbox.ts';
import { foldedKey, newHolder } from './row-id.ts';
import type { StoreTables } from './schema.ts';
import { steadily } from './steadily.ts';

/** The key under which order is kept and a target is held or closed. */
export const targetIdOf = (address: Pick<Addressed, 'platform' | 'target'>): string =>
  foldedKey(address.platform, address.target);

/** The right to send to one target, until the lease ends. */
export interface TargetClaim {
  readonly targetId: string;
  /** Rises with every claim and fences the ones before. */
  readonly epoch: number;
  /** Names this claim among all. */
  readonly holder: string;
}

/** What an attempt left behind. */
export type Settlement =
  | { readonly kind: 'sent'; readonly receipt: string | null }
  /** To be sent again when the hold on its target ends; `unknown` = the attempt may have arrived. */
  | { readonly kind: 'again'; readonly unknown: boolean; readonly why: string; readonly holdMs: number }
  | { readonly kind: 'failed'; readonly why: string; readonly tell: boolean }
  /** Failed, and everything else that waits for this target with it. */
  | { readonly kind: 'closed'; readonly why: string };

/** The courier's side of the outbox: who may send to which target now, and what became of each attempt. */
export interface Targets<Part extends Sendable, Address extends Addressed> {
  /**
   * Claims up to `limit` open targets with something due, by priority and then by age; with `targetId` only that one.
   * Also those whose owner's lease has ended.
   */
  claim(limit: number, targetId?: string): Promise<TargetClaim[]>;
  /** The first message of the target that is not settled; null when nothing is due. */
  head(claim: TargetClaim): Promise<OutboxRow<Part, Address> | null>;
  /**
   * Commits that attempt `attempts + 1` begins, before the first byte leaves. False = the target belongs to another
   * owner now, or another attempt was begun: nothing may be sent.
   */
  begin(claim: TargetClaim, row: OutboxRow<Part, Address>): Promise<boolean>;
  /**
   * Writes what became of a message; `row` as it was read, or as `begin` left it (`attempts` one more, `sending`).
   * False = another owner has taken it over meanwhile.
   */
  settle(claim: TargetClaim, row: OutboxRow<Part, Address>, settlement: Settlement): Promise<boolean>;
  /** Nothing is sent to the target for so long, by anyone. */
  hold(claim: TargetClaim, holdMs: number): Promise<void>;
  /** Prolongs the leases; gives the target ids that are still this owner's. */
  renew(claims: readonly TargetClaim[]): Promise<Set<string>>;
  release(claim: TargetClaim): Promise<void>;
  /** Fails what was enqueued for targets that are closed. */
  failClosed(): Promise<void>;
}

const waiting = ['due', 'unknown', 'sending'];

export function targetsOver<Part extends Sendable, Address extends Addressed>(
  { kysely, dialect }: Database<StoreTables>,
  { owner, leaseMs }: { readonly owner: string; readonly leaseMs: number },
): Targets<Part, Address> {
  const now = bridgeOf(dialect).nowMs();
  const fromNow = (ms: number) => sql<number>`${now} + ${Math.ceil(ms)}`;

  const claimable = (limit: number, targetId: string | undefined) => {
    let query = kysely
      .selectFrom('cb_outbox as o')
      .leftJoin('cb_targets as t', 't.target_id', 'o.target_id')
      .select((eb) => ['o.target_id', eb.fn.max('t.epoch').as('epoch')])
      .where('o.state', 'in', waiting)
      .where('o.due_at', '<=', now)
      .where(({ or, and, eb }) =>
        or([
          eb('t.target_id', 'is', null),
          and([eb('t.state', '=', 'open'), eb('t.lease_until', '<=', now), eb('t.hold_until', '<=', now)]),
        ]),
      )
      .groupBy('o.target_id')
      .orderBy((eb) => eb.fn.min('o.priority'))
      .orderBy((eb) => eb.fn.min('o.due_at'))
      .limit(limit);
    if (targetId !== undefined) query = query.where('o.target_id', '=', targetId);
    return query.execute();
  };

  const take = async (targetId: string, seen: number | null, holder: string): Promise<TargetClaim | null> => {
    if (seen === null) {
      const values = kysely.insertInto('cb_targets').values({
        target_id: targetId,
        state: 'open',
        owner: null,
        epoch: 0,
        lease_until: 0,
        hold_until: 0,
        why: null,
        changed_at: now,
      });
      await (dialect === 'mysql' ? values.ignore() : values.orIgnore()).execute();
    }
    const epoch = seen ?? 0;
    const { numUpdatedRows } = await kysely
      .updateTable('cb_targets')
      .set({ owner: holder, epoch: epoch + 1, lease_until: fromNow(leaseMs) })
      .where('target_id', '=', targetId)
      .where('state', '=', 'open')
      .where(({ or, and, eb }) =>
        or([
          and([eb('epoch', '=', epoch), eb('lease_until', '<=', now), eb('hold_until', '<=', now)]),
          and([eb('epoch', '=', epoch + 1), eb('owner', '=', holder)]),
        ]),
      )
      .executeTakeFirst();
    return numUpdatedRows > 0n ? { targetId, epoch: epoch + 1, holder } : null;
  };

  /** Changes a claimed target; nothing happens when it has another owner by now. */
  const ofClaim = (claim: TargetClaim) =>
    kysely.updateTable('cb_targets').where('target_id', '=', claim.targetId).where('owner', '=', claim.holder);

  return {
    claim: async (limit, targetId) => {
      const claims: TargetClaim[] = [];
      for (const row of await steadily(() => claimable(limit, targetId))) {
        const holder = newHolder(owner);
        const claim = await steadily(() => take(row.target_id, row.epoch, holder));
        if (claim !== null) claims.push(claim);
      }
      return claims;
    },

    head: async (claim) => {
      const row = await steadily(() =>
        kysely
          .selectFrom('cb_outbox')
          .selectAll()
          .select([
            sql<number>`${now} - coalesce(attempted_at, ${now})`.as('since_attempt'),
            sql<number>`${now} - queued_at`.as('age'),
          ])
          .where('target_id', '=', claim.targetId)
          .where('state', 'in', waiting)
          .where('due_at', '<=', now)
          .orderBy('due_at')
          .orderBy('outbox_id')
          .limit(1)
          .executeTakeFirst(),
      );
      if (row === undefined || row.address === null || row.part === null) return null;
      return {
        outboxId: row.outbox_id,
        idempotencyKey: row.idempotency_key,
        cause: row.cause,
        state: row.state as 'due' | 'unknown' | 'sending',
        attempts: row.attempts,
        unknowns: row.unknowns,
        sinceAttemptMs: row.since_attempt,
        ageMs: row.age,
        address: JSON.parse(row.address) as Address,
        part: JSON.parse(row.part) as Part,
      };
    },

    begin: async (claim, row) => {
      const { numUpdatedRows } = await steadily(() =>
        kysely
          .updateTable('cb_outbox')
          .set({ state: 'sending', attempts: row.attempts + 1, epoch: claim.epoch, attempted_at: now })
          .where('outbox_id', '=', row.outboxId)
          .where(({ or, and, eb }) =>
            or([
              and([eb('attempts', '=', row.attempts), eb('state', 'in', ['due', 'unknown'])]),
              and([eb('attempts', '=', row.attempts + 1), eb('state', '=', 'sending'), eb('epoch', '=', claim.epoch)]),
            ]),
          )
          .where(({ exists, selectFrom }) =>
            exists(
              selectFrom('cb_targets')
                .select('target_id')
                .where('target_id', '=', claim.targetId)
                .where('owner', '=', claim.holder)
                .where('lease_until', '>', now),
            ),
          )
          .executeTakeFirst(),
      );
      return numUpdatedRows > 0n;
    },

    settle: (claim, row, settlement) =>
      steadily(() =>
        kysely.transaction().execute(async (transaction) => {
          const change = (() => {
            switch (settlement.kind) {
              case 'sent':
                return { state: 'sent', receipt: settlement.receipt?.slice(0, 500) ?? null, finished_at: now };
              case 'again':
                return {
                  state: settlement.unknown ? 'unknown' : 'due',
                  why: settlement.why.slice(0, 500),
                  unknowns: row.unknowns + (settlement.unknown ? 1 : 0),
                };
              case 'failed':
              case 'closed':
                return {
                  state: 'failed',
                  why: settlement.why.slice(0, 500),
                  finished_at: now,
                  told: settlement.kind === 'failed' && !settlement.tell ? 1 : 0,
                };
            }
          })();
          const { numUpdatedRows } = await transaction
            .updateTable('cb_outbox')
            .set(change)
            .where('outbox_id', '=', row.outboxId)
            .where('attempts', '=', row.attempts)
            // A delivery that is known is written also over a doubt that another owner noted meanwhile.
            .where(
              'state',
              'in',
              settlement.kind === 'sent' ? [row.state, 'unknown', 'sent'] : [row.state, change.state],
            )
            .executeTakeFirst();
          if (numUpdatedRows === 0n) return false;
          if (settlement.kind === 'again') {
            await transaction
              .updateTable('cb_targets')
              .set({ hold_until: fromNow(settlement.holdMs) })
              .where('target_id', '=', claim.targetId)
              .execute();
          }
          if (settlement.kind === 'closed') {
            const why = settlement.why.slice(0, 500);
            await transaction
              .updateTable('cb_targets')
              .set({ state: 'closed', why, changed_at: now })
              .where('target_id', '=', claim.targetId)
              .execute();
            await transaction
              .updateTable('cb_outbox')
              .set({ state: 'failed', why: `target closed: ${why}`.slice(0, 500), finished_at: now })
              .where('target_id', '=', claim.targetId)
              .where('state', 'in', ['due', 'unknown'])
              .execute();
          }
          return true;
        }),
      ),

    hold: async (claim, holdMs) => {
      await steadily(() =>
        ofClaim(claim)
          .set({ hold_until: fromNow(holdMs) })
          .execute(),
      );
    },

    renew: async (claims) => {
      if (claims.length === 0) return new Set();
      return steadily(async () => {
        const ids = claims.map((claim) => claim.targetId);
        const holders = claims.map((claim) => claim.holder);
        await kysely
          .updateTable('cb_targets')
          .set({ lease_until: fromNow(leaseMs) })
          .where('target_id', 'in', ids)
          .where('owner', 'in', holders)
          .execute();
        const rows = await kysely
          .selectFrom('cb_targets')
          .select('target_id')
          .where('target_id', 'in', ids)
          .where('owner', 'in', holders)
          .execute();
        return new Set(rows.map((row) => row.target_id));
      });
    },

    release: async (claim) => {
      await steadily(() => ofClaim(claim).set({ owner: null, lease_until: 0 }).execute());
    },

    failClosed: async () => {
      await steadily(() =>
        kysely
          .updateTable('cb_outbox')
          .set({ state: 'failed', why: 'target closed', finished_at: now })
          .where('state', 'in', ['due', 'unknown'])
          .where('target_id', 'in', (eb) =>
            eb.selectFrom('cb_targets').select('target_id').where('state', '=', 'closed'),
          )
          .execute(),
      );
    },
  };
}
