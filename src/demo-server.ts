import { epochMsOf, momentAt, systemClock } from './calendar/clock.ts';
import { daysBetween, type WallTime } from './calendar/day.ts';
import { chineseWorkDays } from './calendar/work-calendar.ts';
import type { Config } from './config.ts';
import { openCrm } from './crm/crm.ts';
import { readDirectory } from './crm/directory.ts';
import type { CrmTables } from './crm/schema.ts';
import { connect } from './database/connect.ts';
import { openChatStore } from './delivery/chat-store.ts';
import {
  audienceWords,
  customersByOwner,
  ensureDemoCompany,
  simulatedChats,
  simulatedPeople,
  withDemoGroups,
} from './demo.ts';
import type { Log } from './log.ts';
import { createSimulator } from './platforms/simulator/simulator.ts';
import { type Running, start } from './running.ts';
import { weekdayOf } from './schedule/digests/funnel-view.ts';
import { seedRecallHistory } from './schedule/recall/demo.ts';
import { runOnce } from './schedule/run-once.ts';
import { simulatorPages, type TimeTravel } from './server/simulator.ts';

/** The bot on a generated company, with the chat simulator at `/`. */
export interface RunningDemo extends Running {
  /** What was done about the company's data. */
  readonly company: 'kept' | 'generated' | 'own data' | 'connected';
}

/** Generates the company where the CRM is the embedded one and empty, and opens the simulator on it. */
export async function startDemo(read: Config, log: Log, customers = 300): Promise<RunningDemo> {
  const config = { ...read, business: withDemoGroups(read.business) };
  const crmUrl = config.house.CRM_DATABASE_URL;
  const today = momentAt(systemClock.now(), config.house.TIMEZONE).today;
  const company = crmUrl.startsWith('sqlite:') ? await ensureDemoCompany(crmUrl, today, customers) : 'connected';

  // The simulator's chats begin empty, and so does what was sent into them: also on a day that the visitor travelled to.
  const store = await openChatStore(config.house.BOT_DATABASE_URL, config.store);
  for (const target of ['simulator:', 'owners', 'managers', 'administrators']) await store.slots.forget(target);
  // A ledger on a server is a company's own.
  const ownLedger = !config.house.BOT_DATABASE_URL.startsWith('sqlite:');
  if (!ownLedger && (company === 'generated' || company === 'kept')) {
    const crm = openCrm(crmUrl);
    const calendar = chineseWorkDays(config.business.schedule.workDays);
    const moment = momentAt(systemClock.now(), config.house.TIMEZONE);
    await seedRecallHistory(store.recalls, { crm, settings: config.business }, calendar, moment);
    await crm.close();
  }
  await store.close();

  let aheadMs = 0;
  const clock = { now: () => systemClock.now() + aheadMs };
  const database = connect<CrmTables>(crmUrl, { readOnly: true });
  const directory = await readDirectory(database);
  const people = simulatedPeople(directory, config.business, await customersByOwner(database));
  await database.close();
  const simulator = createSimulator(simulatedChats(directory, config.business), clock);
  const travel: TimeTravel = {
    label: () => nextStop().label,
    go: async () => {
      aheadMs += nextStop().at - clock.now();
      running.schedule.scheduler.wake();
      for (const ms of [shortlyBeforeMs + 300, shortlyBeforeMs + 3_000])
        setTimeout(() => running.schedule.scheduler.wake(), ms).unref();
    },
  };
  /** Ten seconds before what a work day brings next: 8:59 by the clock on the wall, then 9:04. None is jumped over. */
  function nextStop(): { readonly at: number; readonly label: string } {
    const { today, epochMs, zone } = momentAt(clock.now(), config.house.TIMEZONE);
    const { calendar } = running.schedule.plan;
    const stopsOf = (day: typeof today): number[] =>
      ['09:00', config.business.recall.at]
        .map((time) => epochMsOf(`${day} ${time}:00` as WallTime, zone) - shortlyBeforeMs)
        .sort((a, b) => a - b);
    const left = calendar.isWorkDay(today) ? stopsOf(today).filter((at) => at > epochMs) : [];
    const day = left.length > 0 ? today : calendar.nextWorkDay(today);
    const [at = epochMs] = left.length > 0 ? left : stopsOf(day);
    const name = day === today ? '今天' : daysBetween(today, day) === 1 ? '明天' : weekdayOf(day);
    return { at, label: `${name} ${momentAt(at, zone).wall.slice(11, 16).replace(/^0/, '')}` };
  }

  const running = await start(config, log, {
    clock,
    extra: {
      platform: simulator,
      pages: ({ store }) =>
        simulatorPages({
          simulator,
          clock,
          travel,
          zone: config.house.TIMEZONE,
          people: async () => people,
          about: (chatId) => audienceWords(chatId, config.business),
          remember: (message) => store.inbox.remember(message),
          loadPicture: (pictureId) => store.pictures.load(pictureId),
        }),
    },
  });
  await postToday(running, clock.now());
  return { ...running, company };
}

const shortlyBeforeMs = 10_000;

/** What the groups got this morning, posted at once: a visitor need not wait for tomorrow to see it. */
async function postToday({ schedule, store, house }: Running, nowMs: number): Promise<void> {
  const moment = momentAt(nowMs, house.zone);
  for (const job of schedule.plan.digests.values()) {
    for (const recipient of await job.recipients(moment)) await runOnce(store, job, recipient, moment);
  }
  const { recall } = schedule.plan;
  for (const { target, part, priority } of await recall.timetable(moment))
    await runOnce(store, recall, { key: target, priority }, moment, part);
}
