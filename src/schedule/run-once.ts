import type { Moment } from '../calendar/clock.ts';
import type { ChatStore } from '../delivery/chat-store.ts';
import { kindlyOf, never } from '../failure.ts';
import type { Recipient } from './digests/recipients.ts';
import type { Job, SlotTask } from './job.ts';

/** What one run by hand came to for one recipient. */
export type OnceOutcome =
  /** In the outbox now; the courier carries it. */
  | { readonly kind: 'queued'; readonly cause: string }
  /** It was sent, or is being sent, under the same name: a day's digest goes out once, whoever asks for it. */
  | { readonly kind: 'already'; readonly state: string }
  | { readonly kind: 'refused'; readonly kindly: string };

export const taskFor = (
  job: Pick<Job, 'name'>,
  recipient: Pick<Recipient, 'key'>,
  moment: Moment,
  part = 'digest',
): SlotTask => ({
  job: job.name,
  day: moment.today,
  target: recipient.key,
  part,
  plannedAt: moment.epochMs,
  moment,
});

/** One digest or reminder now, for the moment given, under the name that the schedule would use: neither sends what the other has sent. */
export async function runOnce(
  store: Pick<ChatStore, 'slots' | 'outbox' | 'pictures'>,
  job: Pick<Job, 'name' | 'prepare'>,
  recipient: Pick<Recipient, 'key' | 'priority'>,
  moment: Moment,
  part = 'digest',
): Promise<OnceOutcome> {
  const task = taskFor(job, recipient, moment, part);
  const claim = await store.slots.open({ ...task, priority: recipient.priority });
  if (claim === null) return { kind: 'already', state: (await store.slots.find(task))?.state ?? 'working' };
  try {
    const prepared = await job.prepare(task);
    switch (prepared.kind) {
      case 'ready': {
        for (const picture of prepared.pictures) await store.pictures.save(picture);
        // Who asked for it by hand waits for it: nothing is spread.
        const messages = prepared.messages.map(({ address, parts }) => ({ address, parts }));
        await store.outbox.fulfil(claim, messages, prepared.memory);
        return { kind: 'queued', cause: claim.cause };
      }
      case 'nothing':
        await store.slots.end(claim, 'void', prepared.why);
        return { kind: 'refused', kindly: '这一次没有要说的,什么也没有发' };
      case 'refused':
        await store.slots.release(claim, 0, prepared.why);
        return { kind: 'refused', kindly: prepared.kindly };
      default:
        return never(prepared);
    }
  } catch (error) {
    await store.slots.release(claim, 0, 'a run by hand failed');
    return { kind: 'refused', kindly: kindlyOf(error) };
  }
}
