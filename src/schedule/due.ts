import { epochMsOf, type Moment, wallTimeAt } from '../calendar/clock.ts';
import { addDays, type Day, type WallTime, weekday } from '../calendar/day.ts';
import type { WorkCalendar } from '../calendar/work-calendar.ts';
import { never } from '../failure.ts';

/** On which days something goes out; a Monday that is a holiday is none. */
export type Cadence = 'cn_workday' | 'every_day' | 'monday';

/** One line of the timetable: what goes to whom at which time of the company's wall clock. */
export interface TimetableLine {
  readonly target: string;
  /** Parts of one target are prepared and sent on their own. */
  readonly part: string;
  /** `HH:MM` */
  readonly at: string;
  readonly days: Cadence;
  /** Lower is prepared first: directors before the others. */
  readonly priority: number;
}

/** A line on a day: to be sent now, or too late for that. */
export interface RipeLine {
  readonly line: TimetableLine;
  readonly day: Day;
  /** When it was to go out, milliseconds since 1970. */
  readonly plannedAt: number;
  readonly state: 'due' | 'missed';
}

/** How far back a downtime is told of, in days. */
const longestLookBackDays = 31;

export function firesOn(days: Cadence, day: Day, calendar: WorkCalendar): boolean {
  switch (days) {
    case 'cn_workday':
      return calendar.isWorkDay(day);
    case 'every_day':
      return true;
    case 'monday':
      return weekday(day) === 1 && calendar.isWorkDay(day);
    default:
      return never(days);
  }
}

export const plannedAtOf = (at: string, day: Day, zone: string): number =>
  epochMsOf(`${day} ${at}:00` as WallTime, zone);

/**
 * What of a timetable should have gone out by now. `newestDay` gives the newest day on record of a line, null for one
 * that never ran: a new line is sent within the catch-up window, but has missed nothing. What is on record already may
 * be named again; the slot table keeps it single.
 */
export function ripeLines(
  lines: readonly TimetableLine[],
  newestDay: (line: TimetableLine) => Day | null,
  moment: Moment,
  calendar: WorkCalendar,
  catchUpMs: number,
): RipeLine[] {
  const { today, epochMs, zone } = moment;
  const yesterday = addDays(today, -1);
  const earliest = addDays(today, -longestLookBackDays);
  const timeOf = timesOf(calendar, zone);
  return lines.flatMap((line) => {
    const newest = newestDay(line);
    // Yesterday's late evening may still be within its window.
    const next = newest === null ? yesterday : addDays(newest, 1);
    const ripe: RipeLine[] = [];
    for (let day = clamp(next, earliest, yesterday); day <= today; day = addDays(day, 1)) {
      const plannedAt = timeOf(line, day);
      if (plannedAt === null || plannedAt > epochMs) continue;
      const isDue = epochMs - plannedAt <= catchUpMs;
      if (isDue) ripe.push({ line, day, plannedAt, state: 'due' });
      else if (newest !== null && day > newest) ripe.push({ line, day, plannedAt, state: 'missed' });
    }
    return ripe;
  });
}

/** When a line goes out on a day, null where it does not; hundreds of lines share a few times. */
function timesOf(
  calendar: WorkCalendar,
  zone: string,
): (line: Pick<TimetableLine, 'at' | 'days'>, day: Day) => number | null {
  const times = new Map<string, number | null>();
  return ({ at, days }, day) => {
    const key = `${day} ${at} ${days}`;
    const known = times.get(key);
    if (known !== undefined) return known;
    const time = firesOn(days, day, calendar) ? plannedAtOf(at, day, zone) : null;
    times.set(key, time);
    return time;
  };
}

const clamp = (day: Day, from: Day, to: Day): Day => (day < from ? from : day > to ? to : day);

/** The next instant at which a line goes out; null where none does within a month. */
export function nextPlannedAt(
  lines: readonly Pick<TimetableLine, 'at' | 'days'>[],
  moment: Moment,
  calendar: WorkCalendar,
): number | null {
  let next: number | null = null;
  for (const { at, days } of distinct(lines)) {
    for (let day = moment.today, n = 0; n <= longestLookBackDays; n += 1, day = addDays(day, 1)) {
      if (!firesOn(days, day, calendar)) continue;
      const plannedAt = plannedAtOf(at, day, moment.zone);
      if (plannedAt <= moment.epochMs) continue;
      if (next === null || plannedAt < next) next = plannedAt;
      break;
    }
  }
  return next;
}

const distinct = (lines: readonly Pick<TimetableLine, 'at' | 'days'>[]) => [
  ...new Map(lines.map(({ at, days }) => [`${at} ${days}`, { at, days }])).values(),
];

/** The first of the coming days on which a time of the wall clock does not exist (the clock is put forward over it). */
export function dayWithout(at: string, zone: string, today: Day): Day | null {
  for (let n = 0; n <= 366; n += 1) {
    const day = addDays(today, n);
    if (wallTimeAt(plannedAtOf(at, day, zone), zone) !== `${day} ${at}:00`) return day;
  }
  return null;
}
