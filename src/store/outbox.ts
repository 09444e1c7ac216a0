import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { Database } from '../database/connect.ts';
import { bridgeOf } from '../database/dialect.ts';
import { fixedStatement, memoised } from './fixed-statement.ts';
import { endQuestionOver, type InboxClaim, type InboxEnd } from './inbox.ts';
import { foldedKey, newRowId } from './row-id.ts';
import type { StoreTables } from './schema.ts';
import type { SlotClaim } from './slot.ts';
import { queueSlot } from './slot-claims.ts';
import { steadily } from './steadily.ts';
import { targetIdOf } from './targets.ts';

/** What the outbox keeps of a message; the platforms' `OutboundPart` fits. */
export interface Sendable {
  readonly kind: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly pictureId: string | null;
}

/** Where it goes; the platforms' `Address` fits. */
export interface Addressed {
  readonly platform: string;
  readonly target: string;
  readonly data: Readonly<Record<string, string | number | boolean | null>>;
}

/** Messages for one target, rendered before they are enqueued, in the order in which they are to arrive. */
export interface Dispatch {
  readonly address: Addressed;
  readonly parts: readonly Sendable[];
  /** Names this dispatch for ever: the same base a second time enqueues nothing. Part `n` has the key `base:n`. */
  readonly idempotencyKeyBase: string;
  /** What asked for it, such as `inbox:…` or `digest:funnel:2026-11-22`. */
  readonly cause: string;
  /** Lower goes first among targets (an answer, then directors, then the others). Default 100. */
  readonly priority?: number;
  /** Not sent before so many milliseconds from now. Default 0. */
  readonly afterMs?: number;
}

/** A message of the outbox as it is to be sent. */
export interface OutboxRow<Part extends Sendable, Address extends Addressed> {
  readonly outboxId: string;
  readonly idempotencyKey: string;
  readonly cause: string;
  /** `due` or `unknown` are to be sent; `sending` was begun by an owner that is gone. */
  readonly state: 'due' | 'unknown' | 'sending';
  readonly attempts: number;
  readonly unknowns: number;
  /** Since the last attempt began; 0 before the first. */
  readonly sinceAttemptMs: number;
  readonly ageMs: number;
  readonly address: Address;
  readonly part: Part;
}

/** A message that was given up, for the admin and for sending it again. */
export interface DeadLetter {
  readonly outboxId: string;
  readonly cause: string;
  readonly platform: string;
  readonly targetId: string;
  readonly partKind: string;
  readonly attempts: number;
  readonly why: string;
  readonly failedAt: number;
}

/** What `answer` came to: `late` = another owner has the question now, nothing was enqueued. */
export type Answered = 'done' | 'late';

export interface Outbox {
  /** Enqueues what is not there yet, in one transaction; gives the number of new rows. Throws `unavailable`. */
  enqueue(dispatches: readonly Dispatch[]): Promise<number>;
  /** Enqueues an answer and ends its question, both or neither: what was acknowledged is answered exactly once. */
  answer(
    claim: Pick<InboxClaim<unknown>, 'inboxId' | 'holder'>,
    end: InboxEnd,
    reply: Pick<Dispatch, 'address' | 'parts'>,
  ): Promise<Answered>;
  /**
   * Enqueues what a slot of the schedule owes and marks it as queued, both or neither: a run that is repeated after a
   * crash sends nothing twice. `memory` is kept for the next one to the same target.
   */
  fulfil(
    claim: SlotClaim,
    messages: readonly Pick<Dispatch, 'address' | 'parts' | 'afterMs'>[],
    memory: unknown,
  ): Promise<Answered>;
  /** Called with the target after new rows that are due at once were committed by this process. */
  onEnqueued(listener: (targetId: string) => void): void;
  /** Newest first. */
  deadLetters(limit: number): Promise<DeadLetter[]>;
  /** Those that no human was told of yet. */
  untoldDeadLetters(limit: number): Promise<DeadLetter[]>;
  markTold(outboxIds: readonly string[]): Promise<void>;
  /** Puts dead letters back as due, attempts forgotten, and opens their targets. Gives how many. */
  resend(outboxIds: readonly string[]): Promise<number>;
}

const answerPriority = 0;
/** Messages in one statement: each is a few thousand characters at most, far below what a server takes. */
const rowsAtOnce = 50;

export function outboxOver({ kysely, dialect }: Database<StoreTables>): Outbox {
  const now = bridgeOf(dialect).nowMs();
  const listeners: ((targetId: string) => void)[] = [];

  // On the way of every answer: one text for each number of parts.
  const insertOf = memoised((rows: number) => {
    const row = sql`(${sql.join(Array(9).fill(null))}, ${now} + ${null}, 'due', ${now}, 0, 0, 0, null, null, null, null, 1)`;
    const verb = dialect === 'mysql' ? sql`insert ignore into` : sql`insert or ignore into`;
    return fixedStatement(
      kysely,
      sql`${verb} cb_outbox
        (outbox_id, idempotency_key, target_id, platform, cause, priority, address, part, picture_id, due_at,
         state, queued_at, attempts, unknowns, epoch, attempted_at, finished_at, why, receipt, told)
        values ${sql.join(Array(rows).fill(row))}`,
    );
  });
  const reopen = fixedStatement(
    kysely,
    sql`update cb_targets set state = 'open', why = null, changed_at = ${now}
      where target_id = ${null} and state = 'closed'`,
  );
  const end = endQuestionOver({ kysely, dialect });

  const valuesOf = ({ address, parts, ...dispatch }: Dispatch): readonly unknown[][] => {
    const [target, place, cause] = [targetIdOf(address), JSON.stringify(address), foldedKey(dispatch.cause)];
    return parts.map((part, index) => [
      newRowId(),
      foldedKey(dispatch.idempotencyKeyBase, String(index)),
      target,
      address.platform,
      cause,
      dispatch.priority ?? 100,
      place,
      JSON.stringify(part),
      part.pictureId,
      dispatch.afterMs ?? 0,
    ]);
  };

  /** A morning's messages in few statements; gives the number of new rows. */
  async function insert(
    db: Pick<Kysely<StoreTables>, 'executeQuery'>,
    dispatches: readonly Dispatch[],
  ): Promise<number> {
    let inserted = 0;
    let rows: (readonly unknown[])[] = [];
    const send = async (): Promise<void> => {
      if (rows.length > 0) inserted += (await insertOf(rows.length)(db, rows.flat())).changed;
      rows = [];
    };
    for (const dispatch of dispatches) {
      for (const row of valuesOf(dispatch)) {
        rows.push(row);
        if (rows.length === rowsAtOnce) await send();
      }
    }
    await send();
    return inserted;
  }

  const announce = (dispatches: readonly Pick<Dispatch, 'address' | 'afterMs'>[]): void => {
    // What is due later is found by a sweep when it is.
    const now = dispatches.filter(({ afterMs }) => (afterMs ?? 0) === 0);
    for (const targetId of new Set(now.map((each) => targetIdOf(each.address))))
      for (const listener of listeners) listener(targetId);
  };

  const letters = async (limit: number, untold: boolean): Promise<DeadLetter[]> => {
    let query = kysely.selectFrom('cb_outbox').selectAll().where('state', '=', 'failed');
    if (untold) query = query.where('told', '=', 0);
    const rows = await steadily(() => query.orderBy('finished_at', 'desc').limit(limit).execute());
    return rows.map((row) => ({
      outboxId: row.outbox_id,
      cause: row.cause,
      platform: row.platform,
      targetId: row.target_id,
      partKind: row.part === null ? 'purged' : (JSON.parse(row.part) as Sendable).kind,
      attempts: row.attempts,
      why: row.why ?? '',
      failedAt: row.finished_at ?? row.queued_at,
    }));
  };

  return {
    enqueue: async (dispatches) => {
      const inserted = await steadily(() =>
        kysely.transaction().execute((transaction) => insert(transaction, dispatches)),
      );
      announce(dispatches);
      return inserted;
    },
    answer: async (claim, state, reply) => {
      const answered = await steadily(() =>
        kysely.transaction().execute(async (transaction): Promise<Answered> => {
          if (!(await end(transaction, claim, state))) return 'late';
          const key = `inbox:${claim.inboxId}`;
          await insert(transaction, [{ ...reply, idempotencyKeyBase: key, cause: key, priority: answerPriority }]);
          // Who asks there is there: a target closed in the past is open again.
          await reopen(transaction, [targetIdOf(reply.address)]);
          return 'done';
        }),
      );
      if (answered === 'done' && reply.parts.length > 0) announce([reply]);
      return answered;
    },
    fulfil: async (claim, messages, memory) => {
      const answered = await steadily(() =>
        kysely.transaction().execute(async (transaction): Promise<Answered> => {
          if (!(await queueSlot(transaction, claim, memory))) return 'late';
          await insert(
            transaction,
            messages.map((message, index) => ({
              ...message,
              idempotencyKeyBase: messages.length === 1 ? claim.cause : foldedKey(claim.cause, String(index)),
              cause: claim.cause,
              // Behind answers to people who wait.
              priority: answerPriority + 1 + Math.max(0, claim.priority),
            })),
          );
          return 'done';
        }),
      );
      if (answered === 'done') announce(messages);
      return answered;
    },
    onEnqueued: (listener) => {
      listeners.push(listener);
    },
    deadLetters: (limit) => letters(limit, false),
    untoldDeadLetters: (limit) => letters(limit, true),
    markTold: async (outboxIds) => {
      if (outboxIds.length === 0) return;
      await steadily(() =>
        kysely.updateTable('cb_outbox').set({ told: 1 }).where('outbox_id', 'in', outboxIds).execute(),
      );
    },
    resend: async (outboxIds) => {
      if (outboxIds.length === 0) return 0;
      const targets = await steadily(() =>
        kysely.transaction().execute(async (transaction) => {
          await transaction
            .updateTable('cb_outbox')
            .set({ state: 'due', due_at: now, attempts: 0, unknowns: 0, finished_at: null, why: null, told: 1 })
            .where('outbox_id', 'in', outboxIds)
            .where('state', '=', 'failed')
            .where('part', 'is not', null)
            .execute();
          const rows = await transaction
            .selectFrom('cb_outbox')
            .select(['target_id'])
            .where('outbox_id', 'in', outboxIds)
            .where('state', '=', 'due')
            .execute();
          const ids = [...new Set(rows.map((row) => row.target_id))];
          if (ids.length > 0) {
            await transaction
              .updateTable('cb_targets')
              .set({ state: 'open', hold_until: 0, why: null, changed_at: now })
              .where('target_id', 'in', ids)
              .where('state', '=', 'closed')
              .execute();
          }
          return rows.map((row) => row.target_id);
        }),
      );
      for (const targetId of new Set(targets)) for (const listener of listeners) listener(targetId);
      return targets.length;
    },
  };
}
