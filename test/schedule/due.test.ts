import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { epochMsOf, momentAt } from '../../src/calendar/clock.ts';
import { addDays, type Day, type WallTime } from '../../src/calendar/day.ts';
import { chineseWorkDays } from '../../src/calendar/work-calendar.ts';
import { dayWithout, nextPlannedAt, type RipeLine, ripeLines, type TimetableLine } from '../../src/schedule/due.ts';

const zone = 'Asia/Shanghai';
const calendar = chineseWorkDays();
const hour = 3_600_000;
const catchUpMs = 2 * hour;
const wall = (text: string): number => epochMsOf(text as WallTime, zone);
const nine: TimetableLine = { target: 'directors', part: 'digest', at: '09:00', days: 'cn_workday', priority: 0 };

/** The slot table as a pure thing: what a scheduler that is woken at these instants comes to. */
function lived(
  line: TimetableLine,
  instants: readonly number[],
): Map<Day, { state: string; at: number; sends: number }> {
  const table = new Map<Day, { state: string; at: number; sends: number }>();
  for (const at of instants) {
    const moment = momentAt(at, zone);
    const newest =
      [...table.keys()]
        .filter((day) => day <= moment.today)
        .sort()
        .at(-1) ?? null;
    for (const { day, state } of ripeLines([line], () => newest, moment, calendar, catchUpMs)) {
      const there = table.get(day);
      if (there === undefined || (there.state === 'missed' && state === 'due'))
        table.set(day, { state, at, sends: (there?.sends ?? 0) + (state === 'due' ? 1 : 0) });
    }
  }
  return table;
}

// National Day 2026: off from 1 to 7 October, with make-up days on Sunday 20 September and Saturday 10 October.
const workDaysOf = (from: Day, days: number): Day[] =>
  Array.from({ length: days }, (_, n) => addDays(from, n)).filter((day) => calendar.isWorkDay(day));

describe('what is due', () => {
  it('knows the make-up Sunday, the holiday and the make-up Saturday', () => {
    expect(workDaysOf('2026-09-19' as Day, 3)).toEqual(['2026-09-20', '2026-09-21']);
    expect(workDaysOf('2026-10-01' as Day, 11)).toEqual(['2026-10-08', '2026-10-09', '2026-10-10']);
  });

  it('is nothing at 8:59:59 and the day at 9:00:00, once', () => {
    const table = lived(nine, [wall('2026-11-17 09:30:00'), wall('2026-11-18 08:59:59')]);
    expect([...table.keys()]).toEqual(['2026-11-17']);
    expect([...lived(nine, [wall('2026-11-18 09:00:00'), wall('2026-11-18 09:00:30')])]).toEqual([
      ['2026-11-18', { state: 'due', at: wall('2026-11-18 09:00:00'), sends: 1 }],
    ]);
  });

  it('is caught up until 11:00 and missed behind it', () => {
    const before = wall('2026-11-17 09:00:00');
    expect(lived(nine, [before, wall('2026-11-18 11:00:00')]).get('2026-11-18')?.state).toBe('due');
    expect(lived(nine, [before, wall('2026-11-18 11:00:01')]).get('2026-11-18')?.state).toBe('missed');
  });

  it('a line that never ran has missed nothing', () => {
    expect(lived(nine, [wall('2026-11-18 15:00:00')]).size).toBe(0);
  });

  it('over any fortnight with any pauses, every work day is sent once or recorded as missed, and no other day is', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 300 }),
        fc.array(fc.integer({ min: 1, max: 40 * 60 }), { minLength: 5, maxLength: 120 }),
        fc.integer({ min: 0, max: 23 }),
        fc.integer({ min: 0, max: 59 }),
        (offset, pausesMinutes, atHour, atMinute) => {
          const at = `${String(atHour).padStart(2, '0')}:${String(atMinute).padStart(2, '0')}`;
          const line = { ...nine, at };
          const first = addDays('2026-01-05' as Day, offset);
          // A first run, so that everything behind it is expected; then wakings until a fortnight is over.
          const start = wall(`${addDays(first, -1)} ${at}:00`);
          const newest = calendar.isWorkDay(addDays(first, -1)) ? null : 'skip';
          fc.pre(newest === null);
          const instants = [start];
          for (const minutes of pausesMinutes) instants.push((instants.at(-1) ?? 0) + minutes * 60_000);
          const end = Math.max(instants.at(-1) ?? 0, start + 15 * 24 * hour);
          instants.push(end);
          const table = lived(line, instants);
          const days = workDaysOf(addDays(first, -1), 400).filter((day) => wall(`${day} ${at}:00`) <= end);
          const looked = days.filter((day) => day >= addDays(momentAt(end, zone).today, -31));
          for (const day of looked) {
            const planned = wall(`${day} ${at}:00`);
            const inTime = instants.some((instant) => instant >= planned && instant <= planned + catchUpMs);
            expect(table.get(day), day).toBeDefined();
            expect(table.get(day)?.state, day).toBe(inTime ? 'due' : 'missed');
            expect(table.get(day)?.sends, day).toBe(inTime ? 1 : 0);
          }
          for (const day of table.keys()) expect(calendar.isWorkDay(day)).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('a clock that jumps about sends each day at most once, and forgets no day that it comes back to', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -3 * 24 * 60, max: 3 * 24 * 60 }), { maxLength: 40 }), (jumps) => {
        let at = wall('2026-11-16 08:00:00');
        const instants = [at];
        for (const minutes of jumps) {
          at += minutes * 60_000;
          instants.push(at);
        }
        // Then it goes right again, waking every half hour for a week.
        const from = wall('2026-11-23 08:00:00');
        for (let n = 0; n < 7 * 48; n += 1) instants.push(from + n * hour * 0.5);
        const table = lived(nine, instants);
        for (const { sends } of table.values()) expect(sends).toBeLessThanOrEqual(1);
        for (const day of workDaysOf('2026-11-23' as Day, 7)) expect(table.get(day)?.sends).toBe(1);
      }),
      { numRuns: 40 },
    );
  });

  it('late evening is caught up behind midnight', () => {
    const late: TimetableLine = { ...nine, at: '23:30' };
    const ripe: RipeLine[] = ripeLines(
      [late],
      () => '2026-11-17' as Day,
      momentAt(wall('2026-11-19 00:40:00'), zone),
      calendar,
      catchUpMs,
    );
    expect(ripe.map(({ day, state }) => [day, state])).toEqual([['2026-11-18', 'due']]);
  });

  it('a Monday of the holidays is no Monday', () => {
    const weekly: TimetableLine = { ...nine, days: 'monday' };
    const dayOf = (at: string) => ripeLines([weekly], () => null, momentAt(wall(at), zone), calendar, catchUpMs);
    expect(dayOf('2026-09-28 09:30:00')).toHaveLength(1);
    expect(dayOf('2026-10-05 09:30:00')).toEqual([]);
  });

  it('the next time skips the weekend', () => {
    const next = nextPlannedAt([nine], momentAt(wall('2026-11-20 09:00:00'), zone), calendar);
    expect(next).toBe(wall('2026-11-23 09:00:00'));
  });

  it('finds the day on which a time does not exist', () => {
    expect(dayWithout('02:30', 'Europe/Berlin', '2026-11-22' as Day)).toBe('2027-03-28');
    expect(dayWithout('09:00', zone, '2026-11-22' as Day)).toBeNull();
  });
});

describe('the work calendar', () => {
  it('is not sure behind its data, unless somebody said so', () => {
    const today = '2026-11-22' as Day;
    expect(calendar.knownUntil(today)).toBe('2026-12-31');
    expect(calendar.isSure('2027-02-08' as Day, today)).toBe(false);
    const told = chineseWorkDays({ off: ['2027-02-08'], work: ['2027-02-14'], knownUntil: '2027-12-31' } as never);
    expect(told.isWorkDay('2027-02-08' as Day)).toBe(false);
    expect(told.isWorkDay('2027-02-14' as Day)).toBe(true);
    expect(told.isSure('2027-02-09' as Day, today)).toBe(true);
  });
});
