import { setImmediate } from 'node:timers/promises';
import { roleOf } from '../../access/identity.ts';
import type { AccessSettings } from '../../access/settings.ts';
import type { Moment } from '../../calendar/clock.ts';
import type { WorkCalendar } from '../../calendar/work-calendar.ts';
import type { Command } from '../../commands/command.ts';
import type { Log } from '../../log.ts';
import type { Company } from '../../reports/report.ts';
import type { Recalls } from '../../store/recalls.ts';
import { causeOf } from '../../store/slot.ts';
import type { Slots } from '../../store/slots.ts';
import type { TimetableLine } from '../due.ts';
import type { Job, Preparation, Pushed, SlotTask } from '../job.ts';
import { recentlyMade } from '../recently-made.ts';
import { places, turns } from '../turns.ts';
import type { RecallSettings } from './config.ts';
import { prepareRecalls, type ToRemind } from './prepare-recall.ts';
import { type Reaching, recipientOf } from './recipient.ts';
import { readSilenceInCompany, type SilenceInCompany } from './silence-in-company.ts';
import { readTeams, together } from './team-silence.ts';
import { teamSummaryReply } from './team-summary.ts';
import { unreachable } from './unreachable.ts';

export const recallJobName = 'recall';

export interface RecallDeps {
  company(moment: Moment): Promise<Company>;
  readonly access: AccessSettings;
  readonly settings: RecallSettings;
  readonly recalls: Recalls;
  readonly slots: Pick<Slots, 'find'>;
  readonly calendar: WorkCalendar;
  readonly reaching: Reaching;
  readonly log: Pick<Log, 'warn'>;
  /** A bare number answers the choices of what was pushed. */
  readonly pushed?: Pushed;
}

/** The command that a reminder answers. */
const about: Command = { intent: 'silent_customers', slots: { filters: { owner: ['@me'] } } };
/** So many people are prepared by one slot; a crash repeats no more than them. */
const peopleInSlot = 500;
/** The CRM is asked for so many people at once; what it says of them is all that is in memory. */
const peopleAtOnce = 125;
/** More at once would not be done sooner, and the bot's own database is also the one that callbacks wait for. */
const slotsAtOnce = 2;
/** So far apart leave the messages of all slots together, so that the platforms' gates are not stormed (wecom.md 10). */
const spreadMs = 60;

type Messages = Extract<Preparation, { kind: 'ready' }>['messages'];

/** 沉默客户提醒: each rep's silent customers on work days, the team's on Mondays, and who cannot be reached. */
export function recallJob(deps: RecallDeps): Job {
  const line = (target: string, part: string, priority: number, days: TimetableLine['days']): TimetableLine => ({
    target,
    part,
    at: deps.settings.at,
    days,
    priority,
  });
  const silence = recentlyMade<SilenceInCompany>();
  const inPlace = places(slotsAtOnce);
  /** Once for all slots of a morning. */
  const silenceInCompany = (company: Company, moment: Moment): Promise<SilenceInCompany> =>
    silence.of(moment.wall.slice(0, 16), moment.epochMs, () => readSilenceInCompany(company, moment));
  return {
    name: recallJobName,
    title: '沉默客户提醒',
    timetable: async (moment) => {
      const { directory } = await deps.company(moment);
      const active = directory.people.filter(({ active }) => active).length;
      const parts = Math.max(1, Math.ceil(active / peopleInSlot));
      return [
        ...Array.from({ length: parts }, (_, n) => line('owners', `${n + 1}/${parts}`, 50, 'cn_workday')),
        line('managers', 'team', 40, 'monday'),
        line('administrators', 'unreachable', 90, 'cn_workday'),
      ];
    },
    prepare: async (task) => {
      const company = await deps.company(task.moment);
      switch (task.target) {
        case 'owners':
          return inPlace(async () => owners(deps, company, task, await silenceInCompany(company, task.moment)));
        case 'managers':
          return managers(deps, company, task);
        default:
          return unreachable(deps, company, task, await silenceInCompany(company, task.moment));
      }
    },
  };
}

/** `2/10` */
function placeOf(part: string): readonly [number, number] {
  const [number = 1, of = 1] = part.split('/').map(Number);
  return of > 1 ? [number, of] : [1, 1];
}

async function owners(
  deps: RecallDeps,
  company: Company,
  task: SlotTask,
  silence: SilenceInCompany,
): Promise<Preparation> {
  const { directory } = company;
  const { recalls, log } = deps;
  const cause = causeOf(task);
  const [slot, slots] = placeOf(task.part);
  const people: ToRemind[] = [];
  const others = turns();
  for (const { person, left, place } of silence.heirs) {
    if ((place % slots) + 1 !== slot) continue;
    await others.next();
    const recipient = recipientOf(person, directory, deps.access, deps.reaching);
    if (recipient !== null) people.push({ recipient, left });
  }
  const messages: Messages[number][] = [];
  for (let from = 0; from < people.length; from += peopleAtOnce) {
    const some = people.slice(from, from + peopleAtOnce);
    const reminders = await prepareRecalls(deps, company, some, cause, task.moment, silence);
    for (const { recipient, silences, reply } of reminders) {
      // Putting thousands of messages into words must not keep callbacks waiting.
      await setImmediate();
      const { address, render } = recipient.reach;
      const person = recipient.person.id;
      try {
        const words = reply();
        const afterMs = (messages.length * slots + slot - 1) * spreadMs;
        messages.push({ address, parts: render(words), afterMs });
        await deps
          .pushed?.(recipient.reach, words.choices, about)
          .catch((error: unknown) => log.warn({ person, error }, 'the choices of a reminder are not remembered'));
      } catch (error) {
        // What is wrong with one person's stops nobody else; and nobody was told of these customers.
        log.warn({ person, error }, 'the reminder of one person could not be prepared');
        await recalls.giveBack(cause, silences);
      }
    }
  }
  return messages.length === 0
    ? { kind: 'nothing', why: 'nobody has customers that became silent' }
    : { kind: 'ready', messages, pictures: [], memory: { people: messages.length } };
}

async function managers(deps: RecallDeps, company: Company, task: SlotTask): Promise<Preparation> {
  if (!deps.calendar.isWorkDay(task.day)) return { kind: 'nothing', why: 'this Monday is a holiday' };
  const { directory } = company;
  const messages: Messages[number][] = [];
  const heads = directory.people.filter((person) => {
    const role = roleOf(person, directory, deps.access);
    return person.active && (role === 'manager' || role === 'regional_manager');
  });
  const recipients = heads.flatMap((person) => recipientOf(person, directory, deps.access, deps.reaching) ?? []);
  const ofScope = new Map(recipients.map((recipient) => [recipient.scope, recipient]));
  for (const scopes of together([...ofScope.keys()])) {
    for (const [scope, team] of await readTeams(company, scopes, task.moment)) {
      await setImmediate();
      const recipient = ofScope.get(scope);
      if (recipient === undefined) continue;
      const reply = await teamSummaryReply(deps.recalls, company, recipient, team, task.moment);
      if (reply === null) continue;
      messages.push({
        address: recipient.reach.address,
        parts: recipient.reach.render(reply),
        afterMs: messages.length * spreadMs,
      });
    }
  }
  return messages.length === 0
    ? { kind: 'nothing', why: 'no team has silent customers' }
    : { kind: 'ready', messages, pictures: [], memory: null };
}
