import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { epochMsOf, momentAt } from '../../src/calendar/clock.ts';
import { addDays, type Day, dayOf, daysBetween, parseDay, startOfWeek } from '../../src/calendar/day.ts';
import {
  comparedPeriod,
  describePeriod,
  elapsed,
  type Period,
  periodOf,
  precedingPeriod,
  samePeriodLastYear,
} from '../../src/calendar/period.ts';

const period = (label: Period['label'], from: string, to: string): Period => ({
  label,
  from: from as Day,
  to: to as Day,
});
const days = ({ from, to }: Period) => `${from}..${to}`;

describe('days', () => {
  it('are added and counted as the calendar has them, over leap days and centuries', () => {
    for (let at = 0; at < 3_000; at += 1) {
      const from = Temporal.PlainDate.from('1896-01-01').add({ days: at * 29 });
      const days = ((at * 7_919) % 1_600) - 800;
      const to = from.add({ days }).toString() as Day;
      expect(addDays(from.toString() as Day, days)).toBe(to);
      expect(daysBetween(from.toString() as Day, to)).toBe(days);
    }
  });

  it('knows which days exist', () => {
    expect(parseDay('2024-02-29')).toBe('2024-02-29');
    expect(() => parseDay('2026-02-29')).toThrow();
    expect(() => parseDay('2026-13-01')).toThrow();
    expect(dayOf(2026, 2, 30)).toBeNull();
  });
  it('weeks start on Monday, also around New Year', () => {
    expect(startOfWeek('2026-11-22')).toBe('2026-11-16');
    expect(startOfWeek('2026-01-01')).toBe('2025-12-29');
  });
});

describe('the company clock', () => {
  it('is eight hours ahead of UTC in Shanghai, on either side of midnight', () => {
    expect(momentAt(Date.parse('2026-11-17T15:59:59Z'), 'Asia/Shanghai').today).toBe('2026-11-17');
    expect(momentAt(Date.parse('2026-11-17T16:00:00Z'), 'Asia/Shanghai')).toMatchObject({
      today: '2026-11-18',
      wall: '2026-11-18 00:00:00',
    });
    expect(epochMsOf('2026-11-18 09:00:00', 'Asia/Shanghai')).toBe(Date.parse('2026-11-18T01:00:00Z'));
  });
});

describe('the period before', () => {
  it.each([
    // A running month is compared with as many days of the month before.
    ['2026-11-18', period('this_month', '2026-11-01', '2026-11-30'), '2026-10-01..2026-10-18'],
    ['2026-11-18', period('last_month', '2026-10-01', '2026-10-31'), '2026-09-01..2026-09-30'],
    ['2026-03-31', period('this_month', '2026-03-01', '2026-03-31'), '2026-02-01..2026-02-28'],
    ['2026-11-18', period('this_quarter', '2026-10-01', '2026-12-31'), '2026-07-01..2026-08-18'],
    ['2026-05-10', period('last_quarter', '2026-01-01', '2026-03-31'), '2025-10-01..2025-12-31'],
    ['2026-11-18', period('this_week', '2026-11-16', '2026-11-22'), '2026-11-09..2026-11-11'],
    ['2026-11-18', period('yesterday', '2026-11-17', '2026-11-17'), '2026-11-16..2026-11-16'],
    ['2026-11-18', period('last_30_days', '2026-10-20', '2026-11-18'), '2026-09-20..2026-10-19'],
    ['2026-11-18', period('range', '2026-09-01', '2026-10-31'), '2026-07-01..2026-08-31'],
    ['2026-11-18', period('first_half', '2026-01-01', '2026-06-30'), '2025-07-01..2025-12-31'],
    ['2026-11-18', period('this_year', '2026-01-01', '2026-12-31'), '2025-01-01..2025-11-18'],
  ])('on %s of %o is %s', (today, of, expected) => {
    expect(days(precedingPeriod(of, today as Day))).toBe(expected);
  });
});

describe('the same period last year', () => {
  it.each([
    ['2026-11-18', period('this_month', '2026-11-01', '2026-11-30'), '2025-11-01..2025-11-18'],
    ['2026-11-18', period('month', '2026-10-01', '2026-10-31'), '2025-10-01..2025-10-31'],
    // A whole February stays whole into a leap year.
    ['2025-03-10', period('month', '2025-02-01', '2025-02-28'), '2024-02-01..2024-02-29'],
    ['2024-02-29', period('yesterday', '2024-02-29', '2024-02-29'), '2023-02-28..2023-02-28'],
    ['2026-11-18', period('last_week', '2026-11-09', '2026-11-15'), '2025-11-10..2025-11-16'],
  ])('on %s of %o is %s', (today, of, expected) => {
    expect(days(samePeriodLastYear(of, today as Day))).toBe(expected);
  });
});

it('a running period ends today', () => {
  expect(elapsed(period('this_month', '2026-11-01', '2026-11-30'), '2026-11-18').to).toBe('2026-11-18');
  expect(elapsed(period('last_month', '2026-10-01', '2026-10-31'), '2026-11-18').to).toBe('2026-10-31');
});

it('labels mean calendar periods', () => {
  const of = (label: Period['label']) => days(periodOf(label, '2026-11-18') as Period);
  expect(of('this_week')).toBe('2026-11-16..2026-11-22');
  expect(of('last_quarter')).toBe('2026-07-01..2026-09-30');
  expect(of('next_quarter')).toBe('2027-01-01..2027-03-31');
  expect(of('last_90_days')).toBe('2026-08-21..2026-11-18');
  expect(of('next_30_days')).toBe('2026-11-19..2026-12-18');
});

it('is told with its dates, and with as-of while it runs', () => {
  expect(describePeriod(period('this_month', '2026-11-01', '2026-11-30'), '2026-11-18')).toBe(
    '本月(2026-11-01 至 11-30,截至 11-18)',
  );
  expect(describePeriod(period('last_month', '2026-10-01', '2026-10-31'), '2026-11-18')).toBe(
    '上月(2026-10-01 至 10-31)',
  );
  expect(describePeriod(period('range', '2025-11-19', '2026-11-18'), '2026-11-18')).toBe('2025-11-19 至 2026-11-18');
  expect(days(comparedPeriod(period('this_month', '2026-11-01', '2026-11-30'), 'yoy', '2026-11-18'))).toBe(
    '2025-11-01..2025-11-18',
  );
});
