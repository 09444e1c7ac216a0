import { Temporal } from 'temporal-polyfill';
import { Failure } from '../failure.ts';

/** A company calendar day, `YYYY-MM-DD`; sorts and compares as text. */
export type Day = `${number}-${number}-${number}`;

/** Company wall-clock time to the second, `YYYY-MM-DD HH:mm:ss`: the form in which the CRM keeps its DATETIMEs. */
export type WallTime = `${Day} ${number}:${number}:${number}`;

const plain = (day: Day) => Temporal.PlainDate.from(day);
const text = (date: Temporal.PlainDate) => date.toString() as Day;

/** Reads `YYYY-MM-DD`; throws a `bad-input` failure for anything else, month 13 and 31 February included. */
export function parseDay(value: string): Day {
  try {
    if (!/^\d{4}-\d{2}-\d{2}$/.test(value)) throw new RangeError(value);
    return text(Temporal.PlainDate.from(value));
  } catch (cause) {
    throw new Failure('bad-input', 'not a calendar day', '日期要写成 2026-11-18 这样。', cause);
  }
}

/** The day of a year, month (1-12) and day of month, or null where the calendar has none (2026-02-30). */
export function dayOf(year: number, month: number, dayOfMonth: number): Day | null {
  try {
    return text(Temporal.PlainDate.from({ year, month, day: dayOfMonth }, { overflow: 'reject' }));
  } catch {
    return null;
  }
}

const dayMs = 86_400_000;
/** Midnight in UTC, where every day has the same length; a time behind the day is not looked at. */
const midnight = (day: Day): number => Date.parse(day.slice(0, 10));

// Every row of a report adds or counts days, so these two do without a calendar object for each.
export const addDays = (day: Day, days: number): Day =>
  new Date(midnight(day) + days * dayMs).toISOString().slice(0, 10) as Day;

/** Adds calendar months; the 31st becomes the last day where the month is shorter. */
export const addMonths = (day: Day, months: number): Day => text(plain(day).add({ months }));

/** Whole days from `from` to `to`; negative when `to` is earlier. */
export const daysBetween = (from: Day, to: Day): number => (midnight(to) - midnight(from)) / dayMs;

/** 1 = Monday … 7 = Sunday. */
export const weekday = (day: Day): number => plain(day).dayOfWeek;

/** The Monday of the week (decision 22: weeks start on Monday). */
export const startOfWeek = (day: Day): Day => addDays(day, 1 - weekday(day));
export const startOfMonth = (day: Day): Day => `${day.slice(0, 7)}-01` as Day;
export const endOfMonth = (day: Day): Day => addDays(addMonths(startOfMonth(day), 1), -1);

export const yearOf = (day: Day): number => Number(day.slice(0, 4));
/** 1-12. */
export const monthOf = (day: Day): number => Number(day.slice(5, 7));
export const dayOfMonth = (day: Day): number => Number(day.slice(8, 10));
export const dayOfWallTime = (at: WallTime | string): Day => at.slice(0, 10) as Day;

/** The first moment of a day, as the CRM writes it; `[startOf(from), startOf(addDays(to, 1)))` is a period in SQL. */
export const startOf = (day: Day): WallTime => `${day} 00:00:00` as WallTime;
