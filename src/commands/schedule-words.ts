import type { Schedule } from './command.ts';
import { numeral, readNumeral } from './numerals.ts';

/** A stretch that says when something is sent; `schedule` lacks the kind where only a time was said (改到8点半). */
export interface ScheduleMark {
  readonly start: number;
  readonly end: number;
  readonly schedule: Schedule | null;
  readonly time: string | null;
}

const dayNames: Readonly<Record<string, string>> = {
  一: 'mon',
  二: 'tue',
  三: 'wed',
  四: 'thu',
  五: 'fri',
  六: 'sat',
  日: 'sun',
  天: 'sun',
};
const order = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

const part = '(早上|早晨|清早|一早|上午|早|中午|下午|傍晚|晚上|晚)?';
const time = `(?:${part}\\s*(${numeral})\\s*(?::(\\d{2})|(?:点钟?|时)(半|一刻|三刻|${numeral})?分?))`;
const rhythm =
  '(每个?工作日|工作日|每天|每日|天天|每个?(?:周|星期|礼拜)的?((?:周|星期|礼拜)?[一二三四五六日天](?:[、,和 ]?(?:周|星期|礼拜)?[一二三四五六日天])*(?![月号季]))?|每个?月的?(?:(初|底)|(\\d{1,2}|[一二三四五六七八九十]{1,3})[号日])?)';
const whole = new RegExp(`${rhythm}(?:的|在)?\\s*(?:${time}|${part})?`, 'g');
const bare = new RegExp(time, 'g');
const weekdayTime = new RegExp(`(?<![上下])(?:周|星期|礼拜)([一二三四五六日天])(?:的)?\\s*${time}`, 'g');

function readTime(
  partOfDay: string | undefined,
  hours: string | undefined,
  minutes: string | undefined,
  more: string | undefined,
): string | null {
  const hour = hours === undefined ? null : readNumeral(hours);
  if (hour === null || hour > 24 || !Number.isInteger(hour)) return null;
  const past =
    more === '半' ? 30 : more === '一刻' ? 15 : more === '三刻' ? 45 : (readNumeral(minutes ?? more ?? '0') ?? 0);
  if (past > 59) return null;
  const shifted = /下午|傍晚|晚/.test(partOfDay ?? '') && hour < 12 ? hour + 12 : hour === 24 ? 0 : hour;
  return `${String(shifted).padStart(2, '0')}:${String(past).padStart(2, '0')}`;
}

/** When nothing is said about the hour, the hour of the digest. */
const usual = '09:00';

export function findSchedules(text: string): ScheduleMark[] {
  const marks: ScheduleMark[] = [];
  const sending = /订阅|推送|定时|发|推|提醒|送|来一/.test(text);
  for (const match of text.matchAll(whole)) {
    const [words, kind, days, edge, date] = match;
    const said = readTime(match[5], match[6], match[7], match[8]);
    const at = said ?? (/下午|晚/.test(match[9] ?? '') ? '18:00' : usual);
    // 每个月卖了多少 asks for months; it is a rhythm only with an hour, a day or an order to send.
    const firm = said !== null || (days !== undefined && days !== '') || date !== undefined || edge !== undefined;
    if (!firm && (!sending || /^天天/.test(kind!))) continue;
    const base = { start: match.index, end: match.index + words.trimEnd().length, time: said };
    if (/工作日|每天|每日|天天/.test(kind!)) {
      // Office talk: 每天 means the days on which people work (decision 17); 周末也发 makes it every day.
      const everyDay = /每天|每日|天天/.test(kind!) && /周末(也|都)|包括周末|含周末|节假日也/.test(text);
      marks.push({ ...base, schedule: { kind: everyDay ? 'daily' : 'cn_workday', time: at } });
    } else if (/月/.test(kind!)) {
      const day = edge === '底' ? 31 : date === undefined ? 1 : (readNumeral(date) ?? 1);
      marks.push({ ...base, schedule: { kind: 'monthly', day, time: at } });
    } else {
      const named = new Set(Array.from(days ?? '一', (char) => dayNames[char]).filter((day) => day !== undefined));
      marks.push({ ...base, schedule: { kind: 'weekly', days: order.filter((day) => named.has(day)), time: at } });
    }
  }
  for (const match of text.matchAll(weekdayTime)) {
    // 周五下午5点推业绩 is said once and meant every week.
    const at = readTime(match[2], match[3], match[4], match[5]);
    if (
      !sending ||
      at === null ||
      marks.some((mark) => match.index < mark.end && match.index + match[0].length > mark.start)
    )
      continue;
    marks.push({
      start: match.index,
      end: match.index + match[0].length,
      schedule: { kind: 'weekly', days: [dayNames[match[1]!]!], time: at },
      time: at,
    });
  }
  for (const match of text.matchAll(bare)) {
    if (marks.some((mark) => match.index < mark.end && match.index + match[0].length > mark.start)) continue;
    const said = readTime(match[1], match[2], match[3], match[4]);
    if (said !== null)
      marks.push({ start: match.index, end: match.index + match[0].length, schedule: null, time: said });
  }
  return marks.sort((a, b) => a.start - b.start);
}
