import { addDays, type Day } from './day.ts';
import { chineseWorkDays, type WorkCalendar } from './work-calendar.ts';

/** Work days after `from` up to `to`, `to` included (decision 8); 0 when `to` is not later. */
export function workDaysBetween(from: Day, to: Day, calendar: WorkCalendar = chineseWorkDays()): number {
  let count = 0;
  for (let day = addDays(from, 1); day <= to; day = addDays(day, 1)) if (calendar.isWorkDay(day)) count += 1;
  return count;
}
