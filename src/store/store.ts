import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { sql } from 'kysely';
import { type ConnectOptions, connect, type Database } from '../database/connect.ts';
import { migrate } from '../database/migrate.ts';
import { Failure } from '../failure.ts';
import { withinTime } from '../time-limit.ts';
import { type Audit, auditOver } from './audit.ts';
import { type Identities, identitiesOver } from './identities.ts';
import { type Inbox, inboxOver, type Rememberable } from './inbox.ts';
import { type Addressed, type Outbox, outboxOver, type Sendable } from './outbox.ts';
import { type Pictures, picturesOver } from './pictures.ts';
import { purge } from './purge.ts';
import { type Recalls, recallsOver } from './recalls.ts';
import { type StoreTables, storeMigrations } from './schema.ts';
import { type Slots, slotsOver } from './slots.ts';
import { type Targets, targetsOver } from './targets.ts';
import { type Uploads, uploadsOver } from './uploads.ts';

/**
 * The bot's own tables: what was asked, what is to be sent and what became of it. `Message` and `Part` are the
 * platforms' own shapes, kept as JSON.
 */
export interface Store<Message extends Rememberable, Part extends Sendable, Address extends Addressed> {
  readonly inbox: Inbox<Message>;
  readonly outbox: Outbox;
  readonly targets: Targets<Part, Address>;
  readonly slots: Slots;
  readonly pictures: Pictures;
  readonly uploads: Uploads;
  readonly recalls: Recalls;
  readonly identities: Identities;
  readonly audit: Audit;
  /** Names this process among those that share the tables. */
  readonly owner: string;
  /** How long a claim holds without being renewed. */
  readonly leaseMs: number;
  readonly database: Database<StoreTables>;
  /** Forgets what is past its retention; called once an hour or so. Gives the number of rows. */
  purge(): Promise<number>;
  /** Answers within `timeoutMs` or rejects. */
  ping(timeoutMs: number): Promise<void>;
  close(): Promise<void>;
}

export interface StoreOptions {
  /** Default 30 s (`reliability.md`, section 3.2). */
  readonly leaseMs?: number;
  /** Default 30 days. */
  readonly textsKeptMs?: number;
  /** Default 24 h. */
  readonly picturesKeptMs?: number;
  /** Default 365 days. */
  readonly auditKeptMs?: number;
  readonly connect?: ConnectOptions;
}

const dayMs = 24 * 60 * 60 * 1000;

/** Opens the tables and brings them up to date; instances that start together take turns. */
export async function openStore<
  Message extends Rememberable = Rememberable,
  Part extends Sendable = Sendable,
  Address extends Addressed = Addressed,
>(url: string, options: StoreOptions = {}): Promise<Store<Message, Part, Address>> {
  const database = connect<StoreTables>(url, options.connect);
  try {
    await migrate(database, 'cb', storeMigrations(database.dialect));
  } catch (error) {
    await database.close();
    throw error;
  }
  const owner = `${hostname().slice(0, 24)}:${process.pid}:${randomBytes(6).toString('hex')}`;
  const claims = { owner, leaseMs: options.leaseMs ?? 30_000 };
  return {
    inbox: inboxOver<Message>(database, claims),
    outbox: outboxOver(database),
    targets: targetsOver<Part, Address>(database, claims),
    slots: slotsOver(database, claims),
    pictures: picturesOver(database, { keptMs: options.picturesKeptMs ?? dayMs }),
    uploads: uploadsOver(database),
    recalls: recallsOver(database),
    identities: identitiesOver(database),
    audit: auditOver(database),
    owner,
    leaseMs: claims.leaseMs,
    database,
    purge: () =>
      purge(database, {
        textsMs: options.textsKeptMs ?? 30 * dayMs,
        auditMs: options.auditKeptMs ?? 365 * dayMs,
      }),
    ping: async (timeoutMs) => {
      await withinTime(timeoutMs, sql`select 1`.execute(database.kysely), () => {
        throw new Failure('unavailable', `no answer from the bot database in ${timeoutMs} ms`, '系统这会儿有点忙。');
      });
    },
    close: () => database.close(),
  };
}
