import { sql } from 'kysely';
import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answer } from '../../../src/answer.ts';
import { readConfig } from '../../../src/config.ts';
import { checkReadModel } from '../../../src/crm/read-model/check.ts';
import { installMapping, mappingNames } from '../../../src/crm/read-model/install.ts';
import { refreshReadModel } from '../../../src/crm/read-model/refresh.ts';
import { type CrmTables, crmMigrations, crmSchema } from '../../../src/crm/schema.ts';
import { connect } from '../../../src/database/connect.ts';
import { migrate } from '../../../src/database/migrate.ts';
import { Failure } from '../../../src/failure.ts';
import { openHouse } from '../../../src/house.ts';
import { createLog } from '../../../src/log.ts';
import { createInProcessState } from '../../../src/store/in-process-state.ts';
import { dialects, ownMysqlSchema } from '../../database/databases.ts';
import { wukongRows, wukongTables } from './wukong11-java.ts';

const nowMs = Date.parse('2026-11-18T10:30:00+08:00');

type OwnSchema = Awaited<ReturnType<typeof ownMysqlSchema>>;
const nameOf = (schema: OwnSchema): string => new URL(schema.url).pathname.slice(1);

describe.skipIf(!dialects.includes('mysql'))('the mapping of Wukong 11', () => {
  let source: OwnSchema;
  let views: OwnSchema;

  beforeAll(async () => {
    [source, views] = await Promise.all([ownMysqlSchema(), ownMysqlSchema()]);
    const crm = await createConnection({ uri: source.url, multipleStatements: true });
    // Not the collation of the server, nor of the tables that the bot makes itself: views must follow the CRM's.
    await crm.query(`alter database ${nameOf(source)} collate utf8mb4_unicode_ci`);
    await crm.query(wukongTables);
    await crm.query(wukongRows);
    await crm.end();
  });
  afterAll(async () => {
    await source.drop();
    await views.drop();
  });

  const install = () =>
    installMapping(source.url, { mapping: 'wukong11-java', source: nameOf(source), into: nameOf(views) });

  it('makes every table of the read model, in the collation of the CRM, and can be repeated', async () => {
    const first = await install();
    expect([...first.views].sort()).toEqual(Object.keys(crmSchema).sort());
    expect(first.collation).toBe('utf8mb4_unicode_ci');
    expect(await install()).toEqual(first);
  });

  it('has exactly the columns that the reports know', async () => {
    const database = connect<CrmTables>(views.url);
    const tables = await database.kysely.introspection.getTables();
    await database.close();
    for (const [name, shape] of Object.entries(crmSchema)) {
      const columns = tables.find((table) => table.name === name)?.columns.map((column) => column.name) ?? [];
      expect([name, ...columns.sort()]).toEqual([name, ...Object.keys(shape.columns).sort()]);
    }
  });

  it('passes the check but for what this CRM does not record', async () => {
    const database = connect<CrmTables>(views.url, { readOnly: true });
    const findings = await checkReadModel(database, '2026-11-18');
    await database.close();
    expect(findings.filter((finding) => finding.severity === 'error')).toEqual([]);
    expect(findings.map((finding) => finding.check)).toEqual(['no-region']);
  });

  it('turns the rows as the CRM means them', async () => {
    const { kysely, close } = connect<CrmTables>(views.url, { readOnly: true });
    const customers = await kysely.selectFrom('cm_customers').selectAll().orderBy('customer_id').execute();
    expect(customers.map((row) => [row.customer_id, row.industry, row.city, row.lifecycle])).toEqual([
      ['101', '制造业', '上海市', 'active'],
      ['102', '软件', null, 'active'],
      ['103', null, null, 'pool'],
    ]);
    const deals = await kysely.selectFrom('cm_opportunities').selectAll().orderBy('opportunity_id').execute();
    expect(deals.map((row) => [row.opportunity_id, row.outcome, row.stage_id, row.closed_at])).toEqual([
      ['401', 'won', '-5', '2026-11-10 09:30:00'],
      ['402', 'lost', '52', '2026-11-12 09:30:00'],
      ['403', 'open', '51', null],
    ]);
    // The converted lead's own follow-up is a copy, the automatic rows are none, the deleted one is gone.
    const activities = await kysely.selectFrom('cm_activities').select('activity_id').orderBy('activity_id').execute();
    expect(activities.map((row) => row.activity_id)).toEqual(['a1', 'p1']);
    const contracts = await kysely.selectFrom('cm_contracts').select(['contract_id', 'status']).execute();
    expect(contracts).toEqual([
      { contract_id: '501', status: 'effective' },
      { contract_id: '502', status: 'draft' },
    ]);
    const targets = await kysely.selectFrom('cm_targets').selectAll().where(sql<boolean>`amount > 0`).execute();
    expect(targets).toMatchObject([{ scope: 'company', metric: 'contract_amount', month: '2026-11-01' }]);
    await close();
  });

  async function ask(url: string, text: string) {
    const config = readConfig({ CRM_DATABASE_URL: url });
    const business = { ...config.business, roles: { 陈志远: 'director' as const } };
    const house = openHouse(
      { ...config, business },
      { state: createInProcessState(), charts: null, log: createLog('silent') },
    );
    try {
      return await answer(house, { platform: 'simulator', account: '14773', groupId: null, text, nowMs });
    } finally {
      await house.close();
    }
  }

  it('answers a question over the views', async () => {
    const sales = await ask(views.url, '业绩 本月');
    expect(sales.reply.status).toBe('answered');
    expect(sales.figures.find((figure) => figure.unit === 'fen')?.value).toBe(12_000_050);
    const funnel = await ask(views.url, '漏斗 本月');
    expect(funnel.reply.status).toBe('answered');
    const words = JSON.stringify(funnel.figures);
    for (const stage of ['验证客户', '需求分析', '方案/报价', '成交']) expect(words).toContain(stage);
  });

  it('copies into tables of its own with the same answer, and keeps the open deals of the day', async () => {
    const own = await ownMysqlSchema();
    const database = connect<CrmTables>(own.url);
    try {
      await migrate(database, 'crm', crmMigrations(database.dialect));
      for (const _again of [1, 2]) {
        const rows = await refreshReadModel(database, nameOf(views), '2026-11-18');
        expect(rows).toMatchObject({ cm_customers: 3, cm_opportunities: 3, cm_contracts: 2 });
      }
      const daily = await database.kysely.selectFrom('cm_opportunity_daily').selectAll().execute();
      expect(daily).toMatchObject([{ day: '2026-11-18', opportunity_id: '403', stage_id: '51' }]);
      expect((await ask(own.url, '业绩 本月')).figures).toEqual((await ask(views.url, '业绩 本月')).figures);
    } finally {
      await database.close();
      await own.drop();
    }
  });

  it('changes nothing when a key comes twice', async () => {
    const own = await ownMysqlSchema();
    const database = connect<CrmTables>(own.url);
    const crm = await createConnection({ uri: source.url });
    try {
      await migrate(database, 'crm', crmMigrations(database.dialect));
      await refreshReadModel(database, nameOf(views), '2026-11-18');
      await crm.query("insert into wk_crm_customer_data (field_id, value, batch_id) values (11, '又一个行业', 'b101')");
      await expect(refreshReadModel(database, nameOf(views), '2026-11-19')).rejects.toMatchObject({
        kindly: expect.stringContaining('cm_customers'),
      });
      const { n } = await database.kysely
        .selectFrom('cm_customers')
        .select((eb) => eb.fn.countAll<number>().as('n'))
        .executeTakeFirstOrThrow();
      expect(Number(n)).toBe(3);
    } finally {
      await crm.query("delete from wk_crm_customer_data where value = '又一个行业'");
      await crm.end();
      await database.close();
      await own.drop();
    }
  });

  it('says what is missing', async () => {
    const into = nameOf(views);
    const kindly = async (work: Promise<unknown>): Promise<string> =>
      work.then(
        () => '',
        (error: unknown) => (error instanceof Failure ? error.kindly : String(error)),
      );
    const wukong = { mapping: 'wukong11-java', into };
    expect(await kindly(installMapping(source.url, { ...wukong, mapping: 'sap', source: 'x' }))).toContain('sap');
    expect(await kindly(installMapping(source.url, { ...wukong, source: 'nowhere_at_all' }))).toContain('没有表');
    expect(await kindly(installMapping(source.url, { ...wukong, source: 'a`; drop' }))).toContain('库名');
    expect(await kindly(installMapping(source.url, { ...wukong, source: into }))).toContain('单独的库');
    const other = await ownMysqlSchema();
    const crm = await createConnection({ uri: other.url });
    await crm.query('create table wk_admin_dept (dept_id int primary key, name varchar(20))');
    await crm.end();
    expect(await kindly(installMapping(source.url, { ...wukong, source: nameOf(other) }))).toMatch(
      /cm_departments.*缺列/,
    );
    await other.drop();
  });
});

it('ships mappings', () => expect(mappingNames()).toContain('wukong11-java'));
