import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addDays, type Day } from '../../src/calendar/day.ts';
import type { ChatStore } from '../../src/delivery/chat-store.ts';
import { dialects } from '../database/databases.ts';
import { type OwnPlace, ownPlace } from '../store/stores.ts';
import type { Bot } from './bot-child.ts';
import { type Arrival, type Chats, directorsChats, expectPromiseKept, ofChat, openChats, partsOf } from './chats.ts';
import type { Line } from './gate.ts';
import { startSmallBot } from './small-bots.ts';

const page = '<html><head><title>502 Bad Gateway</title></head></html>';

// Each fault meets the first message of every chat, on a morning of its own, with the same process.
describe('a platform that fails at the first message of every chat', { timeout: 60_000 }, () => {
  let place: OwnPlace;
  let store: ChatStore;
  let chats: Chats;
  let bot: Bot;
  let day = '2026-11-16' as Day;

  beforeAll(async () => {
    [place, chats] = await Promise.all([ownPlace(dialects.at(-1) ?? 'sqlite'), openChats(`${day} 08:00:00`)]);
    store = await place.open();
    bot = await startSmallBot(chats, { botUrl: place.url, at: `${day} 08:59:00`, leaseMs: 5_000, timeoutMs: 1_500 });
  }, 120_000);
  afterAll(async () => {
    await bot.kill();
    await chats.close();
    await place.drop();
  });

  /** The first `times` messages of each chat meet the fault. Pauses are not waited for. */
  async function morning(fault: Line, times = 1): Promise<Arrival[]> {
    const met = new Map<string, number>();
    chats.gate.onSend(({ channel, target }) => {
      const before = met.get(channel + target) ?? 0;
      met.set(channel + target, before + 1);
      return before < times ? fault : 'pass';
    });
    day = addDays(day, 1);
    chats.setClock(`${day} 09:00:00`);
    const arrivals = chats.since();
    bot.setClock(`${day} 09:00:00`);
    for (const began = Date.now(); ; await sleep(100)) {
      const { kysely } = store.database;
      // The courier's own statements may win a deadlock against this one.
      await kysely
        .updateTable('cb_targets')
        .set({ hold_until: 0 })
        .where('hold_until', '>', 0)
        .execute()
        .catch(() => undefined);
      const rows = await kysely.selectFrom('cb_outbox').select('state').where('cause', 'like', `%:${day}:%`).execute();
      const isOver = rows.every(({ state }) => state === 'sent' || state === 'failed');
      if (rows.length === 11 && isOver) break;
      if (Date.now() - began > 40_000) throw new Error('something is still under way');
    }
    expect(chats.robots.complaints.concat(chats.wecom.complaints())).toEqual([]);
    return arrivals();
  }

  it.each<readonly [string, Line, number]>([
    ['the line is cut', 'cut-before', 1],
    ['it hangs', 'hang-before', 1],
    ['a page with 502, four times over', { taken: false, status: 502, body: page }, 4],
    ['JSON with 500, four times over', { taken: false, status: 500, body: '{"code":"brand.new","errcode":-9}' }, 4],
    ['429', { taken: false, status: 429, body: '' }, 1],
  ])('%s before the message is taken: each part arrives once', async (_, fault, times) => {
    const arrivals = await morning(fault, times);
    for (const [channel, target] of directorsChats)
      for (const part of partsOf(channel))
        expect(
          ofChat(arrivals, channel, target).filter((one) => one.part === part),
          `${channel} ${part}`,
        ).toHaveLength(1);
  });

  it.each<readonly [string, Line]>([
    ['the line is cut', 'cut-after'],
    ['it hangs', 'hang-after'],
    ['a page with 502', { taken: true, status: 502, body: page }],
    ['JSON with 500', { taken: true, status: 500, body: '{"code":"brand.new"}' }],
    ['half an answer', { taken: true, status: 200, body: '{"errcode":0,"errm' }],
  ])('%s after it was taken: once more at most, and marked', async (_, fault) => {
    expectPromiseKept(await morning(fault));
  });
});
