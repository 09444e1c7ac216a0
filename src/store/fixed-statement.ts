import { CompiledQuery, type Kysely, type QueryExecutorProvider, type RawBuilder } from 'kysely';

/** Runs a statement with the values of its `?`, in the order of the text; inside a transaction when given one. */
export type FixedStatement<Row> = (
  db: Pick<Kysely<unknown>, 'executeQuery'>,
  values: readonly unknown[],
) => Promise<{ readonly rows: readonly Row[]; readonly changed: number }>;

/**
 * A statement on the way of every message, its text built once: building it from nodes each time costs as much as
 * running it. Write `${null}` where a value goes.
 */
export function fixedStatement<Row = never>(
  kysely: QueryExecutorProvider,
  query: RawBuilder<unknown>,
): FixedStatement<Row> {
  const { sql: text } = query.compile(kysely);
  return async (db, values) => {
    const { rows, numAffectedRows } = await db.executeQuery<Row>(CompiledQuery.raw(text, [...values]));
    return { rows, changed: Number(numAffectedRows ?? 0n) };
  };
}

/** One statement for each number of rows, made when it is first wanted. */
export function memoised<Made>(make: (rows: number) => Made): (rows: number) => Made {
  const made = new Map<number, Made>();
  return (rows) => {
    const known = made.get(rows) ?? make(rows);
    made.set(rows, known);
    return known;
  };
}
