import { addDays, type Day } from '../../calendar/day.ts';
import type { SilentNow } from '../../metrics/silence.ts';
import type { Recall, Silence } from '../../store/recalls.ts';
import type { RecallSettings } from './config.ts';
import { isHeldOut } from './held-out.ts';

/** The silence of a customer by its name: the day of the last interaction never moves while it lasts. */
export const silenceOf = ({ customerId, days }: Pick<SilentNow, 'customerId' | 'days'>, today: Day): Silence => ({
  customerId,
  silentSince: addDays(today, -days),
});

export const silenceKey = ({ customerId, silentSince }: Silence): string => `${silentSince} ${customerId}`;

/** What is to be told of the silent customers of one person today. */
export interface Chosen {
  /** On nobody's record yet. */
  readonly fresh: readonly { readonly customer: SilentNow; readonly heldOut: boolean }[];
  /** Put off until now, or taken by a slot that came to nothing. */
  readonly again: readonly SilentNow[];
  /** Taken by this very slot, when it was prepared before. */
  readonly mine: readonly SilentNow[];
  /** Left for the next work days. */
  readonly waiting: number;
}

/** What a silence is to a slot; `settled` = told or held out before, nobody is to hear of it today. */
export function standingOf(
  recall: Recall | undefined,
  cause: string,
  today: Day,
): 'unknown' | 'mine' | 'again' | 'settled' {
  if (recall === undefined) return 'unknown';
  if (recall.heldOut || recall.dismissedAt !== null) return 'settled';
  if (recall.cause === cause) return 'mine';
  return recall.untold || (recall.snoozedUntil !== null && recall.snoozedUntil <= today) ? 'again' : 'settled';
}

/** Each silence once (issue 3), in the order given, at most `perDay` a day; put-off ones come first. */
export function chooseRecalls(
  silent: readonly SilentNow[],
  /** The ledger's row of a silence. */
  known: (silence: Silence) => Recall | undefined,
  cause: string,
  today: Day,
  settings: RecallSettings,
  /** How many customers of the whole company are silent now. */
  silentInCompany: number,
): Chosen {
  const of: Record<ReturnType<typeof standingOf>, SilentNow[]> = { unknown: [], mine: [], again: [], settled: [] };
  for (const customer of silent) of[standingOf(known(silenceOf(customer, today)), cause, today)].push(customer);
  const { mine, again, unknown } = of;
  const room = Math.max(0, settings.perDay - mine.length);
  const taken = again.slice(0, room);
  const share = silentInCompany >= settings.heldOutFrom ? settings.heldOutShare : 0;
  const fresh: { customer: SilentNow; heldOut: boolean }[] = [];
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
