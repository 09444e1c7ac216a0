import { setTimeout as sleep } from 'node:timers/promises';
import { type Clock, momentAt } from '../calendar/clock.ts';
import { addDays, type Day } from '../calendar/day.ts';
import type { WorkCalendar } from '../calendar/work-calendar.ts';
import type { ChatStore } from '../delivery/chat-store.ts';
import { createCrew, type Held } from '../delivery/crew.ts';
import { Failure, never } from '../failure.ts';
import type { Log } from '../log.ts';
import type { EndedSlot, SlotClaim } from '../store/slot.ts';
import { nextPlannedAt, ripeLines, type TimetableLine } from './due.ts';
import { type Job, taskOf } from './job.ts';

/** Finds what the clock owes and prepares it. Being woken is all it needs: what is due and not sent comes from the table. */
export interface Scheduler {
  /** Something may be due. Returns at once, never throws. */
  wake(): void;
  /** Plans and prepares what is due now; resolves when nothing more can be taken. */
  tick(): Promise<void>;
  /** The next time something goes out; null = nothing is planned. */
  nextAt(): number | null;
  /** Takes nothing new and resolves when what is in hand is prepared, at the latest after `graceMs` (10 s). */
  stop(graceMs?: number): Promise<void>;
}

export interface SchedulerOptions {
  readonly store: Pick<ChatStore, 'slots' | 'outbox' | 'pictures' | 'leaseMs'>;
  readonly jobs: readonly Job[];
  readonly calendar: WorkCalendar;
  readonly clock: Clock;
  readonly zone: string;
  /** How late a run may still go out. */
  readonly catchUpMs: number;
  readonly log: Pick<Log, 'info' | 'warn' | 'error'>;
  /** Slots prepared at once. Default 8. */
  readonly concurrency?: number;
  /** How often the table is asked without being woken. Default 30 s. */
  readonly sweepMs?: number;
  /**
   * Tells people of runs that were missed or failed. Called until it resolved for each, of two instances perhaps by both:
   * what it enqueues needs an idempotency key.
   */
  onUntold?(ended: EndedSlot, kindly: string | null): Promise<void>;
  /** The times of the wall clock at which something goes out, for the ticker; called with every new timetable. */
  onTimes?(times: readonly string[]): void;
  /** For metrics: a slot reached its end. */
  onEnded?(ended: EndedSlot): void;
  /** For metrics: how long after its time a slot was in the outbox. */
  onPrepared?(job: string, lateMs: number): void;
}

/** Slots in hand beyond those being prepared; a process that dies keeps them from the others for one lease. */
const claimedAhead = 16;
/** So long at most one waits for those before it. */
const longestTurnMs = 60_000;
/** People join and leave, groups are bound anew: a timetable is read again after so long. */
const timetableForMs = 5 * 60_000;
/** A preparation that failed is tried again after 5 s, 10 s … */
const firstPauseMs = 5_000;
const longestPauseMs = 120_000;

interface Plan {
  readonly at: number;
  readonly lines: readonly TimetableLine[];
  readonly next: number | null;
}

export function createScheduler(options: SchedulerOptions): Scheduler {
  const { store, calendar, clock, zone, log, catchUpMs } = options;
  const { slots, outbox } = store;
  const jobs = new Map(options.jobs.map((job) => [job.name, job]));
  const plans = new Map<string, Plan>();
  const reasons = new Map<string, string>();
  const preparing = new Map<SlotClaim, Promise<void>>();
  let ticking: Promise<void> | null = null;
  let again = false;
  let stopped = false;

  const crew = createCrew<SlotClaim>({
    table: 'slots',
    log,
    concurrency: options.concurrency ?? 8,
    // Some wait with their leases renewed: taking them one by one costs a commit each.
    claimAtOnce: (freePlaces) => freePlaces + claimedAhead,
    sweepMs: options.sweepMs ?? 30_000,
    leaseMs: store.leaseMs,
    claim: slots.claim,
    serve,
    renew: slots.renew,
    idOf: (claim) => claim.slotId,
    release: (claim) => slots.release(claim),
    onSweep: () => wake(),
  });
  // What a process that was killed before this one had in hand is free by then; the sweep may come half a minute later.
  crew.wakeIn(store.leaseMs + 100);

  /** Directors first: waits while something that is to go out earlier is being prepared, but not for one that hangs. */
  async function turnOf(claim: SlotClaim): Promise<void> {
    const over = new AbortController();
    const patience = sleep(longestTurnMs, undefined, { signal: over.signal, ref: false }).catch(() => undefined);
    let waitedOut = false;
    void patience.then(() => {
      waitedOut = true;
    });
    while (!waitedOut) {
      const before = [...preparing].filter(([other]) => other.priority < claim.priority).map(([, work]) => work);
      if (before.length === 0) break;
      await Promise.race([...before, patience]);
    }
    over.abort();
  }

  async function inTurn(held: Held<SlotClaim>): Promise<void> {
    await turnOf(held.claim);
    // Whoever waited past the lease has lost it to another instance.
    if (held.lost) return;
    if (stopped) await slots.release(held.claim).catch(() => undefined);
    else await prepareSlot(held.claim);
  }

  async function serve(held: Held<SlotClaim>): Promise<void> {
    const { claim } = held;
    const work = inTurn(held);
    preparing.set(claim, work);
    await work.finally(() => preparing.delete(claim));
  }

  async function prepareSlot(claim: SlotClaim): Promise<void> {
    const moment = momentAt(clock.now(), zone);
    const { slotId } = claim;
    const about = { slotId, job: claim.job, day: claim.day, target: claim.target, attempt: claim.attempt };
    try {
      const job = jobs.get(claim.job);
      if (job === undefined) {
        // A job of a newer version that runs beside this one, or one that is gone: then it will be missed.
        await slots.release(claim, longestPauseMs, 'no such job here');
        return;
      }
      if (moment.epochMs - claim.plannedAt > catchUpMs) {
        await slots.release(claim);
        await slots.expire(claim.job, moment.epochMs - catchUpMs, 'not in time');
        return;
      }
      const prepared = await job.prepare(taskOf(claim, moment));
      switch (prepared.kind) {
        case 'ready': {
          for (const picture of prepared.pictures) await store.pictures.save(picture);
          const answered = await outbox.fulfil(claim, prepared.messages, prepared.memory);
          if (answered === 'late') log.warn(about, 'another owner has prepared this slot');
          else options.onPrepared?.(claim.job, Math.max(0, clock.now() - claim.plannedAt));
          return;
        }
        case 'nothing':
          await slots.end(claim, 'void', prepared.why);
          return;
        case 'refused':
          log.error({ ...about, why: prepared.why }, 'a scheduled message cannot be prepared as it is set up');
          reasons.set(slotId, prepared.kindly);
          await slots.end(claim, 'failed', prepared.why);
          return;
        default:
          never(prepared);
      }
    } catch (error) {
      log.warn({ ...about, error }, 'a scheduled message could not be prepared, trying again');
      const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** (claim.attempt - 1));
      // Failing here too costs time only: the lease ends by itself.
      await slots.release(claim, pauseMs, whyOf(error)).catch(() => undefined);
      crew.wakeIn(pauseMs + 50);
    }
  }

  /** Writes down what is due. Cheap while nothing new can have come due. */
  async function plan(job: Job): Promise<void> {
    const moment = momentAt(clock.now(), zone);
    const before = plans.get(job.name);
    const stays =
      before !== undefined &&
      moment.epochMs >= before.at &&
      moment.epochMs - before.at < timetableForMs &&
      (before.next === null || moment.epochMs < before.next);
    if (stays) return;
    const lines = await job.timetable(moment);
    const newest = new Map(
      (await slots.newestDays(job.name, moment.today)).map(({ target, part, day }) => [keyOf({ target, part }), day]),
    );
    const ripe = ripeLines(
      lines,
      (line) => (newest.get(keyOf(line)) as Day | undefined) ?? null,
      moment,
      calendar,
      catchUpMs,
    );
    const known = new Map(
      ripe.length === 0
        ? []
        : (await slots.known(job.name, addDays(moment.today, -1))).map((slot) => [keyOf(slot) + slot.day, slot.state]),
    );
    const fresh = ripe.filter(({ line, day, state }) => {
      const there = known.get(keyOf(line) + day);
      return there === undefined || (there === 'missed' && state === 'due');
    });
    const planned = (state: 'due' | 'missed') =>
      fresh
        .filter((one) => one.state === state)
        .map(({ line, day, plannedAt }) => ({
          job: job.name,
          day,
          target: line.target,
          part: line.part,
          plannedAt,
          priority: line.priority,
        }));
    await slots.note(planned('due'));
    await slots.noteMissed(planned('missed'), 'nothing was running at its time');
    options.onTimes?.([...new Set(lines.map((line) => line.at))]);
    plans.set(job.name, { at: moment.epochMs, lines, next: nextPlannedAt(lines, moment, calendar) });
  }

  async function tellOf(): Promise<void> {
    for (const ended of await slots.settle()) options.onEnded?.(ended);
    if (options.onUntold === undefined) return;
    for (const ended of await slots.untold(200)) {
      await options.onUntold(ended, reasons.get(ended.slotId) ?? null);
      if (await slots.markTold(ended.slotId)) options.onEnded?.(ended);
      reasons.delete(ended.slotId);
    }
  }

  async function run(): Promise<void> {
    do {
      again = false;
      for (const job of jobs.values()) {
        try {
          await plan(job);
          await slots.expire(job.name, clock.now() - catchUpMs, 'not in time');
        } catch (error) {
          // One job that cannot be planned (the CRM is away) keeps no other from being sent.
          log.warn({ job: job.name, error }, 'a job could not be planned, trying again at the next sweep');
        }
      }
      crew.wake();
      await tellOf().catch((error: unknown) => log.warn({ error }, 'ended slots could not be told of'));
    } while (again && !stopped);
  }

  function tickOnce(): Promise<void> {
    if (ticking !== null) {
      again = true;
      return ticking;
    }
    ticking = run().finally(() => {
      ticking = null;
    });
    return ticking;
  }

  function wake(): void {
    if (stopped) return;
    tickOnce().catch((error: unknown) => log.warn({ error }, 'a tick of the schedule failed, trying again'));
  }

  return {
    wake,
    tick: async () => {
      await tickOnce();
      await crew.drain();
    },
    nextAt: () =>
      [...plans.values()].reduce<number | null>(
        (first, { next }) => (next !== null && (first === null || next < first) ? next : first),
        null,
      ),
    stop: async (graceMs = 10_000) => {
      stopped = true;
      await ticking?.catch(() => undefined);
      const unfinished = await crew.stop(graceMs);
      await Promise.all(unfinished.map((claim) => slots.release(claim).catch(() => undefined)));
    },
  };
}

const keyOf = ({ target, part }: { readonly target: string; readonly part: string }): string =>
  JSON.stringify([target, part]);

/** Words to keep in the row: never an unknown error's own, which may carry addresses or statements. */
const whyOf = (error: unknown): string =>
  error instanceof Failure ? error.message : error instanceof Error ? error.name : 'not an error';
