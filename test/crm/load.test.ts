import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CsvProblem } from '../../src/crm/csv/problem.ts';
import { generateCompany } from '../../src/crm/demo/generate-company.ts';
import { demoCompanyIn, markDemoCompany } from '../../src/crm/demo/marker.ts';
import { loadCsv } from '../../src/crm/load.ts';
import { type CrmTableName, type CrmTables, crmMigrations, crmSchema } from '../../src/crm/schema.ts';
import type { Database } from '../../src/database/connect.ts';
import { migrate } from '../../src/database/migrate.ts';
import { Failure } from '../../src/failure.ts';
import { describeOnBoth } from '../database/databases.ts';

const quoted = (value: unknown): string => {
  if (value === null || value === undefined) return '';
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

async function rowsOf(database: Database<CrmTables>, table: CrmTableName): Promise<Record<string, unknown>[]> {
  const keys = sql.join(crmSchema[table].primaryKey.map((column) => sql.ref(column)));
  return (
    await sql<Record<string, unknown>>`select * from ${sql.table(table)} order by ${keys}`.execute(database.kysely)
  ).rows;
}

async function exportTo(
  directory: string,
  database: Database<CrmTables>,
  leaveOut: readonly CrmTableName[],
): Promise<void> {
  for (const table of Object.keys(crmSchema) as CrmTableName[]) {
    if (leaveOut.includes(table)) continue;
    // Another order than the table's, and a BOM on some: both are allowed.
    const columns = Object.keys(crmSchema[table].columns).reverse();
    const lines = (await rowsOf(database, table)).map((row) => columns.map((column) => quoted(row[column])).join(','));
    const bom = table === 'cm_customers' ? '\uFEFF' : '';
    await writeFile(join(directory, `${table}.csv`), `${bom}${[columns.join(','), ...lines].join('\r\n')}\r\n`);
  }
}

const header = 'customer_id,name,lifecycle,created_at';
const good = 'c1,宏达机械,active,2026-01-05 10:00:00';

describeOnBoth('loading CSV files', (_, open) => {
  let database: Awaited<ReturnType<typeof open<CrmTables>>>;
  let directory: string;

  const put = (name: string, content: string | Buffer) => writeFile(join(directory, name), content);
  const load = () => loadCsv(database, directory);
  const problem = async () => {
    const error = await load().then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(CsvProblem);
    const { file, line, column, kindly, message } = error as CsvProblem;
    expect(kindly).toContain('什么都没有写入');
    return { file, line, column, kindly, message };
  };

  beforeAll(async () => {
    database = await open<CrmTables>();
    await migrate(database, 'crm', crmMigrations(database.dialect));
  });
  afterAll(() => database.drop());
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'chenbao-load-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  describe('that are right', () => {
    it('brings back a whole company, the latest interactions included', async () => {
      const source = await open<CrmTables>();
      try {
        await migrate(source, 'crm', crmMigrations(source.dialect));
        await generateCompany(source, { seed: 'load', customers: 40, until: '2026-11-18' });
        await exportTo(directory, source, ['cm_customer_last_touch']);
        const { rows, lastTouchComputed } = await load();
        expect(lastTouchComputed).toBe(true);
        for (const table of Object.keys(crmSchema) as CrmTableName[]) {
          const had = (await rowsOf(source, table)).filter((row) => row.last_touch_at !== null);
          expect([table, await rowsOf(database, table)]).toEqual([table, had]);
          if (table !== 'cm_customer_last_touch') expect(rows[table]).toBe(had.length);
        }
      } finally {
        await source.drop();
      }
    });

    it('takes quotes, commas, line breaks, emoji, blank lines, dates as Excel writes them, and empty cells as NULL', async () => {
      await put(
        'cm_customers.csv',
        `created_at,customer_id,lifecycle,annual_budget,name,owner_user_id,first_deal_at\n2026/1/5 9:05,c1,active,12000.50,"宏达, ""老""\n机械 🏭",,\n\n2026-01-05,c2,pool,0,乙,u1,2026-02-01T08:00:00`,
      );
      await load();
      const rows = await rowsOf(database, 'cm_customers');
      expect(rows).toMatchObject([
        {
          customer_id: 'c1',
          name: '宏达, "老"\n机械 🏭',
          created_at: '2026-01-05 09:05:00',
          owner_user_id: null,
          is_deal: 0,
        },
        {
          customer_id: 'c2',
          created_at: '2026-01-05 00:00:00',
          owner_user_id: 'u1',
          first_deal_at: '2026-02-01 08:00:00',
        },
      ]);
      expect(Number(rows[0]!.annual_budget)).toBe(12000.5);
    });

    it('replaces only the tables that have a file', async () => {
      await put('cm_customers.csv', `${header}\n${good}\n`);
      await put('cm_products.csv', 'product_id,name\np1,云协同\n');
      await load();
      await rm(join(directory, 'cm_products.csv'));
      await put('cm_customers.csv', `${header}\n`);
      await load();
      expect(await rowsOf(database, 'cm_customers')).toEqual([]);
      expect(await rowsOf(database, 'cm_products')).toHaveLength(1);
    });

    it('tells ids that point to nothing with file, line and column, and loads all the same', async () => {
      await put('cm_users.csv', 'user_id,name\nu1,王磊\n');
      await put(
        'cm_customers.csv',
        `${header},owner_user_id\n${good},u1\nc2,乙,active,2026-01-05,\nc3,丙,active,2026-01-05,u8\nc4,丁,active,2026-01-05,u9\nc5,戊,active,2026-01-05,u9\n`,
      );
      const { rows, unknown } = await load();
      expect(rows.cm_customers).toBe(5);
      expect(unknown).toEqual([
        {
          file: 'cm_customers.csv',
          column: 'owner_user_id',
          target: 'cm_users',
          line: 4,
          rows: 3,
          distinct: 2,
          ids: ['u9', 'u8'],
        },
      ]);
    });

    it('is never mixed with the demo company: it replaces it as a whole or not at all', async () => {
      await sql`delete from cm_users`.execute(database.kysely);
      await sql`delete from cm_customers`.execute(database.kysely);
      await put('cm_customers.csv', `${header}\n${good}\n`);
      await load();
      await markDemoCompany(database, { until: null });
      await put('cm_customers.csv', `${header}\n${good.replace('c1', 'c2')}\n`);
      await put('cm_users.csv', 'user_id,name\nu1,王磊\n');
      await expect(load()).rejects.toMatchObject({ code: 'bad-input', kindly: expect.stringContaining('--replace') });
      expect((await rowsOf(database, 'cm_customers')).map((row) => row.customer_id)).toEqual(['c1']);
      await rm(join(directory, 'cm_customers.csv'));
      await loadCsv(database, directory, { replace: true });
      expect(await rowsOf(database, 'cm_customers')).toEqual([]);
      expect(await demoCompanyIn(database)).toBeNull();
    });

    it('keeps the latest interactions of an export that brings them', async () => {
      await put('cm_customers.csv', `${header}\n${good}\n`);
      await put('cm_customer_last_touch.csv', 'customer_id,last_touch_at\nc1,2026-03-01 09:00:00\n');
      expect((await load()).lastTouchComputed).toBe(false);
      expect(await rowsOf(database, 'cm_customer_last_touch')).toEqual([
        { customer_id: 'c1', last_touch_at: '2026-03-01 09:00:00' },
      ]);
    });
  });

  describe('that are wrong', () => {
    beforeEach(async () => {
      await sql`delete from cm_customers`.execute(database.kysely);
      await sql`insert into cm_customers (customer_id, name, lifecycle, created_at) values ('before', 'x', 'active', '2026-01-01 00:00:00')`.execute(
        database.kysely,
      );
    });
    afterEach(async () => {
      expect((await rowsOf(database, 'cm_customers')).map((row) => row.customer_id)).toEqual(['before']);
    });

    // What stands in the file → the line, the column and a part of what is said.
    it.each([
      ['an unknown column', `${header},nmae\n${good},x\n`, 1, 'nmae', '是不是 name'],
      ['a missing column', 'customer_id,name,created_at\nc1,甲,2026-01-05\n', 1, 'lifecycle', '必填'],
      ['a column twice', `${header},name\n${good},x\n`, 1, 'name', '两次'],
      ['no header', `${good}\n`, 1, '第 1 列', '没有这一列'],
      ['an empty file', '', 1, null, '文件是空的'],
      [
        'a wrong date',
        `${header}\n${good}\nc2,乙,active,2026-02-30 10:00:00\n`,
        3,
        'created_at',
        '2026-11-18 10:30:00',
      ],
      ['a wrong time', `${header}\nc2,乙,active,2026-02-20 25:00:00\n`, 2, 'created_at', '2026-11-18 10:30:00'],
      ['a wrong amount', `${header},annual_budget\n${good},"1,200"\n`, 2, 'annual_budget', '不带逗号'],
      ['three decimals', `${header},annual_budget\n${good},1.005\n`, 2, 'annual_budget', '12000.50'],
      ['a wrong whole number', `${header},is_industry_leader\n${good},1.5\n`, 2, 'is_industry_leader', '整数'],
      ['a wrong flag', `${header},is_deal\n${good},yes\n`, 2, 'is_deal', '0 或 1'],
      ['an unknown code', `${header}\nc2,乙,Active,2026-02-20\n`, 2, 'lifecycle', 'active、pool、locked'],
      ['a missing value', `${header}\nc2,,active,2026-02-20\n`, 2, 'name', '必填'],
      ['a missing key', `${header}\n ,乙,active,2026-02-20\n`, 2, 'customer_id', '必填'],
      ['a text too long', `${header}\nc2,${'长'.repeat(501)},active,2026-02-20\n`, 2, 'name', '最多 500 个字'],
      ['a half-written last line', `${header}\n${good}\nc2,乙,act`, 3, null, '可能没有写完整'],
      ['an open quote at the end', `${header}\n${good}\nc2,"乙,active`, 3, null, '引号没有收尾'],
      ['a stray quote', `${header}\nc2,"乙"丙,active,2026-02-20\n`, 2, null, '引号的位置不对'],
      ['too many cells', `${header}\n${good},x\n`, 2, null, '这一行有 5 列,表头有 4 列'],
      [
        'a line after a field of several lines',
        `${header}\nc1,"甲\n乙\n丙",active,2026-01-05\nc2,乙,x,2026-01-05\n`,
        5,
        'lifecycle',
        '只能填',
      ],
    ])('tells %s', async (_, content, line, column, said) => {
      await put('cm_customers.csv', content);
      const found = await problem();
      expect(found).toMatchObject({ file: 'cm_customers.csv', line, column });
      expect(found.kindly).toContain(said);
      expect(found.kindly).toContain('cm_customers.csv 第');
    });

    it('tells both lines of a key that comes twice, near and far', async () => {
      await put('cm_customers.csv', `${header}\n${good}\nc2,乙,active,2026-02-20\n${good}\n`);
      expect(await problem()).toMatchObject({
        line: 4,
        column: 'customer_id',
        kindly: expect.stringContaining('第 2 行已经有'),
      });
      const many = Array.from({ length: 3_000 }, (_, i) => `k${i},客户${i},active,2026-01-05`);
      await put('cm_customers.csv', `${header}\n${many.join('\n')}\nk7,再来,active,2026-01-05\n`);
      expect(await problem()).toMatchObject({ line: 3_002, kindly: expect.stringContaining('第 9 行已经有') });
    });

    it('tells where a file is not UTF-8', async () => {
      const gbk = Buffer.from([0xba, 0xea, 0xb4, 0xef]);
      await put(
        'cm_customers.csv',
        Buffer.concat([Buffer.from(`${header}\n${good}\nc2,`), gbk, Buffer.from(',active,2026-02-20\n')]),
      );
      expect(await problem()).toMatchObject({ line: 3, kindly: expect.stringContaining('UTF-8') });
      // A character cut in half at the end of the file.
      await put('cm_customers.csv', Buffer.from(`${header}\n${good}\nc2,乙`).subarray(0, -1));
      expect(await problem()).toMatchObject({ line: 3, kindly: expect.stringContaining('UTF-8') });
    });

    it('writes nothing of the good files when a later one is bad', async () => {
      await put('cm_customers.csv', `${header}\n${good}\n`);
      await put('cm_products.csv', 'product_id,is_active\np1,maybe\n');
      expect(await problem()).toMatchObject({ file: 'cm_products.csv', line: 2, column: 'is_active' });
    });

    it('refuses a file that is named after no table', async () => {
      await put('cm_customers.csv', `${header}\n${good}\n`);
      await put('cm_custmer.csv', 'a,b\n1,2\n');
      expect(await problem()).toMatchObject({
        file: 'cm_custmer.csv',
        kindly: expect.stringContaining('是不是 cm_customers'),
      });
    });

    it('refuses a directory that is missing or holds no CSV', async () => {
      await expect(load()).rejects.toBeInstanceOf(Failure);
      await expect(loadCsv(database, join(directory, 'missing'))).rejects.toMatchObject({ code: 'bad-input' });
    });

    it('never says the value that is wrong', async () => {
      await put('cm_customers.csv', `${header},mobile,is_deal\n${good},13800001234,秘密\n`);
      const { kindly, message } = await problem();
      expect(kindly + message).not.toMatch(/秘密|13800001234|宏达/);
    });
  });
});
