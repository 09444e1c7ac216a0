import { type Insertable, type RawBuilder, sql } from 'kysely';
import type { Database } from '../database/connect.ts';
import { foldedKey, newRowId } from './row-id.ts';
import type { StoreTables } from './schema.ts';
import { causeOf } from './slot.ts';
import { steadily } from './steadily.ts';

/** How a customer was contacted, as the person said; `coupon` is what marketing sends. */
export const recallMethods = ['call', 'wechat', 'visit', 'meeting', 'sms', 'email', 'coupon'] as const;
export type RecallMethod = (typeof recallMethods)[number];
/** What the suggested opening was made from; `none` = the customer was named, without a suggestion. */
export type Wording = 'personal' | 'generic' | 'none';

/** A silence: the same customer falling silent again is another one (`reliability.md` 2, rule 6). */
export interface Silence {
  readonly customerId: string;
  /** Company day of the last interaction. */
  readonly silentSince: string;
}

export interface NewRecall extends Silence {
  readonly ownerId: string;
  readonly toldTo: string;
  readonly grade: string | null;
  readonly silentDays: number;
  readonly stakeFen: number;
  readonly wording: Wording;
  readonly heldOut: boolean;
  /** `YYYY-MM-DD HH:MM:SS` on the company's clock. */
  readonly recalledAt: string;
}

/** A row of the ledger. */
export interface Recall extends NewRecall {
  readonly recallId: string;
  readonly cause: string | null;
  readonly recalledOn: string;
  /** The day of the last reminder: later than `recalledOn` where it had been put off. */
  readonly toldOn: string;
  readonly contactedAt: string | null;
  readonly contactedBy: string | null;
  readonly method: RecallMethod | null;
  readonly snoozedUntil: string | null;
  readonly handedTo: string | null;
  readonly dismissedAt: string | null;
  /** Its slot came to nothing (missed, failed, void), or the message did: nobody was told after all. */
  readonly untold: boolean;
}

/** What a person made of a reminder. Times are the company's wall clock, `until` a company day. */
export type RecallFeedback =
  | {
      readonly kind: 'contacted';
      readonly by: string;
      readonly at: string;
      readonly method: RecallMethod | null;
    }
  | { readonly kind: 'later'; readonly until: string }
  | { readonly kind: 'handed-over'; readonly to: string; readonly by: string; readonly at: string }
  | { readonly kind: 'dismissed'; readonly at: string };

/** The recall ledger: which silence was told to whom, and what came of it. */
export interface Recalls {
  /** All silences on record of these customers. */
  ofCustomers(customerIds: readonly string[]): Promise<Recall[]>;
  /**
   * Takes silences for a slot: those that nobody has, and `again` (untold ones, or put off until now). Gives what is
   * the slot's after that, whoever else tried: a silence is told by one slot.
   */
  reserve(cause: string, fresh: readonly NewRecall[], again: readonly NewRecall[]): Promise<Silence[]>;
  /** Gives back what a slot had taken and put into no message: the next slot may tell it. */
  giveBack(cause: string, silences: readonly Silence[]): Promise<void>;
  /** Told and held-out ones of a span of company days, both ends included; of some owners, or of all. */
  between(from: string, to: string, owners: 'everyone' | readonly string[]): Promise<Recall[]>;
  /** What a person was told from a day on: the last morning first, in the order of its message. */
  toldTo(userId: string, fromDay: string): Promise<Recall[]>;
  /** The day on which something was last told to a person or to anyone; null = never. */
  lastDay(userId: string | null, upTo: string): Promise<string | null>;
  feedback(recallId: string, feedback: RecallFeedback): Promise<void>;
  /** Writes rows as they are, for a history that comes from elsewhere; what is there already stays. */
  load(rows: readonly Omit<Recall, 'recallId' | 'untold' | 'recalledOn' | 'toldOn'>[]): Promise<void>;
  /** Forgets everything: the demo's history is made anew with its company. */
  clear(): Promise<void>;
}

/** Parameters of one statement stay far below what either database takes. */
const chunk = 1_000;
/** Customers in one question; of more of them MariaDB rather reads the whole ledger. */
const idsAtOnce = 200;
/** Rows in a statement that says something else of each. */
const rowsAtOnce = 100;
/** Begins the cause of a silence that no message tells. */
const givenBack = 'untold:';

export function recallsOver({ kysely, dialect }: Database<StoreTables>): Recalls {
  const rows = () =>
    kysely
      .selectFrom('cb_recalls as r')
      .leftJoin('cb_slots as s', 's.cause', 'r.cause')
      .selectAll('r')
      .select('s.state as slot_state');
  type Row = Awaited<ReturnType<ReturnType<typeof rows>['execute']>>[number];

  const insert = async (values: readonly Insertable<StoreTables['cb_recalls']>[]): Promise<void> => {
    for (let from = 0; from < values.length; from += chunk) {
      const query = kysely.insertInto('cb_recalls').values(values.slice(from, from + chunk));
      await steadily(() => (dialect === 'mysql' ? query.ignore() : query.orIgnore()).execute());
    }
  };

  const recallOf = (row: Row): Recall => ({
    recallId: row.recall_id,
    customerId: row.customer_id,
    silentSince: row.silent_since,
    ownerId: row.owner_id,
    toldTo: row.told_to,
    grade: row.grade,
    silentDays: row.silent_days,
    stakeFen: row.stake_fen,
    wording: wordingOf(row.wording),
    heldOut: Number(row.held_out) === 1,
    cause: row.cause,
    recalledOn: row.recalled_on,
    toldOn: toldOnOf(row.cause) ?? row.recalled_on,
    recalledAt: row.recalled_at,
    contactedAt: row.contacted_at,
    contactedBy: row.contacted_by,
    method: methodOf(row.method),
    snoozedUntil: row.snoozed_until,
    handedTo: row.handed_to,
    dismissedAt: row.dismissed_at,
    untold:
      row.cause?.startsWith(givenBack) === true ||
      (row.slot_state !== null && ['missed', 'failed', 'void'].includes(row.slot_state)),
  });

  const rowOf = (recall: NewRecall, cause: string | null): Insertable<StoreTables['cb_recalls']> => ({
    recall_id: newRowId(),
    customer_id: recall.customerId,
    silent_since: recall.silentSince,
    owner_id: recall.ownerId,
    told_to: recall.toldTo,
    grade: recall.grade,
    silent_days: recall.silentDays,
    stake_fen: recall.stakeFen,
    wording: recall.wording,
    held_out: recall.heldOut ? 1 : 0,
    cause: recall.heldOut ? null : cause,
    recalled_on: recall.recalledAt.slice(0, 10),
    recalled_at: recall.recalledAt,
    contacted_at: null,
    contacted_by: null,
    method: null,
    snoozed_until: null,
    handed_to: null,
    handed_by: null,
    handed_at: null,
    dismissed_at: null,
  });

  const inChunks = async <T>(ids: readonly string[], read: (some: readonly string[]) => Promise<T[]>): Promise<T[]> => {
    const found: T[] = [];
    for (let from = 0; from < ids.length; from += idsAtOnce)
      found.push(...(await read(ids.slice(from, from + idsAtOnce))));
    return found;
  };

  return {
    ofCustomers: async (customerIds) =>
      inChunks([...new Set(customerIds)], async (some) =>
        (await steadily(() => rows().where('r.customer_id', 'in', some).execute())).map(recallOf),
      ),

    reserve: async (cause, fresh, again) => {
      await insert(fresh.map((recall) => rowOf(recall, cause)));
      for (let from = 0; from < again.length; from += rowsAtOnce) {
        const some = again.slice(from, from + rowsAtOnce);
        const each = <T>(value: (recall: NewRecall) => T): RawBuilder<T> =>
          sql<T>`case ${sql.join(
            some.map((recall) => sql`when ${isSilence(recall)} then ${value(recall)}`),
            sql` `,
          )} end`;
        const own = () => kysely.updateTable('cb_recalls').where(anyOf(some)).where('cause', '<>', cause);
        // A reminder that nobody got begins now; one that was put off keeps its beginning, from which waking is counted.
        const untold = sql<boolean>`(cause like ${`${givenBack}%`} or exists (
          select 1 from cb_slots as s where s.cause = cb_recalls.cause and s.state in ('missed', 'failed', 'void')))`;
        await steadily(() =>
          own()
            .set({
              cause,
              owner_id: each(({ ownerId }) => ownerId),
              told_to: each(({ toldTo }) => toldTo),
              recalled_on: each(({ recalledAt }) => recalledAt.slice(0, 10)),
              recalled_at: each(({ recalledAt }) => recalledAt),
              silent_days: each(({ silentDays }) => silentDays),
              wording: each(({ wording }) => wording),
              snoozed_until: null,
            })
            .where(untold)
            .execute(),
        );
        await steadily(() =>
          own()
            .set({
              cause,
              owner_id: each(({ ownerId }) => ownerId),
              told_to: each(({ toldTo }) => toldTo),
              snoozed_until: null,
            })
            .where(
              'snoozed_until',
              '<=',
              each(({ recalledAt }) => recalledAt.slice(0, 10)),
            )
            .execute(),
        );
      }
      const own = await steadily(() =>
        kysely.selectFrom('cb_recalls').select(['customer_id', 'silent_since']).where('cause', '=', cause).execute(),
      );
      return own.map((row) => ({ customerId: row.customer_id, silentSince: row.silent_since }));
    },

    giveBack: async (cause, silences) => {
      for (let from = 0; from < silences.length; from += rowsAtOnce)
        await steadily(() =>
          kysely
            .updateTable('cb_recalls')
            .set({ cause: foldedKey(`${givenBack}${cause}`) })
            .where('cause', '=', cause)
            .where(anyOf(silences.slice(from, from + rowsAtOnce)))
            .execute(),
        );
    },

    between: async (from, to, owners) => {
      if (owners !== 'everyone' && owners.length === 0) return [];
      const read = (some: readonly string[] | null) => {
        let query = rows().where('r.recalled_on', '>=', from).where('r.recalled_on', '<=', to);
        if (some !== null) query = query.where('r.owner_id', 'in', some);
        return steadily(() => query.orderBy('r.recalled_at').orderBy('r.recall_id').execute());
      };
      const found = owners === 'everyone' ? await read(null) : await inChunks(owners, read);
      return found.map(recallOf).filter((recall) => !recall.untold);
    },

    toldTo: async (userId, fromDay) =>
      (
        await steadily(() =>
          rows()
            .where('r.told_to', '=', userId)
            .where('r.held_out', '=', 0)
            .where(({ or, eb }) =>
              or([eb('r.recalled_on', '>=', fromDay), eb('r.cause', '>=', causeOf({ ...anySlot, day: fromDay }))]),
            )
            .orderBy('r.stake_fen', 'desc')
            .orderBy('r.recall_id')
            .execute(),
        )
      )
        .map(recallOf)
        .filter((recall) => !recall.untold)
        .sort((a, b) => b.toldOn.localeCompare(a.toldOn)),

    lastDay: async (userId, upTo) => {
      let query = kysely
        .selectFrom('cb_recalls')
        .select((eb) => eb.fn.max('recalled_on').as('day'))
        .where('held_out', '=', 0)
        .where('recalled_on', '<=', upTo);
      if (userId !== null) query = query.where('told_to', '=', userId);
      const row = await steadily(() => query.executeTakeFirst());
      return row?.day ?? null;
    },

    feedback: async (recallId, feedback) => {
      await steadily(() =>
        kysely.updateTable('cb_recalls').set(changesOf(feedback)).where('recall_id', '=', recallId).execute(),
      );
    },

    load: (recalls) =>
      insert(
        recalls.map((recall) => ({
          ...rowOf(recall, recall.cause),
          contacted_at: recall.contactedAt,
          contacted_by: recall.contactedBy,
          method: recall.method,
          snoozed_until: recall.snoozedUntil,
          handed_to: recall.handedTo,
          dismissed_at: recall.dismissedAt,
        })),
      ),

    clear: async () => {
      await steadily(() => kysely.deleteFrom('cb_recalls').execute());
    },
  };
}

const isSilence = ({ customerId, silentSince }: Silence): RawBuilder<boolean> =>
  sql<boolean>`(customer_id = ${customerId} and silent_since = ${silentSince})`;

const anyOf = (silences: readonly Silence[]): RawBuilder<boolean> =>
  sql<boolean>`(${sql.join(silences.map(isSilence), sql` or `)})`;

/** Causes of one job sort by their day. */
const anySlot = { job: 'recall', target: '', part: '' };

const toldOnOf = (cause: string | null): string | null => /^recall:(\d{4}-\d{2}-\d{2}):/.exec(cause ?? '')?.[1] ?? null;

function changesOf(feedback: RecallFeedback) {
  switch (feedback.kind) {
    case 'contacted':
      return {
        contacted_at: feedback.at,
        contacted_by: feedback.by,
        method: feedback.method,
        snoozed_until: null,
      };
    case 'later':
      return { snoozed_until: feedback.until };
    case 'handed-over':
      return { handed_to: feedback.to, handed_by: feedback.by, handed_at: feedback.at, snoozed_until: null };
    case 'dismissed':
      return { dismissed_at: feedback.at, snoozed_until: null };
  }
}

const wordingOf = (text: string): Wording => (text === 'personal' || text === 'none' ? text : 'generic');

const methodOf = (text: string | null): RecallMethod | null => recallMethods.find((method) => method === text) ?? null;
