import type { Day } from '../calendar/day.ts';
import type { Period } from '../calendar/period.ts';
import { halfRanges } from './half-ranges.ts';
import { span } from './period-reading.ts';
import { rules } from './period-rules.ts';

/** A stretch of text that names days. */
export interface PeriodMark {
  readonly start: number;
  readonly end: number;
  /** Null where the calendar has no such days; `nearest` then says which ones it has. */
  readonly period: Period | null;
  readonly nearest?: string;
  /** What is wrong with it, where it is not that the calendar lacks it. */
  readonly why?: string;
  /** The next such period, where the words fit a past and a coming one (12月 said in November). */
  readonly upcoming?: Period;
  /** The words leave the length open (最近): the reader has to choose. */
  readonly vague?: boolean;
}

export interface PeriodContext {
  readonly today: Day;
  /** 1-12. */
  readonly fiscalYearStartMonth: number;
}

const starts = new Set(
  Array.from(
    '今昨前大明后本这当上下去周星礼月年最近过未接往将往季全财双元春清五端六七中国黄光圣情妇三八劳一二两三四五六七八九十半qhym第0123456789之同',
  ),
);

/** Every stretch that names days, left to right, longest first, ranges joined: `上周五`, `10.1-10.15`, `本周一到现在`. */
export function findPeriods(text: string, context: PeriodContext): PeriodMark[] {
  const marks: PeriodMark[] = [];
  for (let at = 0; at < text.length; ) {
    // 再往前一个月 steps back from what was shown; it names no month.
    const steps = text[at] === '前' && text[at - 1] === '往';
    const found = starts.has(text[at]!) && !steps ? (rangeAt(text, at, context) ?? longestAt(text, at, context)) : null;
    if (found === null) {
      at += /\d/.test(text[at]!) ? (/^[\d.]+/.exec(text.slice(at, at + 40))?.[0].length ?? 1) : 1;
      continue;
    }
    marks.push(found);
    at = found.end;
  }
  return wholeNumbers(text, joinRanges(text, marks, context));
}

/** Digits and the signs that join them to one date or number: 2026-11-18, 10.1-10.15, 18/11. */
const numberLike = /\d(?:[\d./:-]*\d)?/g;

/** Dates that take only some digits of a number (11-18-2026 as 2026, 前1.5 as 5 January) are no dates. */
function wholeNumbers(text: string, marks: PeriodMark[]): PeriodMark[] {
  let kept = marks;
  for (const match of text.matchAll(numberLike)) {
    const [start, end] = [match.index, match.index + match[0].length];
    const within = kept.filter((mark) => mark.start < end && mark.end > start);
    if (within.length === 0) continue;
    const covered = (at: number): boolean => within.some((mark) => mark.start <= at && at < mark.end);
    const counted =
      within.length === 1 &&
      within[0]!.start === start &&
      /[./-]/.test(match[0]) &&
      /(?:^|[^之以])前$|近$|top ?$|第$|超过?$|满$|[<>]=?$/.test(text.slice(0, start).trimEnd());
    if (!counted && Array.from(match[0], (_, step) => start + step).every((at) => covered(at) || !/\d/.test(text[at]!)))
      continue;
    kept = kept.filter((mark) => !within.includes(mark));
  }
  return kept;
}

function longestAt(text: string, at: number, context: PeriodContext): PeriodMark | null {
  let best: PeriodMark | null = null;
  for (const one of rules) {
    one.pattern.lastIndex = at;
    const match = one.pattern.exec(text);
    if (match === null || match[0] === '' || (best !== null && at + match[0].length <= best.end)) continue;
    const read = one.read(match.slice(1), context);
    if (read !== null) best = { start: at, end: at + match[0].length, ...read };
  }
  return best;
}

function rangeAt(text: string, at: number, context: PeriodContext): PeriodMark | null {
  let best: PeriodMark | null = null;
  for (const one of halfRanges) {
    one.pattern.lastIndex = at;
    const match = one.pattern.exec(text);
    if (match === null || (best !== null && at + match[0].length <= best.end)) continue;
    const read = one.read(match.slice(1), context);
    if (read !== null) best = { start: at, end: at + match[0].length, ...read };
  }
  return best;
}

/** `10.1-10.15`, `去年10月到今年3月`, `本周一到现在`, `国庆以来`. */
function joinRanges(text: string, marks: readonly PeriodMark[], context: PeriodContext): PeriodMark[] {
  const joined: PeriodMark[] = [];
  for (const mark of marks) {
    const before = joined.at(-1);
    const between = before === undefined ? '' : text.slice(before.end, mark.start);
    if (
      before !== undefined &&
      /^\s*(?:-|~|到|至|一直到|—+|–)\s*$/.test(between) &&
      before.period !== null &&
      mark.period !== null
    ) {
      const end = mark.period.from < before.period.from && mark.upcoming !== undefined ? mark.upcoming : mark.period;
      if (before.period.from <= end.to) {
        joined[joined.length - 1] = {
          start: before.start,
          end: mark.end,
          period: span('range', before.period.from, end.to),
        };
        continue;
      }
      joined[joined.length - 1] = {
        start: before.start,
        end: mark.end,
        period: null,
        nearest: `${end.from} 到 ${before.period.to}`,
      };
      continue;
    }
    joined.push(mark);
  }
  return joined.map((mark) => {
    const tail = /^\s*(?:-|~|到|至|一直到)\s*(?:现在|目前|今天|今日|当前|此刻|今)|^(?:以来|至今|起|开始)/.exec(
      text.slice(mark.end, mark.end + 8),
    );
    if (tail === null || mark.period === null || mark.period.from > context.today) return mark;
    if (mark.period.label === 'this_year')
      return { ...mark, end: mark.end + tail[0].length, period: span('year_to_date', mark.period.from, context.today) };
    return {
      start: mark.start,
      end: mark.end + tail[0].length,
      period: span('range', mark.period.from, context.today),
    };
  });
}
