import type { Day } from '../../calendar/day.ts';
import type { Directory } from '../../crm/directory.ts';
import { formatCount, formatMoney } from '../../figures/format.ts';
import { type Mask, Sensitive } from '../../figures/sensitive.ts';
import type { SilentNow } from '../../metrics/silence.ts';
import type { Choice, Reply } from '../../replies/reply.ts';
import { typesetReply } from '../../replies/typeset-reply.ts';
import { ownerName } from '../../reports/owner-name.ts';
import { renderMessage } from '../message-template.ts';
import type { KnownDealings } from './last-dealings.ts';
import type { OpeningLine } from './opening-line.ts';

export interface Reminded {
  readonly customer: SilentNow;
  /** null for those that are listed by name. */
  readonly inFull: { readonly dealings: KnownDealings; readonly opening: OpeningLine } | null;
  /** It was put off until today. */
  readonly again: boolean;
}

export interface ReminderFacts {
  readonly readerId: string;
  readonly today: Day;
  readonly mask: Mask;
  /** The dearest first. */
  readonly reminded: readonly Reminded[];
  readonly waiting: number;
}

/** So many with everything that is needed to call; the others follow with their names. */
export const mostInFull = 5;

/** The message of 9:05: which customers, why now, what is at stake, how to begin. */
export function reminderReply(facts: ReminderFacts, directory: Directory): Reply {
  const { reminded, mask, readerId } = facts;
  const stake = reminded.reduce((sum, { customer }) => sum + customer.openFen + customer.contractFen, 0);
  const view = {
    count: formatCount(reminded.length),
    single: reminded.length === 1,
    stake: stake === 0 ? null : formatMoney(stake),
    longest: Math.max(...reminded.map(({ customer }) => customer.days)),
    waiting: facts.waiting,
    customers: reminded.flatMap(({ customer, inFull, again }, index) =>
      inFull === null
        ? []
        : [
            {
              number: index + 1,
              name: customer.name,
              grade: customer.grade,
              days: customer.days,
              again,
              never: customer.lastTouchAt === null,
              last: lastWords(inFull.dealings, directory, readerId, facts.today),
              said: saidOf(inFull.dealings, mask),
              stake: stakeWords(customer),
              contact: contactWords(inFull.dealings, mask),
              opening: inFull.opening.text,
              owner: customer.ownerId === readerId ? null : ownerName(directory, customer.ownerId),
            },
          ],
    ),
    others: reminded
      .filter(({ inFull }) => inFull === null)
      .map(({ customer }) => ({
        name: customer.name,
        grade: customer.grade,
        days: customer.days,
        stake: stakeWords(customer),
        owner: customer.ownerId === readerId ? null : ownerName(directory, customer.ownerId),
      })),
  };
  const blocks = renderMessage('recall', view);
  const first = reminded[0]?.customer.name;
  return typesetReply({
    status: 'answered',
    title: reminded.length === 1 ? `${first ?? ''} 该联系了` : `${formatCount(reminded.length)} 家客户该联系了`,
    blocks,
    picture: null,
    choices: first === undefined ? [] : feedbackChoices(first),
  });
}

/** The three answers to a reminder. */
export const feedbackChoices = (customer: string): Choice[] => [
  { label: `已联系 ${customer}`, command: `已联系 ${customer}` },
  { label: `稍后 3天 ${customer}`, command: `稍后 3天 ${customer}` },
  { label: `转交 ${customer}`, command: `转交 ${customer}` },
];

export const stakeWords = ({ openFen, contractFen }: Pick<SilentNow, 'openFen' | 'contractFen'>): string | null => {
  const parts = [
    openFen > 0 ? `在跟商机 ${formatMoney(openFen)}` : '',
    contractFen > 0 ? `合同 ${formatMoney(contractFen)}` : '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? null : parts.join(',');
};

const touchWords: Readonly<Record<string, string>> = {
  visit: '上门拜访',
  call: '打电话',
  wechat: '发微信',
  email: '发邮件',
  sms: '发短信',
  meeting: '开会',
};

/** 8 月 20 日你打电话; the year where it is another one. */
function lastWords({ lastFollowUp }: KnownDealings, directory: Directory, readerId: string, today: Day): string | null {
  if (lastFollowUp === null) return null;
  const [year, month, day] = lastFollowUp.at.slice(0, 10).split('-').map(Number);
  const when = `${String(year) === today.slice(0, 4) ? '' : `${year} 年 `}${month} 月 ${day} 日`;
  const who =
    lastFollowUp.by === null ? '' : lastFollowUp.by === readerId ? '你' : ownerName(directory, lastFollowUp.by);
  return `${when}${who}${touchWords[lastFollowUp.kind] ?? '跟进'}`;
}

/** Telephone numbers within what was noted obey the mask like any other. */
function saidOf({ talk }: KnownDealings, mask: Mask): string | null {
  if (talk === null) return null;
  const said = talk.summary
    .trim()
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/1\d{10}/g, (phone) => new Sensitive('phones', phone).shown(mask));
  return [...said].length > 60 ? `${[...said].slice(0, 60).join('')}…` : said;
}

function contactWords({ contact, mobile }: KnownDealings, mask: Mask): string | null {
  if (contact === null) return null;
  const name = new Sensitive('contactNames', contact.name).shown(mask);
  const title = contact.title === null ? '' : `(${contact.title})`;
  const phone = mobile === null || mobile === '' ? '' : ` ${new Sensitive('phones', mobile).shown(mask)}`;
  return `${name}${title}${phone}`;
}
