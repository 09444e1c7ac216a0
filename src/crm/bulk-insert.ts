import { CompiledQuery, type Kysely, sql } from 'kysely';
import type { Database } from '../database/connect.ts';
import type { SqlDialect } from '../database/dialect.ts';
import type { Decimal } from '../database/table.ts';
import { type CrmTableName, type CrmTables, crmSchema } from './schema.ts';

type Settable<V> = V extends Decimal ? number | string : V;

/** A row to write: columns left out are NULL, or their default. Money and decimals are yuan, as number or text. */
export type NewRow<T extends CrmTableName> = { [C in keyof CrmTables[T]]?: Settable<CrmTables[T][C]> };

export type CellValue = string | number | null;

/** Takes rows in any order of tables; rows of one table keep their order. */
export interface RowSink {
  add<T extends CrmTableName>(table: T, row: NewRow<T>): void;
}

interface Batch {
  readonly table: CrmTableName;
  readonly columns: readonly string[];
  readonly fallbacks: readonly CellValue[];
  readonly limitRows: number;
  readonly cells: CellValue[];
  readonly firstRow: number;
  rows: number;
  approxBytes: number;
}

/** The database refused a batch; nothing of the transaction is written. `firstRow` counts the table's rows from 0. */
export class BatchRefused extends Error {
  readonly table: CrmTableName;
  readonly firstRow: number;
  readonly rows: number;
  /** Whether a primary key came twice, in the batch or before. */
  readonly duplicateKey: boolean;

  constructor(table: CrmTableName, firstRow: number, rows: number, cause: unknown) {
    // The cause of a database carries values of the rows: it stays out of the message.
    super(`the database refused rows of ${table}`, { cause });
    this.name = 'BatchRefused';
    this.table = table;
    this.firstRow = firstRow;
    this.rows = rows;
    const code = (cause as { code?: unknown }).code;
    this.duplicateKey = code === 'ER_DUP_ENTRY' || (typeof code === 'string' && code.startsWith('SQLITE_CONSTRAINT_'));
  }
}

/** MySQL takes at most 65,535 values in a prepared statement; more rows at once gain nothing. */
const limitCells = 30_000;
const limitRows = 1_000;

/**
 * Writes rows in multi-row INSERTs, one statement in flight and at most a batch per table in memory. Throws `BatchRefused`. Call `relieve` now
 * and then between adds: it sends what is full while the caller makes the next rows; `finish` sends the rest.
 */
export class BulkInsert implements RowSink {
  readonly #kysely: Kysely<CrmTables>;
  readonly #dialect: SqlDialect;
  readonly #limitBytes: number;
  readonly #open = new Map<CrmTableName, Batch>();
  readonly #full: Batch[] = [];
  readonly #statements = new Map<string, string>();
  /** Rows of a table in the batches before the open one. */
  readonly #begun = new Map<CrmTableName, number>();
  #inFlight: Promise<unknown> = Promise.resolve();
  #rowsAdded = 0;

  /** `limitBytes` as `packetLimitOf` gives it. Hand over a transaction to write all or nothing. */
  constructor(kysely: Kysely<CrmTables>, dialect: SqlDialect, limitBytes: number) {
    this.#kysely = kysely;
    this.#dialect = dialect;
    this.#limitBytes = limitBytes;
  }

  get rowsAdded(): number {
    return this.#rowsAdded;
  }

  add<T extends CrmTableName>(table: T, row: NewRow<T>): void {
    const batch = this.#open.get(table) ?? this.#begin(table);
    const { columns, fallbacks, cells } = batch;
    const values = row as Readonly<Record<string, CellValue | undefined>>;
    let bytes = 0;
    for (let i = 0; i < columns.length; i += 1) {
      const value = values[columns[i]!] ?? fallbacks[i]!;
      cells.push(value);
      bytes += typeof value === 'string' ? value.length * 3 + 4 : 12;
    }
    batch.rows += 1;
    batch.approxBytes += bytes;
    this.#rowsAdded += 1;
    if (batch.rows >= batch.limitRows || batch.approxBytes >= this.#limitBytes) {
      this.#full.push(batch);
      this.#open.delete(table);
      this.#begun.set(table, batch.firstRow + batch.rows);
    }
  }

  /** Sends full batches. Returns while the last one is still on its way. */
  async relieve(): Promise<void> {
    for (let batch = this.#full.shift(); batch !== undefined; batch = this.#full.shift()) {
      await this.#inFlight;
      this.#inFlight = this.#send(batch);
      // Whoever waits for it next sees the error; until then it must not count as unhandled.
      this.#inFlight.catch(() => undefined);
    }
  }

  async finish(): Promise<void> {
    this.#full.push(...this.#open.values());
    this.#open.clear();
    await this.relieve();
    await this.#inFlight;
  }

  #begin(table: CrmTableName): Batch {
    const shape = crmSchema[table].columns;
    const columns = Object.keys(shape);
    const batch: Batch = {
      table,
      columns,
      fallbacks: Object.values(shape).map((column: { fallback?: string | number }) => column.fallback ?? null),
      limitRows: Math.min(limitRows, Math.floor(limitCells / columns.length)),
      cells: [],
      firstRow: this.#begun.get(table) ?? 0,
      rows: 0,
      approxBytes: 0,
    };
    this.#open.set(table, batch);
    return batch;
  }

  async #send(batch: Batch): Promise<void> {
    const query = this.#dialect === 'sqlite' ? this.#fromJson(batch) : this.#fromValues(batch);
    try {
      await this.#kysely.executeQuery(query);
    } catch (cause) {
      throw new BatchRefused(batch.table, batch.firstRow, batch.rows, cause);
    }
  }

  #fromValues({ table, columns, cells, rows }: Batch): CompiledQuery {
    const text = this.#statement(`${table} ${rows}`, () => {
      const row = `(${columns.map(() => '?').join(',')})`;
      return `insert into ${table} (${columns.join(',')}) values ${Array(rows).fill(row).join(',')}`;
    });
    return CompiledQuery.raw(text, cells);
  }

  /** A statement with thousands of places keeps megabytes outside the heap until it is collected; one with one does not. */
  #fromJson({ table, columns, cells, rows }: Batch): CompiledQuery {
    const text = this.#statement(table, () => {
      const values = columns.map((_, i) => `value ->> ${i}`).join(',');
      return `insert into ${table} (${columns.join(',')}) select ${values} from json_each(?)`;
    });
    const json = Array.from({ length: rows }, (_, i) => cells.slice(i * columns.length, (i + 1) * columns.length));
    return CompiledQuery.raw(text, [JSON.stringify(json)]);
  }

  #statement(key: string, make: () => string): string {
    const known = this.#statements.get(key) ?? make();
    this.#statements.set(key, known);
    return known;
  }
}

/** How large one statement may grow: well below the server's `max_allowed_packet`, and never over 4 MiB. */
export async function packetLimitOf(database: Database<CrmTables>): Promise<number> {
  const most = 4 * 1024 * 1024;
  if (database.dialect === 'sqlite') return most;
  const { rows } = await sql<{ bytes: number }>`select @@max_allowed_packet as bytes`.execute(database.kysely);
  return Math.min(most, Math.floor(Number(rows[0]?.bytes ?? most) / 4));
}
