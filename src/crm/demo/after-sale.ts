import { dayOfSecond, secondOfDay } from './company-time.ts';
import { addContract } from './contracts.ts';
import { addScores } from './customer-scores.ts';
import { addFollowUps, careTopic } from './follow-ups.ts';
import { type Customer, type Generation, repAt, type Subscription, touch } from './generation.ts';
import { products } from './market.ts';
import { ticketSubject } from './notes.ts';
import { customerSuccess, serviceAgents } from './people.ts';

/** How a signed customer fares. */
export type Mood = 'content' | 'cooling' | 'red';

/** Minutes until a human answers, half of the times, by agent. */
const answerMinutes = [18, 26, 34, 48] as const;

/** Renews what runs out: about four in five, rather when content. A renewal is signed around the end of the old contract. */
export function addRenewals(generation: Generation, customer: Customer, mood: Mood): void {
  const { time } = generation;
  const { random } = customer;
  const horizon = 20;
  for (let i = 0; i < customer.subscriptions.length; i += 1) {
    const held: Subscription = customer.subscriptions[i]!;
    if (held.endsOn > time.last + horizon) continue;
    if (!random.chance(mood === 'content' ? 0.84 : 0.45)) continue;
    const signedOn = time.workDayFrom(held.endsOn + random.int(-30, 8));
    const wonAt = time.moment(random, signedOn);
    if (signedOn > time.last || wonAt > time.now) continue;
    const amount = Math.max(8_000, Math.round((held.amount * random.between(0.92, 1.15)) / 1_000) * 1_000);
    addContract(generation, customer, {
      opportunityId: null,
      wonAt,
      amount,
      renews: { contractId: held.contractId, startsOn: Math.max(held.endsOn + 1, signedOn) },
    });
  }
}

export const inForce = (customer: Customer, day: number): boolean =>
  customer.subscriptions.some((held) => held.startsOn <= day && day <= held.endsOn);

/** Calls to see how things are going, tickets, surveys and daily use, as long as a contract is in force. */
export function addService(generation: Generation, customer: Customer, mood: Mood): void {
  const { time } = generation;
  if (customer.firstDealDay === null) return;
  const ends = customer.subscriptions.reduce((latest, held) => Math.max(latest, held.endsOn), 0);
  const from = secondOfDay(customer.firstDealDay + 5);
  const to = Math.min(secondOfDay(ends), time.now);
  const gapDays = { A: 17, B: 26, C: 40 }[customer.grade];
  addFollowUps(generation, customer, { from, to, gapDays, topic: careTopic, opportunityId: null });
  addTickets(generation, customer, dayOfSecond(from), dayOfSecond(to), mood);
  addSurveys(generation, customer, dayOfSecond(from), dayOfSecond(to), mood);
  if (generation.usageShare === 1 || customer.random.chance(generation.usageShare)) {
    addUsage(generation, customer, mood);
    addScores(generation, customer, mood);
  }
}

function addTickets(generation: Generation, customer: Customer, from: number, to: number, mood: Mood): void {
  const { time } = generation;
  const { random } = customer;
  const hasDevices = customer.industry === '制造业' || customer.industry === '物流';
  for (let day = from + random.exponential(38); day <= to; day += random.exponential(38)) {
    const at = time.workMoment(random, Math.floor(day));
    if (at > time.now) break;
    const kind = random.weighted([
      ['question', 52],
      ['fault', 24],
      ['complaint', mood === 'content' ? 12 : 26],
      ['return', hasDevices ? 7 : 0],
    ]);
    addTicket(generation, customer, kind, at);
  }
  // A bad batch of one device, lately and in one region: the kind of rise a review has to find.
  if (hasDevices && customer.place.region === '华南' && random.chance(0.5)) {
    const at = time.workMoment(random, time.last - random.int(2, 26));
    if (at <= time.now && dayOfSecond(at) >= from)
      addTicket(generation, customer, random.pick(['complaint', 'return']), at);
  }
  if (mood === 'red') {
    const at = time.workMoment(random, Math.max(from, time.last - random.int(6, 55)));
    if (at <= time.now) addTicket(generation, customer, 'complaint', at);
  }
}

function addTicket(generation: Generation, customer: Customer, kind: string, at: number): void {
  const { time, sink, numbers } = generation;
  const { random } = customer;
  const agent = random.int(0, serviceAgents.length - 1);
  const priority =
    kind === 'complaint'
      ? random.pick(['high', 'urgent'])
      : random.weighted([
          ['normal', 6],
          ['high', 2],
          ['low', 2],
        ]);
  const answered = at + Math.round(Math.max(1, random.logNormal(answerMinutes[agent]!, 0.9)) * 60);
  const hours = kind === 'question' ? 5 : kind === 'fault' ? 22 : 40;
  const resolved = answered + Math.round(random.logNormal(hours, 0.8) * 3_600);
  const isAnswered = answered <= time.now && !random.chance(0.01);
  const isResolved = isAnswered && resolved <= time.now && !random.chance(0.02);
  const slow = answered - at > 3_600;
  const mark = kind === 'complaint' || kind === 'return' ? 3.1 : 4.5;
  const device = customer.industry === '物流' ? products[5]! : products[4]!;
  const id = numbers.next('t');
  const subject = ticketSubject(random, kind);
  sink.add('cm_tickets', {
    ticket_id: id,
    customer_id: customer.id,
    subject,
    channel: random.weighted([
      ['电话', 4],
      ['微信', 4],
      ['在线客服', 3],
      ['邮件', 1],
    ]),
    priority,
    status: isResolved
      ? random.weighted([
          ['closed', 8],
          ['resolved', 2],
        ])
      : isAnswered && random.chance(0.25)
        ? 'paused'
        : 'open',
    assignee_user_id: serviceAgents[agent]!,
    created_at: time.wall(at),
    first_response_at: isAnswered ? time.wall(answered) : null,
    resolved_at: isResolved ? time.wall(resolved) : null,
    satisfaction:
      isResolved && random.chance(0.58)
        ? clamp(Math.round(mark - (slow ? 0.7 : 0) + random.normal() * 0.7), 1, 5)
        : null,
    kind: random.chance(0.03) ? null : kind,
    product_id: kind === 'return' ? device.id : random.chance(0.85) ? random.pick(['p01', 'p02', 'p03', 'p04']) : null,
    ...(kind === 'return' ? causeOf(id, subject, customer.place.region) : {}),
  });
  touch(customer, at);
}

/** Why a device came back and who carried it; from its number, so that nothing else of the company moves. */
function causeOf(id: string, subject: string, region: string): { reason: string | null; carrier: string } {
  const number = Number(id.slice(1));
  const carriers = ['顺丰', '德邦', '京东物流'] as const;
  return {
    reason: number % 11 === 0 ? null : number % 7 === 0 ? '运输破损' : subject.includes('发错') ? '发错货' : '质量问题',
    carrier: region === '华南' && number % 4 !== 0 ? '德邦' : carriers[number % 3]!,
  };
}

function addSurveys(generation: Generation, customer: Customer, from: number, to: number, mood: Mood): void {
  const { time, sink, numbers } = generation;
  const { random } = customer;
  const add = (kind: string, score: number, day: number, userId: string | null) => {
    const at = time.workMoment(random, day);
    if (at > time.now) return;
    sink.add('cm_surveys', {
      survey_id: numbers.next('v'),
      customer_id: customer.id,
      contract_id: customer.subscriptions[0]?.contractId ?? null,
      user_id: userId,
      score,
      raw: kind === 'csat' ? ['很不满意', '不满意', '一般', '满意', '非常满意'][score - 1]! : String(score),
      surveyed_at: time.wall(at),
      kind,
    });
  };
  if (random.chance(0.6)) {
    const rep = repAt(customer, secondOfDay(from));
    add(
      'csat',
      clamp(Math.round(4.3 + (rep.skill - 1) * 1.5 + random.normal() * 0.8), 1, 5),
      from + random.int(1, 20),
      rep.id,
    );
  }
  for (let day = from + random.int(60, 150); day <= to; day += random.int(80, 130)) {
    const base = mood === 'content' ? 8.4 : mood === 'cooling' ? 6.6 : 4.6;
    if (random.chance(0.55))
      add('nps', clamp(Math.round(base + random.normal() * 1.6), 0, 10), day, random.pick(customerSuccess));
    if (random.chance(0.35)) {
      const score = clamp(Math.round((mood === 'content' ? 4.4 : 3.4) + random.normal() * 0.8), 1, 5);
      add('csat', score, Math.min(to, day + random.int(1, 15)), random.pick(serviceAgents));
    }
  }
}

function addUsage(generation: Generation, customer: Customer, mood: Mood): void {
  const { time, sink } = generation;
  const { random } = customer;
  const users = Math.max(2, Math.round(random.logNormal({ A: 42, B: 18, C: 7 }[customer.grade], 0.4)));
  const breadth = random.int(4, 11);
  const habit = random.between(0.9, 2.2);
  const first = Math.max(time.first, time.last - generation.usageDays);
  for (let day = first; day < time.last; day += 1) {
    if (!inForce(customer, day)) continue;
    const ago = time.last - day;
    const level = mood === 'content' || ago > 33 ? 1 : mood === 'red' ? 0.34 : 0.62;
    const present = time.isWorkDay(day) ? random.between(0.55, 0.95) : 0.06;
    const active = random.round(users * present * level);
    if (active === 0 && !time.isWorkDay(day)) continue;
    const logins = random.round(active * habit);
    sink.add('cm_customer_usage', {
      customer_id: customer.id,
      day: time.day(day),
      logins: Math.max(active, logins),
      active_users: active,
      features_used: active === 0 ? 0 : Math.max(1, Math.round(breadth * (level === 1 ? 1 : 0.6) + random.normal())),
    });
    if (active > 0) touch(customer, secondOfDay(day));
  }
}

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));
