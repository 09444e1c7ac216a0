import { never } from '../failure.ts';
import type { Figure, Unit } from './figure.ts';
import { isSmallSample, type Rate, ratioOf, wilsonInterval } from './rate.ts';

/** What stands where a number is not known (decision 19). */
export const unknown = '—';

// Kept: making one costs a hundred times what formatting with it does.
const grouping = [0, 1, 2].map((digits) => new Intl.NumberFormat('en-US', { maximumFractionDigits: digits }));

/** A minus sign, not a hyphen, as changes carry it: −52.5; what rounds to nothing has no sign. */
const grouped = (value: number, digits: 0 | 1 | 2): string =>
  (grouping[digits]?.format(value) ?? String(value)).replace(/^-(?=0$)/, '').replace('-', '−');

/** Money as people say it: 8,600 元, 12.3 万, 1.05 亿. Takes integer fen. */
export function formatMoney(amountFen: number): string {
  const yuan = amountFen / 100;
  const size = Math.abs(yuan);
  // 9,999.6 rounds to 10,000 yuan, which people say as 1 万.
  if (size < 9_999.5) return `${grouped(Math.round(yuan), 0)} 元`;
  if (size < 99_995_000) return `${grouped(yuan / 10_000, size >= 10_000_000 ? 0 : 1)} 万`;
  return `${grouped(yuan / 100_000_000, 2)} 亿`;
}

/** 0.382 → `38.2 %`. */
export const formatRatio = (ratio: number): string => `${(ratio * 100).toFixed(1)} %`;

/** A rate with both its ends, and with its interval where cases are few: `38.2 %(42/110)`, `50.0 %(3/6,样本少,19–81 %)`. */
export function formatRate(rate: Rate): string {
  const value = ratioOf(rate);
  if (value === null) return unknown;
  const ends = `${grouped(rate.numerator, 0)}/${grouped(rate.denominator, 0)}`;
  const interval = isSmallSample(rate) ? wilsonInterval(rate) : null;
  const few = interval === null ? '' : `,样本少,${Math.round(interval.low * 100)}–${Math.round(interval.high * 100)} %`;
  return `${formatRatio(value)}(${ends}${few})`;
}

/** A share of money with both its ends; yuan are no sample, so there is no interval: `69.6 %(290.2 万/417.1 万)`. */
export function formatMoneyRate(rate: Rate): string {
  const value = ratioOf(rate);
  if (value === null) return unknown;
  return `${formatRatio(value)}(${formatMoney(rate.numerator)}/${formatMoney(rate.denominator)})`;
}

/** A rate with its ends alone, for a sentence beside a figure that already carries the interval. */
export function formatRateBrief(rate: Rate): string {
  const value = ratioOf(rate);
  return value === null
    ? unknown
    : `${formatRatio(value)}(${grouped(rate.numerator, 0)}/${grouped(rate.denominator, 0)})`;
}

export const formatCount = (value: number): string => grouped(value, 0);

/** The change of a rate, in points, never in percent (decision 12): `+4.1 个百分点`. */
export function formatPoints(difference: number): string {
  const points = Math.round(difference * 1000) / 10;
  return points === 0 ? '持平' : `${points > 0 ? '+' : '−'}${Math.abs(points).toFixed(1)} 个百分点`;
}

/** A relative change: `+12.5 %`; null where there is no basis to compare with. */
export function formatRelativeChange(now: number, before: number): string | null {
  if (before === 0) return null;
  const share = Math.round(((now - before) / Math.abs(before)) * 1000) / 10;
  return share === 0 ? '持平' : `${share > 0 ? '+' : '−'}${Math.abs(share).toFixed(1)} %`;
}

/** A bare value in its unit; `—` where it is not known. */
export function formatValue(value: number | null, unit: Unit): string {
  if (value === null) return unknown;
  switch (unit) {
    case 'fen':
      return formatMoney(value);
    case 'count':
      return grouped(value, 1);
    case 'ratio':
      return formatRatio(value);
    case 'points':
      return formatPoints(value);
    case 'days':
      return `${grouped(value, 1)} 天`;
    case 'hours':
      return `${grouped(value, 1)} 小时`;
    case 'minutes':
      return `${grouped(value, 0)} 分钟`;
    case 'score':
      return grouped(value, 1);
    default:
      return never(unit);
  }
}

/** A value as far as it is shown: what stands in a sentence as a difference is that of the two numbers that stand beside it. */
export function asShown(value: number, unit: Unit): number {
  const to = (step: number): number => Math.round(value / step) * step;
  switch (unit) {
    case 'fen': {
      const size = Math.abs(value) / 100;
      if (size < 9_999.5) return to(100);
      return to(size < 10_000_000 ? 100_000 : size < 99_995_000 ? 1_000_000 : 100_000_000);
    }
    case 'minutes':
      return Math.round(value);
    case 'days':
    case 'hours':
    case 'score':
    case 'count':
      return Math.round(value * 10) / 10;
    case 'ratio':
    case 'points':
      return Math.round(value * 1000) / 1000;
    default:
      return never(unit);
  }
}

export const formatFigure = (figure: Figure): string =>
  figure.numerator !== undefined && figure.denominator !== undefined && figure.unit === 'ratio'
    ? (figure.ends === 'fen' ? formatMoneyRate : formatRate)({
        numerator: figure.numerator,
        denominator: figure.denominator,
      })
    : formatValue(figure.value, figure.unit);

/** A date or year that meets Chinese stands apart from it: `全公司在 2026-11-18 没有新建商机`, `华东 2026 年 10 月`. */
export const spacedDates = (text: string): string =>
  text.replace(/(?<=\p{Script=Han})(?=\d{4}(?:-\d{2}| 年))|(?<=\d-\d{2})(?=\p{Script=Han})/gu, ' ');
