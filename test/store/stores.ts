import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';
import type { SqlDialect } from '../../src/database/dialect.ts';
import { type ChatStore, openChatStore } from '../../src/delivery/chat-store.ts';
import type { InboundMessage } from '../../src/platforms/platform.ts';
import type { StoreOptions } from '../../src/store/store.ts';
import { dialects, ownMysqlSchema } from '../database/databases.ts';

/** A place for the bot's tables that several stores, also of several processes, can open. */
export interface OwnPlace {
  readonly url: string;
  open(options?: StoreOptions): Promise<ChatStore>;
  drop(): Promise<void>;
}

export async function ownPlace(dialect: SqlDialect): Promise<OwnPlace> {
  const opened: ChatStore[] = [];
  const place = dialect === 'sqlite' ? ownFile() : await ownMysqlSchema();
  return {
    url: place.url,
    open: async (options) => {
      const store = await openChatStore(place.url, options);
      opened.push(store);
      return store;
    },
    drop: async () => {
      for (const store of opened) await store.close().catch(() => undefined);
      await place.drop();
    },
  };
}

function ownFile(): { url: string; drop(): Promise<void> } {
  const path = join(tmpdir(), `chenbao-test-${process.pid}-${randomBytes(4).toString('hex')}.db`);
  return {
    url: `sqlite:${path}`,
    drop: async () => {
      for (const suffix of ['', '-wal', '-shm']) await rm(path + suffix, { force: true });
    },
  };
}

/** Runs a suite once per database. */
export function describeStores(title: string, suite: (dialect: SqlDialect) => void): void {
  for (const dialect of dialects) describe(`${title} on ${dialect}`, () => suite(dialect));
}

export const messageOf = (messageId: string, more: Partial<InboundMessage> = {}): InboundMessage => ({
  platform: 'simulator',
  messageId,
  userId: `u-${messageId}`,
  chat: { kind: 'private' },
  text: '漏斗 本月',
  address: { platform: 'simulator', target: `t-${messageId}`, data: {} },
  ...more,
});
