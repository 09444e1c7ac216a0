import type { Transaction } from 'kysely';
import { CompiledQuery, sql } from 'kysely';
import type { Database } from '../database/connect.ts';
import { bridgeOf } from '../database/dialect.ts';
import { groupCommit } from './group-commit.ts';
import { foldedKey, newHolder, newRowId } from './row-id.ts';
import type { StoreTables } from './schema.ts';
import { steadily } from './steadily.ts';

/** What the inbox needs to know of a message; the platforms' `InboundMessage` fits. The rest is kept as JSON. */
export interface Rememberable {
  readonly platform: string;
  readonly messageId: string;
  readonly userId: string;
  readonly address: { readonly platform: string; readonly target: string };
}

export type Remembered = { readonly kind: 'new'; readonly inboxId: string } | { readonly kind: 'seen' };

/** A question in the hands of one owner until its lease ends. */
export interface InboxClaim<Message> {
  readonly inboxId: string;
  readonly message: Message;
  /** 1 for the first owner; more when owners before died at work. */
  readonly attempt: number;
  /** Since it was received, by the database's clock. */
  readonly ageMs: number;
  /** Names this claim; what an owner of an older one writes is not taken. */
  readonly holder: string;
}

/** How a question ended: answered, or its asker told that it will not be. */
export type InboxEnd = 'answered' | 'told';

export interface Inbox<Message extends Rememberable> {
  /**
   * Persists a message before it is acknowledged. `seen` = the platform delivered it before. Throws `unavailable` when
   * it could not be remembered.
   */
  remember(message: Message): Promise<Remembered>;
  /**
   * Up to `limit` questions that nobody works on, oldest first, at most one per asker and chat; also those whose owner's
   * lease has ended. With `inboxId` only that one.
   */
  claim(limit: number, inboxId?: string): Promise<InboxClaim<Message>[]>;
  /** Keeps claims from ending while they are worked on. Gives the inbox ids that are still this owner's. */
  renew(claims: readonly InboxClaim<Message>[]): Promise<Set<string>>;
  /** Gives a question back at once, for another instance (graceful stop). */
  release(claim: InboxClaim<Message>): Promise<void>;
  /** Called after new questions were committed by this process. */
  onRemembered(listener: (inboxId: string) => void): void;
}

export interface InboxOptions {
  readonly owner: string;
  /** An owner that does not renew for so long is taken for dead (`reliability.md`, section 3.2: 30 s). */
  readonly leaseMs: number;
}

export function inboxOver<Message extends Rememberable>(
  { kysely, dialect }: Database<StoreTables>,
  { owner, leaseMs }: InboxOptions,
): Inbox<Message> {
  const now = bridgeOf(dialect).nowMs();
  const listeners: ((inboxId: string) => void)[] = [];

  // The one statement that is on the way of every acknowledgement: its text is kept per number of rows, because building
  // it from nodes costs as much as running it.
  const insertOf = memoised((rows: number) => {
    const row = sql`(${sql.join(Array(5).fill(null))}, 'received', null, 0, 0, ${now}, null)`;
    const verb = dialect === 'mysql' ? sql`insert ignore into` : sql`insert or ignore into`;
    return sql`${verb} cb_inbox
      (inbox_id, platform, message_id, conversation_id, message,
       state, owner, epoch, lease_until, received_at, finished_at)
      values ${sql.join(Array(rows).fill(row))}`.compile(kysely).sql;
  });

  async function insert(messages: readonly Message[]): Promise<Remembered[]> {
    const rows = messages.map((message) => [
      newRowId(),
      message.platform,
      foldedKey(message.messageId),
      foldedKey(message.platform, message.address.target, message.userId),
      JSON.stringify(message),
    ]);
    const mine = await steadily(async () => {
      const { numAffectedRows } = await kysely.executeQuery(CompiledQuery.raw(insertOf(rows.length), rows.flat()));
      // All were new: the usual case, no second question needed.
      if (Number(numAffectedRows ?? 0n) === rows.length) return null;
      const ids = rows.map(([inboxId]) => inboxId ?? '');
      const stored = await kysely.selectFrom('cb_inbox').select('inbox_id').where('inbox_id', 'in', ids).execute();
      return new Set(stored.map((row) => row.inbox_id));
    });
    return rows.map(([inboxId = '']) =>
      mine === null || mine.has(inboxId) ? { kind: 'new', inboxId } : { kind: 'seen' },
    );
  }

  const committing = groupCommit(insert, { rows: 200, writesAtOnce: dialect === 'mysql' ? 2 : 1 });

  const claimable = (limit: number, inboxId: string | undefined) => {
    let query = kysely
      .selectFrom('cb_inbox as i')
      .select(['i.inbox_id', 'i.epoch', 'i.message', sql<number>`${now} - i.received_at`.as('age_ms')])
      .where('i.state', 'in', ['received', 'working'])
      .where('i.lease_until', '<=', now)
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('cb_inbox as e')
              .select('e.inbox_id')
              .whereRef('e.conversation_id', '=', 'i.conversation_id')
              .whereRef('e.inbox_id', '<', 'i.inbox_id')
              .where('e.state', 'in', ['received', 'working']),
          ),
        ),
      )
      .orderBy('i.inbox_id')
      .limit(limit);
    if (inboxId !== undefined) query = query.where('i.inbox_id', '=', inboxId);
    return query.execute();
  };

  const take = async (inboxId: string, epoch: number, holder: string): Promise<boolean> => {
    const { numUpdatedRows } = await kysely
      .updateTable('cb_inbox')
      .set({ state: 'working', owner: holder, epoch: epoch + 1, lease_until: sql<number>`${now} + ${leaseMs}` })
      .where('inbox_id', '=', inboxId)
      .where('state', 'in', ['received', 'working'])
      .where(({ or, and, eb }) =>
        or([
          and([eb('epoch', '=', epoch), eb('lease_until', '<=', now)]),
          and([eb('epoch', '=', epoch + 1), eb('owner', '=', holder)]),
        ]),
      )
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  };

  return {
    remember: async (message) => {
      const remembered = await committing.add(message);
      if (remembered.kind === 'new') for (const listener of listeners) listener(remembered.inboxId);
      return remembered;
    },
    claim: async (limit, inboxId) => {
      const claims: InboxClaim<Message>[] = [];
      for (const row of await steadily(() => claimable(limit, inboxId))) {
        const holder = newHolder(owner);
        if (row.message === null || !(await steadily(() => take(row.inbox_id, row.epoch, holder)))) continue;
        claims.push({
          inboxId: row.inbox_id,
          message: JSON.parse(row.message) as Message,
          attempt: row.epoch + 1,
          ageMs: row.age_ms,
          holder,
        });
      }
      return claims;
    },
    renew: async (claims) => {
      if (claims.length === 0) return new Set();
      const ids = claims.map((claim) => claim.inboxId);
      const holders = claims.map((claim) => claim.holder);
      return steadily(async () => {
        await kysely
          .updateTable('cb_inbox')
          .set({ lease_until: sql<number>`${now} + ${leaseMs}` })
          .where('inbox_id', 'in', ids)
          .where('owner', 'in', holders)
          .where('state', '=', 'working')
          .execute();
        const rows = await kysely
          .selectFrom('cb_inbox')
          .select('inbox_id')
          .where('inbox_id', 'in', ids)
          .where('owner', 'in', holders)
          .where('state', '=', 'working')
          .execute();
        return new Set(rows.map((row) => row.inbox_id));
      });
    },
    release: async (claim) => {
      await steadily(() =>
        kysely
          .updateTable('cb_inbox')
          .set({ state: 'received', owner: null, lease_until: 0 })
          .where('inbox_id', '=', claim.inboxId)
          .where('owner', '=', claim.holder)
          .where('state', '=', 'working')
          .execute(),
      );
    },
    onRemembered: (listener) => {
      listeners.push(listener);
    },
  };
}

function memoised(make: (rows: number) => string): (rows: number) => string {
  const made = new Map<number, string>();
  return (rows) => {
    const known = made.get(rows) ?? make(rows);
    made.set(rows, known);
    return known;
  };
}

/** Ends a question inside the transaction that enqueues its answer. False = it is no longer this owner's. */
export async function endQuestion(
  transaction: Transaction<StoreTables>,
  now: ReturnType<ReturnType<typeof bridgeOf>['nowMs']>,
  claim: Pick<InboxClaim<unknown>, 'inboxId' | 'holder'>,
  end: InboxEnd,
): Promise<boolean> {
  const { numUpdatedRows } = await transaction
    .updateTable('cb_inbox')
    .set({ state: end, finished_at: now, lease_until: 0 })
    .where('inbox_id', '=', claim.inboxId)
    .where('owner', '=', claim.holder)
    .where('state', 'in', ['working', end])
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}
