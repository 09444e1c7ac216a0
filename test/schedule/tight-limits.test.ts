import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChatStore } from '../../src/delivery/chat-store.ts';
import type { RawRequest } from '../../src/platforms/platform.ts';
import { sealAppCallback } from '../../src/platforms/wecom/seal.ts';
import { until } from '../delivery/processes.ts';
import { appSettings } from '../platforms/wecom/harness.ts';
import { type OwnPlace, ownPlace } from '../store/stores.ts';
import { type Bot, wall } from './bot-child.ts';
import { type Company, companyOfChannels } from './company-of-channels.ts';
import { type MemoryLimit, memoryLimit } from './memory-limit.ts';

const mostFiles = 256;
const mostBytes = 512 << 20;
/** The whole load of F19 before a release (`CHAOS_RUNS`), a part of it every time. */
const seconds = process.env.CHAOS_RUNS === undefined ? 6 : 20;
const [perSecond, idleCallers] = [50, 200];

function limited(): MemoryLimit | null {
  const limit = spawnSync('prlimit', ['--version']).error === undefined ? memoryLimit(mostBytes) : null;
  if (limit === null) console.warn('skipped: the test under tight limits, no memory limit can be set by this user');
  return limit;
}
const memory = limited();

// F19: 256 files and 512 MB, with callers who say nothing beside those who ask.
describe.skipIf(memory === null)('a whole bot with 256 files and 512 MB', { timeout: 180_000 }, () => {
  let place: OwnPlace;
  let store: ChatStore;
  let company: Company;
  let bot: Bot;
  let hasEnded = false;
  const idle: Socket[] = [];

  beforeAll(async () => {
    [place, company] = await Promise.all([ownPlace('sqlite'), companyOfChannels('2026-11-16')]);
    store = await place.open();
    bot = await company.startBot({
      botUrl: place.url,
      at: '2026-11-17 10:00:00',
      leaseMs: 30_000,
      surroundings: { under: [...(memory?.under ?? []), 'prlimit', `--nofile=${mostFiles}:${mostFiles}`, '--'] },
    });
    void bot.ended.then(() => {
      hasEnded = true;
    });
  });
  afterAll(async () => {
    for (const socket of idle) socket.destroy();
    await company.close();
    await place.drop();
    await memory?.close();
  });

  /** On a connection of its own, as a platform that does not keep them. */
  async function acknowledged({ path, query, body }: RawRequest): Promise<number> {
    const asked = request({
      port: bot.port,
      path: `${path}?${new URLSearchParams(query as Record<string, string>)}`,
      method: 'POST',
      agent: false,
      headers: { 'content-length': body.length },
    });
    asked.end(body);
    const [response] = await once(asked, 'response');
    response.resume();
    await once(response, 'end');
    return response.statusCode;
  }

  it('acknowledges every question and answers it or tells its asker, beside 200 callers who say nothing', async () => {
    for (let n = 0; n < idleCallers; n += 1) {
      const socket = connect(bot.port, '127.0.0.1');
      socket.on('error', () => undefined);
      idle.push(socket);
    }
    await sleep(300);
    const total = perSecond * seconds;
    // The director asks for pictures; strangers are many, since one person is given thirty messages a minute at most.
    const asker = (n: number): string => (n % 125 === 0 ? 'chenzhiyuan' : `stranger${n}`);
    const ready = Array.from({ length: total }, (_, n) =>
      sealAppCallback(appSettings(''), {
        userId: asker(n),
        text: n % 125 === 0 ? '漏斗 本月' : '帮助',
        messageId: String(4_561_255_354_251_345_929n + BigInt(n)),
        nowMs: wall('2026-11-17 10:00:10'),
      }),
    );
    const began = performance.now();
    const answers: Promise<number>[] = [];
    for (const [n, one] of ready.entries()) {
      answers.push(acknowledged(one).catch(() => 0));
      const dueAt = ((n + 1) * 1_000) / perSecond;
      await sleep(Math.max(0, dueAt - (performance.now() - began)));
    }
    expect(new Set(await Promise.all(answers))).toEqual(new Set([200]));
    const files = readdirSync(`/proc/${bot.pid}/fd`).length;
    const told = () => new Set(company.chats.wecom.memberMessages().map(({ to }) => to.toLowerCase()));
    const askers = new Set(ready.map((_, n) => asker(n)));
    await until(
      () => askers.size === [...told()].filter((one) => askers.has(one)).length,
      100_000,
      'somebody was told nothing',
    );
    const ends = await store.database.kysely
      .selectFrom('cb_inbox')
      .select(['state', (eb) => eb.fn.countAll<number>().as('rows')])
      .groupBy('state')
      .execute();
    expect(ends.filter(({ state }) => state !== 'answered' && state !== 'told')).toEqual([]);
    expect(ends.reduce((sum, { rows }) => sum + Number(rows), 0)).toBe(total);
    expect(company.chats.wecom.complaints()).toEqual([]);
    expect(hasEnded).toBe(false);
    expect((await fetch(`http://127.0.0.1:${bot.port}/healthz`)).status).toBe(200);
    const mostUsed = memory?.mostUsedBytes() ?? 0;
    console.info(`${total} questions: ${files} files open behind them, ${Math.round(mostUsed / 2 ** 20)} MB at most`);
    expect(mostUsed).toBeLessThan(mostBytes);
    expect(idle.filter((socket) => !socket.destroyed).length).toBeLessThan(mostFiles / 2);
  });
});
