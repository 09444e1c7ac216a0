import { dayOfSecond, secondOfDay } from './company-time.ts';
import { type Customer, type Generation, Results } from './generation.ts';
import type { Channel } from './market.ts';
import { personName } from './names.ts';
import type { Rep } from './people.ts';
import type { Random } from './random.ts';

/** Share of a channel's customers who sign in the end; how many leads stand behind one customer follows from it. */
const customersThatSign = 0.36;

export function campaignIdOf(time: Generation['time'], channel: Channel, day: number): string | null {
  return channel.costPerLead === 0 ? null : `g${time.day(day).slice(0, 7).replace('-', '')}-${channel.name}`;
}

export interface ConvertedLead {
  readonly leadId: string;
  readonly campaignId: string | null;
}

/** Reserves the lead from which a customer came; it is written by `addConvertedLead` when its opportunity is known. */
export function reserveLead(generation: Generation, channel: Channel, createdAt: number): ConvertedLead {
  return {
    leadId: generation.numbers.next('n'),
    campaignId: campaignIdOf(generation.time, channel, dayOfSecond(createdAt)),
  };
}

export function addConvertedLead(
  generation: Generation,
  customer: Customer,
  lead: { readonly createdAt: number; readonly opportunityId: string | null },
): void {
  const { random, rep } = customer;
  const contact = firstContact(random, rep, lead.createdAt, customer.createdAt);
  addLead(generation, random, {
    id: customer.leadId!,
    channel: customer.channel,
    owner: rep.id,
    status: 'converted',
    createdAt: lead.createdAt,
    ...contact,
    lastActivityAt: customer.createdAt,
    name: personName(random),
    industry: customer.industry,
    grade: customer.grade,
    converted: { at: customer.createdAt, customerId: customer.id, opportunityId: lead.opportunityId },
  });
}

/** The leads around a new customer that came to nothing, or are still open. */
export function addOtherLeads(
  generation: Generation,
  customer: Customer,
  pickRep: (random: Random) => Rep,
  pickIndustry: (random: Random) => string,
): void {
  const { random, channel } = customer;
  const { time } = generation;
  const behindOne = (customersThatSign * channel.quality * (channel.grades[0] / 30) ** 0.35) / channel.leadToDeal;
  const count = random.round(Math.max(0, behindOne - 1));
  for (let i = 0; i < count; i += 1) {
    const day = Math.min(time.last, dayOfSecond(customer.createdAt) + random.int(-14, 14));
    const createdAt = time.workMoment(random, Math.max(time.first, day));
    if (createdAt > time.now) continue;
    const rep = pickRep(random);
    const neverCalled = random.chance(0.14);
    const contact = firstContact(random, rep, createdAt, Number.POSITIVE_INFINITY);
    const contactedAt = neverCalled || contact.firstContactedAt > time.now ? null : contact.firstContactedAt;
    const fresh = time.now - createdAt < 20 * 86_400;
    addLead(generation, random, {
      id: generation.numbers.next('n'),
      channel,
      owner: rep.id,
      status: fresh && random.chance(0.75) ? 'open' : random.chance(0.12) ? 'pool' : 'dead',
      createdAt,
      assignedAt: Math.min(contact.assignedAt, time.now),
      firstContactedAt: contactedAt,
      lastActivityAt: contactedAt,
      name: personName(random),
      industry: pickIndustry(random),
      grade: null,
      converted: null,
    });
  }
}

/** Given out within the hour, called within hours; during the night everything waits. */
function firstContact(
  random: Random,
  rep: Rep,
  createdAt: number,
  before: number,
): { assignedAt: number; firstContactedAt: number } {
  const assignedAt = Math.min(createdAt + random.int(3, 70) * 60, before);
  let called = assignedAt + Math.round(random.logNormal(80 * rep.pace, 1.0) * 60);
  const inDay = called - secondOfDay(dayOfSecond(called));
  if (inDay > 20 * 3_600) called = secondOfDay(dayOfSecond(called) + 1) + random.int(32_400, 37_800);
  else if (inDay < 8 * 3_600) called = secondOfDay(dayOfSecond(called)) + random.int(32_400, 37_800);
  return { assignedAt, firstContactedAt: Math.max(assignedAt, Math.min(called, before)) };
}

interface NewLead {
  readonly id: string;
  readonly channel: Channel;
  readonly owner: string;
  readonly status: 'open' | 'pool' | 'converted' | 'dead';
  readonly createdAt: number;
  readonly assignedAt: number;
  readonly firstContactedAt: number | null;
  readonly lastActivityAt: number | null;
  readonly name: string;
  readonly industry: string;
  readonly grade: string | null;
  readonly converted: {
    readonly at: number;
    readonly customerId: string;
    readonly opportunityId: string | null;
  } | null;
}

function addLead({ sink, time, numbers, results }: Generation, random: Random, lead: NewLead): void {
  const campaignId = campaignIdOf(time, lead.channel, dayOfSecond(lead.createdAt));
  sink.add('cm_leads', {
    lead_id: lead.id,
    name: lead.name,
    source: lead.channel.name,
    industry: lead.industry,
    level: lead.grade,
    owner_user_id: lead.status === 'pool' ? null : lead.owner,
    status: lead.status,
    created_at: time.wall(lead.createdAt),
    converted_at: lead.converted === null ? null : time.wall(lead.converted.at),
    converted_at_quality: lead.converted === null ? null : 'exact',
    customer_id: lead.converted?.customerId ?? null,
    opportunity_id: lead.converted?.opportunityId ?? null,
    campaign_id: campaignId,
    last_activity_at: lead.lastActivityAt === null ? null : time.wall(lead.lastActivityAt),
    first_contacted_at: lead.firstContactedAt === null ? null : time.wall(lead.firstContactedAt),
    assigned_at: time.wall(lead.assignedAt),
    utm_source: lead.channel.utm,
  });
  if (campaignId === null) return;
  Results.add(results.leads, campaignId, 1);
  if (lead.channel.utm !== null) return;
  sink.add('cm_campaign_responses', {
    response_id: numbers.next('r'),
    campaign_id: campaignId,
    member_type: 'lead',
    member_id: lead.id,
    status: random.weighted([
      ['attended', 6],
      ['registered', 3],
      ['responded', 1],
    ]),
    occurred_at: time.wall(lead.createdAt),
  });
}
