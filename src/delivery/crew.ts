import type { Log } from '../log.ts';
import { withinTime } from '../time-limit.ts';

/** A claim in this process's hands. */
export interface Held<Claim> {
  readonly claim: Claim;
  /** Its lease ended before it was renewed: nothing more may be begun with it. */
  lost: boolean;
}

export interface CrewOptions<Claim> {
  /** For the log: `outbox`, `inbox`. */
  readonly table: string;
  readonly log: Pick<Log, 'warn'>;
  /** Claims served at once. */
  readonly concurrency: number;
  /** Claims taken in one go when none is at hand; more than the free places keeps some ready, with their leases renewed. */
  readonly claimAtOnce: (freePlaces: number) => number;
  readonly sweepMs: number;
  readonly leaseMs: number;
  /** Takes what nobody works on; with `id` only that. */
  claim(limit: number, id?: string): Promise<readonly Claim[]>;
  /** Must not reject. */
  serve(held: Held<Claim>): Promise<void>;
  /** Keeps the claims from ending; gives the ids of those that are still this process's. */
  renew(claims: readonly Claim[]): Promise<ReadonlySet<string>>;
  idOf(claim: Claim): string;
  release(claim: Claim): Promise<void>;
  /** With every sweep of the table, counted from 1. */
  onSweep?(count: number): void;
}

/** Works the rows of a table as they come: claims, serves many at once, keeps leases alive, sweeps for what was missed. */
export interface Crew<Claim> {
  readonly isStopping: boolean;
  /** Something may have come. Returns at once, never throws. */
  wake(): void;
  /** Wakes after a while. */
  wakeIn(ms: number): void;
  /** Takes one by its id now, when there is a place; otherwise with the next that is free. Never rejects. */
  take(id: string): Promise<void>;
  /** Resolves when nothing can be claimed any more. */
  drain(): Promise<void>;
  /** Takes nothing new and waits for what is at work; gives what was not finished within `graceMs`. */
  stop(graceMs: number): Promise<readonly Claim[]>;
}

export function createCrew<Claim>(options: CrewOptions<Claim>): Crew<Claim> {
  const { concurrency, log, table } = options;
  const ready: Held<Claim>[] = [];
  const working = new Map<Held<Claim>, Promise<void>>();
  const timers = new Set<NodeJS.Timeout>();
  /** Claims by id that are on their way: each has a place promised. */
  const taking = new Set<Promise<unknown>>();
  let turnedAway = false;
  let isStopping = false;
  let pumping: Promise<void> | null = null;
  let wokenMeanwhile = false;

  const freePlaces = (): number => concurrency - working.size - taking.size;

  const start = (held: Held<Claim>): Promise<void> => {
    const work = options.serve(held).finally(() => {
      working.delete(held);
      wake();
    });
    working.set(held, work);
    return work;
  };

  /** Fills the free places. One runs at a time; who comes meanwhile is served by one more round. */
  async function pump(): Promise<void> {
    do {
      wokenMeanwhile = false;
      while (!isStopping && freePlaces() > 0) {
        if (ready.length === 0) {
          for (const claim of await options.claim(options.claimAtOnce(freePlaces())))
            ready.push({ claim, lost: false });
        }
        const held = ready.shift();
        if (held === undefined) break;
        if (isStopping) await options.release(held.claim).catch(() => undefined);
        else if (!held.lost) void start(held);
      }
    } while (wokenMeanwhile && !isStopping);
  }

  function wake(): void {
    if (isStopping) return;
    if (pumping !== null) {
      wokenMeanwhile = true;
      return;
    }
    pumping = pump()
      .catch((error: unknown) => log.warn({ error, table }, 'a table cannot be read, trying again at the next sweep'))
      .finally(() => {
        pumping = null;
        if (wokenMeanwhile) wake();
      });
  }

  async function claimOne(id: string): Promise<Held<Claim> | null> {
    try {
      const [claim] = await options.claim(1, id);
      return claim === undefined ? null : { claim, lost: false };
    } catch (error) {
      log.warn({ error, table }, 'a row could not be claimed, trying again at the next sweep');
      return null;
    }
  }

  const renewal = setInterval(() => {
    const all = [...ready, ...working.keys()].filter((held) => !held.lost);
    options
      .renew(all.map((held) => held.claim))
      .then((kept) => {
        for (const held of all) if (!kept.has(options.idOf(held.claim))) held.lost = true;
      })
      .catch((error: unknown) => log.warn({ error, table }, 'leases could not be renewed'));
  }, options.leaseMs / 3);
  renewal.unref();

  let sweeps = 0;
  const sweep = setInterval(() => {
    sweeps += 1;
    wake();
    options.onSweep?.(sweeps);
  }, options.sweepMs);
  sweep.unref();

  return {
    get isStopping() {
      return isStopping;
    },
    wake,
    wakeIn: (ms) => {
      if (isStopping) return;
      const timer = setTimeout(() => {
        timers.delete(timer);
        wake();
      }, ms);
      timer.unref();
      timers.add(timer);
    },
    take: async (id) => {
      if (isStopping) return;
      if (freePlaces() <= 0) {
        turnedAway = true;
        return;
      }
      const claiming = claimOne(id);
      taking.add(claiming);
      const held = await claiming;
      taking.delete(claiming);
      if (held !== null && isStopping) return options.release(held.claim).catch(() => undefined);
      if (held !== null) return start(held);
      if (turnedAway) wake();
      turnedAway = false;
    },
    drain: async () => {
      for (;;) {
        wake();
        await pumping;
        const busy = [...working.values(), ...taking];
        if (busy.length > 0) await Promise.race(busy);
        else if (ready.length === 0 && pumping === null) return;
      }
    },
    stop: async (graceMs) => {
      isStopping = true;
      clearInterval(sweep);
      for (const timer of timers) clearTimeout(timer);
      const finished = (async () => {
        await pumping;
        await Promise.all(working.values());
      })();
      await withinTime(graceMs, finished, () => undefined);
      clearInterval(renewal);
      await Promise.all(ready.splice(0).map((held) => options.release(held.claim).catch(() => undefined)));
      return [...working.keys()].map((held) => held.claim);
    },
  };
}
