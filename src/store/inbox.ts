import type { Transaction } from 'kysely';
import { sql } from 'kysely';
import type { Database } from '../database/connect.ts';
import { bridgeOf } from '../database/dialect.ts';
import { fixedStatement, memoised } from './fixed-statement.ts';
import { groupCommit } from './group-commit.ts';
import { type LeaseTerms, leasesOver } from './lease.ts';
import { foldedKey, newRowId } from './row-id.ts';
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

export function inboxOver<Message extends Rememberable>(
  { kysely, dialect }: Database<StoreTables>,
  terms: LeaseTerms,
): Inbox<Message> {
  const now = bridgeOf(dialect).nowMs();
  const listeners: ((inboxId: string) => void)[] = [];

  // On the way of every acknowledgement; one text for each number of rows.
  const insertOf = memoised((rows: number) => {
    const row = sql`(${sql.join(Array(5).fill(null))}, 'received', null, 0, 0, ${now}, null)`;
    const verb = dialect === 'mysql' ? sql`insert ignore into` : sql`insert or ignore into`;
    return fixedStatement(
      kysely,
      sql`${verb} cb_inbox
        (inbox_id, platform, message_id, conversation_id, message,
         state, owner, epoch, lease_until, received_at, finished_at)
        values ${sql.join(Array(rows).fill(row))}`,
    );
  });
  const leases = leasesOver(
    { kysely, dialect },
    { table: 'cb_inbox', id: 'inbox_id', open: ['received', 'working'], taken: 'working', canBeHeld: false },
    terms,
  );

  async function insert(messages: readonly Message[]): Promise<Remembered[]> {
    const rows = messages.map((message) => [
      newRowId(),
      message.platform,
      foldedKey(message.messageId),
      foldedKey(message.platform, message.address.target, message.userId),
      JSON.stringify(message),
    ]);
    const mine = await steadily(async () => {
      const { changed } = await insertOf(rows.length)(kysely, rows.flat());
      // All were new: the usual case, no second question needed.
      if (changed === rows.length) return null;
      const ids = rows.map(([inboxId]) => inboxId ?? '');
      const stored = await kysely.selectFrom('cb_inbox').select('inbox_id').where('inbox_id', 'in', ids).execute();
      return new Set(stored.map((row) => row.inbox_id));
    });
    return rows.map(([inboxId = '']) =>
      mine === null || mine.has(inboxId) ? { kind: 'new', inboxId } : { kind: 'seen' },
    );
  }

  const committing = groupCommit(insert, { rows: 200, writesAtOnce: dialect === 'mysql' ? 2 : 1 });

  const claimable = (one: boolean) =>
    fixedStatement<{ inbox_id: string; epoch: number; message: string | null; age_ms: number }>(
      kysely,
      sql`select i.inbox_id, i.epoch, i.message, ${now} - i.received_at as age_ms from cb_inbox as i
        where i.state in ('received', 'working') and i.lease_until <= ${now} ${one ? sql`and i.inbox_id = ${null}` : sql``}
          and not exists (select 1 from cb_inbox as e
            where e.state in ('received', 'working') and e.conversation_id = i.conversation_id and e.inbox_id < i.inbox_id)
        order by i.inbox_id limit ${null}`,
    );
  const [claimableOnes, claimableOne] = [claimable(false), claimable(true)];

  return {
    remember: async (message) => {
      const remembered = await committing.add(message);
      if (remembered.kind === 'new') for (const listener of listeners) listener(remembered.inboxId);
      return remembered;
    },
    claim: async (limit, inboxId) => {
      const { rows } = await steadily(() =>
        inboxId === undefined ? claimableOnes(kysely, [limit]) : claimableOne(kysely, [inboxId, limit]),
      );
      const claims: InboxClaim<Message>[] = [];
      for (const row of rows) {
        if (row.message === null) continue;
        const holder = await leases.take(row.inbox_id, row.epoch);
        if (holder === null) continue;
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
    renew: (claims) => leases.renew(claims.map(({ inboxId, holder }) => ({ id: inboxId, holder }))),
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

/** Ends a question inside the transaction that enqueues its answer. False = it is no longer this owner's. */
export function endQuestionOver({ kysely, dialect }: Pick<Database<StoreTables>, 'kysely' | 'dialect'>) {
  const end = fixedStatement(
    kysely,
    sql`update cb_inbox set state = ${null}, finished_at = ${bridgeOf(dialect).nowMs()}, lease_until = 0
      where inbox_id = ${null} and owner = ${null} and state in ('working', ${null})`,
  );
  return async (
    transaction: Transaction<StoreTables>,
    claim: Pick<InboxClaim<unknown>, 'inboxId' | 'holder'>,
    state: InboxEnd,
  ): Promise<boolean> => (await end(transaction, [state, claim.inboxId, claim.holder, state])).changed > 0;
}
