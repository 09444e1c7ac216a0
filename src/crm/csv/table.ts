import { distance } from 'fastest-levenshtein';
import type { Column, Table } from '../../database/table.ts';
import { codeValues } from '../code-values.ts';
import { type CrmTableName, crmSchema } from '../schema.ts';
import { CsvProblem } from './problem.ts';

/** A CSV file and the table of the read model that it fills. */
export interface CsvTable {
  readonly file: string;
  readonly path: string;
  readonly name: CrmTableName;
  readonly primaryKey: readonly string[];
}

export interface CsvColumn {
  readonly name: string;
  readonly column: Column;
  readonly codes: readonly string[] | undefined;
  readonly key: boolean;
}

/** Throws `CsvProblem` for a file that is named after no table. */
export function tableOfFile(file: string, path: string): CsvTable {
  const name = file.slice(0, -'.csv'.length);
  if (!Object.hasOwn(crmSchema, name)) {
    throw new CsvProblem(
      file,
      1,
      null,
      `没有叫这个名字的表,文件名要和表名一样${nearest(name, Object.keys(crmSchema))}`,
    );
  }
  const table = name as CrmTableName;
  return { file, path, name: table, primaryKey: crmSchema[table].primaryKey };
}

/** The columns that a header line names, in its order. Throws `CsvProblem` for unknown, doubled and missing ones. */
export function headerOf(table: CsvTable, line: number, fields: readonly string[]): CsvColumn[] {
  const shape: Table = crmSchema[table.name];
  const codes = codeValues[table.name] ?? {};
  const names = fields.map((field) => field.trim());
  const known = Object.keys(shape.columns);
  names.forEach((name, i) => {
    const shown = showable(name) ?? `第 ${i + 1} 列`;
    if (!Object.hasOwn(shape.columns, name)) {
      throw new CsvProblem(table.file, line, shown, `${table.name} 没有这一列${nearest(name, known)}`);
    }
    if (names.indexOf(name) !== i) throw new CsvProblem(table.file, line, shown, '这一列在表头里出现了两次');
  });
  for (const [name, column] of Object.entries(shape.columns)) {
    if (column.required && column.fallback === undefined && !names.includes(name)) {
      throw new CsvProblem(table.file, line, name, '表头缺少这一列,它是必填的');
    }
  }
  return names.map((name) => ({
    name,
    column: shape.columns[name]!,
    codes: codes[name],
    key: shape.primaryKey.includes(name),
  }));
}

/** A file without a header begins with data, which does not belong on the screen: only what looks like a name is shown. */
const showable = (name: string): string | null => (/^[a-z][a-z_]{1,40}$/i.test(name) ? name : null);

function nearest(name: string, known: readonly string[]): string {
  const [best] = known
    .map((candidate) => ({ candidate, far: distance(name.toLowerCase(), candidate) }))
    .sort((a, b) => a.far - b.far);
  return best !== undefined && best.far <= Math.max(2, Math.floor(name.length / 3)) ? `,是不是 ${best.candidate}` : '';
}
