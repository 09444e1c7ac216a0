import {
  addDays,
  addMonths,
  type Day,
  dayOf,
  endOfMonth,
  monthOf,
  startOfMonth,
  startOfWeek,
  weekday,
  yearOf,
} from '../calendar/day.ts';
import { festivalWords } from '../calendar/holidays.ts';
import type { Period, PeriodLabel } from '../calendar/period.ts';
import { numeral, readNumeral } from './numerals.ts';
import {
  impossible,
  is,
  month,
  monthSpan,
  nearestYear,
  quarterSpan,
  quarterStart,
  type Read,
  type Rule,
  readDay,
  readEither,
  readFestival,
  readMonth,
  readQuarter,
  readWeek,
  readYear,
  rule,
  span,
  weekSpan,
  year,
  yearSpan,
} from './period-reading.ts';
import type { PeriodContext } from './period-words.ts';

/** 1 = Monday, as in 周一. */
export const weekdays: Readonly<Record<string, number>> = {
  一: 1,
  二: 2,
  三: 3,
  四: 4,
  五: 5,
  六: 6,
  日: 7,
  天: 7,
  末: 7,
};
const day = (at: Day, label: PeriodLabel = 'day'): Read => is(span(label, at, at));

/** The last n units up to and with today. */
function recent(count: number, unit: string, today: Day): Period {
  const from = /季/.test(unit)
    ? addDays(addMonths(today, -3 * count), 1)
    : /年/.test(unit)
      ? addDays(addMonths(today, -Math.round(12 * count)), 1)
      : /月/.test(unit)
        ? addDays(addMonths(today, -count), 1)
        : addDays(today, 1 - count * (/周|星期|礼拜/.test(unit) ? 7 : 1));
  const label: PeriodLabel =
    /天|日/.test(unit) && count === 30 ? 'last_30_days' : /天|日/.test(unit) && count === 90 ? 'last_90_days' : 'range';
  return span(label, from, today);
}

/** The coming n units, from tomorrow. */
function coming(count: number, unit: string, today: Day): Period {
  const to = /季/.test(unit)
    ? addMonths(today, 3 * count)
    : /年/.test(unit)
      ? addMonths(today, Math.round(12 * count))
      : /月/.test(unit)
        ? addMonths(today, count)
        : addDays(today, count * (/周|星期|礼拜/.test(unit) ? 7 : 1));
  return span(/天|日/.test(unit) && count === 30 ? 'next_30_days' : 'range', addDays(today, 1), to);
}

const unit = '(天|日|个?(?:周|星期|礼拜)|个?季度?|个?月|年)';
/** Days that a CRM can look back: some thirty years. */
const longestReach = 12_000;
const readCount = (words: string): number | null => (words === '半' ? 0.5 : readNumeral(words));

function readRecent(make: typeof recent) {
  return ([count, half]: readonly (string | undefined)[], context: PeriodContext): Read => {
    if (half === undefined) return null;
    const number = count === undefined || count === '' ? 1 : readCount(count);
    if (number === null || number === 0) return null;
    if (number * (/年/.test(half) ? 365 : /月|季/.test(half) ? 30 : 1) > longestReach) return impossible('近10年');
    if (number === 0.5) {
      if (/年/.test(half)) return is(make(6, '月', context.today));
      return /月/.test(half) ? is(make(15, '天', context.today)) : null;
    }
    return Number.isInteger(number) ? is(make(number, half, context.today)) : null;
  };
}

function fiscalYear(offset: number, context: PeriodContext): Period {
  const { today, fiscalYearStartMonth: start } = context;
  const first = (monthOf(today) >= start ? yearOf(today) : yearOf(today) - 1) + offset;
  if (start === 1) return yearSpan(first, today);
  const from = dayOf(first, start, 1)!;
  return span('range', from, addDays(addMonths(from, 12), -1));
}

const festival = `(${year}?)(${festivalWords.join('|')})(期间|假期|前后|以后|之后|后|以来|至今|到现在|以前|之前|前|那天|当天|当日|那周|长假|节)?`;

/** Longest reading at each place wins, so the order is free. */
export const rules: readonly Rule[] = [
  rule('今天|今日|今儿个?|当天|当日', (_, { today }) => day(today)),
  rule('大前[天日]', (_, { today }) => day(addDays(today, -3))),
  rule('昨[天日晚]|昨儿个?', (_, { today }) => day(addDays(today, -1), 'yesterday')),
  rule('前[天日](?!数)|前儿个?', (_, { today }) => day(addDays(today, -2))),
  rule('明[天日]|明儿', (_, { today }) => day(addDays(today, 1))),
  rule('大后天', (_, { today }) => day(addDays(today, 3))),
  rule('后天', (_, { today }) => day(addDays(today, 2))),
  rule('(?:本|这|这个|这一|当)个?(?:周|星期|礼拜)(?![一二三四五六日天末])', (_, { today }) =>
    is(weekSpan('this_week', startOfWeek(today))),
  ),
  rule('(?:上|上一|前一)个?(?:周|星期|礼拜)(?![一二三四五六日天末])', (_, { today }) =>
    is(weekSpan('last_week', addDays(startOfWeek(today), -7))),
  ),
  rule('(?:上上|前)个?(?:周|星期|礼拜)(?![一二三四五六日天末])|大上周', (_, { today }) =>
    is(weekSpan('week_before_last', addDays(startOfWeek(today), -14))),
  ),
  rule('(?:下|下一)个?(?:周|星期|礼拜)(?![一二三四五六日天末])', (_, { today }) =>
    is(weekSpan('next_week', addDays(startOfWeek(today), 7))),
  ),
  rule('(上上|上|本|这|下下|下)?个?(?:周|星期|礼拜)([一二三四五六日天])', ([which, name], { today }) => {
    const weeks: Readonly<Record<string, number>> = { 上上: -14, 上: -7, 本: 0, 这: 0, 下: 7, 下下: 14 };
    const inWeek = addDays(startOfWeek(today), (which === undefined ? 0 : weeks[which]!) + weekdays[name!]! - 1);
    if (which !== undefined || inWeek <= today)
      return which === undefined
        ? {
            ...day(inWeek)!,
            upcoming: span(
              'day',
              inWeek < today ? addDays(inWeek, 7) : inWeek,
              inWeek < today ? addDays(inWeek, 7) : inWeek,
            ),
          }
        : day(inWeek);
    const before = addDays(inWeek, -7);
    return { period: span('day', before, before), upcoming: span('day', inWeek, inWeek) };
  }),
  rule('(上|本|这|下)?个?周末', ([which], { today }) => {
    const weeks: Readonly<Record<string, number>> = { 上: -7, 本: 0, 这: 0, 下: 7 };
    const saturday = addDays(
      startOfWeek(today),
      (which === undefined ? (weekday(today) >= 6 ? 0 : -7) : weeks[which]!) + 5,
    );
    return is(span('range', saturday, addDays(saturday, 1)));
  }),
  rule('(?:本|这|这个|这一|当)个?月份?(?!初|底|末|中旬|上旬|下旬)', (_, { today }) =>
    is(monthSpan('this_month', today)),
  ),
  rule('(?:上|上一|前一)个?月份?(?!初|底|末|中旬|上旬|下旬)', (_, { today }) =>
    is(monthSpan('last_month', addMonths(startOfMonth(today), -1))),
  ),
  rule('(?:上上|大上|前)个?月份?', (_, { today }) => is(monthSpan('month', addMonths(startOfMonth(today), -2)))),
  rule('(?:下|下一)个?月份?(?!初|底|末|中旬|上旬|下旬)', (_, { today }) =>
    is(monthSpan('next_month', addMonths(startOfMonth(today), 1))),
  ),
  rule('下下个?月', (_, { today }) => is(monthSpan('month', addMonths(startOfMonth(today), 2)))),
  rule(`${year}?${month}\\s*月份?(?!\\s*\\d+\\s*[日号])`, ([y, m], context) => readMonth(y, m, context)),
  rule('(\\d{4,9})[-./](\\d{1,2})(?![\\d-./])', ([y, m], context) => readMonth(y, m, context)),
  rule('(20\\d{2})(0[1-9]|1[0-2])(?!\\d)', ([y, m], context) => readMonth(y, m, context)),
  rule('((?:19|20)\\d{2})(\\d{2})(\\d{2})(?!\\d)', ([y, m, d], context) => readDay(y, m!, d!, context)),
  rule('(\\d{1,2})[-./](\\d{1,2})[-./]((?:19|20)\\d{2})(?!\\d)', ([a, b, y], context) =>
    readEither(a!, b!, y!, context),
  ),
  rule('(1[3-9]|2\\d|3[01])[/](0?[1-9]|1[0-2])(?![\\d/])', ([d, m], context) => {
    const swapped = readDay(undefined, m!, d!, context);
    return swapped === null ? null : impossible(swapped.period?.from ?? swapped.nearest ?? '');
  }),
  rule('(?:公元)?前\\s*\\d{1,5}\\s*年(?=公元|$)|公元前\\s*\\d{1,5}\\s*年?', (_, { today }) =>
    impossible(`${yearOf(today)}年`),
  ),
  rule(`${year}?第(\\d{1,3}|[一二三四五六七八九十]{1,3})个?(?:周|星期|礼拜)`, ([y, n], context) =>
    // 第三周 alone may be that of the month: not read.
    y === undefined && (readNumeral(n!) ?? 0) <= 5 ? null : readWeek(y, n!, context),
  ),
  rule('(上{3,}|下{3,})个?(月|周|星期|礼拜|季度?)', ([steps, unit], { today }) => {
    const count = (steps!.startsWith('上') ? -1 : 1) * steps!.length;
    if (unit === '月') return is(monthSpan('month', addMonths(startOfMonth(today), count)));
    if (/季/.test(unit!)) return is(quarterSpan('quarter', addMonths(quarterStart(today), 3 * count)));
    return is(weekSpan('week', addDays(startOfWeek(today), 7 * count)));
  }),
  rule(
    '((?:19|20)\\d{2})-(\\d{2})-(\\d{2})t\\d{1,2}(?::\\d{2}){0,2}(?:\\.\\d+)?(?:z|[+-]\\d{2}:?\\d{2})?',
    ([y, m, d], context) => {
      const read = readDay(y, m!, d!, context);
      return read?.period == null ? read : { period: null, nearest: read.period.from, why: '这里按天看,分不到钟点。' };
    },
  ),
  rule(`(?:最近|近|过去|前|未来|接下来)${numeral}[万亿]+个?(?:天|日|周|月|季度?|年)`, () => impossible('近10年')),
  rule('(\\d{4})-?w(\\d{1,2})(?!\\d)', ([y, n], context) => readWeek(y, n!, context)),
  rule(
    `(?:${year}?${month}月份?|(本月|这个?月|上个?月|下个?月|月))(?:的)?(上旬|中旬|下旬|初|底|末|中)`,
    ([y, m, relative, part], context) => {
      const offset = relative === undefined ? 0 : /上/.test(relative) ? -1 : /下/.test(relative) ? 1 : 0;
      const read =
        relative === undefined
          ? readMonth(y, m, context)
          : is(monthSpan('month', addMonths(startOfMonth(context.today), offset)));
      if (read === null || read.period === null) return read;
      const { from, to } = read.period;
      switch (part) {
        case '上旬':
        case '初':
          return is(span('range', from, addDays(from, 9)));
        case '中旬':
        case '中':
          return is(span('range', addDays(from, 10), addDays(from, 19)));
        default:
          return is(span('range', addDays(from, 20), to));
      }
    },
  ),
  rule(`${year}?${month}\\s*月\\s*(\\d{1,3}|[一二三四五六七八九十]{1,3})\\s*[日号]?`, ([y, m, d], context) =>
    readDay(y, m!, d!, context),
  ),
  rule('(\\d{4,9})[-./](\\d{1,2})[-./](\\d{1,2})(?![\\d])', ([y, m, d], context) => readDay(y, m!, d!, context)),
  rule('(\\d{1,2})[./](\\d{1,2})(?![\\d%.万亿wk成]|个|\\s*[%万亿倍])', ([m, d], context) =>
    Number(m) === 0 || Number(m) > 12 ? null : readDay(undefined, m!, d!, context),
  ),
  rule('(\\d{1,2})-(\\d{1,2})(?![\\d%.万亿wk号日月-]|个|\\s*[%万亿天])', ([m, d], context) =>
    Number(m) === 0 || Number(m) > 12 || Number(d) > 31 || Number(d) === 0 ? null : readDay(undefined, m!, d!, context),
  ),
  rule('(\\d{1,2}|[一二三四五六七八九十]{1,3})[号日](?!线|召)', ([d], context) => {
    const date = readNumeral(d!);
    if (date === null) return null;
    const thisMonth = dayOf(yearOf(context.today), monthOf(context.today), date);
    if (date < 1 || date > 31) return impossible(endOfMonth(context.today));
    if (thisMonth !== null && thisMonth <= context.today)
      return { ...day(thisMonth)!, upcoming: span('day', thisMonth, thisMonth) };
    const before = addMonths(startOfMonth(context.today), -1);
    const last = dayOf(yearOf(before), monthOf(before), date);
    if (last === null) return impossible(endOfMonth(before));
    return thisMonth === null
      ? day(last)
      : { period: span('day', last, last), upcoming: span('day', thisMonth, thisMonth) };
  }),
  rule('(上上|上|本|这|下)个?月(?:的)?(\\d{1,2}|[一二三四五六七八九十]{1,3})[号日]', ([which, d], { today }) => {
    const offsets: Readonly<Record<string, number>> = { 上上: -2, 上: -1, 本: 0, 这: 0, 下: 1 };
    const first = addMonths(startOfMonth(today), offsets[which!]!);
    const date = dayOf(yearOf(first), monthOf(first), readNumeral(d!) ?? 0);
    return date === null ? impossible(endOfMonth(first)) : day(date);
  }),
  rule(`${year}?\\s*q\\s?(\\d{1,2})(?!\\d)`, ([y, n], context) => readQuarter(y, n!, context)),
  rule(`${year}?第?([一二三四五六七八九十]|\\d{1,2})\\s*季度?`, ([y, n], context) => readQuarter(y, n!, context)),
  rule('(\\d{4})\\s*q(\\d)(?!\\d)', ([y, n], context) => readQuarter(y, n!, context)),
  rule('(?:本|这|这个|这一|当)个?季度?', (_, { today }) => is(quarterSpan('this_quarter', quarterStart(today)))),
  rule('(?:上|上一|前一)个?季度?', (_, { today }) =>
    is(quarterSpan('last_quarter', addMonths(quarterStart(today), -3))),
  ),
  rule('(?:上上|前)个?季度?', (_, { today }) => is(quarterSpan('quarter', addMonths(quarterStart(today), -6)))),
  rule('(?:下|下一)个?季度?', (_, { today }) => is(quarterSpan('next_quarter', addMonths(quarterStart(today), 3)))),
  rule(`${year}?(上半年|下半年|h1|h2)`, ([y, half], context) => {
    const said = readYear(y, context.today);
    if (said === null) return impossible(`${yearOf(context.today)}年`);
    const first = half === '上半年' || half === 'h1';
    const make = (inYear: number): Period =>
      first
        ? span('first_half', dayOf(inYear, 1, 1)!, dayOf(inYear, 6, 30)!)
        : span('second_half', dayOf(inYear, 7, 1)!, dayOf(inYear, 12, 31)!);
    return said === undefined ? nearestYear(make, context.today) : is(make(said));
  }),
  rule(
    '(?:今年以来|今年至今|今年到(?:现在|目前|今天)|年初(?:至今|到现在|以来|到今天)|本年至今|本年累计|今年累计|全年累计|ytd|年内)',
    (_, { today }) => is(span('year_to_date', dayOf(yearOf(today), 1, 1)!, today)),
  ),
  rule('(?:(?:本月|这个月|月初)(?:至今|到现在|到目前|到今天|以来)|mtd)', (_, { today }) =>
    is(span('range', startOfMonth(today), today)),
  ),
  rule('(?:本季度?|季初)(?:至今|到现在|以来)', (_, { today }) => is(span('range', quarterStart(today), today))),
  rule('(今年|本年度?|去年|上年度?|前年|大前年|明年)(?:全年|一整年|整年|一年|度)?', ([y], { today }) => {
    const number = readYear(y!.replace('度', ''), today);
    return number === null || number === undefined ? null : is(yearSpan(number, today));
  }),
  rule('(\\d{2}|\\d{4,9}|[二两][零〇一二三四五六七八九]{3})\\s*年(?:度|全年)?', ([y], { today }) => {
    const number = readYear(y, today);
    return number === null || number === undefined ? impossible(`${yearOf(today)}年`) : is(yearSpan(number, today));
  }),
  rule('年底(?:之?前|以前)', (_, { today }) => is(span('range', today, dayOf(yearOf(today), 12, 31)!))),
  rule(
    `(?:${year}?${month}月份?|(本月|这个?月|上个?月))的?第?([一二三四五1-5])个?(?:周|星期|礼拜)`,
    ([y, m, relative, n], context) => {
      const inMonth =
        relative === undefined
          ? readMonth(y, m, context)
          : is(monthSpan('month', addMonths(startOfMonth(context.today), /上/.test(relative) ? -1 : 0)));
      if (inMonth === null || inMonth.period === null) return inMonth;
      // Weeks from Monday (decision 22): the first is the first that begins in the month.
      const first = startOfWeek(addDays(inMonth.period.from, 6));
      return is(weekSpan('week', addDays(first, 7 * ((readNumeral(n!) ?? 1) - 1))));
    },
  ),
  rule('季度(?=目标|任务|指标|kpi|预测)', (_, { today }) => is(quarterSpan('this_quarter', quarterStart(today)))),
  rule('(?:年度?|全年的?)(?=目标|任务|指标|kpi|预测)', (_, { today }) => is(yearSpan(yearOf(today), today))),
  rule('(?:全年|整年)', (_, { today }) => is(yearSpan(yearOf(today), today))),
  rule('(20\\d{2})(?![\\d%./-]|\\s*[年万亿元块个天])', ([y], { today }) => is(yearSpan(Number(y), today))),
  rule(`(?:最近|近|过去|前|这|近来)(?:的)?(${numeral}|半)?\\s*${unit}(?:以?[内来里]|里面|之内)?`, (groups, context) =>
    groups[0] === undefined ? null : readRecent(recent)(groups, context),
  ),
  rule('(?:最近|近|过去)(个?月|一?周|一?年)', ([one], { today }) => is(recent(1, one!, today))),
  rule(
    `(?:未来|接下来|今后|往后|后面|之后|将来|后)(?:的)?(${numeral}|半)?\\s*${unit}(?:以?[内里])?`,
    readRecent(coming),
  ),
  rule(`(${numeral}|半)${unit}(?:以?内|之内)(?=到期|要|续|该|将|会)`, readRecent(coming)),
  rule('(?:最近(?!一[次回])|近期|近来|前一阵子?|前段时间|这阵子|这段时间|最近这段时间|前阵子)', (_, { today }) => ({
    period: recent(30, '天', today),
    vague: true,
  })),
  rule('(本|这个?|当前|上个?|下个?)?财年(?:q([1-4]))?', ([which, quarter], context) => {
    const fiscal = fiscalYear(which?.startsWith('上') ? -1 : which?.startsWith('下') ? 1 : 0, context);
    if (quarter === undefined) return is(fiscal);
    const from = addMonths(fiscal.from, (Number(quarter) - 1) * 3);
    return is(span('range', from, endOfMonth(addMonths(from, 2))));
  }),
  rule(festival, ([y, , word, tail], { today }) => readFestival(y, word!, tail ?? '', today)),
];
