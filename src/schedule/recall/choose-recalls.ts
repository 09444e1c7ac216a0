import { addDays, type Day } from '../../calendar/day.ts';
import type { SilentCustomer } from '../../metrics/silence.ts';
import type { Recall, Silence } from '../../store/recalls.ts';
import type { RecallSettings } from './config.ts';
import { isHeldOut } from './held-out.ts';

/** The silence of a customer by its name: the day of the last interaction never moves while it lasts. */
export const silenceOf = ({ customerId, days }: SilentCustomer, today: Day): Silence => ({
  customerId,
  silentSince: addDays(today, -days),
});

export const silenceKey = ({ customerId, silentSince }: Silence): string => `${silentSince} ${customerId}`;

/** What is to be told of the silent customers of one person today. */
export interface Chosen {
  /** On nobody's record yet. */
  readonly fresh: readonly { readonly customer: SilentCustomer; readonly heldOut: boolean }[];
  /** Put off until now, or taken by a slot that came to nothing. */
  readonly again: readonly SilentCustomer[];
  /** Taken by this very slot, when it was prepared before. */
  readonly mine: readonly SilentCustomer[];
  /** Left for the next work days. */
  readonly waiting: number;
}

/** Each silence once (issue 3), in the order given, at most `perDay` a day; put-off ones come first. */
export function chooseRecalls(
  silent: readonly SilentCustomer[],
  known: readonly Recall[],
  cause: string,
  today: Day,
  settings: RecallSettings,
  /** How many customers of the whole company are silent now. */
  silentInCompany: number,
): Chosen {
  const byKey = new Map(known.map((recall) => [silenceKey(recall), recall]));
  const mine: SilentCustomer[] = [];
  const again: SilentCustomer[] = [];
  const unknown: SilentCustomer[] = [];
  for (const customer of silent) {
    const recall = byKey.get(silenceKey(silenceOf(customer, today)));
    if (recall === undefined) unknown.push(customer);
    else if (recall.heldOut || recall.dismissedAt !== null) continue;
    else if (recall.cause === cause) mine.push(customer);
    else if (recall.untold || (recall.snoozedUntil !== null && recall.snoozedUntil <= today)) again.push(customer);
  }
  const room = Math.max(0, settings.perDay - mine.length);
  const taken = again.slice(0, room);
  const share = silentInCompany >= settings.heldOutFrom ? settings.heldOutShare : 0;
  const fresh: { customer: SilentCustomer; heldOut: boolean }[] = [];
  let told = taken.length;
  let seen = 0;
  for (const customer of unknown) {
    if (told >= room) break;
    const heldOut = isHeldOut(silenceOf(customer, today), share);
    fresh.push({ customer, heldOut });
    if (!heldOut) told += 1;
    seen += 1;
  }
  return { fresh, again: taken, mine, waiting: again.length - taken.length + unknown.length - seen };
}
