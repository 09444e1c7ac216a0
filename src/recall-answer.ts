import { sql } from 'kysely';
import type { Grant } from './access/authorise.ts';
import { resolve } from './access/resolve.ts';
import type { Moment } from './calendar/clock.ts';
import { addDays, type Day, daysBetween } from './calendar/day.ts';
import type { Command, Understanding } from './commands/command.ts';
import { feedbackOrder, methodIn, untilIn } from './commands/feedback-order.ts';
import type { KnownCompany } from './company.ts';
import type { Person } from './crm/directory.ts';
import { never } from './failure.ts';
import { plainReply } from './replies/compose.ts';
import type { Choice, Reply } from './replies/reply.ts';
import { ownerName } from './reports/owner-name.ts';
import { recallMethodNames } from './reports/wake-rate.ts';
import type { RecallBook } from './schedule/recall/recall-book.ts';
import { feedbackChoices } from './schedule/recall/reminder.ts';
import type { Recall, Recalls } from './store/recalls.ts';

export type { RecallBook };

/** What is asked about again, and what a bare 已联系 is about. */
const recentDays = 14;
const longestDelayDays = 90;

/** 已联系, 稍后, 转交 with a name that no language knows is still an order: it is answered about that name. */
export function orElseFeedback(understanding: Understanding, text: string): Understanding {
  if (understanding.kind !== 'ask-back') return understanding;
  const order = feedbackOrder(text);
  if (order === null) return understanding;
  const slots = { context: 'last_silent_push', action: order.action };
  return { kind: 'command', command: { intent: 'silent_feedback', slots }, repairs: [], assumed: {} };
}

/** Records what a rep made of a reminder, and names the next customer. The CRM itself is never written. */
export async function recallReply(
  book: RecallBook | null,
  company: KnownCompany,
  grant: Grant,
  { slots }: Command,
  text: string,
  moment: Moment,
): Promise<Reply> {
  if (book === null) return said('failed', '这里没有接上提醒记录,回执记不下来。请在企业微信、钉钉或模拟器里回。');
  const { viewer } = grant;
  const told = await book.ledger.toldTo(viewer.userId, addDays(moment.today, -recentDays));
  const open = told.filter(isOpen);
  const found = await customerOf(book, company, grant, { slots }, text, told);
  if ('reply' in found) return found.reply;
  const { recall, name } = found;
  const rest = open.filter(({ recallId }) => recallId !== recall.recallId);
  const act = async (
    feedback: Parameters<Recalls['feedback']>[1],
    sentence: string,
    choices?: readonly Choice[],
  ): Promise<Reply> => {
    await book.ledger.feedback(recall.recallId, feedback);
    const next = await nextOf(company, grant, rest);
    const more = next === null ? '' : `还有 ${rest.length} 家没回,下一家:${next}。`;
    return said(
      'done',
      [sentence, more].filter((part) => part !== '').join('\n'),
      choices ?? (next === null ? [] : feedbackChoices(next)),
    );
  };
  switch (slots.action) {
    case 'later': {
      const until = (typeof slots.until === 'string' ? slots.until : untilIn(text, moment.today)) as Day;
      const days = daysBetween(moment.today, until);
      if (days < 1 || days > longestDelayDays) {
        return said('asked-back', `推迟要在 1 到 ${longestDelayDays} 天之间,比如「稍后 3天 ${name}」。`, [
          { label: `稍后 3天 ${name}`, command: `稍后 3天 ${name}` },
        ]);
      }
      return act({ kind: 'later', until }, `好,${name} 到 ${until.slice(5)} 起的第一个工作日早上再提醒。`);
    }
    case 'handed_over': {
      const chosen = colleagueOf(company, grant, slots.owner, text, name, recall.ownerId);
      if ('reply' in chosen) return chosen.reply;
      const { colleague } = chosen;
      const from = viewer.name;
      const told = await book.tell(
        colleague,
        company.directory,
        said(
          'done',
          `${from} 建议把沉默客户 ${name} 转给你跟。\n${name} 到 ${recall.recalledOn.slice(5)} 已 ${recall.silentDays} 天没动静。愿意接,就请 ${from} 或主管在 CRM 里把负责人改成你;改之前你还看不到它。`,
        ),
        `recall-hand-over:${recall.recallId}:${colleague.id}`,
      );
      const heard = told ? `已告诉 ${colleague.name}` : `${colleague.name} 没有绑定账号,我通知不到,请你说一声`;
      return act(
        { kind: 'handed-over', to: colleague.id, by: viewer.userId, at: moment.wall },
        `记下了:建议把 ${name} 转给 ${colleague.name},${heard}。我改不了 CRM,负责人还要你或主管在 CRM 里改。`,
      );
    }
    case 'dismissed':
      return act(
        { kind: 'dismissed', at: moment.wall },
        `记下了:${name} 这次沉默不再提醒。它有了往来再沉默,才会再说。`,
      );
    default: {
      const method = methodIn(text.replaceAll(name, ' '));
      const how = method === null ? '' : `(${recallMethodNames[method]})`;
      return act(
        { kind: 'contacted', by: viewer.userId, at: moment.wall, method },
        `记下了:${name} 已联系${how}。谈了什么请写进 CRM,那边有了往来才算唤醒。${method === null ? '怎么联系的?' : ''}`,
        method === null
          ? (['call', 'wechat', 'visit'] as const).map((one) => {
              const command = `已联系 ${name} ${recallMethodNames[one]}`;
              return { label: recallMethodNames[one], command };
            })
          : undefined,
      );
    }
  }
}

const said = (status: Reply['status'], text: string, choices: readonly Choice[] = []): Reply => {
  const lines = text.split('\n');
  return plainReply(status, lines[0] ?? text, lines, choices);
};

const isOpen = (recall: Recall): boolean =>
  !recall.heldOut &&
  recall.contactedAt === null &&
  recall.handedTo === null &&
  recall.dismissedAt === null &&
  recall.snoozedUntil === null;

type Found = { readonly recall: Recall; readonly name: string } | { readonly reply: Reply };

/** The reminder that is meant: by name, by its number in the last push, or the only one that is open. */
async function customerOf(
  book: RecallBook,
  company: KnownCompany,
  grant: Grant,
  { slots }: Pick<Command, 'slots'>,
  text: string,
  told: readonly Recall[],
): Promise<Found> {
  const open = told.filter(isOpen);
  const named = slots.filters?.customer?.[0] ?? feedbackOrder(text)?.name ?? null;
  if (named === null) return fromPush(company, grant, slots.id, told);
  const resolved = await resolve({ filters: { customer: [named] } }, grant, company);
  switch (resolved.kind) {
    case 'outside':
    case 'not-found': {
      const next = await nextOf(company, grant, open);
      const near = next === null ? '' : `没回的还有 ${next}${open.length > 1 ? ` 等 ${open.length} 家` : ''}。`;
      return {
        reply: said(
          'asked-back',
          `你能看的客户里没有「${named}」,请核对名字。${near}`,
          next === null ? [] : feedbackChoices(next),
        ),
      };
    }
    case 'ambiguous':
      return {
        reply: said(
          'asked-back',
          `「${named}」对得上好几家,是哪一家?`,
          resolved.candidates.map((label) => ({
            label,
            command: text.includes(named) ? text.replace(named, label) : `已联系 ${label}`,
          })),
        ),
      };
    case 'resolved': {
      const [customerId] = resolved.filter.customerIds ?? [];
      const recalls = customerId === undefined ? [] : await book.ledger.ofCustomers([customerId]);
      const recall = recalls
        .filter(({ heldOut, untold }) => !heldOut && !untold)
        .sort((a, b) => b.silentSince.localeCompare(a.silentSince))[0];
      const name =
        customerId === undefined
          ? named
          : ((await customerNames(company, grant, [customerId])).get(customerId) ?? named);
      return recall === undefined
        ? {
            reply: said('done', `我没有提醒过 ${name},不用在这里回。要看它的情况,发「客户 ${name}」。`, [
              { label: `客户 ${name}`, command: `客户 ${name}` },
            ]),
          }
        : { recall, name };
    }
    default:
      return never(resolved);
  }
}

async function fromPush(
  company: KnownCompany,
  grant: Grant,
  id: number | undefined,
  told: readonly Recall[],
): Promise<Found> {
  const open = told.filter(isOpen);
  // The number is the one in the last message, also when some of it were answered since.
  const last = told.filter(({ toldOn }) => toldOn === told[0]?.toldOn);
  const names = await namesOf(company, grant, [...last, ...open]);
  const recall = id === undefined ? (open.length === 1 ? open[0] : undefined) : last[id - 1];
  const name = recall === undefined ? undefined : names.get(recall.customerId);
  if (recall !== undefined && name !== undefined) return { recall, name };
  if (open.length === 0) return { reply: said('done', '最近的沉默客户提醒你都回过了,没有要记的。') };
  const choices = open.slice(0, 4).flatMap(({ customerId }): Choice[] => {
    const label = names.get(customerId);
    return label === undefined ? [] : [{ label: `已联系 ${label}`, command: `已联系 ${label}` }];
  });
  return { reply: said('asked-back', `说的是哪一家?没回的有 ${open.length} 家,带上客户名再发一次。`, choices) };
}

/** Names of those that the person may still see: who handed a customer on reads nothing of it here. */
async function customerNames(
  company: KnownCompany,
  grant: Grant,
  customerIds: readonly string[],
): Promise<Map<string, string>> {
  if (customerIds.length === 0) return new Map();
  const rows = await company.crm.read<{ customer_id: string; name: string }>(
    grant.scope,
    ({ rows }) => sql`select customer_id, name from ${rows.of('cm_customers', { customerIds })} as t`,
  );
  return new Map(rows.map(({ customer_id, name }) => [customer_id, name]));
}

const namesOf = (company: KnownCompany, grant: Grant, recalls: readonly Recall[]): Promise<Map<string, string>> =>
  customerNames(
    company,
    grant,
    recalls.map(({ customerId }) => customerId),
  );

async function nextOf(company: KnownCompany, grant: Grant, open: readonly Recall[]): Promise<string | null> {
  const names = await namesOf(company, grant, open.slice(0, 20));
  return open.map(({ customerId }) => names.get(customerId)).find((name) => name !== undefined) ?? null;
}

type Colleague = { readonly colleague: Person } | { readonly reply: Reply };

/** To whom a customer may be proposed: salespeople of one's own team, or of what one may see. */
function colleagueOf(
  company: KnownCompany,
  grant: Grant,
  slot: unknown,
  text: string,
  customer: string,
  ownerId: string,
): Colleague {
  const { directory } = company;
  const { scope, viewer } = grant;
  const near = directory.people.filter(
    (person) =>
      person.active &&
      person.id !== ownerId &&
      (scope.owners === 'everyone' ||
        scope.owners.includes(person.id) ||
        (viewer.departmentId !== null && person.departmentId === viewer.departmentId)),
  );
  const sales = near.filter(
    (person) => person.roles.length === 0 || person.roles.some((role) => /rep|manager/.test(role)),
  );
  const choices = sales
    .filter(({ id }) => id !== viewer.userId)
    .slice(0, 3)
    .map(({ name }) => ({ label: `转交 ${customer} 给 ${name}`, command: `转交 ${customer} 给 ${name}` }));
  const named = typeof slot === 'string' ? slot : (feedbackOrder(text)?.to ?? null);
  if (named === null) return { reply: said('asked-back', `${customer} 转给谁?`, choices) };
  const called = directory.people.filter(({ name, id }) => name === named || id === named);
  const fits = sales.filter((person) => called.includes(person));
  const [only] = fits;
  if (only !== undefined && fits.length === 1) return { colleague: only };
  if (called.length === 0) return { reply: said('asked-back', `没有叫「${named}」的同事,请核对名字。`, choices) };
  if (called.some(({ id }) => id === ownerId)) {
    return {
      reply: said('asked-back', `${customer} 本来就在 ${ownerName(directory, ownerId)} 名下,不用转。`, choices),
    };
  }
  if (called.every(({ active }) => !active))
    return { reply: said('asked-back', `${named} 已离职,换一位同事。`, choices) };
  if (fits.length > 1) {
    return { reply: said('asked-back', `叫「${named}」的同事有 ${fits.length} 位,请让主管在 CRM 里直接转。`) };
  }
  return { reply: said('asked-back', `${named} 不在你的团队里,跨团队转客户请找主管。`, choices) };
}
