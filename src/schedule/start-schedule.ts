import type { AccessSettings } from '../access/settings.ts';
import { type Clock, type Moment, momentAt } from '../calendar/clock.ts';
import { chineseWorkDays, type WorkCalendar } from '../calendar/work-calendar.ts';
import type { ChartRenderer } from '../charts/spec.ts';
import type { KnownCompany } from '../company.ts';
import type { Crm } from '../crm/crm.ts';
import type { ChatStore } from '../delivery/chat-store.ts';
import type { Log } from '../log.ts';
import type { Platform, PlatformName } from '../platforms/platform.ts';
import type { EndedSlot } from '../store/slot.ts';
import { calendarWatch } from './calendar-watch.ts';
import type { ScheduleSettings } from './config.ts';
import { crmInTurn } from './crm-in-turn.ts';
import { type DigestJob, digestJob } from './digests/digest-job.ts';
import { funnelDigest } from './digests/funnel-digest.ts';
import type { Job, Pushed } from './job.ts';
import { type Notices, noticesTo } from './notices.ts';
import { pushProblems } from './push-problems.ts';
import type { RecallSettings } from './recall/config.ts';
import { previewRecall, type RecallPreview } from './recall/preview-recall.ts';
import { reachOver } from './recall/reach-over.ts';
import { type RecallDeps, recallJob } from './recall/recall-job.ts';
import { createScheduler, type Scheduler } from './scheduler.ts';
import { createTicker } from './ticker.ts';

/** What the clock works with. */
export interface ScheduleHouse {
  readonly settings: AccessSettings & { readonly schedule: ScheduleSettings; readonly recall: RecallSettings };
  readonly store: ChatStore;
  readonly platforms: ReadonlyMap<PlatformName, Platform>;
  readonly charts: ChartRenderer | null;
  readonly clock: Clock;
  readonly zone: string;
  readonly log: Log;
  company(moment: Moment): Promise<KnownCompany>;
  /** Remembers the choices of a push, so that a bare number answers them. */
  readonly pushed?: Pushed;
}

export interface SchedulePlan {
  readonly calendar: WorkCalendar;
  readonly notices: Notices;
  /** By the name that settings and scripts use: `funnel`. */
  readonly digests: ReadonlyMap<string, DigestJob>;
  /** 沉默客户提醒. */
  readonly recall: Job;
  /** What it would say now, for a dry run. */
  previewRecall(moment: Moment): Promise<RecallPreview>;
  readonly jobs: readonly Job[];
}

/** Queries of the schedule that run together; the CRM's other connections are for people who ask meanwhile. */
export const queriesAtOnce = 3;

/** The company as the schedule asks it. */
function companyInTurn({ company }: Pick<ScheduleHouse, 'company'>): ScheduleHouse['company'] {
  const turns = new WeakMap<Crm, Crm>();
  return async (moment) => {
    const known = await company(moment);
    const crm = turns.get(known.crm) ?? crmInTurn(known.crm, queriesAtOnce);
    turns.set(known.crm, crm);
    return { ...known, crm };
  };
}

/** Everything that the clock owes, without anything that ticks: scripts run single jobs of it. */
export function planSchedule(house: ScheduleHouse): SchedulePlan {
  const company = companyInTurn(house);
  const { store, platforms, settings, log } = house;
  const calendar = chineseWorkDays(settings.schedule.workDays);
  const notices = noticesTo({
    access: settings,
    store,
    platforms,
    log,
    directory: async () => (await house.company(momentAt(house.clock.now(), house.zone))).directory,
  });
  const digests = new Map([
    [
      'funnel',
      digestJob(funnelDigest, {
        access: settings,
        calendar,
        charts: house.charts,
        slots: store.slots,
        platforms,
        company,
        log: (event, fields) => log.warn(fields, event),
        ...(house.pushed === undefined ? {} : { pushed: house.pushed }),
      }),
    ],
  ]);
  const recallDeps: RecallDeps = {
    company,
    access: settings,
    settings: settings.recall,
    recalls: store.recalls,
    slots: store.slots,
    calendar,
    reaching: reachOver(settings, platforms),
    log,
    ...(house.pushed === undefined ? {} : { pushed: house.pushed }),
  };
  const recall = recallJob(recallDeps);
  const jobs = [...digests.values(), recall, calendarWatch(calendar, notices, store.slots)];
  return { calendar, notices, digests, recall, previewRecall: (moment) => previewRecall(recallDeps, moment), jobs };
}

export interface RunningSchedule {
  readonly plan: SchedulePlan;
  readonly scheduler: Scheduler;
  stop(): Promise<void>;
}

/** Starts the clock: node-cron wakes, the start itself and a sweep find what was left. */
export function startSchedule(
  house: ScheduleHouse,
  instruments: {
    onEnded(ended: EndedSlot): void;
    onPrepared(job: string, lateMs: number): void;
  },
): RunningSchedule {
  const { log, zone, clock, settings } = house;
  const plan = planSchedule(house);
  const byName = new Map(plan.jobs.map((job) => [job.name, job]));
  const ticker = createTicker(() => scheduler.wake(), { zone, log });
  const scheduler = createScheduler({
    store: house.store,
    jobs: plan.jobs,
    calendar: plan.calendar,
    clock,
    zone,
    catchUpMs: settings.schedule.catchUpMinutes * 60_000,
    log,
    onTimes: ticker.wakeAt,
    onUntold: async (ended, kindly) => {
      const job = byName.get(ended.job);
      if (ended.state === 'missed' && job?.quietWhenMissed === true) return;
      await plan.notices.ofSlot(ended, job?.title ?? ended.job, kindly);
    },
    ...instruments,
  });
  void tellProblems();
  scheduler.wake();

  async function tellProblems(): Promise<void> {
    try {
      const moment = momentAt(clock.now(), zone);
      const { directory } = await house.company(moment);
      const connected = (platform: PlatformName) => house.platforms.has(platform);
      for (const problem of pushProblems(settings, directory, connected, zone, moment.today))
        log.warn({ problem }, 'a push cannot arrive as it is set up');
    } catch (error) {
      log.warn({ error }, 'the pushes could not be checked');
    }
  }

  return {
    plan,
    scheduler,
    stop: async () => {
      await ticker.stop();
      await scheduler.stop();
    },
  };
}
