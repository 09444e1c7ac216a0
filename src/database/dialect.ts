import { type KyselyPlugin, type RawBuilder, sql, type UnknownRow } from 'kysely';

export type SqlDialect = 'mysql' | 'sqlite';

/** A SQL expression or column reference. */
export type Expr = RawBuilder<unknown>;

/**
 * The few expressions that MySQL/MariaDB and SQLite write differently. Everything else in a query is one text for both;
 * all of these give the same values on both (test/database/dialect.test.ts).
 */
export interface SqlBridge {
  /** Integer fen of a DECIMAL amount in yuan; turned before it is summed, so that both databases agree to the fen. */
  fen(amount: Expr): RawBuilder<number>;
  /** Sum of amounts as integer fen; 0 over no rows. */
  sumFen(amount: Expr): RawBuilder<number>;
  /** Sum of an integer expression; 0 over no rows. */
  sumOf(value: Expr): RawBuilder<number>;
  /** `YYYY-MM-DD` of a DATE or DATETIME. */
  day(at: Expr): RawBuilder<string>;
  /** `YYYY-MM`. */
  month(at: Expr): RawBuilder<string>;
  /** The Monday of its week, `YYYY-MM-DD`. */
  week(at: Expr): RawBuilder<string>;
  /** 0-23. */
  hour(at: Expr): RawBuilder<number>;
  /** Whole calendar days from one DATE/DATETIME to another. */
  days(from: Expr, to: Expr): RawBuilder<number>;
  /** Seconds from one DATETIME to another. */
  seconds(from: Expr, to: Expr): RawBuilder<number>;
  /** `a` followed by `b`. */
  concat(...parts: Expr[]): RawBuilder<string>;
  /** Milliseconds since 1970-01-01 UTC by the database's own clock: what instances with different clocks agree on. */
  nowMs(): RawBuilder<number>;
}

const mysql: SqlBridge = {
  fen: (amount) => sql<number>`cast(round(${amount} * 100) as signed)`,
  sumFen: (amount) => sql<number>`cast(coalesce(sum(cast(round(${amount} * 100) as signed)), 0) as signed)`,
  sumOf: (value) => sql<number>`cast(coalesce(sum(${value}), 0) as signed)`,
  day: (at) => sql<string>`date_format(${at}, '%Y-%m-%d')`,
  month: (at) => sql<string>`date_format(${at}, '%Y-%m')`,
  week: (at) => sql<string>`date_format(date_sub(${at}, interval weekday(${at}) day), '%Y-%m-%d')`,
  hour: (at) => sql<number>`hour(${at})`,
  days: (from, to) => sql<number>`datediff(${to}, ${from})`,
  seconds: (from, to) => sql<number>`timestampdiff(second, ${from}, ${to})`,
  concat: (...parts) => sql<string>`concat(${sql.join(parts)})`,
  nowMs: () => sql<number>`(timestampdiff(microsecond, '1970-01-01 00:00:00', utc_timestamp(3)) div 1000)`,
};

const sqlite: SqlBridge = {
  fen: (amount) => sql<number>`cast(round(${amount} * 100) as integer)`,
  sumFen: (amount) => sql<number>`coalesce(sum(cast(round(${amount} * 100) as integer)), 0)`,
  sumOf: (value) => sql<number>`cast(coalesce(sum(${value}), 0) as integer)`,
  day: (at) => sql<string>`substr(${at}, 1, 10)`,
  month: (at) => sql<string>`substr(${at}, 1, 7)`,
  week: (at) => sql<string>`date(${at}, 'weekday 0', '-6 days')`,
  hour: (at) => sql<number>`cast(substr(${at}, 12, 2) as integer)`,
  days: (from, to) => sql<number>`cast(julianday(date(${to})) - julianday(date(${from})) as integer)`,
  seconds: (from, to) =>
    sql<number>`(cast(strftime('%s', ${to}) as integer) - cast(strftime('%s', ${from}) as integer))`,
  concat: (...parts) => sql<string>`(${sql.join(parts, sql` || `)})`,
  nowMs: () => sql<number>`cast(unixepoch('subsec') * 1000 as integer)`,
};

export const bridgeOf = (dialect: SqlDialect): SqlBridge => (dialect === 'mysql' ? mysql : sqlite);

/** Counts the rows for which a condition holds; an integer on both databases, which SUM of a condition is not. */
export const countIf = (condition: Expr): RawBuilder<number> => sql<number>`count(case when ${condition} then 1 end)`;

/** Distinct values of an expression where a condition holds. */
export const countDistinctIf = (value: Expr, condition: Expr): RawBuilder<number> =>
  sql<number>`count(distinct case when ${condition} then ${value} end)`;

/** Mapping views keep the CRM's native keys (INT, 19-digit BIGINT); in the program an id is text, always. */
export const textIds: KyselyPlugin = {
  transformQuery: ({ node }) => node,
  transformResult: async ({ result }) => {
    const first = result.rows[0];
    if (first === undefined) return result;
    const ids = Object.keys(first).filter((name) => name.endsWith('_id'));
    if (ids.length === 0) return result;
    const rows = result.rows.map((row): UnknownRow => {
      let copy: UnknownRow | null = null;
      for (const id of ids) {
        if (typeof row[id] === 'number' || typeof row[id] === 'bigint') {
          copy ??= { ...row };
          copy[id] = String(row[id]);
        }
      }
      return copy ?? row;
    });
    return { ...result, rows };
  },
};
