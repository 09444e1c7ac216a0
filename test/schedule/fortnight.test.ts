import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Day } from '../../src/calendar/day.ts';
import { resend } from '../../src/delivery/resend.ts';
import { sealAppCallback } from '../../src/platforms/wecom/seal.ts';
import { dialects } from '../database/databases.ts';
import { until } from '../delivery/processes.ts';
import { appSettings } from '../platforms/wecom/harness.ts';
import { wall } from './bot-child.ts';
import { type Arrival, directorsChats, expectOnce, expectPromiseKept, ofChat, robotKeys } from './chats.ts';
import { ownServersCanStart } from './own-servers.ts';
import { silentByManager } from './silent-by-manager.ts';
import { about, leaseMs, patienceMs, shown, Weeks } from './weeks.ts';

// From the make-up Sunday before 中秋 to the make-up Saturday behind National Day. Days build on each other.
describe.skipIf(!dialects.includes('mysql') || !ownServersCanStart())(
  'three weeks of two bots, a morning and a fault each',
  { timeout: 90_000 },
  () => {
    let weeks: Weeks;

    beforeAll(async () => {
      weeks = await Weeks.open('2026-09-19' as Day);
    }, 150_000);
    afterAll(() => weeks.close());

    it('9-20, a Sunday to make up for 中秋: the digest once in every chat, the first reminders', async () => {
      const arrivals = await weeks.plainDay('2026-09-20');
      expect(about(arrivals, /该联系了/).length).toBeGreaterThan(3);
    });

    it('9-21: the tokens of both platforms end in the middle (40014, 42001, InvalidAuthentication)', async () => {
      const arrivals = weeks.begin('2026-09-21');
      const { wecom, dingtalk, gate } = weeks.company.chats;
      const calls = () => ({ wecom: wecom.tokenCalls(), dingtalk: dingtalk.count('token') });
      const before = calls();
      let revoked = false;
      gate.onSend(({ part }) => {
        if (part === 'picture' && !revoked) {
          revoked = true;
          wecom.revokeToken();
          dingtalk.revokeTokens();
        }
        return 'pass';
      });
      weeks.itIs('09:00:00');
      await weeks.digestArrives(arrivals);
      expect(revoked).toBe(true);
      // The new day's first one and one refresh.
      const inTheMorning = calls();
      expect(inTheMorning.wecom - before.wecom).toBeLessThanOrEqual(2);
      expect(inTheMorning.dingtalk - before.dingtalk).toBeLessThanOrEqual(2);
      wecom.next('token-expired');
      await weeks.at('09:05:30');
      await weeks.at('09:10:30');
      expect(calls().wecom - inTheMorning.wecom).toBe(1);
      expect(calls().dingtalk).toBe(inTheMorning.dingtalk);
      const afterwards = calls();
      // Two hours are over for the clock of WeCom's token; what lies with the state has its own.
      await weeks.at('18:00:00');
      expect(calls().wecom - afterwards.wecom).toBeLessThanOrEqual(1);
      expect(calls().dingtalk).toBe(inTheMorning.dingtalk);
      expectOnce(weeks.digestIn(arrivals()));
      expect(about(arrivals(), /有 \d+ 家沉默客户/).length).toBeGreaterThan(0);
    });

    it('9-22: the one that sends is killed with -9 in the middle, the other takes over', async () => {
      const arrivals = weeks.begin('2026-09-22');
      let sends = 0;
      let diedAt = 0;
      weeks.company.chats.gate.onSend(() => {
        sends += 1;
        if (sends > 3) return 'pass';
        if (sends === 3) {
          weeks.first.signal('SIGKILL');
          weeks.second.signal('SIGCONT');
          diedAt = Date.now();
        }
        return 'hang-after';
      });
      weeks.second.signal('SIGSTOP');
      weeks.itIs('09:00:00');
      await weeks.first.ended;
      weeks.itIs('09:01:00');
      await weeks.digestArrives(arrivals);
      expect(Date.now() - diedAt).toBeLessThan(leaseMs * 2 + 20_000);
      weeks.first = await weeks.startBot(`${weeks.today} 09:02:00`);
      await weeks.restOfDay();
      expectPromiseKept(weeks.digestIn(arrivals()));
    });

    it('9-23: the one that sends is frozen past its lease; thawed it doubles nothing without a mark', async () => {
      const arrivals = weeks.begin('2026-09-23');
      let sends = 0;
      weeks.company.chats.gate.onSend(() => {
        sends += 1;
        if (sends === 3) {
          weeks.first.signal('SIGSTOP');
          weeks.second.signal('SIGCONT');
        }
        return 'pass';
      });
      weeks.second.signal('SIGSTOP');
      weeks.itIs('09:00:00');
      await until(() => sends >= 3);
      weeks.itIs('09:01:00');
      await weeks.digestArrives(arrivals);
      await sleep(leaseMs);
      weeks.first.signal('SIGCONT');
      await sleep(1_000);
      await weeks.restOfDay();
      expectPromiseKept(weeks.digestIn(arrivals()));
    });

    it('9-24: each platform fails in its way, before and after it has taken a message', async () => {
      const arrivals = weeks.begin('2026-09-24');
      const { robots, dingtalk, gate } = weeks.company.chats;
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
      weeks.itIs('09:00:00');
      await weeks.digestArrives(
        arrivals,
        directorsChats.filter(([, target]) => target !== robotKeys[1]),
      );
      // A limit is waited out: a minute in which this robot is left alone.
      expect(robots.requestsOf(robotKeys[1])).toBe(beforeLimit + 1);
      await weeks.store.database.kysely.updateTable('cb_targets').set({ hold_until: 0 }).execute();
      await weeks.digestArrives(arrivals);
      await weeks.restOfDay();
      expectPromiseKept(weeks.digestIn(arrivals()));
      expect(weeks.digestIn(arrivals()).some(({ marked }) => marked)).toBe(true);
    });

    it('9-25 to 9-27, 中秋 and the days behind it: nothing', async () => {
      await weeks.daysOff('2026-09-25' as Day, 3);
    });

    it('9-28 and 9-29: a robot was removed (93000): the others on time, an administrator told once', async () => {
      const { robots } = weeks.company.chats;
      const others = directorsChats.filter(([, target]) => target !== robotKeys[1]);
      const before = robots.requestsOf(robotKeys[1]);
      robots.always(robotKeys[1], 93000);
      const told: Arrival[] = [];
      for (const day of ['2026-09-28', '2026-09-29']) {
        const arrivals = weeks.begin(day);
        weeks.itIs('09:00:00');
        await weeks.digestArrives(arrivals, others);
        await weeks.restOfDay();
        expectOnce(weeks.digestIn(arrivals()), others);
        expect(ofChat(arrivals(), 'wecom-robot', robotKeys[1])).toEqual([]);
        told.push(...about(arrivals(), /没有送到.*93000/s));
      }
      expect(robots.requestsOf(robotKeys[1]) - before).toBeLessThanOrEqual(5);
      expect(told).toHaveLength(1);
      // The robot is there again, and somebody asks for the digest of the day.
      robots.always(robotKeys[1], null);
      const arrivals = weeks.days.get(weeks.today) ?? (() => []);
      expect(await resend(weeks.store, { cause: `digest:funnel:${weeks.today}` })).toBe(2);
      await weeks.digestArrives(arrivals);
      await weeks.quietAt('18:00:00');
      expectOnce(weeks.digestIn(arrivals()));
    });

    it('9-30: asleep from 8:30 to half past ten: caught up, and it says so', async () => {
      const arrivals = weeks.begin('2026-09-30');
      weeks.itIs('08:30:00');
      await sleep(200);
      weeks.itIs('10:30:00');
      await weeks.digestArrives(arrivals);
      await weeks.restOfDay();
      expectOnce(weeks.digestIn(arrivals()));
      expect(about(arrivals(), /这份晚了 90 分钟才发出/)).toHaveLength(directorsChats.length);
    });

    it('10-1 to 10-7, National Day: nothing, also on its Monday', async () => {
      await weeks.daysOff('2026-10-01' as Day, 7);
    });

    it('10-8: asleep until noon: missed, and told once', async () => {
      const arrivals = weeks.begin('2026-10-08');
      weeks.itIs('12:00:00');
      await until(() => about(arrivals(), /10-08 的漏斗晨报有收件人没发成/).length > 0, patienceMs);
      await sleep(200);
      await weeks.quietAt('18:00:00');
      expect(weeks.digestIn(arrivals())).toEqual([]);
      expect(about(arrivals(), /10-08 的漏斗晨报/)).toHaveLength(1);
    });

    it('10-9: the clock leaps over nine and back, and Redis is away: once, since the last that arrived; callbacks are taken', async () => {
      const arrivals = weeks.begin('2026-10-09');
      await weeks.redis.stop('SIGKILL');
      for (const time of ['08:59:58', '09:00:06', '08:50:00', '09:00:00', '08:00:00', '08:59:59', '09:00:20']) {
        weeks.itIs(time);
        await sleep(150);
      }
      const askedAt = performance.now();
      const request = sealAppCallback(appSettings(''), {
        userId: 'chenzhiyuan',
        text: '帮助',
        messageId: '4561255354251345929',
        nowMs: wall(`${weeks.today} 09:00:20`),
      });
      const query = new URLSearchParams(request.query as Record<string, string>);
      const answer = await fetch(`http://127.0.0.1:${weeks.first.port}${request.path}?${query}`, {
        method: 'POST',
        body: new Uint8Array(request.body),
      });
      expect(answer.status).toBe(200);
      expect(performance.now() - askedAt).toBeLessThan(1_000);
      await weeks.digestArrives(arrivals);
      await until(() => about(arrivals(), /漏斗 本月/).length > 0, patienceMs);
      weeks.itIs('08:58:00');
      await weeks.restOfDay();
      await weeks.redis.start();
      expectOnce(weeks.digestIn(arrivals()));
      expect(about(arrivals(), /接着 0?9-30 那份/)).toHaveLength(directorsChats.length);
    });

    it('10-10, a Saturday to make up for National Day: once', async () => {
      await weeks.plainDay('2026-10-10');
    });

    it('counted over the three weeks: every digest on its days, every silence told once, every team summary once', async () => {
      await Promise.all([weeks.first.stop(), weeks.second.stop()]);
      const all = weeks.company.chats.arrivals();
      for (const [day, arrivals] of weeks.days) {
        const late = about(weeks.company.chats.arrivals(), new RegExp(`漏斗晨报 · 全公司 · ${shown(day)} `)).length;
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
      const ledger = await weeks.store.database.kysely
        .selectFrom('cb_recalls')
        .select('customer_id')
        .where('held_out', '=', 0)
        .execute();
      expect(told.length).toBe(ledger.length);
      // The two Mondays that are work days: each manager once, with the number counted over the CRM's own rows.
      const summaries = about(all, /有 \d+ 家沉默客户/).map(
        ({ target, text }) => `${target} ${/有 (\d+) 家沉默客户/.exec(text)?.[1]}`,
      );
      const counted: string[] = [];
      for (const monday of ['2026-09-21', '2026-09-28'] as Day[])
        for (const [account, silent] of await silentByManager(weeks.company.crmUrl, monday, '09:05:30'))
          counted.push(`${account} ${silent}`);
      expect(counted.length).toBeGreaterThan(6);
      expect(summaries.toSorted()).toEqual(counted.toSorted());
      expect(weeks.company.chats.robots.complaints.concat(weeks.company.chats.wecom.complaints())).toEqual([]);
    });
  },
);
