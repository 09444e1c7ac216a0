import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addDays, type Day } from '../../src/calendar/day.ts';
import { type ChatStore, openChatStore } from '../../src/delivery/chat-store.ts';
import { until } from '../delivery/processes.ts';
import type { Bot } from './bot-child.ts';
import { type Arrival, type Chats, expectOnce, expectPromiseKept, hasArrived, openChats } from './chats.ts';
import { type OwnServer, ownMariadb, ownRedis, ownServersCanStart } from './own-servers.ts';
import { startSmallBot } from './small-bots.ts';

const leaseMs = 1_500;
/** What nothing was left to do would have been done by. */
const patienceMs = 25_000;

// One morning after the other, with the same two instances: starting processes is what takes the time.
describe.skipIf(!ownServersCanStart())('servers that stop in the morning', { timeout: 60_000 }, () => {
  let mariadb: OwnServer;
  let redis: Awaited<ReturnType<typeof ownRedis>>;
  let chats: Chats;
  let store: ChatStore;
  let bots: readonly Bot[] = [];
  let day = '2026-11-16' as Day;

  beforeAll(async () => {
    [mariadb, redis, chats] = await Promise.all([ownMariadb(), ownRedis(), openChats(`${day} 08:00:00`)]);
    // The clock of the second one is 90 s behind (F6).
    bots = await Promise.all(
      ['08:59:00', '08:57:30'].map((at) =>
        startSmallBot(chats, { botUrl: mariadb.url, at: `${day} ${at}`, leaseMs, redisUrl: redis.url }),
      ),
    );
    store = await openChatStore(mariadb.url);
  }, 120_000);
  afterAll(async () => {
    await Promise.all(bots.map((bot) => bot.kill()));
    await store.close();
    await Promise.all([chats.close(), mariadb.close(), redis.close()]);
  });

  /** It becomes 9:00 for the first, and 8:58:30 for the second. */
  function nine(): () => Arrival[] {
    day = addDays(day, 1);
    chats.setClock(`${day} 09:00:00`);
    const arrivals = chats.since();
    bots[0]?.setClock(`${day} 09:00:00`);
    bots[1]?.setClock(`${day} 08:58:30`);
    return arrivals;
  }

  /** The rest of the morning, also for the second one; then nothing is left to be sent. */
  async function over(arrivals: () => Arrival[]): Promise<Arrival[]> {
    await until(() => hasArrived(arrivals()), patienceMs, `${day}: something is lost`);
    for (const bot of bots) bot.setClock(`${day} 09:03:00`);
    for (;;) {
      const open = await store.database.kysely
        .selectFrom('cb_outbox')
        .select('outbox_id')
        .where('state', 'in', ['due', 'unknown', 'sending'])
        .execute();
      if (open.length === 0) break;
      await sleep(50);
    }
    // What is doubled later yet is found by the morning after, or by the last test.
    await sleep(300);
    expect(chats.robots.complaints.concat(chats.wecom.complaints())).toEqual([]);
    return arrivals();
  }

  /** Does something in the middle of the run: when the fourth message is about to leave. */
  function inTheMiddle(work: () => Promise<void>): Promise<void> {
    let sends = 0;
    return new Promise((resolve, reject) => {
      chats.gate.onSend(() => {
        sends += 1;
        if (sends === 4) work().then(resolve, reject);
        return 'pass';
      });
    });
  }

  it('none of them: once each, although the second clock is 90 s behind', async () => {
    const arrivals = nine();
    await until(() => hasArrived(arrivals()), patienceMs);
    expectOnce(await over(arrivals));
  });

  it.each(['SIGKILL', 'SIGTERM'] as const)('MariaDB is ended by %s in the middle and comes back', async (signal) => {
    const ended = inTheMiddle(() => mariadb.stop(signal));
    const arrivals = nine();
    await ended;
    await sleep(1_000);
    await mariadb.start();
    const backAt = Date.now();
    await until(() => hasArrived(arrivals()), patienceMs, 'something is lost');
    if (process.env.CHAOS_RUNS !== undefined) console.info(`whole ${Date.now() - backAt} ms after MariaDB was back`);
    expectPromiseKept(await over(arrivals));
  });

  it('MariaDB is down at nine and comes at 9:02: each once', async () => {
    chats.gate.onSend(() => 'pass');
    await mariadb.stop('SIGTERM');
    const arrivals = nine();
    await sleep(1_500);
    expect(arrivals()).toEqual([]);
    await mariadb.start();
    for (const bot of bots) bot.setClock(`${day} 09:02:00`);
    expectOnce(await over(arrivals));
  });

  it('Redis forgets everything in the middle: each once', async () => {
    const flushed = inTheMiddle(() => redis.flush());
    const arrivals = nine();
    await flushed;
    expectOnce(await over(arrivals));
  });

  it('Redis is gone from 8:59 to the end: each once, and once more the day after when it is back', async () => {
    await redis.stop('SIGKILL');
    const alone = nine();
    expectOnce(await over(alone));
    await redis.start();
    const back = nine();
    expectOnce(await over(back));
  });

  it('Redis is restarted in the middle: each once', async () => {
    const stopped = inTheMiddle(() => redis.stop('SIGTERM'));
    const arrivals = nine();
    await stopped;
    await redis.start();
    expectOnce(await over(arrivals));
  });

  it('nothing came later', async () => {
    const before = chats.arrivals().length;
    await sleep(leaseMs + 700);
    expect(chats.arrivals()).toHaveLength(before);
  });
});
