import chineseDays from 'chinese-days';
import { addDays, type Day, weekday } from './day.ts';
import { workDaysKnownUntil } from './work-day-coverage.ts';

/** What a company (or the state, before the calendar's next release) says about single days. */
export interface WorkDayOverrides {
  /** Days off that the calendar takes for work days. */
  readonly off: readonly Day[];
  /** Work days that the calendar takes for days off. */
  readonly work: readonly Day[];
  /** With the days above, holidays are known up to this day; null = as far as the calendar's own data. */
  readonly knownUntil: Day | null;
}

export const noOverrides: WorkDayOverrides = { off: [], work: [], knownUntil: null };

/** The work days of a company in China, make-up days (调休) included. */
export interface WorkCalendar {
  isWorkDay(day: Day): boolean;
  /** False behind the calendar's data: there a weekday merely counts as a work day until somebody knows better. */
  isSure(day: Day, today: Day): boolean;
  /** The last day of which holidays are known. */
  knownUntil(today: Day): Day;
  previousWorkDay(day: Day): Day;
  nextWorkDay(day: Day): Day;
}

/** The longest run of days off that is looked over: 春节 and 国庆 have nine at most. */
const longestBreak = 31;

export function chineseWorkDays(overrides: WorkDayOverrides = noOverrides): WorkCalendar {
  const [off, work] = [new Set(overrides.off), new Set(overrides.work)];
  const isWorkDay = (day: Day): boolean => {
    if (off.has(day)) return false;
    if (work.has(day)) return true;
    return chineseDays.isWorkday(day);
  };
  const knownUntil = (today: Day): Day => {
    const own = workDaysKnownUntil(today);
    return overrides.knownUntil !== null && overrides.knownUntil > own ? overrides.knownUntil : own;
  };
  const step = (from: Day, by: 1 | -1): Day => {
    let day = addDays(from, by);
    for (let n = 0; n < longestBreak && !isWorkDay(day); n += 1) day = addDays(day, by);
    return day;
  };
  return {
    isWorkDay,
    isSure: (day, today) => day <= knownUntil(today) || off.has(day) || work.has(day) || weekday(day) > 5,
    knownUntil,
    previousWorkDay: (day) => step(day, -1),
    nextWorkDay: (day) => step(day, 1),
  };
}
