import type { RawBuilder } from 'kysely';
import { type ConnectOptions, connect, type Database } from '../database/connect.ts';
import { bridgeOf, type SqlBridge } from '../database/dialect.ts';
import { Failure } from '../failure.ts';
import { type ScopedRows, scopedRows } from './rows.ts';
import type { CrmTables } from './schema.ts';
import type { Scope } from './scope.ts';

/** What a query is built from: rows within one scope, and the expressions in which the databases differ. */
export interface QueryParts {
  readonly rows: ScopedRows;
  readonly sql: SqlBridge;
}

/** The company's CRM as the reports see it: read only, and only ever within a scope. */
export interface Crm {
  /**
   * Runs one query within a scope. Every table in it comes from `parts.rows`, every value is a parameter.
   * Throws `unavailable` when the database does not answer or the statement ran over its time.
   */
  read<Row>(scope: Scope, build: (parts: QueryParts) => RawBuilder<Row>): Promise<Row[]>;
  /** How many queries have run, for the tests that count them. */
  readonly queriesRun: number;
  close(): Promise<void>;
}

export function openCrm(url: string, options: ConnectOptions = {}): Crm & { readonly database: Database<CrmTables> } {
  const database = connect<CrmTables>(url, { statementTimeoutMs: 30_000, ...options, readOnly: true });
  // A spread would freeze the count of queries at its first value.
  return Object.assign(crmOver(database), { database });
}

export function crmOver(database: Database<CrmTables>): Crm {
  const bridge = bridgeOf(database.dialect);
  let queriesRun = 0;
  return {
    read: async <Row>(scope: Scope, build: (parts: QueryParts) => RawBuilder<Row>) => {
      queriesRun += 1;
      try {
        const { rows } = await build({ rows: scopedRows(scope, bridge), sql: bridge }).execute(database.kysely);
        return rows;
      } catch (cause) {
        throw new Failure(
          'unavailable',
          'a CRM query failed',
          'CRM 数据库现在没有答复,请过几分钟再试;一直这样请找管理员。',
          cause,
        );
      }
    },
    get queriesRun() {
      return queriesRun;
    },
    close: () => database.close(),
  };
}
