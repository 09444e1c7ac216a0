import chineseDays from 'chinese-days';
import { type Day, dayOf } from './day.ts';

/**
 * The last day of which the work-day calendar knows whether the state made it a holiday. The state publishes a year in
 * November of the one before; behind this day every weekday counts as a work day, make-up days included.
 */
export function workDaysKnownUntil(today: Day): Day {
  let year = Number(today.slice(0, 4)) + 1;
  // 国庆 is a holiday in every year that is published, whatever weekday it falls on; its name tells it from a Sunday.
  while (year > 2004 && !chineseDays.getDayDetail(`${year}-10-01`).name.includes('国庆')) year -= 1;
  return dayOf(year, 12, 31)!;
}
