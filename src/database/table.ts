import { type CreateTableBuilder, type Kysely, type RawBuilder, sql } from 'kysely';
import type { SqlDialect } from './dialect.ts';

/** What a column holds. `day` is DATE, `time` company wall-clock DATETIME, `money` DECIMAL yuan, `blob` up to 16 MiB. */
export type ColumnKind =
  | 'id'
  | 'text'
  | 'long-text'
  | 'day'
  | 'time'
  | 'money'
  | 'decimal'
  | 'integer'
  | 'bigint'
  | 'flag'
  | 'blob';

export interface Column<K extends ColumnKind = ColumnKind, R extends boolean = boolean> {
  readonly kind: K;
  readonly required: R;
  readonly length: number;
  readonly fallback?: string | number;
}

export interface Table<C extends Record<string, Column> = Record<string, Column>> {
  readonly columns: C;
  readonly primaryKey: readonly string[];
  /** Index name → columns. */
  readonly indexes: Readonly<Record<string, readonly string[]>>;
  readonly unique: Readonly<Record<string, readonly string[]>>;
}

const column = <K extends ColumnKind>(kind: K, length = 0): Column<K, false> => ({ kind, required: false, length });
const required = <K extends ColumnKind>(kind: K, length = 0): Column<K, true> => ({ kind, required: true, length });

/** Column builders; `.must` is NOT NULL. */
export const id = Object.assign(column('id', 64), {
  must: required('id', 64),
  long: column('id', 140),
  longMust: required('id', 140),
});
export const text = (length: number) => Object.assign(column('text', length), { must: required('text', length) });
export const longText = Object.assign(column('long-text'), { must: required('long-text') });
export const day = Object.assign(column('day'), { must: required('day') });
export const time = Object.assign(column('time'), { must: required('time') });
export const money = Object.assign(column('money'), { must: required('money') });
export const decimal = Object.assign(column('decimal'), { must: required('decimal') });
export const integer = Object.assign(column('integer'), { must: required('integer') });
export const bigint = Object.assign(column('bigint'), { must: required('bigint') });
export const blob = Object.assign(column('blob'), { must: required('blob') });
export const flag = (fallback: 0 | 1) => ({ ...required('flag'), fallback });

export function table<C extends Record<string, Column>>(
  columns: C,
  keys: {
    primaryKey: readonly (keyof C & string)[];
    indexes?: Readonly<Record<string, readonly (keyof C & string)[]>>;
    unique?: Readonly<Record<string, readonly (keyof C & string)[]>>;
  },
): Table<C> {
  return { columns, primaryKey: keys.primaryKey, indexes: keys.indexes ?? {}, unique: keys.unique ?? {} };
}

/** A DECIMAL as the driver gives it: no arithmetic in the program, `SqlBridge.fen` in SQL. */
export type Decimal = string & { readonly decimal: unique symbol };

interface TypeOf {
  id: string;
  text: string;
  'long-text': string;
  day: string;
  time: string;
  money: Decimal;
  decimal: Decimal;
  integer: number;
  bigint: number;
  flag: number;
  blob: Buffer;
}

type Optional<C extends Record<string, Column>> = {
  [N in keyof C]: C[N] extends Column<ColumnKind, true> ? TypeOf[C[N]['kind']] : TypeOf[C[N]['kind']] | null;
};

/** The row type of a table: what a select gives. */
export type RowOf<T> = T extends Table<infer C> ? Optional<C> : never;

const sqlTypes: Record<ColumnKind, (length: number) => string> = {
  id: (length) => `varchar(${length})`,
  text: (length) => `varchar(${length})`,
  'long-text': () => 'mediumtext',
  day: () => 'date',
  time: () => 'datetime',
  money: () => 'decimal(20, 2)',
  decimal: () => 'decimal(20, 4)',
  integer: () => 'integer',
  bigint: () => 'bigint',
  flag: () => 'tinyint',
  blob: () => 'mediumblob',
};

/** Creates a table with its keys and indexes on either database. */
export async function createTable(db: Kysely<unknown>, dialect: SqlDialect, name: string, shape: Table): Promise<void> {
  let builder: CreateTableBuilder<string, string> = db.schema.createTable(name);
  for (const [columnName, { kind, required: must, length, fallback }] of Object.entries(shape.columns)) {
    builder = builder.addColumn(
      columnName,
      sql.raw(kind === 'blob' && dialect === 'sqlite' ? 'blob' : sqlTypes[kind](length)),
      (c) => {
        const withNull = must ? c.notNull() : c;
        return fallback === undefined ? withNull : withNull.defaultTo(fallback);
      },
    );
  }
  builder = builder.addPrimaryKeyConstraint(`pk_${name}`, [...shape.primaryKey]);
  if (dialect === 'mysql') builder = builder.modifyEnd(sql`default charset utf8mb4 collate utf8mb4_bin`);
  await builder.execute();
  const indexes = [
    ...Object.entries(shape.indexes).map(([suffix, columns]) => ({ suffix, columns, kind: sql`index` })),
    ...Object.entries(shape.unique).map(([suffix, columns]) => ({ suffix, columns, kind: sql`unique index` })),
  ].map(({ suffix, columns, kind }) => ({
    kind,
    name: sql.ref(`${name}_${suffix}`),
    parts: sql.join(columns.map((column) => indexPart(shape, dialect, column))),
  }));
  if (indexes.length === 0) return;
  if (dialect === 'mysql') {
    // One statement: each DDL of MySQL is a transaction of its own.
    const adds = indexes.map(({ kind, name: index, parts }) => sql`add ${kind} ${index} (${parts})`);
    await sql`alter table ${sql.table(name)} ${sql.join(adds)}`.execute(db);
    return;
  }
  for (const { kind, name: index, parts } of indexes) {
    await sql`create ${kind} ${index} on ${sql.table(name)} (${parts})`.execute(db);
  }
}

/** MySQL keys end at 3,072 bytes: a long text is indexed by its first 64 characters. */
function indexPart(shape: Table, dialect: SqlDialect, column: string): RawBuilder<unknown> {
  const long = dialect === 'mysql' && (shape.columns[column]?.length ?? 0) > 255;
  return long ? sql`${sql.ref(column)}(64)` : sql`${sql.ref(column)}`;
}
