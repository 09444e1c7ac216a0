import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CrmTables } from '../../src/crm/schema.ts';
import type { Database } from '../../src/database/connect.ts';
import { engagementIndexReport } from '../../src/reports/engagement-index.ts';
import { describeOnBoth } from '../database/databases.ts';
import { amountOf, type GeneratedCompany, generatedCompany, wordsOf } from './generated-company.ts';
import { asking, at, days, smallCompany } from './small-company.ts';

const average = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

describeOnBoth('学习成就感指数 equals loops over the scores', (dialect, open) => {
  let database: Database<CrmTables> & { drop(): Promise<void> };
  let demo: GeneratedCompany;
  beforeAll(async () => {
    database = await open<CrmTables>();
    demo = await generatedCompany(database, 160);
  }, 300_000);
  afterAll(() => database.drop());

  it('the index of the quarter, its components, and everyone who is low', async () => {
    const found = await demo.ask('engagement_index', { period: 'this_quarter', top: 500 });
    const scores = (await database.kysely.selectFrom('cm_customer_scores').selectAll().execute()).filter(
      ({ day }) => day >= '2026-10-01' && day <= '2026-11-18',
    );
    const customers = await database.kysely.selectFrom('cm_customers').selectAll().execute();
    const weights = { 完课率: 40, 测验成绩: 40, 互动: 20 };
    const own = [...new Set(scores.map(({ customer_id }) => customer_id))].map((id) => {
      const part = (component: string) =>
        average(scores.filter((s) => s.customer_id === id && s.component === component).map((s) => Number(s.score)));
      const index = Object.entries(weights).reduce((sum, [name, weight]) => sum + (part(name) * weight) / 100, 0);
      return { id, index, done: part('完课率') };
    });
    expect(own.length).toBeGreaterThan(10);
    expect(amountOf(found, 'engagement_customers')).toBe(own.length);
    expect(amountOf(found, 'engagement_index')).toBeCloseTo(average(own.map(({ index }) => index)), 6);
    expect(amountOf(found, 'engagement_part', { component: '完课率' })).toBeCloseTo(
      average(own.map(({ done }) => done)),
      6,
    );
    const low = own.filter(({ index }) => index < 60);
    expect(amountOf(found, 'engagement_low')).toBe(low.length);
    for (const { id, index } of low) {
      const { name } = customers.find((c) => c.customer_id === id)!;
      expect(amountOf(found, 'engagement_index', { customer: name }), name).toBeCloseTo(index, 6);
    }
  });

  it('a component that is missing is borne by the others; a setting names and weighs them', async () => {
    const company = await smallCompany(
      dialect,
      {
        cm_customers: ['a', 'b'].map((id) => ({
          customer_id: id,
          name: `客户${id}`,
          owner_user_id: 'wang',
          lifecycle: 'active',
          created_at: '2026-01-01 09:00:00',
        })),
        cm_customer_scores: [
          { customer_id: 'a', component: '登录', day: '2026-11-02', score: 50 },
          { customer_id: 'a', component: '登录', day: '2026-11-09', score: 70 },
          { customer_id: 'a', component: '答题', day: '2026-11-09', score: 90 },
          { customer_id: 'b', component: '答题', day: '2026-11-09', score: 30 },
          { customer_id: 'b', component: '别的', day: '2026-11-09', score: 100 },
          { customer_id: 'b', component: '登录', day: '2026-11-19', score: 100 },
        ] as never,
      },
      { engagementIndex: { name: '参与度', weights: { 登录: 1, 答题: 3 }, low: 50 } },
    );
    try {
      const found = await engagementIndexReport.run(
        company,
        asking(at('2026-11-18 10:30:00'), { period: days('2026-11-01', '2026-11-30', 'this_month') }),
      );
      // a: (60 + 3·90) / 4; b has one component that counts, and the future is not known.
      expect(amountOf(found, 'engagement_index')).toBeCloseTo((82.5 + 30) / 2, 9);
      expect(amountOf(found, 'engagement_low')).toBe(1);
      expect(found.title).toContain('参与度');
      expect(found.advice[0]).toMatchObject({ who: '王磊', command: '客户 客户b' });
      expect(found.advice[0]!.text).toContain('先补答题(30)');
      expect(wordsOf(found)).toContain('不到 10 家');
    } finally {
      await company.drop();
    }
  });
});
