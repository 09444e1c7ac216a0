import { never } from '../failure.ts';
import type { SendOutcome } from '../platforms/platform.ts';
import type { Settlement } from '../store/targets.ts';

/** What is known of an attempt besides its outcome. */
export interface Attempt {
  /** Its number, 1 for the first. */
  readonly number: number;
  /** Attempts before this one of which nobody knows whether they arrived. */
  readonly unknowns: number;
  /** The platform tells repeats with the same key apart (`reliability.md`, section 2). */
  readonly repeatsAreSafe: boolean;
  /** Since the message was enqueued. */
  readonly ageMs: number;
  /** Spreads retries of many messages: the same seed gives the same delays. */
  readonly seed: string;
}

export interface RetryLimits {
  /** Attempts at one message, limits of the platform not counted (`reliability.md` F13: at most 5). */
  readonly tries: number;
  /** A message that is still not accepted after so long is given up. */
  readonly giveUpMs: number;
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
}

export const retryLimits: RetryLimits = {
  tries: 5,
  giveUpMs: 2 * 60 * 60 * 1000,
  firstPauseMs: 1_000,
  longestPauseMs: 10 * 60_000,
};

/** Waits that a platform's limit imposed may be this many times more than `tries`. */
const waitsPerTry = 4;

/** What to do after an attempt. Pure: the same arguments give the same settlement. */
export function settlementOf(outcome: SendOutcome, attempt: Attempt, limits: RetryLimits = retryLimits): Settlement {
  switch (outcome.kind) {
    case 'sent':
      return { kind: 'sent', receipt: outcome.receipt };
    case 'later': {
      // Refusals by a limit are no fault of the message, but they end too.
      const tries = outcome.holdTarget ? limits.tries * waitsPerTry : limits.tries;
      if (attempt.number >= tries) return gaveUp(`refused ${attempt.number} times: ${outcome.why}`);
      if (attempt.ageMs >= limits.giveUpMs) return gaveUp(`refused for too long: ${outcome.why}`);
      // Spread only upwards: earlier than the platform said would be another refusal, and may prolong its penalty.
      const holdMs = Math.max(outcome.afterMs, outcome.holdTarget ? 0 : pauseMs(attempt, limits));
      return { kind: 'again', unknown: false, why: outcome.why, holdMs: holdMs + spread(attempt, holdMs * 0.1) };
    }
    case 'unknown':
      if (attempt.repeatsAreSafe || outcome.saidFailed === true) {
        if (attempt.number >= limits.tries) return gaveUp(`outcome unknown ${attempt.number} times: ${outcome.why}`);
      } else if (attempt.unknowns > 0) {
        return gaveUp(`outcome unknown also for the repeat: ${outcome.why}`);
      }
      return { kind: 'again', unknown: true, why: outcome.why, holdMs: pauseMs(attempt, limits) };
    case 'never':
      return { kind: 'failed', why: outcome.why, tell: outcome.tellAdmin };
    case 'gone':
      return { kind: 'closed', why: outcome.why };
  }
  return never(outcome);
}

const gaveUp = (why: string): Settlement => ({ kind: 'failed', why, tell: true });

/** 1 s, 10 s, 100 s, 10 min with up to half of it more: five tries outlast a platform's bad quarter of an hour. */
function pauseMs(attempt: Attempt, limits: RetryLimits): number {
  const pause = Math.min(limits.longestPauseMs, limits.firstPauseMs * 10 ** (attempt.number - 1));
  return Math.round(pause + spread(attempt, pause / 2));
}

/** 0 … `most`, by seed and attempt (FNV-1a). */
function spread(attempt: Attempt, most: number): number {
  let hash = 0x811c9dc5;
  for (const char of `${attempt.seed}:${attempt.number}`) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193) >>> 0;
  return Math.round((hash / 0xffffffff) * most);
}
