import type { Moment } from '../../calendar/clock.ts';
import type { Reply } from '../../replies/reply.ts';
import type { Recall, Recalls } from '../../store/recalls.ts';
import { firesOn } from '../due.ts';
import { type RecallDeps, recallJob } from './recall-job.ts';
import type { Reaching } from './recipient.ts';

/** What a run would say to one person. */
export interface PreviewedReminder {
  readonly name: string;
  readonly reply: Reply;
}

export interface RecallPreview {
  readonly reminders: readonly PreviewedReminder[];
  /** What an administrator would read, such as whom nothing reaches. */
  readonly notices: readonly string[];
}

/** The reminders of a day as a run would say them now: nothing is sent, no slot is taken, nothing goes into the ledger. */
export async function previewRecall(deps: RecallDeps, moment: Moment): Promise<RecallPreview> {
  const reminders: PreviewedReminder[] = [];
  const reaching: Reaching = (person, directory) => {
    const reach = deps.reaching(person, directory);
    if (reach === null) return null;
    return {
      ...reach,
      render: (reply) => {
        reminders.push({ name: person.name, reply });
        return reach.render(reply);
      },
    };
  };
  const { pushed: _unsaid, ...rest } = deps;
  const job = recallJob({ ...rest, reaching, recalls: unwritten(deps.recalls) });
  const notices: string[] = [];
  for (const line of await job.timetable(moment)) {
    if (!firesOn(line.days, moment.today, deps.calendar) && line.target !== 'owners') continue;
    const prepared = await job.prepare({
      job: job.name,
      day: moment.today,
      target: line.target,
      part: line.part,
      plannedAt: moment.epochMs,
      moment,
    });
    if (prepared.kind === 'refused') notices.push(prepared.kindly);
  }
  return { reminders, notices };
}

/** The ledger as it is; taking a silence says what would be taken and writes nothing. */
function unwritten(recalls: Recalls): Recalls {
  const seen: Recall[] = [];
  return {
    ...recalls,
    ofCustomers: async (customerIds) => {
      const known = await recalls.ofCustomers(customerIds);
      seen.push(...known);
      return known;
    },
    reserve: async (cause, fresh, again) => [...fresh, ...again, ...seen.filter((recall) => recall.cause === cause)],
    giveBack: async () => undefined,
  };
}
