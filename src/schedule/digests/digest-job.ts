import { accountOf } from '../../access/identity.ts';
import type { AccessSettings } from '../../access/settings.ts';
import type { Moment } from '../../calendar/clock.ts';
import { addDays, type Day } from '../../calendar/day.ts';
import type { Period } from '../../calendar/period.ts';
import type { WorkCalendar } from '../../calendar/work-calendar.ts';
import type { ChartRenderer, Picture } from '../../charts/spec.ts';
import type { KnownCompany } from '../../company.ts';
import type { Directory } from '../../crm/directory.ts';
import { Failure } from '../../failure.ts';
import type { Figure } from '../../figures/figure.ts';
import type { Platform, PlatformName } from '../../platforms/platform.ts';
import type { Reply } from '../../replies/reply.ts';
import { typesetReply } from '../../replies/typeset-reply.ts';
import type { LastSent } from '../../store/slot.ts';
import type { Slots } from '../../store/slots.ts';
import type { Job, Preparation, Pushed, SlotTask } from '../job.ts';
import { renderMessage } from '../message-template.ts';
import { recentlyMade } from '../recently-made.ts';
import type { Digest, DigestAsk, DigestView, Earlier } from './digest.ts';
import { type Admission, addressOf, admit, type Recipient, recipientsOf } from './recipients.ts';

export interface DigestHouse {
  readonly access: AccessSettings;
  readonly calendar: WorkCalendar;
  /** null where nobody looks at pictures. */
  readonly charts: ChartRenderer | null;
  readonly slots: Pick<Slots, 'lastSentTo'>;
  readonly platforms: ReadonlyMap<PlatformName, Pick<Platform, 'render'>>;
  company(moment: Moment): Promise<KnownCompany>;
  /** A bare number answers the choices of what was pushed. */
  readonly pushed?: Pushed;
  log(event: string, fields: Readonly<Record<string, unknown>>): void;
}

/** A digest for one recipient, before it becomes a platform's messages. */
export interface Composed {
  readonly recipient: string;
  readonly scopeWords: string;
  readonly reply: Reply;
  readonly figures: readonly Figure[];
  readonly asOf: string;
  readonly memory: unknown;
  readonly mention: readonly string[];
}

export interface DigestJob extends Job {
  /** For a dry run: the words of one recipient, without a slot and without sending. */
  compose(recipient: Recipient, task: SlotTask): Promise<Composed | Extract<Admission, { kind: 'refused' }>>;
  recipients(moment: Moment): Promise<readonly Recipient[]>;
}

/** Messages of one run start within so many milliseconds of each other (`reliability.md`, goal L6). */
const spreadMs = 60_000;
/** A run this late says so. */
const lateMs = 10 * 60_000;
/** A digest that covers more days than this is not one. */
const longestDays = 31;
/** The picture is worth another try: the renderer refuses work when its queue is full. */
const drawingTries = 3;

export const digestJobName = (what: string): string => `digest:${what}`;

export function digestJob<Computed>(digest: Digest<Computed>, house: DigestHouse): DigestJob {
  const name = digestJobName(digest.what);
  // One computation and one picture for all groups of a scope, however many there are (house rule 3).
  const computed = recentlyMade<Computed>();
  const drawn = recentlyMade<Picture | null>();
  const lastOnes = recentlyMade<ReadonlyMap<string, LastSent | null>>();
  const worded = recentlyMade<Omit<DigestView, 'title' | 'view' | 'choices'> & { readonly reply: Reply }>();

  const recipientsByKey = new WeakMap<Directory, ReadonlyMap<string, Recipient>>();

  /** The same for as long as the people are the same: every slot of a morning asks. */
  async function recipients(moment: Moment): Promise<ReadonlyMap<string, Recipient>> {
    const { directory } = await house.company(moment);
    const known =
      recipientsByKey.get(directory) ??
      new Map(recipientsOf(digest.what, house.access, directory).map((recipient) => [recipient.key, recipient]));
    recipientsByKey.set(directory, known);
    return known;
  }

  /** What reached a target last; asked once for all that are due together. */
  async function lastSentTo({ target, plannedAt, moment }: SlotTask): Promise<LastSent | null> {
    const together = await lastOnes.of(String(plannedAt), moment.epochMs, async () => {
      const targets = [...new Set([target, ...(await recipients(moment)).keys()])];
      const found = await house.slots.lastSentTo(name, targets, plannedAt);
      return new Map(targets.map((each) => [each, found.get(each) ?? null]));
    });
    const known = together.get(target);
    // Somebody who was added since.
    return known === undefined
      ? ((await house.slots.lastSentTo(name, [target], plannedAt)).get(target) ?? null)
      : known;
  }

  async function compose(recipient: Recipient, task: SlotTask): ReturnType<DigestJob['compose']> {
    const { moment } = task;
    const company = await house.company(moment);
    const admission = admit(recipient, house.access, company.directory);
    if (admission.kind === 'refused') return admission;
    const missing = digest.needs.find((table) => company.capabilities.get(table)?.level === 'none');
    if (missing !== undefined) {
      const note = company.capabilities.get(missing)?.note ?? null;
      return {
        kind: 'refused',
        why: `the CRM records no ${missing}`,
        kindly: `CRM 没有记录${digest.title}要用的数据${note === null ? '' : `(${note})`},所以没有发。`,
      };
    }
    const last = await lastSentTo(task);
    // One that went out earlier today says nothing of what changed since the day that is told of.
    const memory = last === null || last.day >= task.day ? null : last.memory;
    const earlier: Earlier | null = last === null ? null : { day: last.day as Day, memory };
    const covers = coveredBy(task.day, earlier, house.calendar);
    const ask: DigestAsk = {
      scope: admission.scope,
      moment,
      covers,
      first: earlier === null,
      lastWorkDay: house.calendar.previousWorkDay(task.day),
    };
    const about = `${ask.scope.key}|${task.day}|${covers.from}|${covers.to}|${ask.first}`;
    const morning = await computed.of(about, moment.epochMs, () => digest.compute(company, ask));
    const picture = await drawn.of(`${about}|${ask.scope.words}`, moment.epochMs, async () => {
      const chart = digest.chart(morning, ask);
      return chart === null ? null : draw(chart);
    });
    const late = moment.epochMs - task.plannedAt;
    const lateMinutes = late < lateMs ? '' : String(Math.round(late / 60_000));
    const isPrivate = admission.target.kind === 'person';
    // Groups of one scope whose last digest was the same one read the same words today.
    const alike = JSON.stringify([about, ask.scope.words, earlier, lateMinutes, isPrivate]);
    const { reply, figures, ownersToAsk } = await worded.of(alike, moment.epochMs, async () => {
      const { title, view, choices, ...more } = digest.view(company, morning, ask, earlier);
      const blocks = renderMessage(digest.template, { ...view, late_minutes: lateMinutes });
      // In a group nobody's number would be known to answer this one.
      const offered = isPrivate ? choices : [];
      return { ...more, reply: typesetReply({ status: 'answered', title, blocks, picture, choices: offered }) };
    });
    const mention =
      recipient.push.mentionOwners && admission.target.kind === 'group'
        ? accountsOf(ownersToAsk, company, admission.target.tenant)
        : [];
    return {
      recipient: recipient.name,
      scopeWords: ask.scope.words,
      reply,
      figures,
      asOf: company.dataAsOf(moment),
      memory: digest.memory(morning),
      mention,
    };
  }

  const accountsOf = (owners: readonly string[], company: KnownCompany, tenant: 'wecom' | 'dingtalk' | 'simulator') =>
    owners.flatMap((id) => {
      const person = company.directory.person(id);
      const account = person?.active === true ? accountOf(person, company.directory, house.access, tenant) : null;
      return account === null ? [] : [account];
    });

  /** Words go out without a picture that cannot be drawn; the reason goes into the log. */
  async function draw(chart: NonNullable<ReturnType<typeof digest.chart>>): Promise<Picture | null> {
    if (house.charts === null) return null;
    for (let tries = 1; ; tries += 1) {
      try {
        return await house.charts.draw(chart);
      } catch (error) {
        if (tries < drawingTries && error instanceof Failure && error.code === 'unavailable') continue;
        house.log('a picture of a digest could not be drawn', { error });
        return null;
      }
    }
  }

  return {
    name,
    title: digest.title,
    recipients: async (moment) => [...(await recipients(moment)).values()],
    compose,
    timetable: async (moment) =>
      [...(await recipients(moment)).values()].map(({ key, push, priority }) => ({
        target: key,
        part: 'digest',
        at: push.at,
        days: push.days,
        priority,
      })),
    prepare: async (task): Promise<Preparation> => {
      const recipient = (await recipients(task.moment)).get(task.target);
      if (recipient === undefined) return { kind: 'nothing', why: 'nobody is to get it any more' };
      const { directory } = await house.company(task.moment);
      let composed: Awaited<ReturnType<DigestJob['compose']>>;
      try {
        composed = await compose(recipient, task);
      } catch (error) {
        if (error instanceof Failure && error.code === 'misconfigured')
          return { kind: 'refused', why: error.message, kindly: error.kindly };
        throw error;
      }
      if ('kind' in composed) return composed;
      const admission = admit(recipient, house.access, directory);
      const address = admission.kind === 'refused' ? null : addressOf(admission.target, composed.mention);
      const platform = address === null ? undefined : house.platforms.get(address.platform);
      if (address === null || platform === undefined)
        return {
          kind: 'refused',
          why: 'no such channel is connected',
          kindly: `「${recipient.name}」的发送渠道没有接上,今天的${digest.title}没有发。请检查平台设置和群机器人。`,
        };
      const { reply } = composed;
      if (admission.kind === 'admitted' && admission.target.kind === 'person')
        await house
          .pushed?.(
            { identity: admission.target.tenant, account: admission.target.account },
            reply.choices,
            digest.about,
          )
          .catch((error: unknown) => house.log('the choices of a digest are not remembered', { error }));
      return {
        kind: 'ready',
        messages: [
          {
            address,
            parts: platform.render(reply, address),
            afterMs: recipient.priority === 0 ? 0 : spread(task.target),
          },
        ],
        pictures: reply.picture === null ? [] : [reply.picture],
        memory: composed.memory,
      };
    },
  };
}

/** The whole days since the last digest that was really sent; without one, since the work day before (decision 17). */
export function coveredBy(day: Day, earlier: Earlier | null, calendar: WorkCalendar): Period {
  const to = addDays(day, -1);
  const since = earlier === null || earlier.day >= day ? calendar.previousWorkDay(day) : earlier.day;
  const earliest = addDays(day, -longestDays);
  const from = since < earliest ? earliest : since;
  return { label: from === to ? 'yesterday' : 'range', from, to };
}

/** The same target always at the same place within the spread (FNV-1a). */
function spread(target: string): number {
  let hash = 0x811c9dc5;
  for (const char of target) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193) >>> 0;
  return Math.round((hash / 0xffffffff) * spreadMs);
}
