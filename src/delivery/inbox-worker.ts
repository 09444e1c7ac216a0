import type { Picture } from '../charts/spec.ts';
import { Failure } from '../failure.ts';
import type { Log } from '../log.ts';
import type { InboundMessage, OutboundPart } from '../platforms/platform.ts';
import type { InboxClaim, InboxEnd } from '../store/inbox.ts';
import { withinTime } from '../time-limit.ts';
import type { ChatStore } from './chat-store.ts';
import { createCrew, type Held } from './crew.ts';

/** What a question came to, ready for the outbox. No parts = nothing is said. */
export interface PreparedAnswer {
  readonly parts: readonly OutboundPart[];
  readonly picture: Picture | null;
}

/** Works the questions that were remembered and acknowledged; each is answered once, or its asker told. */
export interface InboxWorker {
  /** Something may have come. Returns at once, never throws. */
  wake(): void;
  /**
   * Works one question now, unless another owner does; with no place free it is taken as soon as there is one. Never
   * rejects.
   */
  work(inboxId: string): Promise<void>;
  /** Resolves when no question waits any more. */
  drain(): Promise<void>;
  /** Takes nothing new and resolves when what was taken is answered, at the latest after `graceMs` (10 s). */
  stop(graceMs?: number): Promise<void>;
}

export interface InboxWorkerOptions {
  readonly store: Pick<ChatStore, 'inbox' | 'outbox' | 'pictures' | 'leaseMs'>;
  /** The line of a chat question. What it throws is told to the asker through `apologise`. */
  answer(message: InboundMessage): Promise<PreparedAnswer>;
  /** What the asker reads when there will be no answer: it took too long, or `error` came. */
  apologise(message: InboundMessage, error: unknown): readonly OutboundPart[];
  readonly log: Pick<Log, 'info' | 'warn' | 'error'>;
  /** Questions worked at once. Default 8. */
  readonly concurrency?: number;
  /** How often the table is asked without being woken. Default 2 s. */
  readonly sweepMs?: number;
  /** A question older than this is not worked any more, its asker is told. Default 3 min. */
  readonly tellAfterMs?: number;
  /** An answer that takes longer is given up. Default 60 s. */
  readonly answerTimeoutMs?: number;
}

/** A question whose owners died so often probably killed them. */
const mostAttempts = 3;

type Claim = InboxClaim<InboundMessage>;

export function createInboxWorker(options: InboxWorkerOptions): InboxWorker {
  const { store, log } = options;
  const { inbox, outbox } = store;
  const tellAfterMs = options.tellAfterMs ?? 180_000;
  const answerTimeoutMs = options.answerTimeoutMs ?? 60_000;

  const crew = createCrew<Claim>({
    table: 'inbox',
    log,
    concurrency: options.concurrency ?? 8,
    // No more than can be worked now: another instance may have room.
    claimAtOnce: (freePlaces) => freePlaces,
    sweepMs: options.sweepMs ?? 2_000,
    leaseMs: store.leaseMs,
    claim: inbox.claim,
    serve,
    renew: inbox.renew,
    idOf: (claim) => claim.inboxId,
    release: inbox.release,
  });

  async function serve({ claim }: Held<Claim>): Promise<void> {
    const { inboxId, message } = claim;
    try {
      const { end, parts } = await prepare(claim);
      const answered = await outbox.answer(claim, end, { address: message.address, parts });
      if (answered === 'late') log.warn({ inboxId }, 'another owner has answered this question');
    } catch (error) {
      // The lease ends and the question is found again: by then the database is back, or the asker is told.
      log.error({ inboxId, attempt: claim.attempt, error }, 'an answer could not be written down');
    }
  }

  async function prepare(claim: Claim): Promise<{ end: InboxEnd; parts: readonly OutboundPart[] }> {
    const { message, inboxId } = claim;
    const told = (error: unknown): { end: InboxEnd; parts: readonly OutboundPart[] } => {
      log.error({ inboxId, attempt: claim.attempt, ageMs: claim.ageMs, error }, 'a question was given up');
      return { end: 'told', parts: options.apologise(message, error) };
    };
    if (claim.ageMs > tellAfterMs || claim.attempt > mostAttempts) return told(tooLate('the question waited too long'));
    try {
      const { parts, picture } = await withinTime(answerTimeoutMs, options.answer(message), () => {
        throw tooLate(`no answer within ${answerTimeoutMs} ms`);
      });
      if (picture !== null) await store.pictures.save(picture);
      return { end: 'answered', parts };
    } catch (error) {
      return told(error);
    }
  }

  return {
    wake: crew.wake,
    work: crew.take,
    drain: crew.drain,
    stop: async (graceMs = 10_000) => {
      // What could not be finished in time is another instance's at once; an answer that still comes is too late.
      const unfinished = await crew.stop(graceMs);
      await Promise.all(unfinished.map((claim) => inbox.release(claim).catch(() => undefined)));
    },
  };
}

const tooLate = (why: string): Failure => new Failure('unavailable', why, '刚才的问题没来得及回答,请再发一次。');
