import { addDays, type Day } from '../calendar/day.ts';
import type { Period } from '../calendar/period.ts';
import { chineseWorkDays } from '../calendar/work-calendar.ts';
import { ratesDiffer } from '../figures/difference.ts';
import type { Compared } from './comparison.ts';

const calendar = chineseWorkDays();

/** Days of a period on which people work; by the public calendar. */
export function workDaysIn({ from, to }: Pick<Period, 'from' | 'to'>): number {
  let count = 0;
  for (let day: Day = from; day <= to; day = addDays(day, 1)) count += calendar.isWorkDay(day) ? 1 : 0;
  return count;
}

/** Whether what people do each working day really changed: a holiday or a weekend is no falling off. */
export function workRateMoved(now: number, before: number, compared: Compared): boolean {
  const [days, daysBefore] = [workDaysIn(compared.now), workDaysIn(compared.before)];
  return (
    days > 0 &&
    daysBefore > 0 &&
    ratesDiffer({ count: now, exposure: days }, { count: before, exposure: daysBefore }) &&
    Math.sign(now / days - before / daysBefore) === Math.sign(now - before)
  );
}

/** `(5 个工作日,上周 7 个)` where they differ. */
export function workDayWords(compared: Compared): string {
  const [days, before] = [workDaysIn(compared.now), workDaysIn(compared.before)];
  return days === before ? '' : `(${days} 个工作日,${compared.words} ${before} 个)`;
}
