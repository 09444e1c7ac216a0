import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, describe, expect, it } from 'vitest';
import { connect } from '../../src/database/connect.ts';

const folder = mkdtempSync(join(tmpdir(), 'chenbao-statements-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('statements that the embedded database keeps prepared', () => {
  it('follow a table that another connection changes', async () => {
    const url = `sqlite:${join(folder, 'changing.sqlite')}`;
    const [one, other] = [connect(url), connect(url)];
    await sql`create table seen (name text unique)`.execute(one.kysely);
    const add = (name: string) => sql`insert into seen (name) values (${name})`.execute(one.kysely);
    const all = async () => (await sql`select * from seen order by name`.execute(one.kysely)).rows;
    await add('甲');
    expect(await all()).toEqual([{ name: '甲' }]);
    await sql`alter table seen add column age integer`.execute(other.kysely);
    expect(await all()).toEqual([{ name: '甲', age: null }]);
    await sql`drop table seen`.execute(other.kysely);
    await sql`create table seen (name text unique)`.execute(other.kysely);
    await add('乙');
    expect(await all()).toEqual([{ name: '乙' }]);
    await one.close();
    await other.close();
  });

  it('serve again after one of them failed', async () => {
    const { kysely, close } = connect(`sqlite:${join(folder, 'failing.sqlite')}`);
    await sql`create table seen (name text unique)`.execute(kysely);
    const add = (name: string) => sql`insert into seen (name) values (${name})`.execute(kysely);
    await add('甲');
    await expect(add('甲')).rejects.toThrow(/UNIQUE/);
    await add('乙');
    expect((await sql`select * from seen`.execute(kysely)).rows).toHaveLength(2);
    await close();
  });

  it('give each asker its own rows, more texts than are kept', async () => {
    const { kysely, close } = connect('sqlite::memory:');
    for (const round of [1, 2]) {
      for (let number = 0; number < 300; number += 1) {
        const { rows } = await sql<{ sum: number }>`select ${sql.lit(number)} + ${round} as sum`.execute(kysely);
        expect(rows).toEqual([{ sum: number + round }]);
      }
    }
    await close();
  });
});
