import { type CompanyTime, dayOfSecond, secondOfDay } from './company-time.ts';
import { addContract } from './contracts.ts';
import { addFollowUps } from './follow-ups.ts';
import { type Customer, type Generation, repAt } from './generation.ts';
import { type Grade, invalidStageId, lostStageId, pipelineId, stageIds, stageWinRate } from './market.ts';
import { lostReasons } from './notes.ts';
import { addQuote, decideQuote, type QuoteTiming } from './quotes.ts';
import type { Random } from './random.ts';

/** What becomes of opportunities by grade: the case of seed 000 for A and C. */
const byGrade: Readonly<
  Record<
    Grade,
    {
      win: number;
      cycleDays: number;
      lostAfterDays: number;
      exits: readonly [number, number, number, number];
      gapDays: number;
    }
  >
> = {
  A: { win: 0.362, cycleDays: 43, lostAfterDays: 58, exits: [18, 27, 27, 28], gapDays: 4.6 },
  B: { win: 0.21, cycleDays: 36, lostAfterDays: 50, exits: [28, 30, 24, 18], gapDays: 6.2 },
  C: { win: 0.08, cycleDays: 26, lostAfterDays: 40, exits: [42, 32, 17, 9], gapDays: 7.5 },
};

/** How the time to the signature divides over the four open stages. */
const stageShares = [0.2, 0.26, 0.28, 0.26] as const;

type Outcome = 'won' | 'lost' | 'invalid';

interface Course {
  readonly outcome: Outcome;
  /** When each stage was entered, from the one it began in; as far as it came. */
  readonly entries: readonly { readonly stage: number; readonly at: number }[];
  readonly closedAt: number;
  /** Nobody follows it up any more from here on (积压). */
  readonly forgottenFrom: number;
}

/** One opportunity with all that hangs on it. Gives back how it ended, null while it is open. */
export function addOpportunity(
  generation: Generation,
  customer: Customer,
  createdAt: number,
  first: boolean,
  forced?: { readonly outcome?: Outcome; readonly closedDay?: number },
): { readonly outcome: Outcome; readonly closedAt: number } | null {
  const { time, sink, numbers } = generation;
  const { random } = customer;
  const id = numbers.next('o');
  const owner = repAt(customer, createdAt);
  const quote = decideQuote(random, owner);
  const amount = wishedAmount(customer, first);
  const course = decideCourse(generation, customer, createdAt, first, quote, forced);
  const closed = course.closedAt <= time.now;
  const happened = course.entries.filter((entry) => entry.at <= time.now);
  const at = happened[happened.length - 1]!;
  const exit = course.outcome === 'won' ? stageIds[4] : course.outcome === 'lost' ? lostStageId : invalidStageId;
  const currentOwner = closed ? repAt(customer, course.closedAt) : repAt(customer, time.now);

  addEvents(generation, customer, id, happened, closed ? { outcome: course.outcome, exit, at: course.closedAt } : null);
  for (let i = 0; i < happened.length; i += 1) {
    const entry = happened[i]!;
    const until = Math.min(happened[i + 1]?.at ?? course.closedAt, course.forgottenFrom, time.now);
    const { gapDays } = byGrade[customer.grade];
    addFollowUps(generation, customer, { from: entry.at, to: until, gapDays, topic: entry.stage, opportunityId: id });
  }
  const quoted = happened.find((entry) => entry.stage === 3);
  const quotedAmount = Math.round((amount * random.between(1, 1.12)) / 100) * 100;
  addQuote(generation, customer, id, quote, {
    demonstratedAt: happened.find((entry) => entry.stage === 2)?.at ?? null,
    negotiationAt: quoted?.at ?? null,
    closed: closed ? { outcome: course.outcome, at: course.closedAt } : null,
    amount: quotedAmount,
    finalAmount: amount,
  });
  sink.add('cm_opportunities', {
    opportunity_id: id,
    name: `${customer.name} ${first ? '一期项目' : random.pick(['扩容', '二期项目', '新增模块', '硬件采购', '续建项目'])}`,
    customer_id: customer.id,
    owner_user_id: currentOwner.id,
    pipeline_id: pipelineId,
    stage_id: closed ? exit : stageIds[at.stage]!,
    outcome: closed ? course.outcome : 'open',
    amount,
    win_rate: closed ? (course.outcome === 'won' ? 100 : 0) : stageWinRate[at.stage]!,
    expected_close_date: time.day(expectedCloseDay(customer, createdAt, closed ? course.closedAt : null)),
    created_at: time.wall(createdAt),
    updated_at: time.wall(Math.max(closed ? course.closedAt : at.at, customer.lastActivityAt)),
    stage_entered_at: time.wall(closed ? course.closedAt : at.at),
    closed_at: closed ? time.wall(course.closedAt) : null,
    closed_at_quality: closed ? 'exact' : null,
    lost_reason: closed && course.outcome === 'lost' ? random.weighted(lostReasons) : null,
    source: customer.channel.name,
    campaign_id: customer.campaignId,
    lead_id: first ? customer.leadId : null,
  });
  if (closed && course.outcome === 'won') {
    addContract(generation, customer, { opportunityId: id, wonAt: course.closedAt, amount, renews: null });
  } else if (!closed && at.stage === 3 && random.chance(0.25)) {
    addContract(generation, customer, { opportunityId: id, wonAt: null, amount, renews: null });
  }
  return closed ? { outcome: course.outcome, closedAt: course.closedAt } : null;
}

function wishedAmount(customer: Customer, first: boolean): number {
  const share = first ? customer.random.between(0.4, 0.85) : customer.random.between(0.15, 0.5);
  return Math.max(8_000, Math.round((customer.budget * share) / 1_000) * 1_000);
}

function decideCourse(
  generation: Generation,
  customer: Customer,
  createdAt: number,
  first: boolean,
  quote: QuoteTiming,
  forced: { readonly outcome?: Outcome; readonly closedDay?: number } | undefined,
): Course {
  const { time } = generation;
  const { random } = customer;
  const grade = byGrade[customer.grade];
  const win = Math.min(0.8, grade.win * customer.channel.quality * repAt(customer, createdAt).skill * quote.effect);
  const outcome = forced?.outcome ?? (random.chance(win) ? 'won' : random.chance(0.03) ? 'invalid' : 'lost');
  const forgotten = outcome === 'lost' && forced === undefined && random.chance(0.13);
  const start = first || random.chance(0.65) ? 0 : 1;
  const exitStage =
    outcome === 'won' ? 3 : Math.max(start, random.weighted(grade.exits.map((w, i) => [i, w] as const)));
  const medianDays = outcome === 'won' ? grade.cycleDays / 1.06 : grade.lostAfterDays * (0.45 + 0.22 * exitStage);
  const workedDays = Math.max(3, random.logNormal(medianDays, outcome === 'won' ? 0.36 : 0.5));
  const natural = time.usualDay(random, dayOfSecond(createdAt) + Math.round(workedDays));
  const workedUntil =
    forced?.closedDay ??
    (outcome === 'won' ? Math.max(dayOfSecond(createdAt) + 2, time.signingDay(random, natural)) : natural);
  const closeDay = forgotten ? workedUntil + random.int(60, 260) : workedUntil;
  const closedAt = Math.max(createdAt + 7_200, time.workMoment(random, closeDay));
  return {
    outcome,
    entries: decideEntries(
      time,
      customer,
      createdAt,
      start,
      exitStage,
      Math.min(closedAt, secondOfDay(workedUntil) + 32_400),
    ),
    closedAt,
    forgottenFrom: forgotten ? secondOfDay(workedUntil) : closedAt,
  };
}

/** The way through the stages, in proportion; some step back once and go on again. */
function decideEntries(
  time: CompanyTime,
  customer: Customer,
  createdAt: number,
  start: number,
  exitStage: number,
  until: number,
): { stage: number; at: number }[] {
  const { random } = customer;
  const path: number[] = [];
  for (let stage = start; stage <= exitStage; stage += 1) path.push(stage);
  if (exitStage > start && random.chance(0.09)) path.splice(-1, 0, exitStage, exitStage - 1);
  const weights = path.map((stage) => stageShares[stage]! * random.between(0.6, 1.5));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let passed = 0;
  const entries = path.map((stage, i) => {
    const share = passed / total;
    passed += weights[i]!;
    return {
      stage,
      at: i === 0 ? createdAt : intoWorkingHours(time, random, createdAt + Math.round((until - createdAt) * share)),
    };
  });
  // Working days may have moved entries onto each other: keep their order, and all between the beginning and the end.
  for (let i = 1; i < entries.length; i += 1) {
    entries[i]!.at = Math.max(entries[i]!.at, entries[i - 1]!.at + 1_200);
  }
  for (let i = entries.length - 1, end = until; i > 0; i -= 1) {
    entries[i]!.at = Math.min(entries[i]!.at, end - 1_200);
    end = entries[i]!.at;
  }
  return entries.filter((entry, i) => i === 0 || entry.at > createdAt);
}

/** The same share of a day, within working hours of a day people work on. */
function intoWorkingHours(time: CompanyTime, random: Random, second: number): number {
  const day = dayOfSecond(second);
  const inDay = second - secondOfDay(day);
  return secondOfDay(time.usualDay(random, day)) + 32_400 + Math.floor((inDay / 86_400) * 30_600);
}

interface Close {
  readonly outcome: Outcome;
  readonly exit: string;
  readonly at: number;
}

function addEvents(
  generation: Generation,
  customer: Customer,
  opportunityId: string,
  entries: readonly { readonly stage: number; readonly at: number }[],
  close: Close | null,
): void {
  const { sink, numbers, time } = generation;
  const { random } = customer;
  const add = (event_type: string, from: string | null, to: string, outcome: string, at: number) =>
    sink.add('cm_stage_events', {
      event_id: numbers.next('e'),
      opportunity_id: opportunityId,
      event_type,
      from_stage_id: from,
      to_stage_id: to,
      outcome,
      occurred_at: time.wall(at),
      actor_user_id: repAt(customer, at).id,
      quality: 'exact',
    });
  let from: string | null = null;
  for (const { stage, at } of entries) {
    add(from === null ? 'create' : 'move', from, stageIds[stage]!, 'open', at);
    from = stageIds[stage]!;
  }
  if (close === null) return;
  const last = entries[entries.length - 1]!.at;
  // Given up, taken up again, given up for good: the reopening is a move out of the lost stage.
  if (close.outcome === 'lost' && close.at - last > 12 * 86_400 && random.chance(0.05)) {
    const lostAt = intoWorkingHours(time, random, last + Math.floor((close.at - last) * 0.4));
    const reopenedAt = intoWorkingHours(time, random, last + Math.floor((close.at - last) * 0.6));
    if (last < lostAt && lostAt < reopenedAt && reopenedAt < close.at) {
      add('close', from, lostStageId, 'lost', lostAt);
      add('move', lostStageId, from!, 'open', reopenedAt);
    }
  }
  add('close', from, close.exit, close.outcome, close.at);
}

/** What the rep guessed at the start; overdue where it took longer. */
function expectedCloseDay(customer: Customer, createdAt: number, closedAt: number | null): number {
  const { random, grade } = customer;
  const guess = dayOfSecond(createdAt) + Math.round(byGrade[grade].cycleDays * random.between(0.7, 1.9));
  return closedAt === null
    ? guess
    : Math.max(dayOfSecond(createdAt), Math.min(guess, dayOfSecond(closedAt) + random.int(-8, 10)));
}
