import { sql } from 'kysely';
import type { Database } from '../../database/connect.ts';
import { orphans, type Reference, references, stageReferences } from '../references.ts';
import type { CrmTables } from '../schema.ts';
import type { Checked } from './records.ts';
import type { CsvTable } from './table.ts';

/** Cells of one column of a file that name rows which are not there, such as an owner who is missing in `cm_users`. */
export interface UnknownIds {
  readonly file: string;
  readonly column: string;
  readonly target: string;
  /** The first of them, from 1, the header included. */
  readonly line: number;
  readonly rows: number;
  /** Different ids in all; `ids` are the first few of them, the most frequent first. */
  readonly distinct: number;
  readonly ids: readonly string[];
}

const shown = 5;

/**
 * Looks in the loaded files for ids that point to nothing. They are told and not refused: an export without the people who
 * have left, or one that comes table by table, is a good export.
 */
export async function unknownIds(
  { kysely }: Database<CrmTables>,
  files: readonly CsvTable[],
  recordsOf: (file: CsvTable) => AsyncIterable<Checked>,
): Promise<UnknownIds[]> {
  const found: UnknownIds[] = [];
  for (const reference of [...references, ...stageReferences]) {
    const file = files.find(({ name }) => name === reference.table);
    if (file === undefined) continue;
    const id = sql.ref(`r.${reference.column}`);
    const { rows } = await sql<{ id: string; n: number }>`
      select ${id} as id, count(*) as n ${orphans(reference)} group by ${id} order by count(*) desc, ${id}`.execute(
      kysely,
    );
    if (rows.length === 0) continue;
    const unknown = new Set(rows.map((row) => String(row.id)));
    found.push({
      file: file.file,
      column: reference.column,
      target: reference.target,
      line: await firstLineWith(reference, unknown, recordsOf(file)),
      rows: rows.reduce((sum, row) => sum + Number(row.n), 0),
      distinct: rows.length,
      ids: [...unknown].slice(0, shown),
    });
  }
  return found;
}

async function firstLineWith(
  { column }: Reference,
  unknown: ReadonlySet<string>,
  records: AsyncIterable<Checked>,
): Promise<number> {
  for await (const { line, row } of records) {
    if (unknown.has(String((row as Readonly<Record<string, unknown>>)[column]))) return line;
  }
  return 1;
}
