import { describe, expect, it } from 'vitest';
import { addDays, addMonths, type Day, startOfMonth, weekday } from '../../src/calendar/day.ts';
import { earlierWindows, forecastAmount, type Window } from '../../src/predictions/forecast.ts';

/** Amounts signed on the 5th of each month, `count` months up to October 2026. */
const history = (count: number, amount: (month: number) => number) => {
  const days = Array.from({ length: count }, (_, i): [Day, number] => [
    `${addMonths('2026-10-01', i - count + 1).slice(0, 7)}-05` as Day,
    amount(i),
  ]);
  const sumOf = ({ from, to }: Window) => days.reduce((all, [day, v]) => (day >= from && day <= to ? all + v : all), 0);
  return { sumOf, first: startOfMonth(days[0]![0]) };
};
const quarter: Window = { from: '2027-01-01', to: '2027-03-31' };
const today: Day = '2026-11-18';

describe('forecastAmount', () => {
  it('says of a steady company what it always brings', () => {
    const { sumOf, first } = history(34, () => 3_000_000);
    const found = forecastAmount(sumOf, { first, today, window: quarter });
    expect(found.kind).toBe('forecast');
    if (found.kind !== 'forecast') return;
    expect(found.point / 9_000_000).toBeCloseTo(1, 1);
    expect(found.low).toBeGreaterThan(8_500_000);
    expect(found.high).toBeLessThan(9_500_000);
    expect(found.naive).toBe(9_000_000);
  });

  it('keeps the point between its ends where the company grows', () => {
    const { sumOf, first } = history(34, (i) => 1_000_000 * 1.03 ** i);
    const found = forecastAmount(sumOf, { first, today, window: quarter });
    if (found.kind !== 'forecast') throw new Error('no forecast');
    expect(found.low).toBeLessThanOrEqual(found.point);
    expect(found.high).toBeGreaterThanOrEqual(found.point);
    // Five months on from a mean that lies three and a half months back.
    const truth = [36, 37, 38].reduce((all, i) => all + 1_000_000 * 1.03 ** i, 0);
    expect(found.point / truth).toBeCloseTo(1, 1);
  });

  it('has wider ends where the months jump, and holds about eight of ten of what came', () => {
    const noise = (i: number) => 3_000_000 + 1_500_000 * Math.sin(i * 12.9898) * Math.cos(i * 4.1414);
    const wild = history(34, noise);
    const found = forecastAmount(wild.sumOf, { first: wild.first, today, window: quarter });
    if (found.kind !== 'forecast') throw new Error('no forecast');
    expect((found.high - found.low) / found.point).toBeGreaterThan(0.1);
    expect(found.error).toBeGreaterThan(0);
  });

  it('is never its own floor: growth puts the point between the ends, also where the last quarter came nearest', () => {
    // Growth that slows down: corrected by its quick years the mean overshoots, and the last quarter is nearly always passed.
    const { sumOf, first } = history(34, (i) => Math.round(1_000_000 * Math.sqrt(1 + i)));
    const found = forecastAmount(sumOf, { first, today, window: quarter });
    if (found.kind !== 'forecast') throw new Error('no forecast');
    expect(found.method).toBe('last-adjusted');
    expect(found.naiveWindow).toEqual({ from: '2026-08-01', to: '2026-10-31' });
    expect(found.naive).toBe(sumOf(found.naiveWindow));
    expect(found.low).toBeLessThan(found.point);
    expect(found.point).toBeLessThan(found.high);
    expect(found.point).toBeGreaterThan(found.naive);
  });

  it('foretells a week from weeks, not from the last days of months', () => {
    // 10 on every Monday, and 300 more on the 25th of each month: the same dates of other months would say 310.
    const sumOf = ({ from, to }: Window) => {
      let all = 0;
      for (let day: Day = from < '2023-11-01' ? '2023-11-01' : from; day <= to && day <= today; day = addDays(day, 1))
        all += (weekday(day) === 1 ? 10 : 0) + (day.endsWith('-25') ? 300 : 0);
      return all;
    };
    const found = forecastAmount(sumOf, {
      first: '2023-11-01',
      today,
      window: { from: '2026-11-23', to: '2026-11-29' },
    });
    if (found.kind !== 'forecast') throw new Error('no forecast');
    expect(found.step).toBe('week');
    expect(found.tested).toBeGreaterThan(50);
    expect(found.point).toBeLessThan(120);
  });

  it('gives nothing on a short history', () => {
    const { sumOf, first } = history(14, () => 3_000_000);
    expect(forecastAmount(sumOf, { first, today, window: quarter })).toMatchObject({
      kind: 'thin',
      months: 14,
      lack: 'record',
    });
  });

  it('says of a year ahead that the record is short, not that nothing was sold, and from when it would be enough', () => {
    const year: Window = { from: '2027-01-01', to: '2027-12-31' };
    const short = history(35, () => 3_000_000);
    const found = forecastAmount(short.sumOf, { first: short.first, today, window: year });
    if (found.kind !== 'thin') throw new Error('a forecast on too short a record');
    expect(found.lack).toBe('record');
    // A record that begins there gives one, a month less does not.
    const monthsFrom = (from: Day) => 12 * (2026 - Number(from.slice(0, 4))) + 11 - Number(from.slice(5, 7));
    const enough = history(monthsFrom(found.needsFrom), () => 3_000_000);
    expect(enough.first).toBe(startOfMonth(found.needsFrom));
    expect(forecastAmount(enough.sumOf, { first: enough.first, today, window: year }).kind).toBe('forecast');
    const less = history(monthsFrom(found.needsFrom) - 1, () => 3_000_000);
    expect(forecastAmount(less.sumOf, { first: less.first, today, window: year })).toMatchObject({ lack: 'record' });
  });

  it('says that nothing was sold where the record is long and such days were mostly empty', () => {
    const { sumOf, first } = history(60, () => 3_000_000);
    const days: Window = { from: '2026-11-20', to: '2026-11-21' };
    expect(forecastAmount(sumOf, { first, today, window: days })).toMatchObject({ kind: 'thin', lack: 'sales' });
  });

  it('lists earlier windows that are over, oldest first', () => {
    expect(earlierWindows({ from: '2026-11-01', to: '2026-11-30' }, today, '2026-01-01', 3)).toEqual([
      { from: '2026-08-01', to: '2026-08-31' },
      { from: '2026-09-01', to: '2026-09-30' },
      { from: '2026-10-01', to: '2026-10-31' },
    ]);
  });
});
