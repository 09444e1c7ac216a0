import {
  addDays,
  addMonths,
  type Day,
  dayOf,
  endOfMonth,
  monthOf,
  startOfMonth,
  startOfWeek,
  yearOf,
} from '../calendar/day.ts';
import { festivalDays } from '../calendar/holidays.ts';
import type { Period, PeriodLabel } from '../calendar/period.ts';
import { readNumeral } from './numerals.ts';
import type { PeriodContext } from './period-words.ts';

/** What the words of a rule mean; null where they mean no days after all. */
export type Read = { period: Period | null; nearest?: string; why?: string; upcoming?: Period; vague?: boolean } | null;
/** One form in which days are named. */
export interface Rule {
  readonly pattern: RegExp;
  read(groups: readonly (string | undefined)[], context: PeriodContext): Read;
}

/** A period from its ends. */
export const span = (label: PeriodLabel, from: Day, to: Day): Period => ({ label, from, to });
/** Days that exist. */
export const is = (period: Period): Read => ({ period });
/** Days that the calendar does not have. */
export const impossible = (nearest: string): Read => ({ period: null, nearest });
/** A rule matches at one place of the text. */
export const rule = (pattern: string, read: Rule['read']): Rule => ({ pattern: new RegExp(pattern, 'y'), read });

/** The whole month of a day. */
export const monthSpan = (label: PeriodLabel, anyDay: Day): Period =>
  span(label, startOfMonth(anyDay), endOfMonth(anyDay));
/** The first day of the quarter of a day. */
export const quarterStart = (day: Day): Day => dayOf(yearOf(day), Math.floor((monthOf(day) - 1) / 3) * 3 + 1, 1)!;
/** The quarter that begins on a day. */
export const quarterSpan = (label: PeriodLabel, start: Day): Period =>
  span(label, start, endOfMonth(addMonths(start, 2)));
/** The week that begins on a Monday. */
export const weekSpan = (label: PeriodLabel, monday: Day): Period => span(label, monday, addDays(monday, 6));

/** A calendar year, named by how far it is from today. */
export function yearSpan(year: number, today: Day): Period {
  const label: PeriodLabel = year === yearOf(today) ? 'this_year' : year === yearOf(today) - 1 ? 'last_year' : 'year';
  return span(label, dayOf(year, 1, 1)!, dayOf(year, 12, 31)!);
}

/** The year of 去年, 25年, 2025年, 二〇二五年; null when out of the CRM's reach. */
export function readYear(words: string | undefined, today: Day): number | null | undefined {
  if (words === undefined || words === '') return undefined;
  const bare = words.replace(/[年的.\-/\s]/g, '');
  const relative: Readonly<Record<string, number>> = { 今: 0, 本: 0, 去: -1, 上: -1, 前: -2, 大前: -3, 明: 1, 后: 2 };
  if (bare in relative) return yearOf(today) + relative[bare]!;
  const value = readNumeral(bare);
  if (value === null) return null;
  const year = value < 100 ? 2000 + value : value;
  return year >= 1990 && year <= 2099 ? year : null;
}

/** A year in words, as a group of a regular expression. */
export const year = '((?:今年|去年|前年|大前年|明年|本年|上年|\\d{2,9}\\s*年|[二两][零〇一二三四五六七八九]{3}年)的?)';
/** A month in words, as a group of a regular expression. */
export const month = '(\\d{1,4}|[一二三四五六七八九十百]{1,3})';

/** Where no year is said: this year's, unless it lies ahead; then last year's, and this year's is the coming one. */
export function nearestYear(make: (year: number) => Period | null, today: Day): Read {
  const thisYear = make(yearOf(today));
  if (thisYear === null) return null;
  if (thisYear.from <= today) return is(thisYear);
  const lastYear = make(yearOf(today) - 1);
  return lastYear === null ? is(thisYear) : { period: lastYear, upcoming: thisYear };
}

/** A month, with or without its year; impossible months name the nearest. */
export function readMonth(yearWords: string | undefined, monthWords: string | undefined, context: PeriodContext): Read {
  const number = readNumeral(monthWords ?? '');
  const said = readYear(yearWords, context.today);
  if (number === null) return null;
  if (said === null) return impossible(`${yearOf(context.today)}年${Math.min(Math.max(number, 1), 12)}月`);
  if (number < 1 || number > 12) return impossible(`${number < 1 ? 1 : 12}月`);
  const make = (inYear: number): Period => monthSpan('month', dayOf(inYear, number, 1)!);
  return said === undefined ? nearestYear(make, context.today) : is(make(said));
}

/** A day of a month, with or without its year; days that do not exist name the nearest. */
export function readDay(
  yearWords: string | undefined,
  monthWords: string,
  dayWords: string,
  context: PeriodContext,
): Read {
  const [number, date] = [readNumeral(monthWords), readNumeral(dayWords)];
  const said = readYear(yearWords, context.today);
  if (number === null || date === null) return null;
  if (said === null) return impossible(`${yearOf(context.today)}年`);
  const inYear = said ?? yearOf(context.today);
  if (number < 1 || number > 12) return impossible(`${said === undefined ? '' : `${said}年`}${number < 1 ? 1 : 12}月`);
  const exact = dayOf(inYear, number, date);
  const first = dayOf(inYear, number, 1)!;
  if (exact === null) return impossible(date < 1 ? first : endOfMonth(first));
  const make = (one: number): Period | null => {
    const day = dayOf(one, number, date);
    return day === null ? null : span('day', day, day);
  };
  return said === undefined ? nearestYear(make, context.today) : is(make(said)!);
}

/** 11-18-2026, 18/11/2026: whichever of the two can be the month; both can be: asked. */
export function readEither(first: string, second: string, yearWords: string, context: PeriodContext): Read {
  const [a, b] = [Number(first), Number(second)];
  const read = a > 12 ? readDay(yearWords, second, first, context) : readDay(yearWords, first, second, context);
  return a > 12 || b > 12 || a === b || read?.period == null
    ? read
    : { period: null, nearest: read.period.from, why: '哪个是月、哪个是日分不清。' };
}

/** The nth week of a year: weeks from Monday, the first is the one with 4 January (decision 22). */
export function readWeek(yearWords: string | undefined, numberWords: string, context: PeriodContext): Read {
  const number = readNumeral(numberWords);
  const said = readYear(yearWords, context.today);
  if (number === null) return null;
  const inYear = said ?? yearOf(context.today);
  const first = startOfWeek(dayOf(inYear, 1, 4)!);
  const last = addDays(startOfWeek(dayOf(inYear + 1, 1, 4)!), -7);
  const monday = addDays(first, 7 * (number - 1));
  if (said === null || number < 1 || monday > last) {
    const nearest = number < 1 ? first : last;
    return impossible(`${nearest}到${addDays(nearest, 6)}`);
  }
  return is(weekSpan('week', monday));
}

/** A quarter, with or without its year. */
export function readQuarter(yearWords: string | undefined, numberWords: string, context: PeriodContext): Read {
  const number = readNumeral(numberWords);
  const said = readYear(yearWords, context.today);
  if (number === null) return null;
  if (said === null) return impossible(`${yearOf(context.today)}年`);
  if (number < 1 || number > 4) return impossible(`Q${number < 1 ? 1 : 4}`);
  const make = (inYear: number): Period => quarterSpan('quarter', dayOf(inYear, number * 3 - 2, 1)!);
  return said === undefined ? nearestYear(make, context.today) : is(make(said));
}

/** A festival by its name and what stands behind it: 国庆后, 春节期间, 双十一那天. */
export function readFestival(yearWords: string | undefined, word: string, tail: string, today: Day): Read {
  const said = readYear(yearWords, today);
  const make = (inYear: number): Period | null => {
    const days = festivalDays(word, inYear);
    if (days === null) return null;
    if (/^(后|以后|之后|以来|至今|到现在)$/.test(tail)) {
      return days.from > today ? null : span('range', /后/.test(tail) ? addDays(days.to, 1) : days.from, today);
    }
    if (/^(前|之前|以前)$/.test(tail))
      return span('range', startOfMonth(addDays(days.from, -1)), addDays(days.from, -1));
    if (tail === '前后') return span('range', addDays(days.from, -7), addDays(days.to, 7));
    if (tail === '那周') return span('week', startOfWeek(days.from), addDays(startOfWeek(days.from), 6));
    if (/那天|当/.test(tail) || days.from === days.to) {
      return /期间/.test(tail) && /^双/.test(word)
        ? span('range', startOfMonth(days.from), days.from)
        : span('day', days.from, days.from);
    }
    return span('range', days.from, days.to);
  };
  if (said === null) return impossible(`${yearOf(today)}年`);
  if (said !== undefined) {
    const made = make(said);
    return made === null ? null : is(made);
  }
  const thisYear = make(yearOf(today));
  const lastYear = make(yearOf(today) - 1);
  if (thisYear !== null && thisYear.from <= today) return is(thisYear);
  if (lastYear === null) return thisYear === null ? null : is(thisYear);
  return thisYear === null ? is(lastYear) : { period: lastYear, upcoming: thisYear };
}
