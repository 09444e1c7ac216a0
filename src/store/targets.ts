import { sql } from 'kysely';
import type { Database } from '../database/connect.ts';
import { bridgeOf } from '../database/dialect.ts';
import { fixedStatement } from './fixed-statement.ts';
import { type LeaseTerms, leasesOver } from './lease.ts';
import type { Addressed, OutboxRow, Sendable } from './outbox.ts';
import { foldedKey } from './row-id.ts';
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

interface Head {
  readonly outbox_id: string;
  readonly idempotency_key: string;
  readonly cause: string;
  readonly state: 'due' | 'unknown' | 'sending';
  readonly attempts: number;
  readonly unknowns: number;
  readonly address: string | null;
  readonly part: string | null;
  readonly since_attempt: number;
  readonly age: number;
}

export function targetsOver<Part extends Sendable, Address extends Addressed>(
  { kysely, dialect }: Database<StoreTables>,
  terms: LeaseTerms,
): Targets<Part, Address> {
  const now = bridgeOf(dialect).nowMs();
  const fromNow = (ms: number) => sql<number>`${now} + ${Math.ceil(ms)}`;

  const leases = leasesOver(
    { kysely, dialect },
    { table: 'cb_targets', id: 'target_id', open: ['open'], taken: null, canBeHeld: true },
    terms,
  );
  const waiting = sql`('due', 'unknown', 'sending')`;
  const claimable = (one: boolean) =>
    fixedStatement<{ target_id: string; epoch: number | null }>(
      kysely,
      sql`select o.target_id, max(t.epoch) as epoch from cb_outbox as o left join cb_targets as t on t.target_id = o.target_id
        where o.state in ${waiting} and o.due_at <= ${now} ${one ? sql`and o.target_id = ${null}` : sql``}
          and (t.target_id is null or (t.state = 'open' and t.lease_until <= ${now} and t.hold_until <= ${now}))
        group by o.target_id order by min(o.priority), min(o.due_at) limit ${null}`,
    );
  const [claimableOnes, claimableOne] = [claimable(false), claimable(true)];
  const note = fixedStatement(
    kysely,
    sql`${dialect === 'mysql' ? sql`insert ignore into` : sql`insert or ignore into`} cb_targets
      (target_id, state, owner, epoch, lease_until, hold_until, why, changed_at)
      values (${null}, 'open', null, 0, 0, 0, null, ${now})`,
  );
  const headOf = fixedStatement<Head>(
    kysely,
    sql`select outbox_id, idempotency_key, cause, state, attempts, unknowns, address, part,
        ${now} - coalesce(attempted_at, ${now}) as since_attempt, ${now} - queued_at as age
      from cb_outbox where target_id = ${null} and state in ${waiting} and due_at <= ${now}
      order by due_at, outbox_id limit 1`,
  );
  const beginIt = fixedStatement(
    kysely,
    sql`update cb_outbox set state = 'sending', attempts = ${null}, epoch = ${null}, attempted_at = ${now}
      where outbox_id = ${null}
        and ((attempts = ${null} and state in ('due', 'unknown'))
          or (attempts = ${null} and state = 'sending' and epoch = ${null}))
        and exists (select 1 from cb_targets where target_id = ${null} and owner = ${null} and lease_until > ${now})`,
  );
  // A delivery that is known is written also over a doubt that another owner noted meanwhile.
  const sentIt = fixedStatement(
    kysely,
    sql`update cb_outbox set state = 'sent', receipt = ${null}, finished_at = ${now}
      where outbox_id = ${null} and attempts = ${null} and state in (${null}, 'unknown', 'sent')`,
  );
  const letGo = fixedStatement(
    kysely,
    sql`update cb_targets set owner = null, lease_until = 0 where target_id = ${null} and owner = ${null}`,
  );

  return {
    claim: async (limit, targetId) => {
      const { rows } = await steadily(() =>
        targetId === undefined ? claimableOnes(kysely, [limit]) : claimableOne(kysely, [targetId, limit]),
      );
      const claims: TargetClaim[] = [];
      for (const row of rows) {
        if (row.epoch === null) await steadily(() => note(kysely, [row.target_id]));
        const seen = row.epoch ?? 0;
        const holder = await leases.take(row.target_id, seen);
        if (holder !== null) claims.push({ targetId: row.target_id, epoch: seen + 1, holder });
      }
      return claims;
    },

    head: async (claim) => {
      const { rows } = await steadily(() => headOf(kysely, [claim.targetId]));
      const row = rows[0];
      if (row === undefined || row.address === null || row.part === null) return null;
      return {
        outboxId: row.outbox_id,
        idempotencyKey: row.idempotency_key,
        cause: row.cause,
        state: row.state,
        attempts: row.attempts,
        unknowns: row.unknowns,
        sinceAttemptMs: row.since_attempt,
        ageMs: row.age,
        address: JSON.parse(row.address) as Address,
        part: JSON.parse(row.part) as Part,
      };
    },

    begin: async (claim, row) => {
      const [seen, next] = [row.attempts, row.attempts + 1];
      const values = [next, claim.epoch, row.outboxId, seen, next, claim.epoch, claim.targetId, claim.holder];
      const { changed } = await steadily(() => beginIt(kysely, values));
      return changed > 0;
    },

    settle: async (claim, row, settlement) => {
      if (settlement.kind === 'sent') {
        const receipt = settlement.receipt?.slice(0, 500) ?? null;
        const { changed } = await steadily(() => sentIt(kysely, [receipt, row.outboxId, row.attempts, row.state]));
        return changed > 0;
      }
      const why = settlement.why.slice(0, 500);
      return steadily(() =>
        kysely.transaction().execute(async (transaction) => {
          const state = settlement.kind !== 'again' ? 'failed' : settlement.unknown ? 'unknown' : 'due';
          const { numUpdatedRows } = await transaction
            .updateTable('cb_outbox')
            .set(
              settlement.kind === 'again'
                ? { state, why, unknowns: row.unknowns + (settlement.unknown ? 1 : 0) }
                : { state, why, finished_at: now, told: settlement.kind === 'failed' && !settlement.tell ? 1 : 0 },
            )
            .where('outbox_id', '=', row.outboxId)
            .where('attempts', '=', row.attempts)
            .where('state', 'in', [row.state, state])
            .executeTakeFirst();
          if (numUpdatedRows === 0n) return false;
          const target = transaction.updateTable('cb_targets').where('target_id', '=', claim.targetId);
          if (settlement.kind === 'again') {
            await target.set({ hold_until: fromNow(settlement.holdMs) }).execute();
          }
          if (settlement.kind === 'closed') {
            await target.set({ state: 'closed', why, changed_at: now }).execute();
            await transaction
              .updateTable('cb_outbox')
              .set({ state: 'failed', why: `target closed: ${why}`.slice(0, 500), finished_at: now })
              .where('target_id', '=', claim.targetId)
              .where('state', 'in', ['due', 'unknown'])
              .execute();
          }
          return true;
        }),
      );
    },

    hold: async (claim, holdMs) => {
      await steadily(() =>
        kysely
          .updateTable('cb_targets')
          .set({ hold_until: fromNow(holdMs) })
          .where('target_id', '=', claim.targetId)
          .where('owner', '=', claim.holder)
          .execute(),
      );
    },

    renew: (claims) => leases.renew(claims.map(({ targetId, holder }) => ({ id: targetId, holder }))),

    release: async (claim) => {
      await steadily(() => letGo(kysely, [claim.targetId, claim.holder]));
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
