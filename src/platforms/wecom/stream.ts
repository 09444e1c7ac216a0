import { z } from 'zod';
import type { SharedState } from '../../store/shared-state.ts';

/** WeCom polls a stream for six minutes from the message on (wecom.md 2.5); half a minute is kept back. */
export const streamLifeMs = 5.5 * 60_000;
const ttlMs = 15 * 60_000;

/** Whose stream it is: a poll counts only from the same person in the same chat. */
export interface StreamOwner {
  readonly userId: string;
  /** null in a private chat. */
  readonly chatId: string | null;
}

const stateSchema = z.object({
  userId: z.string(),
  chatId: z.string().nullable(),
  startedAtMs: z.number(),
  /** Whether an answer can still be delivered after the stream has ended. */
  laterPossible: z.boolean(),
  /** null = still at work. */
  answer: z.object({ content: z.string(), pictureId: z.string().nullable() }).nullable(),
});
export type StreamState = z.output<typeof stateSchema>;

const sameOwner = (state: StreamState, owner: StreamOwner): boolean =>
  // WeCom's user ids are the same without regard to case.
  state.userId.toLowerCase() === owner.userId.toLowerCase() && state.chatId === owner.chatId;

/** The streams of 智能机器人, readable by whichever instance gets the poll. Rejects when the shared state does. */
export interface Streams {
  open(streamId: string, state: Omit<StreamState, 'answer'>): Promise<void>;
  /** null for one that is unknown, over, or somebody else's. */
  read(streamId: string, owner: StreamOwner): Promise<StreamState | null>;
  /** false = the stream was ended before, by another answer or by its time: this one must go another way. */
  finish(streamId: string, state: StreamState, idempotencyKey: string): Promise<boolean>;
  /** Ends a stream whose time is over. false = an answer is just arriving. */
  expire(streamId: string): Promise<boolean>;
}

export function createStreams(state: SharedState): Streams {
  const key = (streamId: string): string => `wecom:stream:${streamId}`;
  const endKey = (streamId: string): string => `wecom:stream-end:${streamId}`;

  /** An answer and the end of time may come at once, on two instances: the first to say so ends the stream. */
  async function endAs(streamId: string, by: string): Promise<boolean> {
    return (await state.setIfAbsent(endKey(streamId), by, ttlMs)) || (await state.get(endKey(streamId))) === by;
  }

  return {
    async open(streamId, opened) {
      await state.setIfAbsent(key(streamId), JSON.stringify({ ...opened, answer: null }), ttlMs);
    },
    async read(streamId, owner) {
      const text = await state.get(key(streamId));
      if (text === null) return null;
      const read = stateSchema.safeParse(JSON.parse(text));
      return read.success && sameOwner(read.data, owner) ? read.data : null;
    },
    async finish(streamId, finished, idempotencyKey) {
      if (!(await endAs(streamId, `answer:${idempotencyKey}`))) return false;
      await state.set(key(streamId), JSON.stringify(finished), ttlMs);
      return true;
    },
    expire: (streamId) => endAs(streamId, 'time'),
  };
}
