import type { RowSink } from '../bulk-insert.ts';
import type { CompanyTime } from './company-time.ts';
import type { Channel, Grade, Place } from './market.ts';
import type { Rep } from './people.ts';
import type { Random } from './random.ts';
import type { SalesForce } from './sales-force.ts';

/** What one run of the generator shares between its parts. */
export interface Generation {
  readonly sink: RowSink;
  readonly time: CompanyTime;
  readonly numbers: Numbers;
  readonly results: Results;
  readonly salesForce: SalesForce;
  /** Follow-ups a customer gets, 1 = as many as the demo's; benchmarks ask for more or fewer. */
  readonly density: number;
  /** Days of product use that are kept, back from the last day. */
  readonly usageDays: number;
  /** Share of the customers whose product use is known: of very many, as many as a benchmark needs. */
  readonly usageShare: number;
}

/** Ids in the order of making: `k000001`, `k000002` … */
export class Numbers {
  readonly #last = new Map<string, number>();

  next(prefix: string): string {
    const number = (this.#last.get(prefix) ?? 0) + 1;
    this.#last.set(prefix, number);
    return prefix + String(number).padStart(6, '0');
  }

  count(prefix: string): number {
    return this.#last.get(prefix) ?? 0;
  }
}

/** What has been sold and found so far, by month: campaigns and targets are made from it at the end. */
export class Results {
  /** `user_id month` → yuan, or number of new customers. */
  readonly won = new Map<string, number>();
  readonly paid = new Map<string, number>();
  readonly newCustomers = new Map<string, number>();
  /** `campaign_id` → leads, and yuan signed by the customers it brought. */
  readonly leads = new Map<string, number>();
  readonly revenue = new Map<string, number>();

  static add(to: Map<string, number>, key: string, amount: number): void {
    to.set(key, (to.get(key) ?? 0) + amount);
  }
}

/** A year of software that a contract pays for; days as in `CompanyTime`. */
export interface Subscription {
  readonly contractId: string;
  readonly startsOn: number;
  readonly endsOn: number;
  /** Yuan. */
  readonly amount: number;
}

/** A customer being told: who they are, and the latest interaction so far (decision 6). */
export interface Customer {
  readonly id: string;
  readonly name: string;
  readonly random: Random;
  readonly place: Place;
  readonly grade: Grade;
  readonly channel: Channel;
  readonly industry: string;
  readonly size: string;
  /** Yuan a year. */
  readonly budget: number;
  readonly rep: Rep;
  readonly contactId: string;
  readonly campaignId: string | null;
  readonly leadId: string | null;
  readonly createdAt: number;
  lastTouchAt: number;
  lastActivityAt: number;
  nextActivityAt: number | null;
  firstDealDay: number | null;
  readonly subscriptions: Subscription[];
  /** No follow-ups after this day. */
  quietFromDay: number;
  /** Where another rep took over: from when on, and who. */
  handover: { readonly at: number; readonly to: Rep } | null;
}

/** Whose customer it is at a moment. */
export const repAt = (customer: Customer, second: number): Rep =>
  customer.handover !== null && second >= customer.handover.at ? customer.handover.to : customer.rep;

export function touch(customer: Customer, second: number): void {
  if (second > customer.lastTouchAt) customer.lastTouchAt = second;
}
