import { readFileSync } from 'node:fs';
import type { Period } from '../../src/calendar/period.ts';

export interface Phrase {
  readonly text: string;
  readonly intent: string;
  readonly slots: Readonly<Record<string, unknown>>;
}

const span = (label: string, from: string, to: string): Period => ({ label, from, to }) as Period;

/** Periods by short names, at 2026-11-18. */
export const periods: Readonly<Record<string, Period>> = {
  today: span('day', '2026-11-18', '2026-11-18'),
  yesterday: span('yesterday', '2026-11-17', '2026-11-17'),
  this_week: span('this_week', '2026-11-16', '2026-11-22'),
  last_week: span('last_week', '2026-11-09', '2026-11-15'),
  week_before_last: span('week_before_last', '2026-11-02', '2026-11-08'),
  this_month: span('this_month', '2026-11-01', '2026-11-30'),
  last_month: span('last_month', '2026-10-01', '2026-10-31'),
  next_month: span('next_month', '2026-12-01', '2026-12-31'),
  oct: span('month', '2026-10-01', '2026-10-31'),
  'oct1-15': span('range', '2026-10-01', '2026-10-15'),
  after_national: span('range', '2026-10-08', '2026-11-18'),
  national: span('range', '2026-10-01', '2026-10-07'),
  this_quarter: span('this_quarter', '2026-10-01', '2026-12-31'),
  last_quarter: span('last_quarter', '2026-07-01', '2026-09-30'),
  next_quarter: span('next_quarter', '2027-01-01', '2027-03-31'),
  Q2: span('quarter', '2026-04-01', '2026-06-30'),
  Q3: span('quarter', '2026-07-01', '2026-09-30'),
  first_half: span('first_half', '2026-01-01', '2026-06-30'),
  last_h2: span('second_half', '2025-07-01', '2025-12-31'),
  this_year: span('this_year', '2026-01-01', '2026-12-31'),
  last_year: span('last_year', '2025-01-01', '2025-12-31'),
  ytd: span('year_to_date', '2026-01-01', '2026-11-18'),
  last_ytd: span('range', '2025-01-01', '2025-11-18'),
  last_30_days: span('last_30_days', '2026-10-20', '2026-11-18'),
  last_90_days: span('last_90_days', '2026-08-21', '2026-11-18'),
  next_30_days: span('next_30_days', '2026-11-19', '2026-12-18'),
  year_back: span('range', '2025-11-19', '2026-11-18'),
  last_friday: span('day', '2026-11-13', '2026-11-13'),
  half_back: span('range', '2026-05-19', '2026-11-18'),
  next_3_months: span('range', '2026-11-19', '2027-02-18'),
  q1_2027: span('quarter', '2027-01-01', '2027-03-31'),
  q4_2025: span('quarter', '2025-10-01', '2025-12-31'),
  singles_day: span('day', '2026-11-11', '2026-11-11'),
  monday: span('day', '2026-11-16', '2026-11-16'),
  oct_2025: span('month', '2025-10-01', '2025-10-31'),
  sep: span('month', '2026-09-01', '2026-09-30'),
  'oct1-10': span('range', '2026-10-01', '2026-10-10'),
  'sep-nov': span('range', '2026-09-01', '2026-11-30'),
  '7_days': span('range', '2026-11-12', '2026-11-18'),
  Q4: span('quarter', '2026-10-01', '2026-12-31'),
  dec: span('month', '2026-12-01', '2026-12-31'),
  next_90: span('range', '2026-11-19', '2027-02-16'),
  '3_months': span('range', '2026-08-19', '2026-11-18'),
};

function spelledOut(value: unknown, key = ''): unknown {
  if (key === 'period' && typeof value === 'string') {
    const period = periods[value];
    if (period === undefined) throw new Error(`no period ${value}`);
    return period;
  }
  if (Array.isArray(value)) return value;
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, spelledOut(one, name)]));
  return value;
}

/** The phrases of a fixture: `text => intent {slots}`, a line each. */
export function readPhrases(file: string): Phrase[] {
  return readFileSync(new URL(`../fixtures/${file}`, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line.includes('=>') && !line.startsWith('#'))
    .map((line) => {
      const [text, rest] = line.split(' => ') as [string, string];
      const at = rest.indexOf(' ');
      return {
        text,
        intent: rest.slice(0, at),
        slots: spelledOut(JSON.parse(rest.slice(at))) as Record<string, unknown>,
      };
    });
}
