import { type RawBuilder, sql } from 'kysely';
import { expect, it } from 'vitest';
import { bridgeOf, countIf } from '../../src/database/dialect.ts';
import { createTable, id, money, table, time } from '../../src/database/table.ts';
import { describeOnBoth } from './databases.ts';

const shape = table({ row_id: id.must, amount: money, at: time, until: time }, { primaryKey: ['row_id'] });

describeOnBoth('the expressions that differ', (dialect, open) => {
  it('give the same values', async () => {
    const database = await open<Record<string, never>>();
    const b = bridgeOf(dialect);
    const db = database.kysely;
    await createTable(db as never, dialect, 'facts', shape);
    const facts: [string, string | null, string, string][] = [
      ['1', '0.10', '2026-03-01 00:00:00', '2026-03-01 00:00:59'],
      ['2', '0.20', '2026-11-22 23:59:59', '2026-11-23 00:00:00'],
      ['3', '1234567890123.45', '2024-02-29 12:30:00', '2024-03-01 12:30:00'],
      ['4', '-0.29', '2026-01-01 08:00:00', '2025-12-31 08:00:00'],
      ['5', null, '2026-11-16 09:00:00', '2026-11-18 08:00:00'],
    ];
    for (const [rowId, amount, at, until] of facts) {
      await sql`insert into facts (row_id, amount, at, until) values (${rowId}, ${amount}, ${at}, ${until})`.execute(
        db,
      );
    }
    const all = async <T>(expression: RawBuilder<T>): Promise<T[]> =>
      (await sql<{ v: T }>`select ${expression} as v from facts order by row_id`.execute(db)).rows.map((row) => row.v);
    const one = async <T>(expression: RawBuilder<T>): Promise<T | undefined> =>
      (await sql<{ v: T }>`select ${expression} as v from facts`.execute(db)).rows[0]?.v;

    expect(await all(b.fen(sql`amount`))).toEqual([10, 20, 123456789012345, -29, null]);
    expect(await one(b.sumFen(sql`amount`))).toBe(123456789012346);
    expect(await all(b.day(sql`at`))).toEqual(['2026-03-01', '2026-11-22', '2024-02-29', '2026-01-01', '2026-11-16']);
    expect(await all(b.month(sql`at`))).toEqual(['2026-03', '2026-11', '2024-02', '2026-01', '2026-11']);
    // A Sunday belongs to the week that began six days before; a Monday to its own.
    expect(await all(b.week(sql`at`))).toEqual(['2026-02-23', '2026-11-16', '2024-02-26', '2025-12-29', '2026-11-16']);
    expect(await all(b.hour(sql`at`))).toEqual([0, 23, 12, 8, 9]);
    expect(await all(b.days(sql`at`, sql`until`))).toEqual([0, 1, 1, -1, 2]);
    expect(await all(b.seconds(sql`at`, sql`until`))).toEqual([59, 1, 86400, -86400, 169200]);
    expect(await one(countIf(sql`amount > 0`))).toBe(3);
    expect(await one(b.sumOf(sql`case when amount > 0 then 1 else 0 end`))).toBe(3);
    expect(await all(b.concat(sql`row_id`, sql`'-'`, sql`row_id`))).toEqual(['1-1', '2-2', '3-3', '4-4', '5-5']);
    await database.drop();
  });
});
