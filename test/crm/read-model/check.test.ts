import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { emptyCrm } from '../../../src/crm/demo/generate-company.ts';
import { checkReadModel } from '../../../src/crm/read-model/check.ts';
import type { CrmTables } from '../../../src/crm/schema.ts';
import { describeOnBoth } from '../../database/databases.ts';
import { company } from '../../fixtures/company.ts';

const today = '2026-11-18';

describeOnBoth('checking a read model', (_, open) => {
  let database: Awaited<ReturnType<typeof open<CrmTables>>>;
  const run = (text: string) => sql.raw(text).execute(database.kysely);
  const found = async () =>
    (await checkReadModel(database, today)).map(({ check, table, column, rows }) => ({ check, table, column, rows }));

  const sound = company({
    customers: [{}],
    contacts: [{}],
    leads: [{}],
    opportunities: [{ outcome: 'won' }],
    activities: [{}],
    contracts: [{ opportunity_id: 'o1' }],
    contract_lines: [{}],
    quotes: [{}],
    payments: [{}],
    payment_plans: [{}],
    products: [{}],
    campaigns: [{}],
    tickets: [{}],
    surveys: [{}],
    targets: [{}],
    customer_usage: [{}],
    capabilities: [{ entity: 'stage_events' }],
  });

  beforeAll(async () => {
    database = await open<CrmTables>();
  });
  afterAll(() => database.drop());
  beforeEach(() => sound.into(database));
  afterEach(() => emptyCrm(database));

  it('finds nothing in a sound one', async () => {
    expect(await checkReadModel(database, today)).toEqual([]);
  });

  it.each([
    [
      'an activity of nobody',
      "update cm_activities set customer_id = 'gone'",
      'orphan',
      'cm_activities',
      'customer_id',
    ],
    [
      'a customer of nobody',
      "update cm_customers set owner_user_id = 'gone'",
      'orphan',
      'cm_customers',
      'owner_user_id',
    ],
    [
      'a stage nobody knows',
      "update cm_opportunities set stage_id = 's77'",
      'unknown-stage',
      'cm_opportunities',
      'stage_id',
    ],
    [
      'a code nobody knows',
      "update cm_opportunities set outcome = 'Won'",
      'unknown-code',
      'cm_opportunities',
      'outcome',
    ],
    [
      'a follow-up tomorrow',
      "update cm_activities set occurred_at = '2026-11-19 08:00:00'",
      'future',
      'cm_activities',
      'occurred_at',
    ],
    ['a signature tomorrow', "update cm_contracts set signed_on = '2026-11-19'", 'future', 'cm_contracts', 'signed_on'],
    [
      'a deal won at no time',
      'update cm_opportunities set closed_at = null',
      'not-closed',
      'cm_opportunities',
      'closed_at',
    ],
    ['owners without a region', 'update cm_departments set region = null', 'no-region', 'cm_departments', 'region'],
  ])('finds %s', async (_, change, check, table, column) => {
    await run(change);
    expect(await found()).toContainEqual({ check, table, column, rows: 1 });
  });

  it('lets the end of today and plans ahead pass', async () => {
    await run("update cm_activities set occurred_at = '2026-11-18 23:59:59', next_at = '2027-01-01 09:00:00'");
    await run("update cm_contracts set ends_on = '2028-01-01'");
    expect(await found()).toEqual([]);
  });

  it('finds empty tables, and says nothing of what the CRM is known not to have', async () => {
    await run('delete from cm_tickets');
    await run('delete from cm_activities');
    const findings = await checkReadModel(database, today);
    expect(findings.map(({ table, severity }) => [table, severity])).toEqual([
      ['cm_activities', 'error'],
      ['cm_tickets', 'warning'],
    ]);
    await run("insert into cm_capabilities (entity, level) values ('tickets', 'none')");
    expect((await found()).map(({ table }) => table)).toEqual(['cm_activities']);
  });

  it('finds a key that a join doubles, in views as well', async () => {
    await run('alter table cm_customers rename to native_customers');
    await run('create view cm_customers as select * from native_customers union all select * from native_customers');
    try {
      expect(await found()).toEqual([
        { check: 'duplicate-key', table: 'cm_customers', column: 'customer_id', rows: 1 },
      ]);
    } finally {
      await run('drop view cm_customers');
      await run('alter table native_customers rename to cm_customers');
    }
  });

  it('finds missing tables and columns, and columns of another kind', async () => {
    const other = await open<CrmTables>();
    try {
      await sound.into(other);
      const change = (text: string) => sql.raw(text).execute(other.kysely);
      await change('drop table cm_surveys');
      await change('alter table cm_products drop column code');
      await change('alter table cm_contacts drop column is_primary');
      await change('alter table cm_contacts add column is_primary datetime');
      const findings = await checkReadModel(other, today);
      expect(findings.map(({ check, table, column }) => [check, table, column])).toEqual([
        ['wrong-kind', 'cm_contacts', 'is_primary'],
        ['missing-column', 'cm_products', 'code'],
        ['missing-table', 'cm_surveys', null],
      ]);
      for (const { line } of findings) expect(line).toMatch(/^[^\n]+。$/);
    } finally {
      await other.drop();
    }
  });
});
