import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../calendar/clock.ts';
import { Failure } from '../failure.ts';
import type { Log } from '../log.ts';
import type { Address, OutboundPart, Platform, PlatformName, SendOutcome } from '../platforms/platform.ts';
import type { DeadLetter, OutboxRow } from '../store/outbox.ts';
import type { SharedState } from '../store/shared-state.ts';
import type { Settlement, TargetClaim } from '../store/targets.ts';
import { withinTime } from '../time-limit.ts';
import { takeAllowance } from './allowance.ts';
import type { ChatStore } from './chat-store.ts';
import { createCrew, type Held } from './crew.ts';
import { type RetryLimits, retryLimits, settlementOf } from './retry.ts';

/** Carries the outbox to the platforms: in order per target, many targets at once. */
export interface Courier {
  /** Something may be due. Returns at once, never throws. */
  wake(): void;
  /**
   * Sends what is due for one target now, unless another owner does; with no place free it is taken as soon as there
   * is one. Never rejects.
   */
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
  readonly log: Pick<Log, 'info' | 'warn' | 'error'>;
  /** Targets served at once. Default 16. */
  readonly concurrency?: number;
  /** How often the table is asked without being woken. Default 2 s. */
  readonly sweepMs?: number;
  /** After so long an attempt counts as unknown. Default 60 s. */
  readonly sendTimeoutMs?: number;
  readonly retry?: RetryLimits;
  /**
   * Tells a human of a message that was given up. Called until it resolved once, so what it enqueues needs the letter's
   * id in its idempotency key. Left out = another process tells.
   */
  onDeadLetter?(letter: DeadLetter): Promise<void>;
  /** For metrics. */
  onSettled?(platform: PlatformName, kind: Settlement['kind'], tookMs: number): void;
}

type Row = OutboxRow<OutboundPart, Address>;

/** A place in a rate window that is free so soon is waited for with the target in hand. */
const patienceMs = 1_000;

/** WeCom drops a repeat of the same JSON for at most 4 h (`wecom.md`); later a repeat is marked like elsewhere. */
const safeRepeatMs = 3.5 * 60 * 60 * 1000;

export function createCourier(options: CourierOptions): Courier {
  const { store, platforms, state, clock, log } = options;
  const { targets, outbox } = store;
  const sweepMs = options.sweepMs ?? 2_000;
  const sendTimeoutMs = options.sendTimeoutMs ?? 60_000;
  const concurrency = options.concurrency ?? 16;
  let telling: Promise<void> | null = null;

  const crew = createCrew<TargetClaim>({
    table: 'outbox',
    log,
    concurrency,
    // Finding what is due costs the same for one target as for a dozen.
    claimAtOnce: () => concurrency,
    sweepMs,
    leaseMs: store.leaseMs,
    claim: targets.claim,
    serve,
    renew: targets.renew,
    idOf: (claim) => claim.targetId,
    release: targets.release,
    onSweep: (count) => {
      if (count % 5 !== 1) return;
      targets.failClosed().catch((error: unknown) => log.warn({ error }, 'closed targets could not be swept'));
      void tell();
    },
  });

  async function serve(held: Held<TargetClaim>): Promise<void> {
    try {
      // The embedded database answers without ever leaving the process: callbacks get their turn between messages.
      do await setImmediate();
      while (!crew.isStopping && !held.lost && (await sendNext(held.claim)));
    } catch (error) {
      log.warn({ targetId: held.claim.targetId, error }, 'sending to a target stopped, trying again later');
    }
    // Failing here costs time only: the lease ends by itself.
    await targets.release(held.claim).catch(() => undefined);
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
      if (waitMs > patienceMs || crew.isStopping) {
        await targets.hold(claim, waitMs);
        crew.wakeIn(waitMs);
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
      return await withinTime(sendTimeoutMs, sending, () => ({
        kind: 'unknown',
        why: `no outcome within ${sendTimeoutMs} ms`,
      }));
    } catch (error) {
      return { kind: 'unknown', why: whyOf(error) };
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
        if (crew.isStopping) throw error;
        if (!told) log.warn({ outboxId: row.outboxId, error }, 'an outcome waits for the database');
        told = true;
        await sleep(Math.min(1_000, sweepMs));
      }
    }
    switch (settlement.kind) {
      case 'sent':
        return true;
      case 'again':
        log.info({ outboxId: row.outboxId, attempt: row.attempts, why: settlement.why }, 'will be sent again');
        crew.wakeIn(settlement.holdMs);
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
    // A script that carries the outbox along leaves the telling to the server.
    const { onDeadLetter } = options;
    if (onDeadLetter === undefined) return Promise.resolve();
    telling ??= (async () => {
      try {
        for (const letter of await outbox.untoldDeadLetters(50)) {
          await onDeadLetter(letter);
          await outbox.markTold([letter.outboxId]);
        }
      } catch (error) {
        log.warn({ error }, 'could not tell of a dead letter, trying again at the next sweep');
      } finally {
        telling = null;
      }
    })();
    return telling;
  }

  return {
    wake: crew.wake,
    deliver: crew.take,
    drain: async () => {
      await crew.drain();
      await telling;
    },
    stop: async (graceMs = 10_000) => {
      // What is still in flight then keeps its lease: nobody may send it before the outcome cannot come any more.
      await crew.stop(graceMs);
      await telling;
    },
  };
}

/** Words to keep in the row: never an unknown error's own, which may carry addresses or bodies. */
const whyOf = (error: unknown): string =>
  error instanceof Failure ? error.message : error instanceof Error ? error.name : 'not an error';
