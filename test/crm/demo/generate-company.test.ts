import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Day } from '../../../src/calendar/day.ts';
import { generateCompany } from '../../../src/crm/demo/generate-company.ts';
import { readDirectory } from '../../../src/crm/directory.ts';
import { recomputeLastTouch } from '../../../src/crm/last-touch.ts';
import { checkReadModel } from '../../../src/crm/read-model/check.ts';
import { type CrmTableName, type CrmTables, crmMigrations, crmSchema } from '../../../src/crm/schema.ts';
import type { Database } from '../../../src/database/connect.ts';
import { bridgeOf } from '../../../src/database/dialect.ts';
import { migrate } from '../../../src/database/migrate.ts';
import { describeOnBoth, dialects, openEmpty } from '../../database/databases.ts';

const until: Day = '2026-11-18';

async function generated(
  database: Database<CrmTables>,
  options: { seed?: string; customers?: number; activities?: number } = {},
) {
  await migrate(database, 'crm', crmMigrations(database.dialect));
  return generateCompany(database, { seed: 'demo', customers: 300, until, ...options });
}

async function rowsOf(database: Database<CrmTables>, table: CrmTableName): Promise<Record<string, unknown>[]> {
  const keys = sql.join(crmSchema[table].primaryKey.map((column) => sql.ref(column)));
  const { rows } = await sql<Record<string, unknown>>`select * from ${sql.table(table)} order by ${keys}`.execute(
    database.kysely,
  );
  return rows;
}

async function fingerprint(database: Database<CrmTables>): Promise<string> {
  const hash = createHash('sha256');
  for (const table of Object.keys(crmSchema) as CrmTableName[])
    hash.update(JSON.stringify(await rowsOf(database, table)));
  return hash.digest('hex');
}

describeOnBoth('the generated company', (dialect, open) => {
  let database: Awaited<ReturnType<typeof open<CrmTables>>>;
  let summary: Awaited<ReturnType<typeof generateCompany>>;
  const query = async (text: string) => (await sql.raw<Record<string, unknown>>(text).execute(database.kysely)).rows;
  const number = async (text: string) => Number(Object.values((await query(text))[0]!)[0]);

  beforeAll(async () => {
    database = await open<CrmTables>();
    summary = await generated(database);
  });
  afterAll(() => database.drop());

  it('has everything that the documentation names', async () => {
    const names = async (text: string) => (await query(text)).map((row) => String(Object.values(row)[0]));
    expect(await names("select name from cm_users where roles = 'rep' and is_active = 1")).toHaveLength(15);
    expect(
      await names(`select u.name from cm_users u join cm_departments d on d.department_id = u.department_id
        where u.roles like '%rep%' and d.region = '华东' order by 1`),
    ).toEqual(expect.arrayContaining(['王磊', '李娜']));
    expect(
      await query(
        "select d.region from cm_users u join cm_departments d on d.department_id = u.department_id where u.name = '李强'",
      ),
    ).toEqual([{ region: '华南' }]);
    expect(
      await query(
        "select u.roles, d.name from cm_users u join cm_departments d on d.department_id = u.department_id where u.name = '周建国'",
      ),
    ).toEqual([{ roles: 'manager', name: '华东一组' }]);
    expect(await names("select roles from cm_users where name = '陈志远'")).toEqual(['director']);
    expect(
      await names(`select distinct d.region from cm_users u join cm_departments d on d.department_id = u.department_id
        where u.roles like '%manager%' and d.region is not null`),
    ).toHaveLength(4);
    expect(await names('select distinct city from cm_customers')).toEqual(
      expect.arrayContaining(['上海', '苏州', '杭州', '广州', '深圳', '武汉', '北京', '天津']),
    );
    expect(await names('select distinct industry from cm_customers')).toEqual(
      expect.arrayContaining(['制造业', '医疗', '物流', '教育', '零售', '金融']),
    );
    expect(await names('select distinct source from cm_opportunities')).toEqual(
      expect.arrayContaining(['百度竞价', '行业峰会', '展会', '公众号', '转介绍', '官网']),
    );
    expect(await names('select distinct category from cm_products order by 1')).toEqual(['SaaS', '服务', '硬件']);
    expect(await names("select name from cm_stages where outcome in ('open', 'won') order by sort_order")).toEqual([
      '潜在客户',
      '需求诊断',
      '方案演示',
      '报价谈判',
      '成交',
    ]);
    expect(
      await names("select name from cm_customers where name in ('中科星图', '宏达机械', '顺通物流')"),
    ).toHaveLength(3);
    expect(
      await names(
        "select c.name from cm_contacts x join cm_customers c on c.customer_id = x.customer_id where x.name = '张丽'",
      ),
    ).toEqual(['顺通物流']);
    expect(await names('select distinct roles from cm_users')).toEqual(
      expect.arrayContaining(['rep', 'manager', 'regional_manager', 'director', 'service', 'marketing', 'admin']),
    );
    expect(
      await number(
        'select count(*) from cm_users where is_active = 1 and (wecom_userid is null or dingtalk_userid is null)',
      ),
    ).toBe(0);
    expect(await number('select count(*) - count(distinct wecom_userid) from cm_users where is_active = 1')).toBe(0);
  });

  it('is found sound by the checker', async () => {
    expect(await checkReadModel(database, until)).toEqual([]);
  });

  it('counts what it wrote', async () => {
    for (const table of Object.keys(crmSchema) as CrmTableName[]) {
      expect([table, await number(`select count(*) from ${table}`)]).toEqual([table, summary.rows[table]]);
    }
  });

  it('closes exactly what is won, lost or invalid, and signs what is won', async () => {
    expect(await number("select count(*) from cm_opportunities where (outcome = 'open') <> (closed_at is null)")).toBe(
      0,
    );
    expect(
      await number(`select count(*) from cm_opportunities o left join cm_contracts k
        on k.opportunity_id = o.opportunity_id and k.status in ('effective', 'completed')
        where (o.outcome = 'won') <> (k.contract_id is not null)`),
    ).toBe(0);
    const won = await number("select count(*) from cm_opportunities where outcome = 'won'");
    const equal =
      await number(`select count(*) from cm_opportunities o join cm_contracts k on k.opportunity_id = o.opportunity_id
      where o.outcome = 'won' and k.amount = o.amount`);
    expect(equal / won).toBeGreaterThan(0.85);
    expect(
      await number(`select count(*) from cm_customers c where c.is_deal <> (case when exists (select 1 from cm_contracts k
        where k.customer_id = c.customer_id and k.status in ('effective', 'completed')) then 1 else 0 end)`),
    ).toBe(0);
    const { concat, day } = bridgeOf(dialect);
    const wrong = await sql`select c.customer_id from cm_customers as c join
      (select customer_id, min(signed_on) as first_on from cm_contracts where status in ('effective', 'completed') group by customer_id) as k
      on k.customer_id = c.customer_id
      where ${concat(day(sql`k.first_on`), sql`' 00:00:00'`)} <> ${concat(sql`c.first_deal_at`, sql`''`)}`.execute(
      database.kysely,
    );
    expect(wrong.rows).toEqual([]);
  });

  it('records every move: one creation, the last event agrees with the stage, no two at the same second', async () => {
    expect(
      await number(`select count(*) from (select opportunity_id from cm_stage_events group by opportunity_id
        having count(case when event_type = 'create' then 1 end) <> 1 or count(distinct occurred_at) <> count(*)) as wrong`),
    ).toBe(0);
    expect(
      await number(`select count(*) from cm_opportunities o
        join (select opportunity_id, max(occurred_at) as at, min(occurred_at) as born from cm_stage_events group by opportunity_id) l
          on l.opportunity_id = o.opportunity_id
        join cm_stage_events e on e.opportunity_id = o.opportunity_id and e.occurred_at = l.at
        where e.to_stage_id <> o.stage_id or e.outcome <> o.outcome or l.at <> o.stage_entered_at or l.born <> o.created_at
          or (o.closed_at is not null and l.at <> o.closed_at)`),
    ).toBe(0);
    // Each move begins where the one before it ended.
    expect(
      await number(`select count(*) from (select from_stage_id, lag(to_stage_id) over (partition by opportunity_id order by occurred_at) as before_it
        from cm_stage_events) as e where coalesce(from_stage_id, '') <> coalesce(before_it, '')`),
    ).toBe(0);
    // Some go back a stage, and some are reopened.
    expect(
      await number(
        "select count(*) from cm_stage_events where event_type = 'move' and to_stage_id < from_stage_id and from_stage_id <> 's8'",
      ),
    ).toBeGreaterThan(10);
    expect(
      await number("select count(*) from cm_stage_events where event_type = 'move' and from_stage_id = 's8'"),
    ).toBeGreaterThan(2);
    expect(
      await number(`select count(*) from cm_opportunities o where o.outcome = 'won'
        and not exists (select 1 from cm_stage_events e where e.opportunity_id = o.opportunity_id and e.to_stage_id = 's4')`),
    ).toBe(0);
  });

  it('never follows up before a customer or an opportunity exists, nor after the last day', async () => {
    expect(await number(`select count(*) from cm_activities where occurred_at > '${until} 10:00:00'`)).toBe(0);
    expect(
      await number(
        'select count(*) from cm_activities a join cm_customers c on c.customer_id = a.customer_id where a.occurred_at < c.created_at',
      ),
    ).toBe(0);
    expect(
      await number(`select count(*) from cm_activities a join cm_opportunities o on o.opportunity_id = a.opportunity_id
        where a.occurred_at < o.created_at or a.occurred_at > coalesce(o.closed_at, a.occurred_at)`),
    ).toBe(0);
    expect(
      await number(
        'select count(*) from cm_opportunities o join cm_customers c on c.customer_id = o.customer_id where o.created_at < c.created_at',
      ),
    ).toBe(0);
    expect(
      await number(
        'select count(*) from cm_leads where assigned_at < created_at or first_contacted_at < assigned_at or converted_at < created_at',
      ),
    ).toBe(0);
    expect(await number('select count(*) from cm_quotes where sent_at <= requested_at')).toBe(0);
    expect(
      await number(
        'select count(*) from cm_tickets where first_response_at <= created_at or resolved_at <= first_response_at',
      ),
    ).toBe(0);
  });

  it('keeps the latest interaction of every customer as decision 6 says', async () => {
    const written = (await rowsOf(database, 'cm_customer_last_touch')).filter((row) => row.last_touch_at !== null);
    await recomputeLastTouch(database.kysely, dialect);
    expect(await rowsOf(database, 'cm_customer_last_touch')).toEqual(written);
    const silence = `select count(*) from cm_customers c join cm_customer_last_touch t on t.customer_id = c.customer_id where t.last_touch_at`;
    // 90, 91 and 89 days before the last day, to the day.
    expect(await number(`${silence} between '2026-08-20 00:00:00' and '2026-08-20 23:59:59'`)).toBeGreaterThanOrEqual(
      2,
    );
    expect(await number(`${silence} between '2026-08-19 00:00:00' and '2026-08-19 23:59:59'`)).toBeGreaterThanOrEqual(
      1,
    );
    expect(await number(`${silence} between '2026-08-21 00:00:00' and '2026-08-21 23:59:59'`)).toBeGreaterThanOrEqual(
      1,
    );
    expect(
      await number(`select count(*) from cm_customers c where c.created_at >= '2026-11-07 00:00:00' and c.created_at < '2026-11-11 00:00:00'
        and not exists (select 1 from cm_activities a where a.customer_id = c.customer_id)`),
    ).toBeGreaterThanOrEqual(1);
  });

  it('never pays more than was planned, nor plans more than was signed', async () => {
    expect(await number('select count(*) from cm_payment_plans where paid_amount > amount')).toBe(0);
    expect(
      await number(`select count(*) from cm_contracts k join (select contract_id, sum(amount) as planned, sum(paid_amount) as paid
        from cm_payment_plans group by contract_id) p on p.contract_id = k.contract_id
        left join (select contract_id, sum(amount) as received from cm_payments where status = 'confirmed' group by contract_id) y on y.contract_id = k.contract_id
        where p.planned <> k.amount or p.paid <> coalesce(y.received, 0)`),
    ).toBe(0);
    expect(
      await number(`select count(*) from cm_contracts k join (select contract_id, sum(amount) as total from cm_contract_lines group by contract_id) l
        on l.contract_id = k.contract_id where l.total <> k.amount`),
    ).toBe(0);
    for (const status of ['due', 'overdue', 'partial', 'paid']) {
      expect([status, (await number(`select count(*) from cm_payment_plans where status = '${status}'`)) > 0]).toEqual([
        status,
        true,
      ]);
    }
  });

  it('is believable to a sales director', async () => {
    const year = await number(
      `select sum(amount) from cm_contracts where status in ('effective', 'completed') and signed_on > '2025-11-18'`,
    );
    expect(year).toBeGreaterThan(20e6);
    expect(year).toBeLessThan(45e6);
    const weekend = await number(
      `select count(*) from cm_activities where ${dialect === 'mysql' ? 'weekday(occurred_at) >= 5' : "strftime('%w', occurred_at) in ('0', '6')"}`,
    );
    expect(weekend / summary.rows.cm_activities).toBeLessThan(0.08);
    // Logins down by half, and a complaint on record (decision 15).
    expect(
      await number(`select count(*) from (select customer_id,
          sum(case when day >= '2026-10-19' then logins else 0 end) as lately,
          sum(case when day >= '2026-09-19' and day < '2026-10-19' then logins else 0 end) as earlier
        from cm_customer_usage group by customer_id) u
        where u.earlier > 0 and u.lately * 2 <= u.earlier and exists (select 1 from cm_tickets t
          where t.customer_id = u.customer_id and t.kind = 'complaint' and t.created_at >= '2026-08-20')`),
    ).toBeGreaterThanOrEqual(2);
    expect(await number('select count(*) from cm_contracts where renews_contract_id is not null')).toBeGreaterThan(20);
    expect(
      await number("select count(*) from cm_customers where lifecycle = 'pool' and owner_user_id is null"),
    ).toBeGreaterThan(3);
    expect(await number('select count(*) from cm_owner_changes')).toBeGreaterThan(3);
    expect(
      await number(
        `select count(*) from cm_targets where month = '2026-12-01' and scope = 'user' and metric = 'won_amount'`,
      ),
    ).toBe(15);
  });
});

describe('generating a company', () => {
  it('gives the same rows for the same seed, others for another', async () => {
    const prints: string[] = [];
    for (const seed of ['a', 'a', 'b']) {
      const database = await openEmpty<CrmTables>('sqlite');
      await generated(database, { seed, customers: 60 });
      prints.push(await fingerprint(database));
      await database.drop();
    }
    expect(prints[0]).toBe(prints[1]);
    expect(prints[0]).not.toBe(prints[2]);
  });

  it.runIf(dialects.length > 1)('gives the same counts and sums on both databases', async () => {
    const found = [];
    for (const dialect of dialects) {
      const database = await openEmpty<CrmTables>(dialect);
      const { rows } = await generated(database, { customers: 80 });
      const { sumFen, sumOf } = bridgeOf(dialect);
      const sums = await sql`select ${sumFen(sql`amount`)} as contracts,
        (select ${sumFen(sql`paid_amount`)} from cm_payment_plans) as paid,
        (select ${sumOf(sql`logins`)} from cm_customer_usage) as logins,
        (select max(occurred_at) from cm_activities) as last_activity from cm_contracts`.execute(database.kysely);
      found.push({ rows, sums: sums.rows });
      await database.drop();
    }
    expect(found[0]).toEqual(found[1]);
  });

  it('makes about as many follow-ups as were asked for', async () => {
    const database = await openEmpty<CrmTables>('sqlite');
    const { rows } = await generated(database, { customers: 200, activities: 2_000 });
    expect(rows.cm_activities).toBeGreaterThan(1_500);
    expect(rows.cm_activities).toBeLessThan(2_500);
    await database.drop();
  });

  it('gives a large sales force teams, regions and customers of its own', async () => {
    const database = await openEmpty<CrmTables>('sqlite');
    await migrate(database, 'crm', crmMigrations('sqlite'));
    await generateCompany(database, { seed: 1, customers: 400, until, salesPeople: 120 });
    const { people, regions, departments } = await readDirectory(database);
    const teams = departments.filter(({ id }) => id.startsWith('t'));
    expect(people.filter(({ roles, active }) => active && roles.includes('rep')).length + teams.length).toBe(120);
    expect(regions).toHaveLength(4);
    expect(teams.every(({ managerId, parentId }) => managerId !== null && parentId?.startsWith('d1'))).toBe(true);
    const owners = await sql<{ n: number }>`select count(distinct owner_user_id) as n from cm_customers`.execute(
      database.kysely,
    );
    expect(owners.rows[0]?.n).toBeGreaterThan(90);
    expect(await checkReadModel(database, until)).toEqual([]);
    await database.drop();
  });

  it('stays within its history when the last day falls into a long holiday', async () => {
    // Spring Festival, and the last day of a leap February.
    for (const lastDay of ['2026-02-20', '2024-02-29'] as const) {
      const database = await openEmpty<CrmTables>('sqlite');
      await migrate(database, 'crm', crmMigrations('sqlite'));
      await generateCompany(database, { seed: 2, customers: 300, until: lastDay });
      expect(await checkReadModel(database, lastDay)).toEqual([]);
      await database.drop();
    }
  });

  it('refuses a company too small for its cast', async () => {
    const database = await openEmpty<CrmTables>('sqlite');
    await expect(generated(database, { customers: 3 })).rejects.toThrow('too few customers');
    await database.drop();
  });
});
