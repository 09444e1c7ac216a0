import type { DeadLetter } from '../store/outbox.ts';
import type { ChatStore } from './chat-store.ts';

/** Which dead letters: all that are listed, or those of one cause or target. */
export interface ResendFilter {
  /** The beginning of the cause, such as `digest:funnel:2026-11-22`. */
  readonly cause?: string;
  readonly targetId?: string;
  /** Given up at this instant or later, milliseconds since 1970. */
  readonly since?: number;
}

const matches = (letter: DeadLetter, filter: ResendFilter): boolean =>
  (filter.cause === undefined || letter.cause.startsWith(filter.cause)) &&
  (filter.targetId === undefined || letter.targetId === filter.targetId) &&
  (filter.since === undefined || letter.failedAt >= filter.since);

/** The messages that were given up, newest first, at most 1,000. */
export async function listDeadLetters(
  store: Pick<ChatStore, 'outbox'>,
  filter: ResendFilter = {},
): Promise<DeadLetter[]> {
  return (await store.outbox.deadLetters(1_000)).filter((letter) => matches(letter, filter));
}

/**
 * Sends given-up messages again, in their old order, as a human asked for it: attempts start anew under the same
 * idempotency keys. Gives those that were put back; ones whose text is past its retention stay.
 */
export async function resend(store: Pick<ChatStore, 'outbox'>, filter: ResendFilter = {}): Promise<number> {
  const letters = await listDeadLetters(store, filter);
  return store.outbox.resend(letters.map((letter) => letter.outboxId));
}
