import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { epochMsOf, standingClock } from '../../src/calendar/clock.ts';
import type { WallTime } from '../../src/calendar/day.ts';
import { chineseWorkDays } from '../../src/calendar/work-calendar.ts';
import type { ChatStore } from '../../src/delivery/chat-store.ts';
import { createCourier } from '../../src/delivery/courier.ts';
import type { TimetableLine } from '../../src/schedule/due.ts';
import type { Job, Preparation, SlotTask } from '../../src/schedule/job.ts';
import { createScheduler, type Scheduler, type SchedulerOptions } from '../../src/schedule/scheduler.ts';
import { createInProcessState } from '../../src/store/in-process-state.ts';
import type { EndedSlot } from '../../src/store/slot.ts';
import { type Collector, startCollector } from '../delivery/collector.ts';
import { addressOf, collectorPlatform, fastRetry, quiet, text } from '../delivery/collector-platform.ts';
import { describeStores, type OwnPlace, ownPlace } from '../store/stores.ts';

const zone = 'Asia/Shanghai';
const wall = (at: string): number => epochMsOf(at as WallTime, zone);
const line = (target: string, more: Partial<TimetableLine> = {}): TimetableLine => ({
  target,
  part: 'digest',
  at: '09:00',
  days: 'cn_workday',
  priority: 1,
  ...more,
});
const words = (task: SlotTask): Preparation => ({
  kind: 'ready',
  messages: [
    {
      address: addressOf(task.target),
      parts: [text(`${task.day}/${task.target}/1`), text(`${task.day}/${task.target}/2`)],
    },
  ],
  pictures: [],
  memory: { seen: task.day },
});

describeStores('the scheduler', (dialect) => {
  let place: OwnPlace;
  let collector: Collector;
  const running: { stop(): Promise<unknown> }[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((each) => each.stop()));
    await collector.close();
    await place.drop();
  });

  async function house(prepare: Job['prepare'], lines: TimetableLine[], more: Partial<SchedulerOptions> = {}) {
    place = await ownPlace(dialect);
    collector = await startCollector();
    const store = await place.open({ leaseMs: 600 });
    const clock = standingClock(wall('2026-11-17 08:00:00'));
    const asked: SlotTask[] = [];
    const job: Job = {
      name: 'digest:funnel',
      title: '漏斗晨报',
      timetable: async () => lines,
      prepare: (task) => {
        asked.push(task);
        return prepare(task);
      },
    };
    const schedulerOn = (on: ChatStore): Scheduler => {
      const scheduler = createScheduler({
        store: on,
        jobs: [job],
        calendar: chineseWorkDays(),
        clock,
        zone,
        catchUpMs: 7_200_000,
        log: quiet,
        ...more,
      });
      running.push(scheduler);
      return scheduler;
    };
    const courier = createCourier({
      store,
      platforms: collectorPlatform({ url: collector.url, timeoutMs: 5_000 }),
      state: createInProcessState(),
      clock,
      log: quiet,
      sweepMs: 100,
      retry: fastRetry,
    });
    running.push(courier);
    return { store, clock, asked, scheduler: schedulerOn(store), schedulerOn, courier };
  }

  it('sends a work day once, in order, and remembers what really arrived', async () => {
    const { scheduler, clock, courier, store, asked } = await house(
      async (task) => words(task),
      [line('a'), line('b')],
    );
    await scheduler.tick();
    expect(asked).toEqual([]);
    clock.moveTo(wall('2026-11-17 09:00:00'));
    await scheduler.tick();
    await scheduler.tick();
    await courier.drain();
    expect(collector.arrivals.map((each) => each.text).sort()).toEqual([
      '2026-11-17/a/1',
      '2026-11-17/a/2',
      '2026-11-17/b/1',
      '2026-11-17/b/2',
    ]);
    expect(await store.slots.settle()).toHaveLength(2);
    expect(await store.slots.lastSent('digest:funnel', 'a', wall('2026-11-18 09:00:00'))).toEqual({
      day: '2026-11-17',
      plannedAt: wall('2026-11-17 09:00:00'),
      memory: { seen: '2026-11-17' },
    });
  });

  // Two connections of one process would wait for each other's lock on an embedded file.
  it.skipIf(dialect === 'sqlite')('two of them share a run and double nothing', async () => {
    const targets = Array.from({ length: 20 }, (_, n) => line(`t${n}`));
    const { scheduler, schedulerOn, clock, courier, asked } = await house(async (task) => words(task), targets);
    const other = schedulerOn(await place.open({ leaseMs: 600 }));
    clock.moveTo(wall('2026-11-17 09:00:00'));
    await Promise.all([scheduler.tick(), other.tick()]);
    await courier.drain();
    expect(new Set(asked.map((task) => task.target)).size).toBe(20);
    expect(collector.arrivals).toHaveLength(40);
    expect(new Set(collector.arrivals.map((each) => each.text)).size).toBe(40);
  });

  it('begins with the directors: nobody else is prepared while one of theirs is', async () => {
    const log: string[] = [];
    const order = (target: string) => (target.startsWith('director') ? 0 : 10);
    const { scheduler, clock } = await house(
      async (task) => {
        log.push(`begins ${order(task.target)}`);
        await sleep(order(task.target) === 0 ? 60 : 1);
        log.push(`ends ${order(task.target)}`);
        return words(task);
      },
      ['east', 'director1', 'south', 'director2', 'north'].map((target) => ({
        ...line(target),
        priority: order(target),
      })),
    );
    clock.moveTo(wall('2026-11-17 09:00:00'));
    await scheduler.tick();
    expect(log.slice(0, 4)).toEqual(['begins 0', 'begins 0', 'ends 0', 'ends 0']);
    expect(log).toHaveLength(10);
  });

  it('what a killed one had in hand is prepared as soon as its lease ends', async () => {
    const { store, clock, asked, schedulerOn } = await house(async (task) => words(task), [line('a')]);
    clock.moveTo(wall('2026-11-17 09:00:00'));
    const plannedAt = clock.now();
    const slot = { job: 'digest:funnel', day: '2026-11-17', target: 'a', part: 'digest', plannedAt, priority: 1 };
    await store.slots.note([slot]);
    expect(await store.slots.claim(1)).toHaveLength(1);
    const next = schedulerOn(store);
    await next.tick();
    expect(asked).toEqual([]);
    await expect.poll(() => asked.length, { timeout: 5_000 }).toBe(1);
  });

  it('what is forgotten may be sent anew, as the demo does at every start', async () => {
    const { scheduler, clock, courier, store } = await house(async (task) => words(task), [line('demo:a'), line('b')]);
    clock.moveTo(wall('2026-11-17 09:00:00'));
    await scheduler.tick();
    await courier.drain();
    await store.slots.forget('demo:');
    clock.moveTo(wall('2026-11-17 08:59:00'));
    await scheduler.tick();
    clock.moveTo(wall('2026-11-17 09:00:00'));
    await scheduler.tick();
    await courier.drain();
    expect(collector.arrivals.map((each) => each.target).sort()).toEqual([
      'b',
      'b',
      'demo:a',
      'demo:a',
      'demo:a',
      'demo:a',
    ]);
  });

  it('a clock that goes back over 9:00 and on again sends nothing twice', async () => {
    const { scheduler, clock, courier } = await house(async (task) => words(task), [line('a')]);
    for (const at of ['09:00:05', '08:58:00', '08:59:59', '09:00:00', '09:00:20']) {
      clock.moveTo(wall(`2026-11-17 ${at}`));
      await scheduler.tick();
    }
    await courier.drain();
    expect(collector.arrivals).toHaveLength(2);
  });

  it('what cannot be prepared yet is tried again within the window, others are not kept waiting', async () => {
    let away = true;
    const { scheduler, clock, courier, store } = await house(
      async (task) => {
        if (task.target === 'a' && away) throw new Error('the CRM is away');
        return words(task);
      },
      [line('a', { priority: 0 }), line('b')],
    );
    clock.moveTo(wall('2026-11-17 09:00:00'));
    await scheduler.tick();
    await courier.drain();
    expect(collector.arrivals.map((each) => each.target)).toEqual(['b', 'b']);
    away = false;
    // Its pause is by the database's clock.
    await store.database.kysely.updateTable('cb_slots').set({ lease_until: 0 }).execute();
    clock.moveTo(wall('2026-11-17 09:40:00'));
    await scheduler.tick();
    await courier.drain();
    expect(collector.arrivals.map((each) => each.target)).toEqual(['b', 'b', 'a', 'a']);
  });

  it('downtime over the window is recorded and told once; what is refused is told with its reason', async () => {
    const told: [EndedSlot, string | null][] = [];
    const onUntold = async (ended: EndedSlot, kindly: string | null): Promise<void> => void told.push([ended, kindly]);
    const { scheduler, clock } = await house(
      async (task) =>
        task.target === 'unbound' ? { kind: 'refused', why: 'no scope', kindly: '这个群没有绑定范围。' } : words(task),
      [line('a'), line('unbound')],
      { onUntold },
    );
    clock.moveTo(wall('2026-11-17 09:00:00'));
    await scheduler.tick();
    await scheduler.tick();
    expect(told).toMatchObject([[{ target: 'unbound', state: 'failed' }, '这个群没有绑定范围。']]);
    // Down from Tuesday noon to Friday 14:00: Wednesday and Thursday are gone, and so is Friday's window.
    clock.moveTo(wall('2026-11-20 14:00:00'));
    await scheduler.tick();
    await scheduler.tick();
    const missed = told.slice(1).map(([slot]) => `${slot.target} ${slot.day} ${slot.state}`);
    expect(missed.sort()).toEqual(
      ['a', 'unbound'].flatMap((target) => ['18', '19', '20'].map((day) => `${target} 2026-11-${day} missed`)),
    );
  });
});
