import { addDays, addMonths, type Day, daysBetween, endOfMonth, monthOf, startOfMonth, startOfWeek } from './day.ts';

/** Names of periods as `ask --json` prints them (`docs/language.md` lists them with their Chinese words). */
export type PeriodLabel =
  | 'day'
  | 'first_half'
  | 'second_half'
  | 'last_30_days'
  | 'last_90_days'
  | 'last_month'
  | 'last_quarter'
  | 'last_week'
  | 'last_year'
  | 'month'
  | 'next_30_days'
  | 'next_month'
  | 'next_quarter'
  | 'next_week'
  | 'quarter'
  | 'range'
  | 'this_month'
  | 'this_quarter'
  | 'this_week'
  | 'this_year'
  | 'today'
  | 'week'
  | 'week_before_last'
  | 'year'
  | 'year_to_date'
  | 'yesterday';

/** Company days, both ends included. A running period keeps its calendar end; `elapsed` caps it at today. */
export interface Period {
  readonly label: PeriodLabel;
  readonly from: Day;
  readonly to: Day;
}

export type Comparison = 'mom' | 'yoy';

export const lengthInDays = (period: Period): number => daysBetween(period.from, period.to) + 1;

/** Whether the period has begun and is not over: its last day is today or later. */
export const isRunning = (period: Period, today: Day): boolean => period.from <= today && today <= period.to;

/** The part of a period that has happened, today included; the whole period when it is over. */
export function elapsed(period: Period, today: Day): Period {
  return isRunning(period, today) ? { ...period, to: today } : period;
}

/** How the calendar repeats: the unit that "the one before" steps over. */
type Stride = { readonly months: number } | { readonly days: number };

function strideOf(period: Period): Stride {
  const wholeMonths = period.from === startOfMonth(period.from) && period.to === endOfMonth(period.to);
  switch (period.label) {
    case 'this_month':
    case 'last_month':
    case 'next_month':
    case 'month':
      return { months: 1 };
    case 'this_quarter':
    case 'last_quarter':
    case 'next_quarter':
    case 'quarter':
      return { months: 3 };
    case 'first_half':
    case 'second_half':
      return { months: 6 };
    case 'this_year':
    case 'last_year':
    case 'year':
    case 'year_to_date':
      return { months: 12 };
    case 'this_week':
    case 'last_week':
    case 'next_week':
    case 'week':
    case 'week_before_last':
      return { days: 7 };
    case 'range': {
      if (!wholeMonths) return { days: lengthInDays(period) };
      const [fromYear, fromMonth] = period.from.split('-').map(Number) as [number, number];
      const [toYear, toMonth] = period.to.split('-').map(Number) as [number, number];
      return { months: (toYear - fromYear) * 12 + toMonth - fromMonth + 1 };
    }
    case 'day':
    case 'today':
    case 'yesterday':
    case 'last_30_days':
    case 'last_90_days':
    case 'next_30_days':
      return { days: lengthInDays(period) };
  }
}

/**
 * The period before this one, for 环比. A running period is compared over the same number of elapsed days
 * (decision 20), never with the whole of the one before; a month that is shorter ends at its own last day.
 */
export function precedingPeriod(period: Period, today: Day): Period {
  const stride = strideOf(period);
  const part = elapsed(period, today);
  if ('days' in stride) {
    return { label: 'range', from: addDays(part.from, -stride.days), to: addDays(part.to, -stride.days) };
  }
  const from = addMonths(part.from, -stride.months);
  const lastDay = addDays(part.from, -1);
  if (part.to === period.to && !isRunning(period, today)) return { label: 'range', from, to: lastDay };
  const to = addDays(from, daysBetween(part.from, part.to));
  return { label: 'range', from, to: to > lastDay ? lastDay : to };
}

/**
 * The same days a year earlier, for 同比. Weeks move by 364 days so that weekdays meet weekdays; a whole month stays a
 * whole month (February of a leap year).
 */
export function samePeriodLastYear(period: Period, today: Day): Period {
  const stride = strideOf(period);
  const part = elapsed(period, today);
  if ('days' in stride && stride.days === 7) {
    return { label: 'range', from: addDays(part.from, -364), to: addDays(part.to, -364) };
  }
  const from = addMonths(part.from, -12);
  const to =
    part.to === endOfMonth(part.to) && 'months' in stride
      ? endOfMonth(addMonths(part.to, -12))
      : addMonths(part.to, -12);
  return { label: 'range', from, to };
}

export function comparedPeriod(period: Period, comparison: Comparison, today: Day): Period {
  return comparison === 'mom' ? precedingPeriod(period, today) : samePeriodLastYear(period, today);
}

/** What a labelled period is called where no date has to be said. */
export const periodLabelWords: Readonly<Partial<Record<PeriodLabel, string>>> = {
  today: '今天',
  yesterday: '昨天',
  this_week: '本周',
  last_week: '上周',
  next_week: '下周',
  week_before_last: '上上周',
  this_month: '本月',
  last_month: '上月',
  next_month: '下月',
  this_quarter: '本季度',
  last_quarter: '上季度',
  next_quarter: '下季度',
  this_year: '今年',
  last_year: '去年',
  year_to_date: '今年至今',
  last_30_days: '近 30 天',
  last_90_days: '近 90 天',
  next_30_days: '未来 30 天',
};

/** The short Chinese name: 本月, 10月, 2026 年三季度, 11-01 至 11-10. */
export function periodName(period: Period): string {
  const known = periodLabelWords[period.label];
  if (known !== undefined) return known;
  const [year, month] = [period.from.slice(0, 4), Number(period.from.slice(5, 7))];
  switch (period.label) {
    case 'month':
      return `${year} 年 ${month} 月`;
    case 'quarter':
      return `${year} 年${['一', '二', '三', '四'][Math.floor((month - 1) / 3)]}季度`;
    case 'first_half':
      return `${year} 年上半年`;
    case 'second_half':
      return `${year} 年下半年`;
    case 'year':
      return `${year} 年`;
    default:
      return periodDates(period);
  }
}

/** The dates: `11-01 至 11-30`, with years where they are not both the same, one date for one day. */
export function periodDates(period: Period): string {
  const { from, to } = period;
  if (from === to) return from;
  return from.slice(0, 4) === to.slice(0, 4) ? `${from} 至 ${to.slice(5)}` : `${from} 至 ${to}`;
}

/** How a reply says which days it counts: `本月(2026-11-01 至 11-30,截至 11-18)`. */
export function describePeriod(period: Period, today: Day): string {
  const name = periodName(period);
  const dates = periodDates(period);
  const running = isRunning(period, today) && today < period.to ? `,截至 ${today.slice(5)}` : '';
  return name === dates ? `${dates}${running === '' ? '' : `(${running.slice(1)})`}` : `${name}(${dates}${running})`;
}

const between = (label: PeriodLabel, from: Day, to: Day): Period => ({ label, from, to });
const months = (label: PeriodLabel, first: Day, count: number): Period =>
  between(label, first, addDays(addMonths(first, count), -1));

/** The calendar period that a label means on a day; null for labels that need a date of their own (`month`, `range` …). */
export function periodOf(label: PeriodLabel, today: Day): Period | null {
  const monday = startOfWeek(today);
  const month = startOfMonth(today);
  const quarter = addMonths(month, -((monthOf(today) - 1) % 3));
  const year = `${today.slice(0, 4)}-01-01` as Day;
  switch (label) {
    case 'today':
      return between(label, today, today);
    case 'yesterday':
      return between(label, addDays(today, -1), addDays(today, -1));
    case 'this_week':
      return between(label, monday, addDays(monday, 6));
    case 'last_week':
      return between(label, addDays(monday, -7), addDays(monday, -1));
    case 'next_week':
      return between(label, addDays(monday, 7), addDays(monday, 13));
    case 'week_before_last':
      return between(label, addDays(monday, -14), addDays(monday, -8));
    case 'this_month':
      return months(label, month, 1);
    case 'last_month':
      return months(label, addMonths(month, -1), 1);
    case 'next_month':
      return months(label, addMonths(month, 1), 1);
    case 'this_quarter':
      return months(label, quarter, 3);
    case 'last_quarter':
      return months(label, addMonths(quarter, -3), 3);
    case 'next_quarter':
      return months(label, addMonths(quarter, 3), 3);
    case 'this_year':
      return months(label, year, 12);
    case 'last_year':
      return months(label, addMonths(year, -12), 12);
    case 'year_to_date':
      return between(label, year, today);
    case 'first_half':
      return months(label, year, 6);
    case 'second_half':
      return months(label, addMonths(year, 6), 6);
    case 'last_30_days':
      return between(label, addDays(today, -29), today);
    case 'last_90_days':
      return between(label, addDays(today, -89), today);
    case 'next_30_days':
      return between(label, addDays(today, 1), addDays(today, 30));
    case 'day':
    case 'week':
    case 'month':
    case 'quarter':
    case 'year':
    case 'range':
      return null;
  }
}
