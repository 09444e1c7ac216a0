import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { epochMsOf, standingClock } from '../../src/calendar/clock.ts';
import { addDays, type Day, type WallTime } from '../../src/calendar/day.ts';
import { chineseWorkDays } from '../../src/calendar/work-calendar.ts';
import { createCourier } from '../../src/delivery/courier.ts';
import type { TimetableLine } from '../../src/schedule/due.ts';
import type { Job } from '../../src/schedule/job.ts';
import { createScheduler } from '../../src/schedule/scheduler.ts';
import { createInProcessState } from '../../src/store/in-process-state.ts';
import type { EndedSlot } from '../../src/store/slot.ts';
import { dialects } from '../database/databases.ts';
import { type Collector, startCollector } from '../delivery/collector.ts';
import { addressOf, collectorPlatform, fastRetry, quiet, text } from '../delivery/collector-platform.ts';
import { type OwnPlace, ownPlace } from '../store/stores.ts';

const zone = 'Asia/Shanghai';
const wall = (at: string): number => epochMsOf(at as WallTime, zone);
const targets = ['directors', 'east', 'south', 'north'];
const line = (target: string, n: number): TimetableLine => ({
  target,
  part: 'digest',
  at: '09:00',
  days: 'cn_workday',
  priority: n,
});

// From Saturday 26 September to Sunday 11 October 2026: 中秋 and a weekend, National Day, a make-up Saturday.
const first = '2026-09-26' as Day;
const workDays = ['2026-09-28', '2026-09-29', '2026-09-30', '2026-10-08', '2026-10-09', '2026-10-10'];
const downUntilHalfPastTen = '2026-09-29';
const downUntilNoon = '2026-10-08';

describe.skipIf(!dialects.includes('mysql'))('a fortnight with two instances and a platform that misbehaves', () => {
  let place: OwnPlace;
  let collector: Collector;
  const missed: EndedSlot[] = [];
  const seen: unknown[] = [];
  const running: { stop(): Promise<unknown> }[] = [];

  beforeAll(async () => {
    [place, collector] = await Promise.all([ownPlace('mysql'), startCollector()]);
    // Every sixth request fails in one of the ways in which platforms do.
    let requests = 0;
    collector.treat((_, nth) => {
      requests += 1;
      if (nth > 1 || requests % 6 !== 0) return 'take';
      return (['refuse', 'cut-after', 'hang-before'] as const)[(requests / 6) % 3] ?? 'take';
    });
    const instances = await Promise.all(
      ['one', 'two'].map(async (name) => {
        const store = await place.open({ leaseMs: 2_000 });
        const clock = standingClock(wall(`${first} 08:00:00`));
        const job: Job = {
          name: 'digest:funnel',
          title: '漏斗晨报',
          timetable: async () => targets.map(line),
          prepare: async ({ day, target, plannedAt }) => {
            seen.push([day, target, (await store.slots.lastSent('digest:funnel', target, plannedAt))?.day ?? null]);
            const parts = [text(`${day}/${target}/words`), text(`${day}/${target}/picture`)];
            return { kind: 'ready', messages: [{ address: addressOf(target), parts }], pictures: [], memory: day };
          },
        };
        const scheduler = createScheduler({
          store,
          jobs: [job],
          calendar: chineseWorkDays(),
          clock,
          zone,
          catchUpMs: 7_200_000,
          log: quiet,
          onUntold: async (ended) => void missed.push(ended),
        });
        const courier = createCourier({
          store,
          platforms: collectorPlatform({ url: collector.url, from: name, timeoutMs: 150 }),
          state: createInProcessState(),
          clock,
          log: quiet,
          sweepMs: 50,
          retry: fastRetry,
        });
        running.push(scheduler, courier);
        return { clock, scheduler, courier, store };
      }),
    );
    const both = (work: (instance: (typeof instances)[number], n: number) => unknown) =>
      Promise.all(instances.map(work));
    for (let day = first; day <= '2026-10-11'; day = addDays(day, 1)) {
      const times =
        day === downUntilHalfPastTen
          ? ['08:30:00', '10:30:00']
          : day === downUntilNoon
            ? ['08:30:00', '12:00:00']
            : ['08:59:59', '09:00:00', '08:58:00', '09:00:30', '18:00:00'];
      for (const time of times) {
        // The clock of the second one is ten seconds behind.
        await both(async ({ clock, scheduler }, n) => {
          clock.moveTo(wall(`${day} ${time}`) - n * 10_000);
          await scheduler.tick();
        });
        const { store } = instances[0]!;
        for (let n = 0; n < 200; n += 1) {
          await both(({ courier }) => courier.drain());
          const open = await store.database.kysely
            .selectFrom('cb_outbox')
            .select('outbox_id')
            .where('state', 'in', ['due', 'unknown', 'sending'])
            .execute();
          if (open.length === 0) break;
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      }
    }
  }, 60_000);
  afterAll(async () => {
    await Promise.all(running.map((each) => each.stop()));
    await collector.close();
    await place.drop();
  });

  it('each work day arrives at each target: words once, picture once, a doubtful one once more and marked', () => {
    const sentDays = workDays.filter((day) => day !== downUntilNoon);
    for (const day of sentDays) {
      for (const target of targets) {
        for (const part of ['words', 'picture']) {
          const arrivals = collector.arrivals.filter((each) => each.text === `${day}/${target}/${part}`);
          expect(arrivals.filter((each) => !each.marked).length, `${day} ${target} ${part}`).toBeLessThanOrEqual(1);
          expect(arrivals.length, `${day} ${target} ${part}`).toBeGreaterThanOrEqual(1);
          expect(arrivals.length).toBeLessThanOrEqual(2);
        }
      }
    }
    const days = new Set(collector.arrivals.map((each) => each.text.slice(0, 10)));
    expect([...days].sort()).toEqual(sentDays);
    expect(collector.arrivals.some((each) => each.marked)).toBe(true);
  });

  it('what was slept over is told once for each target, and the next one goes on from the last that arrived', () => {
    // Both instances may tell at the same moment; the key of the notice makes one of it.
    expect([...new Set(missed.map((slot) => `${slot.day} ${slot.target} ${slot.state}`))].sort()).toEqual(
      targets.map((target) => `${downUntilNoon} ${target} missed`).sort(),
    );
    expect(seen).toContainEqual(['2026-10-09', 'directors', '2026-09-30']);
    expect(seen).toContainEqual(['2026-10-10', 'directors', '2026-10-09']);
  });
});
