import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import type { Database } from '../database/connect.ts';
import { Failure } from '../failure.ts';
import { BatchRefused, BulkInsert, type NewRow, packetLimitOf } from './bulk-insert.ts';
import { readCell } from './csv/cell.ts';
import { CsvProblem } from './csv/problem.ts';
import { type Checked, readCsv, UnreadableCsv } from './csv/records.ts';
import { type CsvTable, headerOf, tableOfFile } from './csv/table.ts';
import { type UnknownIds, unknownIds } from './csv/unknown-ids.ts';
import { demoCompanyIn } from './demo/marker.ts';
import { recomputeLastTouch } from './last-touch.ts';
import { type CrmTableName, type CrmTables, crmSchema } from './schema.ts';

export interface LoadSummary {
  /** Rows loaded by table, in the order of the files. */
  readonly rows: Readonly<Partial<Record<CrmTableName, number>>>;
  /** Whether the latest interactions were computed from the rows because the export does not bring them. */
  readonly lastTouchComputed: boolean;
  /** Cells that point to a row which is not there. */
  readonly unknown: readonly UnknownIds[];
}

export interface LoadOptions {
  /** Empties the whole read model first, a demo company included. */
  readonly replace?: boolean;
  progress?(table: CrmTableName, rows: number): void;
}

/**
 * Replaces the content of the tables for which `directory` has a CSV file, all or nothing, and leaves the others alone.
 * Throws `bad-input` with file, line and column of the first thing that is wrong; values are never part of a message. A
 * demo company is not mixed with: it has to be replaced as a whole.
 */
export async function loadCsv(
  database: Database<CrmTables>,
  directory: string,
  { replace = false, progress = () => undefined }: LoadOptions = {},
): Promise<LoadSummary> {
  const tables = await tablesIn(directory);
  if (!replace && (await demoCompanyIn(database)) !== null) throw demoInTheWay();
  const limitBytes = await packetLimitOf(database);
  const rows: Partial<Record<CrmTableName, number>> = {};
  const lastTouchComputed = !tables.some(({ name }) => name === 'cm_customer_last_touch');
  try {
    await database.kysely.transaction().execute(async (transaction) => {
      if (replace)
        for (const name of Object.keys(crmSchema)) await sql`delete from ${sql.table(name)}`.execute(transaction);
      for (const table of tables) {
        if (!replace) await sql`delete from ${sql.table(table.name)}`.execute(transaction);
        const insert = new BulkInsert(transaction, database.dialect, limitBytes);
        for await (const row of rowsOf(table)) {
          insert.add(table.name, row);
          await insert.relieve();
          if (insert.rowsAdded % 50_000 === 0) progress(table.name, insert.rowsAdded);
        }
        await insert.finish();
        rows[table.name] = insert.rowsAdded;
      }
      if (lastTouchComputed) await recomputeLastTouch(transaction, database.dialect);
    });
  } catch (error) {
    throw await told(error, tables);
  }
  return { rows, lastTouchComputed, unknown: await unknownIds(database, tables, checkedRecords) };
}

const demoInTheWay = () =>
  new Failure(
    'bad-input',
    'the read model holds the demo company',
    '这个库里是演示公司,和你的数据混在一起就不对了,所以什么都没有写入。两种办法:加 --replace 用你的数据换掉演示公司;' +
      '或加 --url sqlite:data/mine.sqlite 载入另一个库,再设 CRM_DATABASE_URL=sqlite:data/mine.sqlite。',
  );

async function tablesIn(directory: string): Promise<CsvTable[]> {
  let names: string[];
  try {
    names = await readdir(directory);
  } catch (cause) {
    throw new Failure('bad-input', 'the directory cannot be read', '找不到这个目录,或没有权限读它。', cause);
  }
  const files = names.filter((name) => name.toLowerCase().endsWith('.csv')).sort();
  if (files.length === 0) {
    throw new Failure(
      'bad-input',
      'the directory holds no CSV file',
      '目录里没有 CSV 文件。文件名要和表名一样,例如 cm_customers.csv。',
    );
  }
  return files.map((file) => tableOfFile(file, join(directory, file)));
}

/** The rows of a file, each checked. Throws `CsvProblem` at the first cell that does not fit. */
async function* rowsOf(table: CsvTable): AsyncGenerator<NewRow<CrmTableName>> {
  for await (const { row } of checkedRecords(table)) yield row;
}

async function* checkedRecords(table: CsvTable): AsyncGenerator<Checked> {
  let columns: ReturnType<typeof headerOf> | null = null;
  try {
    for await (const { line, fields } of readCsv(table.path)) {
      if (columns === null) {
        columns = headerOf(table, line, fields);
        continue;
      }
      if (fields.length !== columns.length) {
        throw new CsvProblem(
          table.file,
          line,
          null,
          `这一行有 ${fields.length} 列,表头有 ${columns.length} 列。如果是最后一行,文件可能没有写完整`,
        );
      }
      const row: Record<string, string | number | null> = {};
      for (let i = 0; i < columns.length; i += 1) {
        const { name, column, codes, key } = columns[i]!;
        const cell = readCell(fields[i]!, column, codes, key);
        if ('expected' in cell) throw new CsvProblem(table.file, line, name, cell.expected);
        row[name] = cell.value;
      }
      yield { line, row };
    }
  } catch (error) {
    throw error instanceof UnreadableCsv ? new CsvProblem(table.file, error.line, null, error.expected, error) : error;
  }
  if (columns === null) throw new CsvProblem(table.file, 1, null, '文件是空的,第一行要写列名');
}

async function told(error: unknown, tables: readonly CsvTable[]): Promise<unknown> {
  if (error instanceof CsvProblem) return error;
  if (!(error instanceof BatchRefused)) return error;
  const table = tables.find(({ name }) => name === error.table);
  if (table === undefined) return error;
  const twice = error.duplicateKey ? await findDuplicate(table, error) : null;
  if (twice === null) {
    return new Failure(
      'bad-input',
      error.message,
      `${table.file} 里有数据库不接受的内容(大约在第 ${error.firstRow + 2} 行之后的 ${error.rows} 行里)。什么都没有写入。`,
    );
  }
  return new CsvProblem(
    table.file,
    twice.line,
    table.primaryKey.join('、'),
    `主键不能重复,第 ${twice.firstLine} 行已经有同样的值`,
  );
}

/** Looks for a key of the refused batch that stands in it or before it another time; memory stays one batch. */
async function findDuplicate(
  table: CsvTable,
  batch: BatchRefused,
): Promise<{ line: number; firstLine: number } | null> {
  const keyOf = ({ row }: Checked) =>
    // MySQL ignores spaces at the end when it compares keys.
    JSON.stringify(table.primaryKey.map((name) => String((row as Record<string, unknown>)[name]).trimEnd()));
  const lines = new Map<string, number>();
  let number = 0;
  for await (const record of checkedRecords(table)) {
    if (number >= batch.firstRow + batch.rows) break;
    if (number >= batch.firstRow) {
      const firstLine = lines.get(keyOf(record));
      if (firstLine !== undefined) return { line: record.line, firstLine };
      lines.set(keyOf(record), record.line);
    }
    number += 1;
  }
  number = 0;
  for await (const record of checkedRecords(table)) {
    if (number >= batch.firstRow) return null;
    const line = lines.get(keyOf(record));
    if (line !== undefined) return { line, firstLine: record.line };
    number += 1;
  }
  return null;
}
