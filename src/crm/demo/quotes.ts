import { dayOfSecond } from './company-time.ts';
import { type Customer, type Generation, repAt } from './generation.ts';
import type { Rep } from './people.ts';
import type { Random } from './random.ts';

export interface QuoteTiming {
  /** From the customer's request to the formal quote. */
  readonly hours: number;
  /** Multiplies the chance to win: whoever waits long for a quote buys elsewhere (item 16, seed case S11). */
  readonly effect: number;
}

export function decideQuote(random: Random, rep: Rep): QuoteTiming {
  const hours = Math.min(240, Math.max(1, random.logNormal(rep.quoteHours, 0.8)));
  return { hours, effect: hours <= 24 ? 1.18 : hours <= 72 ? 0.9 : 0.5 };
}

interface QuoteStory {
  readonly demonstratedAt: number | null;
  /** When the formal quote left, which is what starts the stage 报价谈判. */
  readonly negotiationAt: number | null;
  readonly closed: { readonly outcome: string; readonly at: number } | null;
  readonly amount: number;
  readonly finalAmount: number;
}

export function addQuote(
  generation: Generation,
  customer: Customer,
  opportunityId: string,
  timing: QuoteTiming,
  story: QuoteStory,
): void {
  const { time } = generation;
  const { random } = customer;
  if (story.negotiationAt === null) {
    // Asked for and not sent yet: what the late-quote alert looks at.
    if (story.demonstratedAt === null || story.closed !== null || !random.chance(0.3)) return;
    const requestedAt = Math.max(story.demonstratedAt + 1_800, time.now - Math.round(timing.hours * 3_600));
    if (requestedAt < time.now) add(generation, customer, opportunityId, requestedAt, null, 'draft', story.amount);
    return;
  }
  const sentAt = story.negotiationAt;
  const earliest = story.demonstratedAt ?? sentAt - 30 * 86_400;
  const requestedAt = Math.max(earliest + 600, sentAt - Math.round(timing.hours * 3_600));
  const requested = requestedAt < sentAt ? requestedAt : sentAt - 600;
  const endsAt = story.closed?.at ?? time.now;
  const revisedAt = sentAt + Math.round((endsAt - sentAt) * random.between(0.3, 0.8));
  const revised = endsAt - sentAt > 5 * 86_400 && random.chance(0.28);
  const last = lastStatus(random, story.closed, revised ? revisedAt : sentAt, time.last);
  add(
    generation,
    customer,
    opportunityId,
    requested,
    sentAt,
    revised ? 'expired' : last,
    revised ? story.amount : story.finalAmount,
  );
  if (revised) {
    const asked = Math.max(sentAt + 600, revisedAt - random.int(2, 30) * 3_600);
    add(generation, customer, opportunityId, asked, Math.max(revisedAt, asked + 600), last, story.finalAmount);
  }
}

function lastStatus(
  random: Random,
  closed: { readonly outcome: string } | null,
  sentAt: number,
  today: number,
): 'accepted' | 'rejected' | 'expired' | 'sent' {
  if (closed === null) return today - dayOfSecond(sentAt) > 30 ? 'expired' : 'sent';
  if (closed.outcome === 'won') return 'accepted';
  return random.chance(0.7) ? 'rejected' : 'expired';
}

function add(
  { sink, numbers, time }: Generation,
  customer: Customer,
  opportunityId: string,
  requestedAt: number,
  sentAt: number | null,
  status: string,
  amount: number,
): void {
  sink.add('cm_quotes', {
    quote_id: numbers.next('q'),
    opportunity_id: opportunityId,
    customer_id: customer.id,
    owner_user_id: repAt(customer, requestedAt).id,
    amount,
    requested_at: time.wall(requestedAt),
    sent_at: sentAt === null ? null : time.wall(sentAt),
    status,
    created_at: time.wall(requestedAt),
  });
}
