import { afterAll, beforeAll, expect, it } from 'vitest';
import { addDays, type Day } from '../../src/calendar/day.ts';
import type { CrmTables } from '../../src/crm/schema.ts';
import type { Database } from '../../src/database/connect.ts';
import { orderCompletionReport } from '../../src/reports/order-completion.ts';
import { describeOnBoth } from '../database/databases.ts';
import { amountOf, figureOf, type GeneratedCompany, generatedCompany, wordsOf } from './generated-company.ts';
import { asking, at, days, smallCompany } from './small-company.ts';

describeOnBoth('orders equal loops over contracts and opportunities', (dialect, open) => {
  let database: Database<CrmTables> & { drop(): Promise<void> };
  let demo: GeneratedCompany;
  let contracts: readonly CrmTables['cm_contracts'][];
  let opportunities: readonly CrmTables['cm_opportunities'][];
  beforeAll(async () => {
    database = await open<CrmTables>();
    demo = await generatedCompany(database, 160);
    contracts = await database.kysely.selectFrom('cm_contracts').selectAll().execute();
    opportunities = await database.kysely.selectFrom('cm_opportunities').selectAll().execute();
  }, 120_000);
  afterAll(() => database.drop());

  const isSigned = (k: CrmTables['cm_contracts']) => k.status === 'effective' || k.status === 'completed';

  it('订单完成率 今年: due by today, completed of these, and the rest', async () => {
    const found = await demo.ask('order_completion', { period: 'this_year' });
    const due = contracts.filter(
      (k) => isSigned(k) && k.ends_on !== null && k.ends_on >= '2026-01-01' && k.ends_on <= '2026-11-18',
    );
    const done = due.filter((k) => k.status === 'completed').length;
    expect(due.length).toBeGreaterThan(10);
    expect(figureOf(found, 'order_completion_rate')).toMatchObject({ numerator: done, denominator: due.length });
    expect(amountOf(found, 'orders_due')).toBe(due.length);
    expect(amountOf(found, 'orders_late')).toBe(due.length - done);
  });

  it('订单转化率: opportunities of the period with an order, both periods watched as long', async () => {
    const converted = (from: string, to: string, until: Day, counts = (_: CrmTables['cm_opportunities']) => true) => {
      const created = opportunities.filter((o) => o.created_at >= from && o.created_at.slice(0, 10) <= to && counts(o));
      const won = created.filter((o) =>
        contracts.some(
          (k) => k.opportunity_id === o.opportunity_id && isSigned(k) && k.signed_on !== null && k.signed_on <= until,
        ),
      );
      return { numerator: won.length, denominator: created.length };
    };
    const past = await demo.ask('order_conversion', { period: 'last_quarter' });
    // 49 days lie between the end of September and the 18th of November.
    expect(figureOf(past, 'order_conversion')).toMatchObject(converted('2026-07-01', '2026-09-30', '2026-11-18'));
    expect(figureOf(past, 'order_conversion', { period: '前一个季度' })).toMatchObject(
      converted('2026-04-01', '2026-06-30', addDays('2026-06-30', 49)),
    );
    const running = await demo.ask('order_conversion', { period: 'this_quarter' });
    expect(figureOf(running, 'order_conversion')).toMatchObject(converted('2026-10-01', '2026-11-18', '2026-11-18'));
    expect(figureOf(running, 'order_conversion', { period: '上季度同期' })).toMatchObject(
      converted('2026-07-01', '2026-08-18', '2026-08-18'),
    );
    const people = await demo.ask('order_conversion', { period: 'last_quarter', groupBy: ['owner'] });
    for (const owner of new Set(opportunities.map(({ owner_user_id }) => owner_user_id))) {
      const own = converted('2026-07-01', '2026-09-30', '2026-11-18', (o) => o.owner_user_id === owner);
      if (owner === null || own.denominator === 0) continue;
      expect(figureOf(people, 'order_conversion', { owner: demo.directory.person(owner)!.name }), owner).toMatchObject(
        own,
      );
    }
  });

  it('orders past their end are named; drafts and void ones are none', async () => {
    const order = (id: string, ends: string, status: string, owner = 'wang') => ({
      contract_id: id,
      number: `HT-${id}`,
      customer_id: `c-${id}`,
      owner_user_id: owner,
      amount: 50_000,
      status,
      signed_on: '2025-11-01',
      ends_on: ends,
    });
    const made = [
      order('a', '2026-10-05', 'effective'),
      order('b', '2026-10-20', 'completed'),
      order('c', '2026-11-17', 'effective', 'li'),
      order('d', '2026-11-19', 'effective'),
      order('e', '2026-10-10', 'draft'),
      order('f', '2026-10-10', 'void'),
    ];
    const company = await smallCompany(dialect, {
      cm_contracts: made as never,
      cm_customers: made.map((k) => ({
        customer_id: k.customer_id,
        name: `客户${k.contract_id}`,
        lifecycle: 'active',
        owner_user_id: k.owner_user_id,
        created_at: '2025-01-01 09:00:00',
      })),
    });
    try {
      const found = await orderCompletionReport.run(
        company,
        asking(at('2026-11-18 10:30:00'), { period: days('2026-10-01', '2026-12-31', 'this_quarter') }),
      );
      expect(figureOf(found, 'order_completion_rate')).toMatchObject({ numerator: 1, denominator: 3 });
      expect(found.table?.rows.map((row) => [row[0], row[4]])).toEqual([
        ['客户a', '44 天'],
        ['客户c', '1 天'],
      ]);
      expect(wordsOf(found)).toContain('2 份到期还没完成,合同额 10 万;最久的是客户a,过了 44 天,王磊负责');
      expect(found.advice[0]).toMatchObject({ who: '王磊', command: '客户 客户a' });
    } finally {
      await company.drop();
    }
  });
});
