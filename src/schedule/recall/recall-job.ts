import { createHash } from 'node:crypto';
import { roleOf } from '../../access/identity.ts';
import type { AccessSettings } from '../../access/settings.ts';
import type { Moment } from '../../calendar/clock.ts';
import type { WorkCalendar } from '../../calendar/work-calendar.ts';
import type { Directory, Person } from '../../crm/directory.ts';
import { Failure } from '../../failure.ts';
import type { Log } from '../../log.ts';
import type { SilenceGroup } from '../../metrics/silence.ts';
import type { Choice } from '../../replies/reply.ts';
import type { Company } from '../../reports/report.ts';
import type { Recalls } from '../../store/recalls.ts';
import { causeOf } from '../../store/slot.ts';
import type { Slots } from '../../store/slots.ts';
import type { TimetableLine } from '../due.ts';
import type { Job, Preparation, SlotTask } from '../job.ts';
import type { RecallSettings } from './config.ts';
import { prepareRecall, silenceInCompany } from './prepare-recall.ts';
import { heirOf, type Reach, type Reaching, recipientOf } from './recipient.ts';
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
  pushed?(to: Pick<Reach, 'identity' | 'account'>, choices: readonly Choice[], moment: Moment): Promise<void>;
}

/** So many people are prepared by one slot; a crash repeats no more than them. */
const peopleInSlot = 500;
/** Messages of one slot leave one after the other, so that the platforms' gates are not stormed (wecom.md 10). */
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
          return owners(deps, company, task);
        case 'managers':
          return managers(deps, company, task);
        default:
          return unreachable(deps, company, task);
      }
    },
  };
}

/** Which slot a person belongs to: by a hash, so that it stays the same when others join. */
const isIn = (person: Person, part: string): boolean => {
  const [number, of] = part.split('/').map(Number);
  if (number === undefined || of === undefined || of <= 1) return true;
  return (createHash('sha256').update(person.id).digest().readUInt32BE(0) % of) + 1 === number;
};

async function owners(deps: RecallDeps, company: Company, task: SlotTask): Promise<Preparation> {
  const { directory } = company;
  const groups = await silenceInCompany(company, task.moment);
  const silentInCompany = groups.reduce((sum, { silent }) => sum + silent, 0);
  const messages: Messages[number][] = [];
  for (const { person, left } of heirsOf(groups, directory)) {
    if (!isIn(person, task.part)) continue;
    try {
      const recipient = recipientOf(person, directory, deps.access, deps.reaching);
      if (recipient === null) continue;
      const reply = await prepareRecall(deps, company, recipient, left, causeOf(task), task.moment, silentInCompany);
      if (reply === null) continue;
      messages.push({
        address: recipient.reach.address,
        parts: recipient.reach.render(reply),
        afterMs: messages.length * spreadMs,
      });
      await deps.pushed?.(recipient.reach, reply.choices, task.moment);
    } catch (error) {
      // A database that is away is tried again for everyone; what is wrong with one person stops nobody else.
      if (error instanceof Failure && error.code === 'unavailable') throw error;
      deps.log.warn({ person: person.id, error }, 'the silent customers of one person could not be prepared');
    }
  }
  return messages.length === 0
    ? { kind: 'nothing', why: 'nobody has customers that became silent' }
    : { kind: 'ready', messages, pictures: [], memory: { people: messages.length } };
}

/** Who is told of whose silent customers; the customers of people who left go to the next manager. */
export function heirsOf(
  groups: readonly SilenceGroup[],
  directory: Directory,
): { readonly person: Person; readonly left: readonly Person[] }[] {
  const heirs = new Map<string, { person: Person; left: Person[] }>();
  const ownerIds = new Set(groups.filter(({ silent }) => silent > 0).map(({ ownerId }) => ownerId ?? ''));
  for (const ownerId of [...ownerIds].sort()) {
    const heir = heirOf(ownerId, directory);
    if (heir === null) continue;
    const entry = heirs.get(heir.id) ?? { person: heir, left: [] };
    const owner = directory.person(ownerId);
    if (owner !== undefined && owner.id !== heir.id) entry.left.push(owner);
    heirs.set(heir.id, entry);
  }
  return [...heirs.values()];
}

async function managers(deps: RecallDeps, company: Company, task: SlotTask): Promise<Preparation> {
  if (!deps.calendar.isWorkDay(task.day)) return { kind: 'nothing', why: 'this Monday is a holiday' };
  const { directory } = company;
  const messages: Messages[number][] = [];
  const heads = directory.people.filter((person) => {
    const role = roleOf(person, directory, deps.access);
    return person.active && (role === 'manager' || role === 'regional_manager');
  });
  for (const person of heads) {
    const recipient = recipientOf(person, directory, deps.access, deps.reaching);
    if (recipient === null) continue;
    const reply = await teamSummaryReply(deps.recalls, company, recipient, task.moment);
    if (reply === null) continue;
    messages.push({
      address: recipient.reach.address,
      parts: recipient.reach.render(reply),
      afterMs: messages.length * spreadMs,
    });
  }
  return messages.length === 0
    ? { kind: 'nothing', why: 'no team has silent customers' }
    : { kind: 'ready', messages, pictures: [], memory: null };
}
