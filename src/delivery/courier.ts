import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Clock } from '../calendar/clock.ts';
import { Failure } from '../failure.ts';
import type { Address, OutboundPart, Platform, PlatformName, SendOutcome } from '../platforms/platform.ts';
import type { DeadLetter, OutboxRow } from '../store/outbox.ts';
import type { SharedState } from '../store/shared-state.ts';
import type { Settlement, TargetClaim } from '../store/targets.ts';
import { takeAllowance } from './allowance.ts';
import type { ChatStore } from './chat-store.ts';
import { type RetryLimits, retryLimits, settlementOf } from './retry.ts';

/** Carries the outbox to the platforms: in order per target, many targets at once. */
export interface Courier {
  /** Something may be due. Returns at once, never throws. */
  wake(): void;
  /** Sends what is due for one target now, unless another owner does. Never rejects. */
  deliver(targetId: string): Promise<void>;
  /** Resolves when nothing is due any more; messages that are held or planned for later stay. */
  drain(): Promise<void>;
  /** Takes nothing new and resolves when what is in flight has its outcome, at the latest after `graceMs` (10 s). */
  stop(graceMs?: number): Promise<void>;
}

export interface CourierOptions {
  readonly store: Pick<ChatStore, 'targets' | 'outbox' | 'pictures' | 'leaseMs'>;
  readonly platforms: ReadonlyMap<PlatformName, Pick<Platform, 'name' | 'send' | 'repeatsAreSafe' | 'allowances'>>;
  readonly state: SharedState;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** Targets served at once. Default 16. */
  readonly concurrency?: number;
  /** How often the table is asked without being woken. Default 2 s. */
  readonly sweepMs?: number;
  /** After so long an attempt counts as unknown. Default 60 s. */
  readonly sendTimeoutMs?: number;
  readonly retry?: RetryLimits;
  /**
   * Tells a human of a message that was given up. Called until it resolved once, so what it enqueues needs the letter's
   * id in its idempotency key.
   */
  onDeadLetter?(letter: DeadLetter): Promise<void>;
  /** For metrics. */
  onSettled?(platform: PlatformName, kind: Settlement['kind'], tookMs: number): void;
}

type Row = OutboxRow<OutboundPart, Address>;

/** A target in this courier's hands. */
interface Hand {
  readonly claim: TargetClaim;
  /** The lease ended before it was renewed: nothing more may be begun. */
  lost: boolean;
}

/** A place in a rate window that is free so soon is waited for with the target in hand. */
const patienceMs = 1_000;

/** WeCom drops a repeat of the same JSON for at most 4 h (`wecom.md`); later a repeat is marked like elsewhere. */
const safeRepeatMs = 3.5 * 60 * 60 * 1000;

export function createCourier(options: CourierOptions): Courier {
  const { store, platforms, state, clock, log } = options;
  const { targets, outbox } = store;
  const concurrency = options.concurrency ?? 16;
  const sweepMs = options.sweepMs ?? 2_000;
  const sendTimeoutMs = options.sendTimeoutMs ?? 60_000;

  const ready: Hand[] = [];
  const working = new Map<Hand, Promise<void>>();
  const timers = new Set<NodeJS.Timeout>();
  let stopping = false;
  let pumping: Promise<void> | null = null;
  let wokenMeanwhile = false;
  let telling: Promise<void> | null = null;

  const later = (ms: number, work: () => void): void => {
    if (stopping) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      work();
    }, ms);
    timers.add(timer);
  };

  const start = (hand: Hand): Promise<void> => {
    const work = serve(hand).finally(() => {
      working.delete(hand);
      wake();
    });
    working.set(hand, work);
    return work;
  };

  /** Fills the free places. One at a time; who comes meanwhile is served by one more round. */
  async function pump(): Promise<void> {
    do {
      wokenMeanwhile = false;
      while (!stopping && working.size < concurrency) {
        // Claimed by the dozen: finding what is due costs the same for one target as for many.
        if (ready.length === 0)
          for (const claim of await targets.claim(concurrency)) ready.push({ claim, lost: false });
        const hand = ready.shift();
        if (hand === undefined) break;
        if (!hand.lost) void start(hand);
      }
    } while (wokenMeanwhile && !stopping);
  }

  function wake(): void {
    if (stopping) return;
    if (pumping !== null) {
      wokenMeanwhile = true;
      return;
    }
    pumping = pump()
      .catch((error: unknown) =>
        log.warn({ why: whyOf(error) }, 'the outbox cannot be read, trying again at the next sweep'),
      )
      .finally(() => {
        pumping = null;
        if (wokenMeanwhile) wake();
      });
  }

  async function serve(hand: Hand): Promise<void> {
    try {
      while (!stopping && !hand.lost && (await sendNext(hand.claim)));
    } catch (error) {
      log.warn({ targetId: hand.claim.targetId, why: whyOf(error) }, 'sending to a target stopped, trying again later');
    }
    // Failing here costs time only: the lease ends by itself.
    await targets.release(hand.claim).catch(() => undefined);
  }

  /** Sends the head of a target. True = go on with the next one. */
  async function sendNext(claim: TargetClaim): Promise<boolean> {
    const row = await targets.head(claim);
    if (row === null) return false;
    const platform = platforms.get(row.address.platform);
    if (platform === undefined) {
      return settle(claim, row, { kind: 'failed', why: 'its platform is not configured', tell: true });
    }
    const repeatsAreSafe = platform.repeatsAreSafe(row.part, row.address) && row.sinceAttemptMs < safeRepeatMs;
    const attempt = { unknowns: row.unknowns, repeatsAreSafe, ageMs: row.ageMs, seed: row.idempotencyKey };
    if (row.state === 'sending') {
      const died = { kind: 'unknown', why: 'the process that was sending it died' } as const;
      const settlement = settlementOf(died, { ...attempt, number: row.attempts }, options.retry ?? retryLimits);
      return settle(claim, row, settlement.kind === 'again' ? { ...settlement, holdMs: 0 } : settlement);
    }
    if (row.part.pictureId !== null && !(await store.pictures.has(row.part.pictureId))) {
      return settle(claim, row, { kind: 'failed', why: 'its picture is no longer kept', tell: true });
    }
    for (;;) {
      const waitMs = await takeAllowance(platform, row.address, state, clock.now());
      if (waitMs === 0) break;
      if (waitMs > patienceMs || stopping) {
        await targets.hold(claim, waitMs);
        later(waitMs, wake);
        return false;
      }
      await sleep(waitMs);
    }
    if (!(await targets.begin(claim, row))) return false;
    const begun: Row = { ...row, state: 'sending', attempts: row.attempts + 1 };
    const startedAt = performance.now();
    const outcome = await attemptOnce(platform, begun, row.unknowns > 0 && !repeatsAreSafe);
    const settlement = settlementOf(outcome, { ...attempt, number: begun.attempts }, options.retry ?? retryLimits);
    options.onSettled?.(platform.name, settlement.kind, performance.now() - startedAt);
    return settle(claim, begun, settlement);
  }

  async function attemptOnce(platform: Pick<Platform, 'send'>, row: Row, mayBeRepeat: boolean): Promise<SendOutcome> {
    const late = new AbortController();
    const timeout = sleep<SendOutcome>(
      sendTimeoutMs,
      { kind: 'unknown', why: `no outcome within ${sendTimeoutMs} ms` },
      { signal: late.signal },
    );
    timeout.catch(() => undefined);
    const sending = platform.send(row.part, row.address, {
      idempotencyKey: row.idempotencyKey,
      attempt: row.attempts,
      mayBeRepeat,
      nowMs: clock.now(),
      loadPicture: async (pictureId) => {
        const bytes = await store.pictures.load(pictureId);
        if (bytes !== null) return bytes;
        throw new Failure('not-found', 'the picture is no longer kept', '这张图已经过期,请再问一次。');
      },
    });
    try {
      return await Promise.race([sending, timeout]);
    } catch (error) {
      return { kind: 'unknown', why: whyOf(error) };
    } finally {
      late.abort();
    }
  }

  /** Writes a settlement down. True = the next message of the target may go. */
  async function settle(claim: TargetClaim, row: Row, settlement: Settlement): Promise<boolean> {
    // What became of an attempt is known only here: it is kept until it is written, however long the database is away.
    for (let told = false; ; ) {
      try {
        if (!(await targets.settle(claim, row, settlement))) {
          log.warn({ outboxId: row.outboxId, attempt: row.attempts }, 'another owner has taken over this message');
          return false;
        }
        break;
      } catch (error) {
        if (stopping) throw error;
        if (!told) log.warn({ outboxId: row.outboxId, why: whyOf(error) }, 'an outcome waits for the database');
        told = true;
        await sleep(Math.min(1_000, sweepMs));
      }
    }
    switch (settlement.kind) {
      case 'sent':
        return true;
      case 'again':
        log.info({ outboxId: row.outboxId, attempt: row.attempts, why: settlement.why }, 'will be sent again');
        later(settlement.holdMs, wake);
        return settlement.holdMs === 0;
      case 'failed':
      case 'closed':
        log.error(
          { outboxId: row.outboxId, cause: row.cause, platform: row.address.platform, why: settlement.why },
          settlement.kind === 'closed' ? 'a target is gone' : 'a message was given up',
        );
        void tell();
        return settlement.kind === 'failed';
    }
  }

  /** Tells a human of what was given up, each once. */
  function tell(): Promise<void> {
    telling ??= (async () => {
      try {
        for (const letter of await outbox.untoldDeadLetters(50)) {
          await options.onDeadLetter?.(letter);
          await outbox.markTold([letter.outboxId]);
        }
      } catch (error) {
        log.warn({ why: whyOf(error) }, 'could not tell of a dead letter, trying again at the next sweep');
      } finally {
        telling = null;
      }
    })();
    return telling;
  }

  const renewal = setInterval(() => {
    const hands = [...ready, ...working.keys()].filter((hand) => !hand.lost);
    targets
      .renew(hands.map((hand) => hand.claim))
      .then((kept) => {
        for (const hand of hands) if (!kept.has(hand.claim.targetId)) hand.lost = true;
      })
      .catch((error: unknown) => log.warn({ why: whyOf(error) }, 'leases could not be renewed'));
  }, store.leaseMs / 3);
  renewal.unref();

  let sweeps = 0;
  const sweep = setInterval(() => {
    wake();
    sweeps += 1;
    if (sweeps % 5 !== 1) return;
    targets.failClosed().catch(() => undefined);
    void tell();
  }, sweepMs);
  sweep.unref();

  return {
    wake,
    deliver: async (targetId) => {
      if (stopping) return;
      try {
        const [claim] = await targets.claim(1, targetId);
        if (claim !== undefined) await start({ claim, lost: false });
      } catch (error) {
        log.warn({ targetId, why: whyOf(error) }, 'a target could not be claimed, trying again at the next sweep');
      }
    },
    drain: async () => {
      for (;;) {
        if (pumping === null) wake();
        await pumping;
        if (working.size === 0 && ready.length === 0 && pumping === null) break;
        await Promise.race(working.values());
      }
      await telling;
    },
    stop: async (graceMs = 10_000) => {
      stopping = true;
      clearInterval(sweep);
      for (const timer of timers) clearTimeout(timer);
      const grace = new AbortController();
      const patience = sleep(graceMs, undefined, { signal: grace.signal });
      patience.catch(() => undefined);
      const finished = (async () => {
        await pumping;
        await Promise.all(working.values());
        await telling;
        await Promise.all(ready.map((hand) => targets.release(hand.claim).catch(() => undefined)));
      })();
      await Promise.race([finished, patience]);
      grace.abort();
      clearInterval(renewal);
    },
  };
}

/** Words for the log: never the error itself, which may carry addresses or bodies. */
const whyOf = (error: unknown): string =>
  error instanceof Failure ? error.message : error instanceof Error ? error.name : 'not an error';
