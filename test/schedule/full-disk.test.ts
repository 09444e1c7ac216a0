import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openAppAnswer, sealAppCallback } from '../../src/platforms/wecom/seal.ts';
import { until } from '../delivery/processes.ts';
import { appSettings } from '../platforms/wecom/harness.ts';
import { type SmallDisk, smallDisk, smallDisksCanBeMade } from '../store/small-disk.ts';
import { type Bot, wall } from './bot-child.ts';
import { expectOnce, expectPromiseKept, hasArrived } from './chats.ts';
import { type Company, companyOfChannels } from './company-of-channels.ts';

// Its tables, its log and its temporary files lie on a disk of 8 MB, which hold what this test writes (F18).
describe.skipIf(!smallDisksCanBeMade())('a whole bot on a full disk', { timeout: 60_000 }, () => {
  let disk: SmallDisk;
  let company: Company;
  let bot: Bot;
  let hasEnded = false;
  let serial = 4_561_255_354_251_345_929n;
  let filesAtFirst: string[] = [];

  const itIs = (time: string): void => {
    company.chats.setClock(time);
    bot.setClock(time);
  };
  const messages = () => company.chats.wecom.memberMessages();

  beforeAll(async () => {
    disk = smallDisk(8_192);
    company = await companyOfChannels('2026-11-16');
    const output = openSync(join(disk.folder, 'log'), 'a');
    const start = () =>
      company.startBot({
        botUrl: `sqlite:${join(disk.folder, 'bot.sqlite')}`,
        at: '2026-11-17 08:00:00',
        leaseMs: 1_500,
        surroundings: { output, environment: { TMPDIR: disk.folder, TSX_DISABLE_CACHE: '1', TEST_LOG: 'info' } },
      });
    bot = await start();
    void bot.ended.then(() => {
      hasEnded = true;
    });
    closeSync(output);
    filesAtFirst = disk.files();
  });
  afterAll(async () => {
    await company.close();
    disk.close();
  });

  /** What the asker reads in the answer itself; '' = acknowledged. */
  async function ask(text: string, time: string): Promise<string> {
    serial += 1n;
    const said = { userId: 'chenzhiyuan', text, messageId: `${serial}`, nowMs: wall(time) };
    const { path, query, body } = sealAppCallback(appSettings(''), said);
    const answer = await fetch(
      `http://127.0.0.1:${bot.port}${path}?${new URLSearchParams(query as Record<string, string>)}`,
      { method: 'POST', body: new Uint8Array(body), signal: AbortSignal.timeout(5_000) },
    );
    expect(answer.status).toBe(200);
    const sealed = await answer.text();
    return sealed === '' ? '' : (openAppAnswer(appSettings(''), sealed) ?? 'not readable');
  }

  it.each([1, 2, 3, 4, 5])(
    'what was acknowledged before is answered when there is room; others read that it is busy (%i)',
    async (round) => {
      const time = `2026-11-17 08:0${round}:00`;
      itIs(time);
      const before = messages().length;
      expect(await ask('漏斗 本月', time)).toBe('');
      disk.fill();
      const answeredBefore = messages().length - before;
      let busy = 0;
      for (let n = 0; n < 12; n += 1) {
        if ((await ask('帮助', time)).includes('系统正忙')) busy += 1;
        await sleep(20);
      }
      // One or two may be taken where the bot has tidied up its log.
      expect(busy).toBeGreaterThan(9);
      expect(hasEnded).toBe(false);
      expect((await fetch(`http://127.0.0.1:${bot.port}/healthz`)).status).toBe(200);
      if (round === 1) expect(answeredBefore).toBe(0);
      disk.empty();
      const pictures = () =>
        messages()
          .slice(before)
          .filter(({ msgtype }) => msgtype === 'image').length;
      await until(() => pictures() >= 1, 15_000, 'an acknowledged question is lost');
      expect(await ask('帮助', time)).toBe('');
      await until(
        () =>
          messages()
            .slice(before)
            .some(({ content }) => content.includes('漏斗 本月')),
        10_000,
      );
      expect(pictures()).toBe(1);
    },
  );

  it('it is full at nine: each digest once when there is room', async () => {
    disk.fill();
    const arrivals = company.chats.since();
    itIs('2026-11-17 09:00:00');
    await sleep(1_500);
    expect(arrivals()).toEqual([]);
    disk.empty();
    itIs('2026-11-17 09:01:00');
    await until(() => hasArrived(arrivals()), 20_000, 'a digest is lost');
    await sleep(500);
    expectOnce(arrivals().filter(({ part, text }) => part === 'picture' || text.includes('漏斗晨报')));
  });

  it('it fills up in the middle of the morning: nothing lost, nothing twice without a mark', async () => {
    const arrivals = company.chats.since();
    let sends = 0;
    company.chats.gate.onSend(() => {
      sends += 1;
      if (sends === 4) disk.fill();
      return 'pass';
    });
    itIs('2026-11-18 09:00:00');
    await until(() => sends >= 4);
    await sleep(2_000);
    company.chats.gate.onSend(() => 'pass');
    disk.empty();
    itIs('2026-11-18 09:01:00');
    await until(() => hasArrived(arrivals()), 20_000, 'a digest is lost');
    await sleep(1_500);
    expectPromiseKept(arrivals().filter(({ part, text }) => part === 'picture' || text.includes('漏斗晨报')));
    expect(company.chats.robots.complaints.concat(company.chats.wecom.complaints())).toEqual([]);
  });

  it('leaves nothing behind, ends when it is asked to while it is full, and its log says what happened', async () => {
    expect(disk.files()).toEqual(filesAtFirst);
    disk.fill();
    await ask('帮助', '2026-11-18 09:01:00');
    const began = performance.now();
    await bot.stop();
    expect(performance.now() - began).toBeLessThan(10_000);
    const lines = readFileSync(join(disk.folder, 'log'), 'utf8').split('\n');
    const told = lines.filter((line) => line.includes('no room on the disk of the bot database'));
    expect(told.length).toBeGreaterThan(10);
    // Only what was being written when it ended may be cut.
    for (const line of lines.slice(0, -1)) expect(() => JSON.parse(line), line).not.toThrow();
  });
});
