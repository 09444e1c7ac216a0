import { isIP } from 'node:net';
import type { Call, CallOutcome } from './http.ts';

/** What an installation's keys and address come to when they are tried once, for doctor. Nothing is sent to anybody. */
export interface Probe {
  readonly outcome:
    | { readonly kind: 'good' }
    | { readonly kind: 'unreachable'; readonly why: string }
    | { readonly kind: 'keys-refused'; readonly why: string }
    /** `address` is where the platform saw the call come from. */
    | { readonly kind: 'address-refused'; readonly why: string; readonly address: string | null }
    | { readonly kind: 'refused'; readonly why: string };
  /** How far our clock is ahead of the platform's, in milliseconds; null when it did not tell its time. */
  readonly clockAheadMs: number | null;
}

/** The outside as a probe needs it. */
export interface ProbeLine {
  ask(call: Call): Promise<CallOutcome>;
  now(): number;
}

/** One call, and how far our clock was ahead of the answer's `Date` (whole seconds, so the middle of its second). */
export async function timedAsk(
  line: ProbeLine,
  call: Call,
): Promise<{ readonly outcome: CallOutcome; readonly clockAheadMs: number | null }> {
  const sentAt = line.now();
  const outcome = await line.ask(call);
  const middle = (sentAt + line.now()) / 2;
  const date = outcome.kind === 'answered' ? Date.parse(outcome.headers.date ?? '') : Number.NaN;
  return { outcome, clockAheadMs: Number.isNaN(date) ? null : Math.round(middle - (date + 500)) };
}

/** The first address in a vendor's sentence; the rest of the sentence is not stable and not shown. */
export const addressIn = (sentence: string): string | null =>
  sentence
    .split(/[^\da-fA-F:.]+/)
    .map((word) => word.replace(/^[.:]+(?=\d)|[.:]+$/g, ''))
    .find((word) => isIP(word) !== 0) ?? null;
