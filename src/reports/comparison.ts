import type { Day } from '../calendar/day.ts';
import {
  elapsed,
  isRunning,
  type Period,
  type PeriodLabel,
  periodLabelWords,
  periodName,
  precedingPeriod,
} from '../calendar/period.ts';
import type { Unit } from '../figures/figure.ts';
import {
  asShown,
  formatCount,
  formatMoneyRate,
  formatPoints,
  formatRateBrief,
  formatRelativeChange,
  formatValue,
} from '../figures/format.ts';
import { differs, type Rate, ratioOf } from '../figures/rate.ts';
import type { Question } from './report.ts';

/** A period and what it is held against: what was asked for, else the one before it, like for like (decision 20). */
export interface Compared {
  /** The period as far as it has run. */
  readonly now: Period;
  readonly before: Period;
  /** 上月同期, 去年同期, 上季度, 上上周, 今年 8 月, 那段(2026-10-01 至 10-10). */
  readonly words: string;
}

export function comparedOf(question: Question, period: Period): Compared {
  const { today } = question.moment;
  const before = question.compare?.period ?? precedingPeriod(period, today);
  const same = isRunning(period, today) && period.to > today ? '同期' : '';
  const kind = question.compare?.kind ?? 'mom';
  const words =
    kind === 'period'
      ? chosenWords(before, today)
      : kind === 'yoy'
        ? `去年${same === '' ? '同一时期' : same}`
        : beforeWords(period, same);
  return { now: elapsed(period, today), before, words };
}

/** 上上周, 今年 8 月, 去年二季度, 那段(2026-11-02 至 11-08): always begins with Chinese, so that it can stand behind 比. */
function chosenWords(period: Period, today: Day): string {
  const known = periodLabelWords[period.label];
  if (known !== undefined) return known;
  const name = periodName(period);
  const year = ['今年', '去年', '前年'][Number(today.slice(0, 4)) - Number(period.from.slice(0, 4))];
  const [, said, part] = /^(\d{4}) 年( \d+ 月|.季度|[上下]半年)$/.exec(name) ?? [];
  return said !== undefined && year !== undefined ? `${year}${part}` : `那段(${name})`;
}

const months: readonly PeriodLabel[] = ['this_month', 'last_month', 'month'];
const quarters: readonly PeriodLabel[] = ['this_quarter', 'last_quarter', 'quarter'];
const weeks: readonly PeriodLabel[] = ['this_week', 'last_week', 'week', 'week_before_last'];
const years: readonly PeriodLabel[] = ['this_year', 'last_year', 'year', 'year_to_date'];

function beforeWords({ label, from, to }: Period, same: string): string {
  const past = label.startsWith('this_');
  if (months.includes(label)) return past ? `上月${same}` : '前一个月';
  if (quarters.includes(label)) return past ? `上季度${same}` : '前一个季度';
  if (weeks.includes(label)) return past ? `上周${same}` : '前一周';
  if (years.includes(label)) return past || label === 'year_to_date' ? '去年同期' : '前一年';
  if (label === 'today') return '昨天';
  if (label === 'yesterday' || label === 'day') return '前一天';
  if (label === 'first_half' || label === 'second_half') return `前一个半年${same}`;
  return from === to ? '前一天' : '之前同样长的一段';
}

/** `多 45.2 万(+16.9 %)`, `少 3 单`, `持平`; the size of a change of a sum, without judging it. */
export function changeWords(now: number, before: number, unit: Unit, noun = ''): string {
  const change = asShown(now, unit) - asShown(before, unit);
  if (change === 0) return '持平';
  const size = unit === 'count' ? `${formatCount(Math.abs(change))}${noun}` : formatValue(Math.abs(change), unit);
  return `${change > 0 ? '多' : '少'} ${size}${relativeWords(now, before)}`;
}

/** 从 4 到 0, 从 329.2 万到 158 万: no gap behind a Chinese unit. */
export const fromTo = (from: string, to: string): string =>
  `从 ${from}${/\p{Script=Han}$/u.test(from) ? '' : ' '}到 ${to}`;

/** What a rate was before and whether the difference means anything (decision 21): `上月同期 28.0 %(22/79),差别在正常波动以内`. */
export function rateChangeWords(now: Rate, before: Rate, words: string): string {
  const [rNow, rBefore] = [ratioOf(now), ratioOf(before)];
  if (rBefore === null) return `${words}没有可比的数`;
  if (rNow === null) return `${words}是 ${formatRateBrief(before)}`;
  const change = formatPoints(rNow - rBefore);
  if (change === '持平') return `与${words}持平`;
  return differs(now, before)
    ? `比${words} ${change}(${words} ${formatRateBrief(before)})`
    : `${words} ${formatRateBrief(before)},差别在正常波动以内`;
}

/** More than this many times as much says only that there was next to nothing before. */
const mostTimes = 10;

/** `(+16.9 %)`, `(5.8 倍)` where percents stop saying anything, nothing without a basis. */
function relativeWords(now: number, before: number): string {
  if (before > 0 && now > mostTimes * before) return '';
  if (before > 0 && now >= 4 * before) return `(是之前的 ${(now / before).toFixed(1)} 倍)`;
  const relative = formatRelativeChange(now, before);
  return relative === null || relative === '持平' ? '' : `(${relative})`;
}

/** The same for a share of money, which is no sample: the change itself, without a test. */
export function moneyRateChangeWords(now: Rate, before: Rate, words: string): string {
  const [rNow, rBefore] = [ratioOf(now), ratioOf(before)];
  if (rBefore === null) return `${words}没有可比的数`;
  if (rNow === null) return `${words}是 ${formatMoneyRate(before)}`;
  const change = formatPoints(rNow - rBefore);
  return change === '持平' ? `与${words}持平` : `比${words} ${change}(${words} ${formatMoneyRate(before)})`;
}
