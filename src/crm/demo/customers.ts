import { addRenewals, addService, type Mood } from './after-sale.ts';
import { type Cast, castFor } from './cast.ts';
import { dayOfSecond, secondOfDay } from './company-time.ts';
import { addFollowUp, addFollowUps, careTopic } from './follow-ups.ts';
import { type Customer, type Generation, Results, repAt } from './generation.ts';
import { addConvertedLead, addOtherLeads, reserveLead } from './leads.ts';
import { channels, type Grade, industries, places } from './market.ts';
import { companyName, mobileNumber, personName, titles } from './names.ts';
import { addOpportunity } from './opportunities.ts';
import { formerRep, leftRep, reps } from './people.ts';
import { Random } from './random.ts';

const sizes: Readonly<Record<Grade, string>> = { A: '大型', B: '成长型', C: '小微' };

/** Tells one customer from the first lead to the last login. Everything random in it comes from the seed and its number. */
export function addCustomer(generation: Generation, seed: string, index: number, count: number): void {
  const random = new Random(`${seed}/customer/${index}`);
  const cast = castFor(index);
  const customer = invent(generation, random, cast, index, count);
  const { time } = generation;
  const mood =
    cast?.mood ??
    random.weighted<Mood>([
      ['content', 86],
      ['cooling', 8],
      ['red', 6],
    ]);

  const opportunities = generation.numbers.count('o');
  tellDeals(generation, customer, cast);
  const firstOpportunity =
    generation.numbers.count('o') > opportunities ? `o${String(opportunities + 1).padStart(6, '0')}` : null;
  addRenewals(generation, customer, mood);
  addService(generation, customer, mood);
  if (cast?.lastTouchDaysAgo !== undefined) {
    const day = time.last - cast.lastTouchDaysAgo;
    addFollowUp(generation, customer, {
      at: time.moment(random, day),
      topic: careTopic,
      opportunityId: null,
      nextAt: null,
      kind: 'call',
    });
  }
  if (customer.leadId !== null) {
    const leadAt = time.workMoment(random, Math.max(time.first, dayOfSecond(customer.createdAt) - random.int(1, 9)));
    const createdAt = Math.min(leadAt, customer.createdAt - 1_800);
    addConvertedLead(generation, customer, { createdAt, opportunityId: firstOpportunity });
  }
  addOtherLeads(
    generation,
    customer,
    (draw) => generation.salesForce.repFor(draw, draw.weighted(places.map((p) => [p, p.share])).region),
    (draw) => draw.weighted(industries.map((i) => [i.name, i.share])),
  );
  write(generation, customer, cast, index);
}

function invent(generation: Generation, random: Random, cast: Cast | null, index: number, count: number): Customer {
  const { time } = generation;
  const industry = random.weighted(industries.map((i) => [i, i.share]));
  const channel =
    cast?.channel === undefined
      ? random.weighted(channels.map((c) => [c, c.share]))
      : channels.find((c) => c.name === cast.channel)!;
  const place =
    cast?.city === undefined
      ? random.weighted(places.map((p) => [p, p.share]))
      : places.find((p) => p.city === cast.city)!;
  const grade =
    cast?.grade ??
    random.weighted<Grade>([
      ['A', channel.grades[0]],
      ['B', channel.grades[1]],
      ['C', channel.grades[2]],
    ]);
  const createdDay =
    cast?.createdDaysAgo === undefined
      ? time.dayOfShare((index + random.unit()) / count)
      : time.last - cast.createdDaysAgo;
  const onWorkDay = time.workMoment(random, createdDay);
  // During long holidays the next work day may lie after the last day.
  const createdAt = onWorkDay <= time.now ? onWorkDay : time.moment(random, time.last);
  const leftOn = secondOfDay(time.last - leftRep.daysAgo) + 64_800;
  const ofFormer = cast === null && place.region === '华东' && createdAt < leftOn - 30 * 86_400 && random.chance(0.16);
  const rep =
    cast?.owner === undefined
      ? ofFormer
        ? formerRep
        : generation.salesForce.repFor(random, place.region)
      : reps.find((r) => r.name === cast.owner)!;
  const referred = channel.name === '转介绍' && random.chance(0.3);
  const lead = referred || cast?.noStory === true ? null : reserveLead(generation, channel, createdAt);
  return {
    id: generation.numbers.next('c'),
    name: cast?.name ?? companyName(index, random.pick(industry.suffixes)),
    random,
    place,
    grade,
    channel,
    industry: cast?.industry ?? industry.name,
    size: random.chance(0.88) ? sizes[grade] : random.pick(Object.values(sizes)),
    budget: budgetFor(random, grade),
    rep,
    contactId: generation.numbers.next('x'),
    campaignId: lead?.campaignId ?? null,
    leadId: lead?.leadId ?? null,
    createdAt: Math.max(createdAt, secondOfDay(time.first) + 43_200),
    lastTouchAt: 0,
    lastActivityAt: 0,
    nextActivityAt: null,
    firstDealDay: null,
    subscriptions: [],
    quietFromDay: cast?.lastTouchDaysAgo === undefined ? Number.POSITIVE_INFINITY : time.last - cast.lastTouchDaysAgo,
    handover: rep === formerRep ? { at: leftOn, to: reps[index % 2]! } : null,
  };
}

/** Yuan a year, so that the budget alone mostly gives the grade (decision 14: 200 and 500 thousand belong to B). */
function budgetFor(random: Random, grade: Grade): number {
  const thousands =
    grade === 'A'
      ? Math.min(1_600, 510 + random.exponential(210))
      : grade === 'B'
        ? random.between(200, 500)
        : random.between(35, 199);
  return Math.round(thousands) * 1_000;
}

/** Deals one after another: after one that was won comes more, after one that was lost another try, some day or never. */
function tellDeals(generation: Generation, customer: Customer, cast: Cast | null): void {
  const { time } = generation;
  const { random, grade } = customer;
  if (cast?.noStory === true) return;
  let at = Math.min(time.now - 3_600, customer.createdAt + random.int(600, 3 * 86_400));
  for (let round = 0; at > customer.createdAt && at < time.now && round < 12; round += 1) {
    const forced = round === 0 ? cast?.firstDeal : undefined;
    const ended = addOpportunity(generation, customer, at, round === 0, forced);
    if (ended === null || cast?.lastTouchDaysAgo !== undefined) return;
    const won = ended.outcome === 'won';
    const again = won ? { A: 0.78, B: 0.72, C: 0.5 }[grade] : { A: 0.78, B: 0.7, C: 0.5 }[grade];
    if (!random.chance(again)) {
      keepInTouch(generation, customer, ended.closedAt);
      return;
    }
    const pauseDays = won ? random.logNormal(85, 0.5) : random.logNormal(55, 0.6);
    const next = time.workMoment(random, dayOfSecond(ended.closedAt) + Math.round(pauseDays));
    const nurtureUntil = Math.min(next, time.now);
    addFollowUps(generation, customer, {
      from: ended.closedAt,
      to: nurtureUntil,
      gapDays: 24,
      topic: careTopic,
      opportunityId: null,
    });
    at = next;
  }
}

/** Without a deal in sight some are called now and then, and some are forgotten: these fall silent. */
function keepInTouch(generation: Generation, customer: Customer, from: number): void {
  const { random } = customer;
  const forgottenAfterDays = random.chance(0.36) ? random.int(5, 120) : 5_000;
  const to = Math.min(generation.time.now, from + forgottenAfterDays * 86_400);
  addFollowUps(generation, customer, { from, to, gapDays: 28, topic: careTopic, opportunityId: null });
}

function write(generation: Generation, customer: Customer, cast: Cast | null, index: number): void {
  const { time, sink, numbers, results } = generation;
  const { random, grade } = customer;
  const owner = repAt(customer, time.now);
  const idleDays = time.last - dayOfSecond(Math.max(customer.lastTouchAt, customer.createdAt));
  const pool =
    cast?.pool === true || (cast === null && customer.firstDealDay === null && idleDays > 120 && random.chance(0.45));
  const gap = (share: number) => cast === null && random.chance(share);
  const mobile = mobileNumber(index);
  const takenOver = customer.handover !== null && customer.createdAt < customer.handover.at ? customer.handover : null;
  const row = {
    customer_id: customer.id,
    name: customer.name,
    industry: gap(0.03) ? null : customer.industry,
    level: gap(0.03) ? null : grade,
    source: gap(0.02) ? null : customer.channel.name,
    province: customer.place.province,
    city: gap(0.02) ? null : customer.place.city,
    size: gap(0.08) ? null : customer.size,
    owner_user_id: pool ? null : owner.id,
    lifecycle: pool ? 'pool' : random.chance(0.01) ? 'locked' : 'active',
    is_deal: customer.firstDealDay === null ? 0 : 1,
    first_deal_at: customer.firstDealDay === null ? null : time.wall(secondOfDay(customer.firstDealDay)),
    created_at: time.wall(customer.createdAt),
    updated_at: time.wall(Math.max(customer.lastActivityAt, customer.createdAt)),
    owner_since_at: pool ? null : time.wall(takenOver?.at ?? customer.createdAt),
    native_last_activity_at: customer.lastActivityAt === 0 ? null : time.wall(customer.lastActivityAt),
    next_activity_at: customer.nextActivityAt === null ? null : time.wall(customer.nextActivityAt),
    mobile: gap(0.06) ? null : mobile,
    telephone: random.chance(0.4)
      ? `0${random.pick(['21', '512', '571', '20', '755'])}-5550${String(index % 10_000).padStart(4, '0')}`
      : null,
    email: random.chance(0.55) ? `${customer.id}@example.com` : null,
    campaign_id: customer.campaignId,
    annual_budget: gap(0.12) ? null : customer.budget,
    is_industry_leader: gap(0.2) ? null : random.chance({ A: 0.7, B: 0.18, C: 0.03 }[grade]) ? 1 : 0,
    has_clear_decision_chain: gap(0.2) ? null : random.chance({ A: 0.8, B: 0.5, C: 0.4 }[grade]) ? 1 : 0,
  };
  sink.add('cm_customers', row);
  // Entered twice, by two people: what the data-quality report has to find.
  if (cast === null && random.chance(0.015)) {
    const again = numbers.next('c');
    const at = time.wall(Math.min(time.now, customer.createdAt + 3 * 86_400));
    sink.add('cm_customers', {
      ...row,
      customer_id: again,
      name: `${customer.name}有限公司`,
      is_deal: 0,
      first_deal_at: null,
      created_at: at,
      updated_at: at,
      owner_since_at: at,
      native_last_activity_at: null,
      next_activity_at: null,
      lifecycle: 'active',
      owner_user_id: owner.id,
      email: null,
      campaign_id: null,
    });
    sink.add('cm_customer_last_touch', { customer_id: again, last_touch_at: null });
  }
  if (customer.lastTouchAt > 0)
    sink.add('cm_customer_last_touch', { customer_id: customer.id, last_touch_at: time.wall(customer.lastTouchAt) });
  addContacts(generation, customer, cast, mobile);
  if (takenOver !== null) {
    sink.add('cm_owner_changes', {
      event_id: numbers.next('w'),
      subject_type: 'customer',
      subject_id: customer.id,
      from_user_id: customer.rep.id,
      to_user_id: takenOver.to.id,
      occurred_at: time.wall(takenOver.at),
    });
  }
  Results.add(results.newCustomers, `${customer.rep.id} ${time.day(dayOfSecond(customer.createdAt)).slice(0, 7)}`, 1);
}

function addContacts(generation: Generation, customer: Customer, cast: Cast | null, mobile: string): void {
  const { time, sink, numbers } = generation;
  const { random } = customer;
  const count = random.weighted([
    [1, 4],
    [2, 4],
    [3, 2],
  ]);
  for (let i = 0; i < count; i += 1) {
    const id = i === 0 ? customer.contactId : numbers.next('x');
    sink.add('cm_contacts', {
      contact_id: id,
      customer_id: customer.id,
      name: i === 0 && cast?.contact !== undefined ? cast.contact : personName(random),
      title: random.pick(titles),
      mobile: i === 0 ? mobile : random.chance(0.8) ? mobileNumber(Number(id.slice(1)) * 7 + 40_000) : null,
      email: random.chance(0.5) ? `${id}@example.com` : null,
      is_primary: i === 0 ? 1 : 0,
      is_decision_maker: random.chance(i === 0 ? 0.5 : 0.25) ? 1 : 0,
      owner_user_id: repAt(customer, time.now).id,
      created_at: time.wall(customer.createdAt),
    });
  }
}
