import type { CompiledQuery } from 'kysely';
import type { Crm } from '../../src/crm/crm.ts';
import { scopedRows } from '../../src/crm/rows.ts';
import type { CrmTables } from '../../src/crm/schema.ts';
import type { Database } from '../../src/database/connect.ts';
import { bridgeOf } from '../../src/database/dialect.ts';

interface Step {
  readonly table: string | null;
  readonly type: string | null;
  readonly rows: string | number | null;
}

/** What a report asked, and the tables that it would read from end to end. */
export interface Watched {
  readonly crm: Crm;
  readonly queries: readonly string[];
  /** `cm_activities as t (25010 rows): select …`. */
  readonly walked: readonly string[];
}

/** Fewer rows are no table to speak of: people, stages, campaigns. */
const fewRows = 500;

/** A CRM that answers as usual and has every query explained first (MySQL and MariaDB). */
export function explained({ kysely }: Database<CrmTables>): Watched {
  const bridge = bridgeOf('mysql');
  const [queries, walked]: [string[], string[]] = [[], []];
  const crm: Crm = {
    get queriesRun() {
      return queries.length;
    },
    close: async () => undefined,
    read: async (scope, build) => {
      const query = build({ rows: scopedRows(scope, bridge), sql: bridge }).compile(kysely);
      queries.push(query.sql);
      const plan = await kysely.executeQuery({ ...query, sql: `explain ${query.sql}` } as CompiledQuery<Step>);
      for (const { table, type, rows } of plan.rows) {
        // ALL is the table, index the whole of an index, hash_ALL the table into a hash; `<derived2>` is a result, not a table.
        if (table === null || table.startsWith('<') || !/ALL|^index$|hash_index/.test(type ?? '')) continue;
        if (Number(rows) < fewRows) continue;
        walked.push(`${tablesCalled(table, query.sql)} as ${table} (${rows} rows): ${query.sql.slice(0, 200)}`);
      }
      return [...(await kysely.executeQuery(query)).rows];
    },
  };
  return { crm, queries, walked };
}

/** Tables that the query calls by an alias: `(select * from cm_x where …) as t`, `cm_x as t`. */
function tablesCalled(alias: string, text: string): string {
  const named = [...text.matchAll(/`?(cm_\w+)`?(?: where [^()]*(?:\([^()]*\)[^()]*)*\))? as `?(\w+)`?/g)];
  return [...new Set(named.filter((match) => match[2] === alias).map((match) => match[1]))].join('/') || alias;
}
