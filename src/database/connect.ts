import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { type CompiledQuery, Kysely, MysqlDialect, type MysqlPool, SqliteDialect, type SqliteStatement } from 'kysely';
import LibSql from 'libsql';
import { createPool } from 'mysql2';
import { Failure } from '../failure.ts';
import { type SqlDialect, textIds } from './dialect.ts';

/** A database in use: the company's CRM or the bot's own tables, on MySQL/MariaDB or embedded. */
export interface Database<Tables> {
  readonly kysely: Kysely<Tables>;
  readonly dialect: SqlDialect;
  close(): Promise<void>;
}

export interface ConnectOptions {
  /** The session itself refuses to write, besides the type and the account. */
  readonly readOnly?: boolean;
  /** A statement that runs longer is ended by the server (MySQL and MariaDB). */
  readonly statementTimeoutMs?: number;
  readonly poolSize?: number;
}

/** What one query of a report may gather in the server's memory: the customers of a large company, once. */
const gatheredBytes = 128 * 1024 * 1024;

/** Opens `mysql://…` or `sqlite:PATH` (`sqlite::memory:` for a passing one). */
export function connect<Tables>(url: string, options: ConnectOptions = {}): Database<Tables> {
  if (url.startsWith('mysql://')) return connectMysql(url, options);
  if (url.startsWith('sqlite:')) return connectEmbedded(url.slice('sqlite:'.length), options);
  throw new Failure(
    'misconfigured',
    'a database URL starts with mysql:// or sqlite:',
    '数据库地址的写法不对,请找管理员看一下。',
  );
}

function connectMysql<Tables>(url: string, options: ConnectOptions): Database<Tables> {
  const pool = createPool({
    uri: url,
    connectionLimit: options.poolSize ?? 10,
    charset: 'utf8mb4',
    // DATETIMEs are company wall clock and DECIMALs exact: neither may pass through a JavaScript Date or float.
    dateStrings: true,
    supportBigNumbers: true,
    connectTimeout: 5_000,
    waitForConnections: true,
    queueLimit: 1_000,
  });
  const kysely = new Kysely<Tables>({
    dialect: new MysqlDialect({
      pool: pool as unknown as MysqlPool,
      onCreateConnection: async (connection) => {
        const run = (text: string) => connection.executeQuery(statement(text));
        const answer = await run('select version() as version, @@collation_database as collation');
        const row = answer.rows[0] as { version: string; collation: string };
        // Comparing a view's column with a literal fails (error 1267) when the session's collation is not the schema's.
        if (/^utf8mb4_\w+$/.test(row.collation)) await run(`set names utf8mb4 collate ${row.collation}`);
        if (options.statementTimeoutMs !== undefined) {
          const limitMs = Math.trunc(options.statementTimeoutMs);
          await run(
            row.version.includes('MariaDB')
              ? `set session max_statement_time = ${limitMs / 1000}`
              : `set session max_execution_time = ${limitMs}`,
          );
        }
        // MariaDB keeps what a query gathers in memory up to 16 MB, then on disk, where a report takes three times as long.
        if (options.readOnly === true && row.version.includes('MariaDB'))
          await run(`set session tmp_memory_table_size = ${gatheredBytes}, max_heap_table_size = ${gatheredBytes}`);
        if (options.readOnly === true) await run('set session transaction read only');
      },
    }),
    plugins: [textIds],
  });
  return { kysely, dialect: 'mysql', close: () => kysely.destroy() };
}

const statement = (text: string): CompiledQuery =>
  ({
    sql: text,
    parameters: [],
    query: { kind: 'RawNode', sqlFragments: [text], parameters: [] },
    queryId: { queryId: text },
  }) as CompiledQuery;

const isFull = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'SQLITE_FULL';

/** libsql ends the whole process on a bound boolean or object; nothing but these reaches it. */
function bindable(value: unknown): null | number | string | bigint | Buffer {
  if (value === undefined || value === null) return null;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'number' || typeof value === 'string' || typeof value === 'bigint' || Buffer.isBuffer(value))
    return value;
  throw new TypeError(`cannot bind a value of type ${typeof value}`);
}

function connectEmbedded<Tables>(path: string, options: ConnectOptions): Database<Tables> {
  if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true });
  const raw = new LibSql(path, { timeout: 5_000 });
  raw.exec('pragma journal_mode = wal; pragma synchronous = normal; pragma foreign_keys = on');
  // 40 MB of log between two copies into the file: at the default of 4 MB a third of an insert's time goes into the copying.
  raw.exec('pragma wal_autocheckpoint = 10000');
  if (options.readOnly === true) raw.exec('pragma query_only = on');
  /** Where the disk has no room even for this, the log stays as it is. */
  const copyLog = (how: 'passive' | 'truncate'): void => {
    try {
      raw.exec(`pragma wal_checkpoint(${how})`);
    } catch (error) {
      if (!isFull(error)) throw error;
    }
  };
  const statements = keptStatements((text) => {
    const prepared = raw.prepare(text);
    return {
      reader: prepared.reader,
      all: (parameters) => prepared.all(parameters.map(bindable)) as unknown[],
      run: (parameters) => {
        try {
          const { changes, lastInsertRowid } = prepared.run(parameters.map(bindable));
          return { changes, lastInsertRowid };
        } catch (error) {
          // It may be full of the log: what that repeats of pages that the file has already takes no room there.
          if (isFull(error) && !raw.inTransaction) copyLog('truncate');
          throw error;
        }
      },
      iterate: (parameters) => prepared.iterate(parameters.map(bindable)) as IterableIterator<unknown>,
    };
  });
  const kysely = new Kysely<Tables>({
    dialect: new SqliteDialect({
      database: {
        close: () => {
          statements.forget();
          // A stopped bot's file holds everything, without its log beside it.
          if (options.readOnly !== true) copyLog('passive');
          raw.close();
        },
        prepare: statements.prepare,
      },
    }),
  });
  return { kysely, dialect: 'sqlite', close: () => kysely.destroy() };
}

/** Texts beyond this are long lists of rows or ids, hardly ever said twice in the same length. */
const longestKeptText = 8_000;
const mostKept = 200;

/**
 * Prepared statements by their text, the least recently used forgotten first: preparing the bot's short statements costs
 * more than running them. Kysely runs one statement at a time on the embedded connection, so that none is in use twice.
 */
function keptStatements(prepare: (text: string) => SqliteStatement): {
  prepare(text: string): SqliteStatement;
  forget(): void;
} {
  const kept = new Map<string, SqliteStatement>();
  return {
    prepare: (text) => {
      if (text.length > longestKeptText) return prepare(text);
      const statement = kept.get(text) ?? prepare(text);
      kept.delete(text);
      kept.set(text, statement);
      const oldest = kept.size > mostKept ? kept.keys().next() : null;
      if (oldest?.done === false) kept.delete(oldest.value);
      return statement;
    },
    forget: () => kept.clear(),
  };
}
