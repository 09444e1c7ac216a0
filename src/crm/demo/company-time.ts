import chineseDays from 'chinese-days';
import type { Day, WallTime } from '../../calendar/day.ts';
import type { Random } from './random.ts';

const secondsPerDay = 86_400;

/** New business by month, 1 = an average month: Spring Festival is quiet, quarters and above all the year end are not. */
const startsByMonth = [0.95, 0.6, 1.1, 1.1, 1.1, 0.95, 0.85, 1.0, 1.1, 1.15, 1.15, 0.9];
const closesByMonth = [0.8, 0.5, 1.1, 0.95, 0.95, 1.25, 0.8, 0.85, 1.15, 0.85, 1.1, 1.6];

/** When people at work do things, by hour from 8: mid-morning and mid-afternoon, little at noon, some in the evening. */
const hourWeights: readonly (readonly [number, number])[] = [
  [8, 3],
  [9, 12],
  [10, 17],
  [11, 13],
  [12, 3],
  [13, 7],
  [14, 15],
  [15, 15],
  [16, 13],
  [17, 9],
  [18, 4],
  [19, 2],
  [20, 1],
];

/** On the last day the company has only just begun to work. */
const lastDayEndsAtHour = 10;

/**
 * The company's days as whole numbers (days since 1970-01-01) and its wall clock as seconds since then: millions of
 * moments are made, so no date object is.
 */
export class CompanyTime {
  readonly first: number;
  readonly last: number;
  /** Nothing happens later than this second. */
  readonly now: number;
  readonly #texts: Day[] = [];
  readonly #working: boolean[] = [];
  readonly #cumulativeStarts: number[] = [];

  /** Keeps `days` days of history up to and including `until`, and knows two years beyond. */
  constructor(until: Day, days: number) {
    this.last = dayNumber(until);
    this.first = this.last - days + 1;
    this.now = this.last * secondsPerDay + lastDayEndsAtHour * 3_600;
    let sum = 0;
    for (let day = this.first; day <= this.last + 760; day += 1) {
      const text = new Date(day * secondsPerDay * 1000).toISOString().slice(0, 10) as Day;
      this.#texts.push(text);
      this.#working.push(chineseDays.isWorkday(text));
      if (day > this.last) continue;
      const growth = 1 + (0.3 * (day - this.first)) / days;
      // When the CRM was introduced, the customers at hand were entered first.
      const introduction = day < this.first + 150 ? 2.8 : 1;
      const working = this.isWorkDay(day) ? 1 : 0.06;
      // The last day is not over: a part of its business only.
      sum += startsByMonth[this.month(day) - 1]! * growth * introduction * working * (day === this.last ? 0.2 : 1);
      this.#cumulativeStarts.push(sum);
    }
  }

  day(day: number): Day {
    return this.#texts[day - this.first] ?? (new Date(day * secondsPerDay * 1000).toISOString().slice(0, 10) as Day);
  }

  wall(second: number): WallTime {
    const inDay = second % secondsPerDay;
    const two = (value: number) => (value < 10 ? `0${value}` : String(value));
    const clock = `${two(Math.floor(inDay / 3_600))}:${two(Math.floor(inDay / 60) % 60)}:${two(inDay % 60)}`;
    return `${this.day(dayOfSecond(second))} ${clock}` as WallTime;
  }

  /** 1-12. */
  month(day: number): number {
    return Number(this.day(day).slice(5, 7));
  }

  isWorkDay(day: number): boolean {
    return this.#working[day - this.first] ?? false;
  }

  /** The day on which a share (0-1) of all new business since the first day has come in. */
  dayOfShare(share: number): number {
    const wanted = share * this.#cumulativeStarts[this.#cumulativeStarts.length - 1]!;
    let low = 0;
    let high = this.#cumulativeStarts.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#cumulativeStarts[middle]! < wanted) low = middle + 1;
      else high = middle;
    }
    return this.first + low;
  }

  /** The same day or the next on which people work. */
  workDayFrom(day: number): number {
    let at = day;
    while (!this.isWorkDay(at) && at < day + 15) at += 1;
    return at;
  }

  /** A second within working hours of a day; on the last day before the history ends. */
  moment(random: Random, day: number): number {
    const inDay = random.weighted(hourWeights) * 3_600 + random.int(0, 3_599);
    if (day !== this.last || inDay < lastDayEndsAtHour * 3_600) return secondOfDay(day) + inDay;
    return secondOfDay(day) + random.int(8 * 3_600, lastDayEndsAtHour * 3_600 - 1);
  }

  /** A moment on that day or the next work day; now and then somebody works on a free day. */
  workMoment(random: Random, day: number): number {
    const at = this.isWorkDay(day) || random.chance(0.08) ? day : this.workDayFrom(day);
    return this.moment(random, at);
  }

  /** A day people work on near `day`: what would fall on a free day spreads over the week around it. */
  usualDay(random: Random, day: number): number {
    return this.isWorkDay(day) || random.chance(0.08) ? day : this.workDayFrom(day + random.int(-4, 4));
  }

  /** Moves a signing to a day that people sign on: a work day, rather at the end of a month, of a quarter, of the year. */
  signingDay(random: Random, day: number): number {
    const candidates: [number, number][] = [];
    for (let at = day - 9; at <= day + 12; at += 1) {
      if (!this.isWorkDay(at)) continue;
      const dayOfMonth = Number(this.day(at).slice(8));
      candidates.push([at, closesByMonth[this.month(at) - 1]! * (dayOfMonth >= 25 ? 2.2 : 1)]);
    }
    return candidates.length === 0 ? day : random.weighted(candidates);
  }
}

export const dayNumber = (day: Day): number => Math.round(Date.parse(`${day}T00:00:00Z`) / (secondsPerDay * 1000));
export const dayOfSecond = (second: number): number => Math.floor(second / secondsPerDay);
export const secondOfDay = (day: number): number => day * secondsPerDay;
/** How much of a year's signings falls into a month, 1 = an average one. */
export const signingSeason = (month: number): number => closesByMonth[month - 1]!;
