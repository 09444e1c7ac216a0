import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CrmTables } from '../../src/crm/schema.ts';
import type { Database } from '../../src/database/connect.ts';
import { metricById } from '../../src/metrics/catalogue.ts';
import { describeOnBoth } from '../database/databases.ts';
import { figureOf, type GeneratedCompany, generatedCompany, wordsOf } from './generated-company.ts';

describeOnBoth('the same word is the same number, and its 口径 says how it is counted', (_dialect, open) => {
  let database: Database<CrmTables> & { drop(): Promise<void> };
  let demo: GeneratedCompany;
  beforeAll(async () => {
    database = await open<CrmTables>();
    demo = await generatedCompany(database);
  }, 120_000);
  afterAll(() => database.drop());

  const valid = (k: string) => `${k}.status in ('effective', 'completed')`;

  it('合同在手 in 退货率 and in 健康度', async () => {
    const returns = figureOf(await demo.ask('return_analysis', { period: 'this_month' }), 'return_rate')!;
    const health = figureOf(await demo.ask('health_score'), 'customers_in_force')!;
    const byHand = await demo.number(
      `select count(distinct c.customer_id) from cm_customers c join cm_contracts k on k.customer_id = c.customer_id where ${valid('k')} and coalesce(k.starts_on, k.signed_on) <= '2026-11-18' and (k.signed_on is null or k.signed_on <= '2026-11-18') and (k.ends_on is null or k.ends_on >= '2026-11-18')`,
    );
    expect([returns.denominator, health.value]).toEqual([byHand, byHand]);
    // Signed is not begun: somewhere in the company the two differ, or this would test nothing.
    expect(
      await demo.number(
        `select count(*) from cm_contracts k where ${valid('k')} and k.signed_on <= '2026-11-18' and k.starts_on > '2026-11-18'`,
      ),
    ).toBeGreaterThan(0);
    expect(metricById('customers_in_force')!.definition).toContain('按起始日');
    expect(metricById('customers_at_start')!.definition).toContain('按起始日');
  });

  it('商机→成交 by grade counts what the funnel counts', async () => {
    const funnel = figureOf(await demo.ask('funnel', { period: 'this_year' }), 'funnel_conversion')!;
    const grades = (await demo.ask('grade_conversion', { period: 'this_year' })).figures.filter(
      ({ metric }) => metric === 'grade_conversion',
    );
    const sum = (of: 'numerator' | 'denominator') => grades.reduce((all, one) => all + (one[of] ?? 0), 0);
    expect(sum('denominator')).toBe(
      await demo.number(
        `select count(*) from cm_opportunities where created_at >= '2026-01-01' and created_at < '2026-11-19'`,
      ),
    );
    expect([sum('numerator'), sum('denominator')]).toEqual([funnel.numerator, funnel.denominator]);
  });

  it('复购 tells the old customers from those who signed twice in their first year', async () => {
    const found = await demo.ask('repurchase_rate', { period: 'last_year' });
    const within = `k.signed_on between '2025-01-01' and '2025-12-31' and ${valid('k')}`;
    const buyers = `select distinct k.customer_id from cm_contracts k where ${within}`;
    const repeat = await demo.number(
      `select count(*) from (${buyers}) b where (select count(*) from cm_contracts e where e.customer_id = b.customer_id and ${valid('e')} and e.signed_on <= '2025-12-31') > 1`,
    );
    const before = await demo.number(
      `select count(*) from (${buyers}) b where exists (select 1 from cm_contracts e where e.customer_id = b.customer_id and ${valid('e')} and e.signed_on < '2025-01-01')`,
    );
    expect(before).toBeLessThan(repeat);
    expect(wordsOf(found)).toContain(
      `${repeat} 家累计签过两份及以上(${before} 家期前就买过,${repeat - before} 家第一次买就在期间里)`,
    );
  });

  it('在管客户 is the number of 客户分布 alone; what silence is a share of is called by its own name', async () => {
    const silent = await demo.ask('silent_customers');
    const rate = silent.figures.find(({ metric }) => metric === 'silent_rate')!;
    expect(rate.denominator).toBe(
      await demo.number(
        `select count(*) from cm_customers where lifecycle = 'active' and owner_user_id is not null and owner_user_id <> '' and created_at <= '2026-11-18 10:30:00'`,
      ),
    );
    expect(rate.label).toBe('占有负责人的客户');
    expect(`${wordsOf(silent)}${silent.figures.map(({ label }) => label).join('')}`).not.toContain('在管客户');
    const red = (await demo.ask('health_score')).figures.find(({ metric }) => metric === 'amount_at_risk')!;
    expect(red.dims).toEqual({ health: '红色' });
  });
});
