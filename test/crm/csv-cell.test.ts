import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCell } from '../../src/crm/csv/cell.ts';
import { day, decimal, flag, id, integer, money, text, time } from '../../src/database/table.ts';

const value = (raw: string, column: Parameters<typeof readCell>[1]) => readCell(raw, column, undefined, false);

describe('a cell of a CSV file', () => {
  it.each([
    [money, '12000', '12000'],
    [money, '-0.50', '-0.5'],
    [money, '007.10', '7.1'],
    [money, '100.00', '100'],
    [money, '12345678901234567.89', '12345678901234567.89'],
    [decimal, '1.2345', '1.2345'],
    [integer, ' 12 ', 12],
    [integer, '3.0', 3],
    [day, '2026/1/5', '2026-01-05'],
    [day, '2026-01-05 00:00:00', '2026-01-05'],
    [time, '2026-01-05T09:05', '2026-01-05 09:05:00'],
    [id, ' c1 ', 'c1'],
    [text(10), ' a ', ' a '],
    [flag(1), '', 1],
    [id, '', null],
  ])('takes case %#', (column, raw, expected) => {
    expect(value(raw, column)).toEqual({ value: expected });
  });

  it.each([
    [money, '1,200'],
    [money, '12万'],
    [money, '1e3'],
    [money, '1.005'],
    [money, '.5'],
    [money, 'NaN'],
    [integer, '2147483648'],
    [integer, '0x10'],
    [day, '2026-02-30'],
    [day, '18-11-2026'],
    [day, '2026-01-05 10:00:00'],
    [time, '2026-01-05 24:00:00'],
    [time, '10:00'],
    [id.must, '  '],
    [text(3), '四个汉字'],
    [flag(0), 'true'],
  ])('refuses case %#', (column, raw) => {
    expect(value(raw, column)).toHaveProperty('expected');
  });

  it('counts characters as MySQL does', () => {
    expect(value('🏭🏭🏭', text(3))).toEqual({ value: '🏭🏭🏭' });
  });

  it('never throws, whatever stands there', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.constantFrom(money, decimal, integer, day, time, id, text(5), flag(0)),
        (raw, column) => {
          expect(Object.keys(value(raw, column))).toHaveLength(1);
        },
      ),
    );
  });
});
