import { addDays, addMonths, dayOf, monthOf, startOfMonth, startOfWeek, yearOf } from '../calendar/day.ts';
import { readNumeral } from './numerals.ts';
import {
  impossible,
  is,
  month,
  monthSpan,
  type Read,
  type Rule,
  readMonth,
  readQuarter,
  rule,
  span,
  year,
} from './period-reading.ts';
import { weekdays } from './period-rules.ts';

/** Ranges whose second half leaves the month, or whose first half leaves the unit, to the other: 1-10号, 9-11月, 10月1日到15日, Q1-Q3. */
export const halfRanges: readonly Rule[] = [
  rule(
    `(?:(上个?月|本月|这个?月|${year}?${month}月)(?:的)?)?(\\d{1,2}|[一二三四五六七八九十]{1,3})[号日]?(?:-|到|至|~)(\\d{1,2}|[一二三四五六七八九十]{1,3})[号日]`,
    ([base, y, m, first, second], context) => {
      const [from, to] = [readNumeral(first!), readNumeral(second!)];
      const inMonth: Read =
        base === undefined || /^(本|这)/.test(base)
          ? is(monthSpan('month', context.today))
          : /^上/.test(base)
            ? is(monthSpan('month', addMonths(startOfMonth(context.today), -1)))
            : readMonth(y, m, context);
      if (from === null || to === null || inMonth === null || inMonth.period === null) return inMonth;
      const [year, month] = [yearOf(inMonth.period.from), monthOf(inMonth.period.from)];
      const [start, end] = [dayOf(year, month, from), dayOf(year, month, to)];
      if (start === null || end === null || start > end) return impossible(inMonth.period.to);
      return is(span('range', start, end));
    },
  ),
  rule(
    `${year}?(\\d{1,2}|[一二三四五六七八九十]{1,3})月?份?(?:-|到|至|~)${year}?(\\d{1,2}|[一二三四五六七八九十]{1,3})月份?(?!\\d*[号日]|\\d)`,
    ([y, first, y2, second], context) => {
      const end = readMonth(y2 ?? y, second, context);
      const start = readMonth(y, first, context);
      if (start === null || end === null) return null;
      if (start.period === null) return start;
      if (end.period === null) return end;
      if (start.period.from > end.period.to) {
        const earlier = addMonths(start.period.from, -12);
        return y === undefined
          ? is(span('range', earlier, end.period.to))
          : impossible(`${readNumeral(second!)}月到${readNumeral(first!)}月`);
      }
      return is(span('range', start.period.from, end.period.to));
    },
  ),
  rule(`${year}?第?([一二三四1-4])(?:季度?)?(?:-|到|至|~)第?([一二三四1-4])季度?`, ([y, first, second], context) => {
    const [start, end] = [readQuarter(y, first!, context), readQuarter(y, second!, context)];
    if (start === null || end === null || start.period === null || end.period === null) return start ?? end;
    return start.period.from > end.period.to ? null : is(span('range', start.period.from, end.period.to));
  }),
  rule(
    '(上|本|这)?个?周([一二三四五六日天])(?:-|到|至|~)周?([一二三四五六日天])',
    ([which, first, second], { today }) => {
      const monday = addDays(startOfWeek(today), which === '上' ? -7 : 0);
      const [from, to] = [addDays(monday, weekdays[first!]! - 1), addDays(monday, weekdays[second!]! - 1)];
      return from > to ? null : is(span('range', from, to));
    },
  ),
];
