import { dayOfSecond } from './company-time.ts';
import { type Customer, type Generation, repAt, touch } from './generation.ts';
import { care, noteOf } from './notes.ts';

type Kind = 'visit' | 'call' | 'wechat' | 'email' | 'sms' | 'meeting';

/** Kinds by stage (0-3) and for care: calls first, meetings and visits when it gets serious. */
const kindsByTopic: readonly (readonly (readonly [Kind, number])[])[] = [
  [
    ['call', 52],
    ['wechat', 30],
    ['email', 10],
    ['visit', 3],
    ['meeting', 2],
    ['sms', 3],
  ],
  [
    ['call', 36],
    ['wechat', 26],
    ['visit', 18],
    ['meeting', 12],
    ['email', 8],
  ],
  [
    ['call', 24],
    ['wechat', 26],
    ['visit', 16],
    ['meeting', 26],
    ['email', 8],
  ],
  [
    ['call', 34],
    ['wechat', 28],
    ['visit', 16],
    ['meeting', 12],
    ['email', 10],
  ],
  [
    ['call', 40],
    ['wechat', 36],
    ['visit', 14],
    ['email', 6],
    ['sms', 4],
  ],
];

const minutes: Readonly<Record<Kind, readonly [number, number] | null>> = {
  visit: [45, 150],
  meeting: [30, 100],
  call: [2, 28],
  wechat: null,
  email: null,
  sms: null,
};

const kindWords: Readonly<Record<Kind, string>> = {
  visit: '上门拜访',
  meeting: '会议',
  call: '电话',
  wechat: '微信',
  email: '邮件',
  sms: '短信',
};

export interface FollowUp {
  readonly at: number;
  /** 0-3 = stage of the opportunity, 4 = outside of one. */
  readonly topic: number;
  readonly opportunityId: string | null;
  /** When the next one is planned; NULL where none is. */
  readonly nextAt: number | null;
  readonly kind?: Kind;
}

export function addFollowUp(generation: Generation, customer: Customer, followUp: FollowUp): void {
  const { random } = customer;
  const kind = followUp.kind ?? random.weighted(kindsByTopic[followUp.topic]!);
  const fromCustomer = kind !== 'visit' && kind !== 'meeting' && random.chance(0.22);
  const connected = kind === 'call' && !fromCustomer ? random.chance(0.72) : true;
  const span = minutes[kind];
  generation.sink.add('cm_activities', {
    activity_id: generation.numbers.next('a'),
    kind,
    subject_type: followUp.opportunityId === null ? 'customer' : 'opportunity',
    subject_id: followUp.opportunityId ?? customer.id,
    customer_id: customer.id,
    opportunity_id: followUp.opportunityId,
    lead_id: null,
    contact_id: random.chance(0.8) ? customer.contactId : null,
    user_id: repAt(customer, followUp.at).id,
    occurred_at: generation.time.wall(followUp.at),
    next_at: followUp.nextAt === null ? null : generation.time.wall(followUp.nextAt),
    channel: kindWords[kind],
    duration_minutes: span === null ? null : connected ? random.int(span[0], span[1]) : 0,
    is_connected: connected ? 1 : 0,
    direction: fromCustomer ? 'in' : 'out',
    summary: noteOf(random, followUp.topic, connected),
  });
  touch(customer, followUp.at);
  if (followUp.at > customer.lastActivityAt) {
    customer.lastActivityAt = followUp.at;
    customer.nextActivityAt = followUp.nextAt;
  }
}

/**
 * Follow-ups from one day to another, both within history, `gapDays` apart on average. Always stops where the customer
 * falls quiet.
 */
export function addFollowUps(
  generation: Generation,
  customer: Customer,
  span: {
    readonly from: number;
    readonly to: number;
    readonly gapDays: number;
    readonly topic: number;
    readonly opportunityId: string | null;
  },
): void {
  const { time, density } = generation;
  const { random } = customer;
  const meanGap = (span.gapDays * repAt(customer, span.from).pace) / density;
  const lastDay = Math.min(dayOfSecond(Math.min(span.to, time.now)), customer.quietFromDay - 1);
  let at = dayOfSecond(span.from) + random.exponential(meanGap);
  while (at <= lastDay) {
    const second = time.moment(random, time.usualDay(random, Math.floor(at)));
    // What begins or ends within a day begins and ends between two moments of it.
    if (second >= span.from && second <= span.to && second <= time.now && dayOfSecond(second) <= lastDay) {
      const gap = Math.max(1, Math.round(random.exponential(meanGap)));
      const planned = random.chance(0.45) ? time.workMoment(random, dayOfSecond(second) + gap + 1) : null;
      addFollowUp(generation, customer, {
        at: second,
        topic: span.topic,
        opportunityId: span.opportunityId,
        nextAt: planned,
      });
    }
    at += Math.max(0.2, random.exponential(meanGap));
  }
}

export const careTopic = care;
