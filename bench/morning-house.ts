import { setTimeout as sleep } from 'node:timers/promises';
import { boundScope } from '../src/access/authorise.ts';
import type { AccessSettings, GroupBinding } from '../src/access/settings.ts';
import { epochMsOf, momentAt, standingClock } from '../src/calendar/clock.ts';
import type { Day, WallTime } from '../src/calendar/day.ts';
import { createChartRenderer } from '../src/charts/renderer.ts';
import type { ChartRenderer } from '../src/charts/spec.ts';
import type { Config } from '../src/config.ts';
import { type ChatStore, openChatStore } from '../src/delivery/chat-store.ts';
import { openHouse, pushedChoices } from '../src/house.ts';
import { createLog } from '../src/log.ts';
import { platformsOf } from '../src/running.ts';
import { crmInTurn } from '../src/schedule/crm-in-turn.ts';
import { coveredBy } from '../src/schedule/digests/digest-job.ts';
import { funnelDigest } from '../src/schedule/digests/funnel-digest.ts';
import { createScheduler } from '../src/schedule/scheduler.ts';
import { planSchedule, queriesAtOnce, type ScheduleHouse } from '../src/schedule/start-schedule.ts';
import { createInProcessState } from '../src/store/in-process-state.ts';
import { benchConfig } from './callback-keys.ts';

/** The one during which callbacks come. */
export const busyMorning = '2026-11-19' as Day;

const zone = 'Asia/Shanghai';
/** Slots at once, as in a running bot. */
const concurrency = 8;

/** Twelve scopes: the company, four regions, seven departments. */
const bindings: readonly GroupBinding[] = [
  'all',
  ...['华东', '华南', '华北', '华中'].map((region) => ({ region })),
  ...['d10', 'd111', 'd112', 'd121', 'd131', 'd141', 't0001'].map((department) => ({ department })),
];

/** Groups in a circle over the scopes, each with a WeCom robot of its own. */
const groupsOf = (count: number): AccessSettings['groups'] =>
  Array.from({ length: count }, (_, n) => ({
    platform: 'wecom' as const,
    id: `g${n}`,
    name: `群${n}`,
    bind: bindings[n % bindings.length]!,
    robot: { key: `${String(n).padStart(8, '0')}-0000-4000-8000-000000000000` },
    push: [{ what: 'funnel' as const, at: '09:00', days: 'cn_workday' as const, mentionOwners: false }],
  }));

/** What one part of a morning cost, until every message was in the outbox. */
interface Cost {
  readonly ms: number;
  readonly queries: number;
  readonly messages: number;
  /** The most memory of the process in use meanwhile, and how much of it came meanwhile. */
  readonly mostBytes: number;
  readonly grewBytes: number;
}

export interface MorningCost {
  readonly digests: Cost;
  readonly reminders: Cost;
  readonly pictures: number;
  /** Digests of others that were ready before the last one of the directors. */
  readonly beforeDirectors: number;
}

export interface Morning {
  readonly store: ChatStore;
  readonly scopes: number;
  /** Each distinct scope computed and drawn once, as many at a time as the scheduler works on; milliseconds. */
  scopesAlone(day: Day): Promise<number>;
  run(day: Day): Promise<MorningCost>;
  close(): Promise<void>;
}

/** A bot's house without couriers: what it prepares stays in the outbox. */
export async function openMorning(crmUrl: string, botUrl: string, groups: number): Promise<Morning> {
  const read = benchConfig({ CRM_DATABASE_URL: crmUrl, BOT_DATABASE_URL: botUrl });
  const config: Config = { ...read, business: { ...read.business, groups: groupsOf(groups) } };
  const log = createLog('warn');
  const state = createInProcessState();
  const store = await openChatStore(botUrl, config.store);
  const renderer = createChartRenderer({ ...config.charts, workers: 1 });
  await renderer.warm();
  let drawn = 0;
  let serial = 0;
  // Never from the renderer's memory: the other half of the comparison has drawn the same picture.
  const charts: ChartRenderer = {
    ...renderer,
    draw: (spec) => {
      drawn += 1;
      serial += 1;
      return renderer.draw({ ...spec, subtitle: `${spec.subtitle} · ${serial}` });
    },
  };
  const house = openHouse(config, { state, charts, log });
  const clock = standingClock(epochMsOf(`2026-01-05 12:00:00` as WallTime, zone));
  const platforms = platformsOf(config, state, store, log, undefined);
  const scheduleHouse: ScheduleHouse = {
    settings: config.business,
    store,
    platforms,
    charts,
    clock,
    zone,
    log,
    company: house.company,
    pushed: pushedChoices(house),
  };
  const { calendar } = planSchedule(scheduleHouse);
  const waiting = bindings.slice(0, Math.min(bindings.length, groups));

  const costOf = async (job: string, day: Day, work: () => Promise<unknown>): Promise<Cost> => {
    globalThis.gc?.();
    const before = process.memoryUsage().rss;
    const queries = house.crm.queriesRun;
    let most = before;
    let over = false;
    const looking = (async () => {
      while (!over) {
        most = Math.max(most, process.memoryUsage().rss);
        await sleep(100);
      }
    })();
    const startedAt = performance.now();
    await work();
    const ms = performance.now() - startedAt;
    over = true;
    await looking;
    const { messages } = await store.database.kysely
      .selectFrom('cb_outbox')
      .select((eb) => eb.fn.countAll<number>().as('messages'))
      .where('cause', 'like', `${job}:${day}:%`)
      .executeTakeFirstOrThrow();
    return {
      ms,
      queries: house.crm.queriesRun - queries,
      messages: Number(messages),
      mostBytes: most,
      grewBytes: most - before,
    };
  };

  await house.company(momentAt(clock.now(), zone));
  return {
    store,
    scopes: waiting.length,
    scopesAlone: async (day) => {
      const moment = momentAt(epochMsOf(`${day} 09:00:00` as WallTime, zone), zone);
      const known = await house.company(moment);
      // With as many queries at once as in the morning: more of them only stand in each other's way.
      const company = { ...known, crm: crmInTurn(known.crm, queriesAtOnce) };
      const covers = coveredBy(day, null, calendar);
      const first = (await store.slots.lastSent('digest:funnel', 'wecom:group:g0', moment.epochMs)) === null;
      const todo = [...waiting];
      const hand = async (): Promise<void> => {
        for (let bind = todo.shift(); bind !== undefined; bind = todo.shift()) {
          const scope = boundScope(bind, company.directory);
          if (scope === null) throw new Error('a scope of the benchmark does not exist');
          const ask = { scope, moment, covers, first, lastWorkDay: calendar.previousWorkDay(day) };
          const computed = await funnelDigest.compute(company, ask);
          const chart = funnelDigest.chart(computed, ask);
          if (chart !== null) await charts.draw(chart);
        }
      };
      const startedAt = performance.now();
      await Promise.all(Array.from({ length: concurrency }, hand));
      return performance.now() - startedAt;
    },
    run: async (day) => {
      const plan = planSchedule(scheduleHouse);
      const order: string[] = [];
      const scheduler = createScheduler({
        store: {
          ...store,
          outbox: {
            ...store.outbox,
            fulfil: async (claim, messages, memory) => {
              order.push(claim.priority === 0 ? 'director' : 'other');
              return store.outbox.fulfil(claim, messages, memory);
            },
          },
        },
        jobs: plan.jobs,
        calendar,
        clock,
        zone,
        catchUpMs: 7_200_000,
        log,
        concurrency,
      });
      const tickAt = (time: string) => () => {
        clock.moveTo(epochMsOf(`${day} ${time}` as WallTime, zone));
        return scheduler.tick();
      };
      try {
        drawn = 0;
        const digests = await costOf('digest:funnel', day, tickAt('09:00:00'));
        const pictures = drawn;
        const last = order.lastIndexOf('director');
        const beforeDirectors = order.slice(0, Math.max(0, last)).filter((who) => who === 'other').length;
        const reminders = await costOf('recall', day, tickAt('09:05:00'));
        // Arrived, as far as the next morning is concerned.
        await store.database.kysely.updateTable('cb_outbox').set({ state: 'sent', finished_at: 1 }).execute();
        await store.slots.settle();
        return { digests, reminders, pictures, beforeDirectors };
      } finally {
        await scheduler.stop();
      }
    },
    close: async () => {
      await renderer.close();
      await house.close();
      await store.close();
    },
  };
}
