import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addDays, type Day } from '../../src/calendar/day.ts';
import type { ChatStore } from '../../src/delivery/chat-store.ts';
import { resend } from '../../src/delivery/resend.ts';
import { sealAppCallback } from '../../src/platforms/wecom/seal.ts';
import { dialects } from '../database/databases.ts';
import { until } from '../delivery/processes.ts';
import { appSettings } from '../platforms/wecom/harness.ts';
import { type OwnPlace, ownPlace } from '../store/stores.ts';
import { type Bot, wall } from './bot-child.ts';
import { type Arrival, directorsChats, expectOnce, expectPromiseKept, hasArrived, ofChat, robotKeys } from './chats.ts';
import { type Company, companyOfChannels } from './company-of-channels.ts';
import { ownRedis, ownServersCanStart } from './own-servers.ts';

const leaseMs = 2_500;
const patienceMs = 40_000;

/** 9-20 as the heading of a digest writes it. */
const shown = (day: Day): string => day.slice(5).replace(/^0/, '');

// From the make-up Sunday before 中秋 to the make-up Saturday behind National Day. Days build on each other.
describe.skipIf(!dialects.includes('mysql') || !ownServersCanStart())(
  'three weeks of two bots, a morning and a fault each',
  { timeout: 90_000 },
  () => {
    let place: OwnPlace;
    let store: ChatStore;
    let company: Company;
    let redis: Awaited<ReturnType<typeof ownRedis>>;
    let first: Bot;
    let second: Bot;
    let today = '2026-09-19' as Day;
    const days = new Map<Day, () => Arrival[]>();

    const startBot = (at: string): Promise<Bot> =>
      company.startBot({ botUrl: place.url, at, leaseMs, redisUrl: redis.url });

    beforeAll(async () => {
      [place, redis] = await Promise.all([ownPlace('mysql'), ownRedis()]);
      company = await companyOfChannels(today);
      store = await place.open();
      [first, second] = await Promise.all([startBot(`${today} 18:00:00`), startBot(`${today} 17:59:50`)]);
    }, 150_000);
    afterAll(async () => {
      await company.close();
      await Promise.all([redis.close(), place.drop()]);
    });

    const tenSecondsBefore = (at: string): string =>
      new Date(wall(at) + 8 * 3_600_000 - 10_000).toISOString().slice(0, 19).replace('T', ' ');
    /** The clock of the second one is ten seconds behind. */
    const itIs = (time: string): void => {
      company.chats.setClock(`${today} ${time}`);
      first.setClock(`${today} ${time}`);
      second.setClock(tenSecondsBefore(`${today} ${time}`));
    };
    const begin = (day: string): (() => Arrival[]) => {
      today = day as Day;
      company.chats.gate.onSend(() => 'pass');
      const arrivals = company.chats.since();
      days.set(today, arrivals);
      return arrivals;
    };

    /** What of today's digest is there; words by their heading, and only digests have pictures. */
    const digestIn = (arrivals: readonly Arrival[], day: Day = today): Arrival[] =>
      arrivals.filter(({ part, text }) => part === 'picture' || text.includes(`漏斗晨报 · 全公司 · ${shown(day)} `));
    const about = (arrivals: readonly Arrival[], words: RegExp): Arrival[] =>
      arrivals.filter(({ text }) => words.test(text));

    const open = async (): Promise<number> => {
      const { kysely } = store.database;
      const slots = await kysely
        .selectFrom('cb_slots')
        .select('slot_id')
        .where('state', 'in', ['due', 'working'])
        .execute();
      const rows = await kysely
        .selectFrom('cb_outbox')
        .select('outbox_id')
        .where('state', 'in', ['due', 'unknown', 'sending'])
        .execute();
      return slots.length + rows.length;
    };
    /** Until nothing is under way; `time` comes again meanwhile as the sweep of every half minute would look again. */
    const quietAt = async (time: string): Promise<void> => {
      for (const began = Date.now(); ; ) {
        for (let n = 0; n < 10; n += 1) {
          await sleep(100);
          if ((await open()) === 0) return;
        }
        if (Date.now() - began > patienceMs) throw new Error(`${today} ${time}: something is still under way`);
        itIs(time);
      }
    };
    const digestArrives = async (arrivals: () => Arrival[], chats = directorsChats): Promise<void> => {
      for (const began = Date.now(); !hasArrived(digestIn(arrivals()), chats); await sleep(20)) {
        if (Date.now() - began > patienceMs) throw new Error(`${today}: a digest is lost`);
      }
    };
    /** 9:00 has been; the reminders of 9:05, the watch of 9:10, the evening. */
    const restOfDay = async (): Promise<void> => {
      for (const time of ['09:05:30', '09:10:30', '18:00:00']) {
        itIs(time);
        await sleep(150);
        await quietAt(time);
      }
    };
    const plainDay = async (day: string): Promise<Arrival[]> => {
      const arrivals = begin(day);
      itIs('08:59:30');
      itIs('09:00:00');
      await digestArrives(arrivals);
      await restOfDay();
      expectOnce(digestIn(arrivals()));
      return arrivals();
    };
    const daysOff = async (from: Day, count: number): Promise<void> => {
      for (let n = 0; n < count; n += 1) {
        const arrivals = begin(addDays(from, n));
        for (const time of ['09:00:30', '09:10:30']) {
          itIs(time);
          await sleep(50);
          await quietAt(time);
        }
        expect(arrivals(), today).toEqual([]);
      }
    };

    it('9-20, a Sunday to make up for 中秋: the digest once in every chat, the first reminders', async () => {
      const arrivals = await plainDay('2026-09-20');
      expect(about(arrivals, /该联系了/).length).toBeGreaterThan(3);
    });

    it('9-21: the tokens of both platforms end in the middle (40014, 42001, InvalidAuthentication)', async () => {
      const arrivals = begin('2026-09-21');
      const { wecom, dingtalk, gate } = company.chats;
      const before = { wecom: wecom.tokenCalls(), dingtalk: dingtalk.count('token') };
      let revoked = false;
      gate.onSend(({ part }) => {
        if (part === 'picture' && !revoked) {
          revoked = true;
          wecom.revokeToken();
          dingtalk.revokeTokens();
        }
        return 'pass';
      });
      itIs('09:00:00');
      await digestArrives(arrivals);
      expect(revoked).toBe(true);
      wecom.next('token-expired');
      await restOfDay();
      expectOnce(digestIn(arrivals()));
      // One of a new day's token, one behind each end; the clock leaps, so the token of the morning is over at 18:00.
      expect(wecom.tokenCalls() - before.wecom).toBeLessThanOrEqual(4);
      expect(dingtalk.count('token') - before.dingtalk).toBeLessThanOrEqual(2);
      expect(about(arrivals(), /有 \d+ 家沉默客户/).length).toBeGreaterThan(0);
    });

    it('9-22: the one that sends is killed with -9 in the middle, the other takes over', async () => {
      const arrivals = begin('2026-09-22');
      let sends = 0;
      let diedAt = 0;
      company.chats.gate.onSend(() => {
        sends += 1;
        if (sends > 3) return 'pass';
        if (sends === 3) {
          first.signal('SIGKILL');
          second.signal('SIGCONT');
          diedAt = Date.now();
        }
        return 'hang-after';
      });
      second.signal('SIGSTOP');
      itIs('09:00:00');
      await first.ended;
      itIs('09:01:00');
      await digestArrives(arrivals);
      expect(Date.now() - diedAt).toBeLessThan(leaseMs * 2 + 20_000);
      first = await startBot(`${today} 09:02:00`);
      await restOfDay();
      expectPromiseKept(digestIn(arrivals()));
    });

    it('9-23: the one that sends is frozen past its lease; thawed it doubles nothing without a mark', async () => {
      const arrivals = begin('2026-09-23');
      let sends = 0;
      company.chats.gate.onSend(() => {
        sends += 1;
        if (sends === 3) {
          first.signal('SIGSTOP');
          second.signal('SIGCONT');
        }
        return 'pass';
      });
      second.signal('SIGSTOP');
      itIs('09:00:00');
      await until(() => sends >= 3);
      itIs('09:01:00');
      await digestArrives(arrivals);
      await sleep(leaseMs);
      first.signal('SIGCONT');
      await sleep(1_000);
      await restOfDay();
      expectPromiseKept(digestIn(arrivals()));
    });

    it('9-24: each platform fails in its way, before and after it has taken a message', async () => {
      const arrivals = begin('2026-09-24');
      const { robots, dingtalk, gate } = company.chats;
      const cut = new Set<string>();
      gate.onSend(({ channel, target }) => {
        if (cut.has(channel + target)) return 'pass';
        cut.add(channel + target);
        if (channel === 'dingtalk-person') return 'cut-before';
        return channel === 'wecom-robot' ? 'pass' : 'cut-after';
      });
      const beforeLimit = robots.requestsOf(robotKeys[1]);
      robots.next(robotKeys[0], -1);
      robots.next(robotKeys[1], 45009);
      dingtalk.fail('upload', { kind: 'answer', status: 503, body: { code: 'ServiceUnavailable' } });
      itIs('09:00:00');
      await digestArrives(
        arrivals,
        directorsChats.filter(([, target]) => target !== robotKeys[1]),
      );
      // A limit is waited out: a minute in which this robot is left alone.
      expect(robots.requestsOf(robotKeys[1])).toBe(beforeLimit + 1);
      await store.database.kysely.updateTable('cb_targets').set({ hold_until: 0 }).execute();
      await digestArrives(arrivals);
      await restOfDay();
      expectPromiseKept(digestIn(arrivals()));
      expect(digestIn(arrivals()).some(({ marked }) => marked)).toBe(true);
    });

    it('9-25 to 9-27, 中秋 and the days behind it: nothing', async () => {
      await daysOff('2026-09-25' as Day, 3);
    });

    it('9-28 and 9-29: a robot was removed (93000): the others on time, an administrator told once', async () => {
      const { robots } = company.chats;
      const others = directorsChats.filter(([, target]) => target !== robotKeys[1]);
      const before = robots.requestsOf(robotKeys[1]);
      robots.always(robotKeys[1], 93000);
      const told: Arrival[] = [];
      for (const day of ['2026-09-28', '2026-09-29']) {
        const arrivals = begin(day);
        itIs('09:00:00');
        await digestArrives(arrivals, others);
        await restOfDay();
        expectOnce(digestIn(arrivals()), others);
        expect(ofChat(arrivals(), 'wecom-robot', robotKeys[1])).toEqual([]);
        told.push(...about(arrivals(), /没有送到.*93000/s));
      }
      expect(robots.requestsOf(robotKeys[1]) - before).toBeLessThanOrEqual(5);
      expect(told).toHaveLength(1);
      // The robot is there again, and somebody asks for the digest of the day.
      robots.always(robotKeys[1], null);
      const arrivals = days.get(today) ?? (() => []);
      expect(await resend(store, { cause: `digest:funnel:${today}` })).toBe(2);
      await digestArrives(arrivals);
      await quietAt('18:00:00');
      expectOnce(digestIn(arrivals()));
    });

    it('9-30: asleep from 8:30 to half past ten: caught up, and it says so', async () => {
      const arrivals = begin('2026-09-30');
      itIs('08:30:00');
      await sleep(200);
      itIs('10:30:00');
      await digestArrives(arrivals);
      await restOfDay();
      expectOnce(digestIn(arrivals()));
      expect(about(arrivals(), /这份晚了 90 分钟才发出/)).toHaveLength(directorsChats.length);
    });

    it('10-1 to 10-7, National Day: nothing, also on its Monday', async () => {
      await daysOff('2026-10-01' as Day, 7);
    });

    it('10-8: asleep until noon: missed, and told once', async () => {
      const arrivals = begin('2026-10-08');
      itIs('12:00:00');
      await until(() => about(arrivals(), /10-08 的漏斗晨报有收件人没发成/).length > 0, patienceMs);
      await sleep(200);
      await quietAt('18:00:00');
      expect(digestIn(arrivals())).toEqual([]);
      expect(about(arrivals(), /10-08 的漏斗晨报/)).toHaveLength(1);
    });

    it('10-9: the clock leaps over nine and back, and Redis is away: once, since the last that arrived; callbacks are taken', async () => {
      const arrivals = begin('2026-10-09');
      await redis.stop('SIGKILL');
      for (const time of ['08:59:58', '09:00:06', '08:50:00', '09:00:00', '08:00:00', '08:59:59', '09:00:20']) {
        itIs(time);
        await sleep(150);
      }
      const askedAt = performance.now();
      const request = sealAppCallback(appSettings(''), {
        userId: 'chenzhiyuan',
        text: '帮助',
        messageId: '4561255354251345929',
        nowMs: wall(`${today} 09:00:20`),
      });
      const query = new URLSearchParams(request.query as Record<string, string>);
      const answer = await fetch(`http://127.0.0.1:${first.port}${request.path}?${query}`, {
        method: 'POST',
        body: new Uint8Array(request.body),
      });
      expect(answer.status).toBe(200);
      expect(performance.now() - askedAt).toBeLessThan(1_000);
      await digestArrives(arrivals);
      await until(() => about(arrivals(), /漏斗 本月/).length > 0, patienceMs);
      itIs('08:58:00');
      await restOfDay();
      await redis.start();
      expectOnce(digestIn(arrivals()));
      expect(about(arrivals(), /接着 0?9-30 那份/)).toHaveLength(directorsChats.length);
    });

    it('10-10, a Saturday to make up for National Day: once', async () => {
      await plainDay('2026-10-10');
    });

    it('counted over the three weeks: every digest on its days, every silence told once, every team summary once', async () => {
      await Promise.all([first.stop(), second.stop()]);
      const all = company.chats.arrivals();
      for (const [day, arrivals] of days) {
        const late = about(company.chats.arrivals(), new RegExp(`漏斗晨报 · 全公司 · ${shown(day)} `)).length;
        expect(late, `${day}, also what came later`).toBe(
          about(arrivals(), new RegExp(`漏斗晨报 · 全公司 · ${shown(day)} `)).length,
        );
      }
      const told = about(all, /该联系了/).flatMap(({ text }) => [
        ...[...text.matchAll(/^\*\*\d+\. (.+?)\*\*/gmu)].map(([, name]) => name ?? ''),
        ...[...text.matchAll(/^### (\S+) 该联系了/gmu)].map(([, name]) => name ?? ''),
        ...[...text.matchAll(/^• (\S+)/gmu)].map(([, name]) => name ?? ''),
      ]);
      expect(new Set(told).size).toBe(told.length);
      const ledger = await store.database.kysely
        .selectFrom('cb_recalls')
        .select('customer_id')
        .where('held_out', '=', 0)
        .execute();
      expect(told.length).toBe(ledger.length);
      const summaries = about(all, /有 \d+ 家沉默客户/).map(({ target, text }) => target + text.slice(0, 30));
      expect(company.chats.robots.complaints.concat(company.chats.wecom.complaints())).toEqual([]);
      expect(summaries.length).toBeGreaterThan(0);
    });
  },
);
