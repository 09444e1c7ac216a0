import { dayOf } from '../../calendar/day.ts';
import type { Column } from '../../database/table.ts';
import { never } from '../../failure.ts';

/** What a cell of a CSV file means, or in Chinese what was expected there instead. */
export type Cell = { readonly value: string | number | null } | { readonly expected: string };

/** Reads one cell for a column. `key` columns lose the spaces around them, like every column that is not free text. */
export function readCell(raw: string, column: Column, codes: readonly string[] | undefined, key: boolean): Cell {
  const free = (column.kind === 'text' || column.kind === 'long-text') && codes === undefined && !key;
  const text = free ? raw : raw.trim();
  if (text === '') {
    if (column.fallback !== undefined) return { value: column.fallback };
    return column.required ? { expected: '这一列必填,不能空着' } : { value: null };
  }
  if (codes !== undefined) return codes.includes(text) ? { value: text } : { expected: `只能填 ${codes.join('、')}` };
  switch (column.kind) {
    case 'id':
    case 'text':
      return lengthOf(text) <= column.length ? { value: text } : { expected: `最多 ${column.length} 个字` };
    case 'long-text':
      return { value: text };
    case 'day':
      return readDay(text);
    case 'time':
      return readTime(text);
    case 'money':
      return readNumber(text, 18, 2, '金额(元)要写成 12000 或 12000.50,不带逗号和单位');
    case 'decimal':
      return readNumber(text, 16, 4, '要写成数字,例如 12 或 12.5,最多四位小数');
    case 'integer':
      return readInteger(text, 2_147_483_647);
    case 'bigint':
      return readInteger(text, Number.MAX_SAFE_INTEGER);
    case 'flag':
      return text === '0' || text === '1' ? { value: Number(text) } : { expected: '只能填 0 或 1' };
    case 'blob':
      return { expected: '这一列不能用 CSV 导入' };
    default:
      return never(column.kind);
  }
}

/** MySQL counts characters, not UTF-16 units. */
function lengthOf(text: string): number {
  let length = 0;
  for (const _ of text) length += 1;
  return length;
}

function dayText(year: string, month: string, day: string): string | null {
  return dayOf(Number(year), Number(month), Number(day));
}

function readDay(text: string): Cell {
  const found = /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?: 0{1,2}:00(?::00)?)?$/.exec(text);
  const day = found === null ? null : dayText(found[1]!, found[2]!, found[3]!);
  return day === null ? { expected: '日期要写成 2026-11-18' } : { value: day };
}

function readTime(text: string): Cell {
  const expected = '时间要写成 2026-11-18 10:30:00';
  const found = /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?$/.exec(text);
  const day = found === null ? null : dayText(found[1]!, found[2]!, found[3]!);
  if (found === null || day === null) return { expected };
  const [hour, minute, second] = [found[4] ?? '0', found[5] ?? '0', found[6] ?? '0'];
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return { expected };
  return { value: `${day} ${hour.padStart(2, '0')}:${minute.padStart(2, '0')}:${second.padStart(2, '0')}` };
}

/** A plain decimal, kept as text so that nothing is rounded on the way; zeros at the end of the fraction do not count. */
function readNumber(text: string, whole: number, fraction: number, expected: string): Cell {
  const found = /^([+-]?)0*(\d+)(?:\.(\d+))?$/.exec(text);
  if (found === null) return { expected };
  const [, sign, units] = found;
  const part = (found[3] ?? '').replace(/0+$/, '');
  if (units!.length > whole || part.length > fraction) return { expected };
  return { value: `${sign === '-' ? '-' : ''}${units}${part === '' ? '' : `.${part}`}` };
}

function readInteger(text: string, most: number): Cell {
  const value = /^[+-]?\d{1,16}(?:\.0+)?$/.test(text) ? Number(text) : Number.NaN;
  return Math.abs(value) <= most ? { value } : { expected: '要写成整数' };
}
