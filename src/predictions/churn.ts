import { addDays, type Day, daysBetween } from '../calendar/day.ts';

/** Days after the end of a contract within which a new one still renews it; nobody is lost before they are over. */
export const renewalGraceDays = 30;

/** Fewer interactions than these tell nothing about a usual gap. */
export const leastInteractions = 3;

/** Twice a usual gap of a few days is no sign of leaving: never fewer days than this. */
export const leastQuietDays = 30;

/** 客户流失, with a contract (decision 13): the day on which one who did not renew counts as lost. */
export const lossDayAfter = (endsOn: Day): Day => addDays(endsOn, renewalGraceDays);

/** The days on which a customer without a term contract was in touch. */
export interface Contacts {
  readonly first: Day;
  readonly last: Day;
  /** Distinct days. */
  readonly days: number;
}

/** Mean days between two contacts; null where there are too few to have a habit. */
export function usualGapDays({ first, last, days }: Contacts): number | null {
  return days < leastInteractions ? null : daysBetween(first, last) / (days - 1);
}

/** After how many quiet days one without a contract is lost: more than twice its usual gap, else the silence limit. */
export function quietLimitDays(contacts: Contacts, silentDays: number): number {
  const gap = usualGapDays(contacts);
  return gap === null ? silentDays : Math.max(leastQuietDays, Math.floor(2 * gap) + 1);
}

/** 客户流失, without a contract (decision 13): the day on which the silence passes twice the usual gap. */
export const lossDayOf = (contacts: Contacts, silentDays: number): Day =>
  addDays(contacts.last, quietLimitDays(contacts, silentDays));
