import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CrmTables } from '../../src/crm/schema.ts';
import type { Database } from '../../src/database/connect.ts';
import { metricById } from '../../src/metrics/catalogue.ts';
import { describeOnBoth } from '../database/databases.ts';
import { amountOf, type GeneratedCompany, generatedCompany } from './generated-company.ts';

describeOnBoth('日报, 周报, 月报', (_dialect, open) => {
  let database: Database<CrmTables> & { drop(): Promise<void> };
  let demo: GeneratedCompany;
  beforeAll(async () => {
    database = await open<CrmTables>();
    demo = await generatedCompany(database);
  }, 120_000);
  afterAll(() => database.drop());

  it('says for a day what stands where and what moved, as plain SQL counts it', async () => {
    const before = demo.crm.queriesRun;
    const found = await demo.ask('digest', { slots: { cadence: 'daily' } });
    expect(demo.crm.queriesRun - before).toBeLessThanOrEqual(6);
    expect(amountOf(found, 'open_opportunities')).toBe(
      await demo.number(`select count(*) from cm_opportunities where outcome = 'open'`),
    );
    expect(amountOf(found, 'flow_won')).toBe(
      await demo.number(
        `select count(*) from cm_opportunities where outcome = 'won' and closed_at >= '2026-11-17' and closed_at < '2026-11-18'`,
      ),
    );
    expect(found.headline.length).toBeLessThanOrEqual(5);
    for (const { metric } of found.figures) expect(metricById(metric), metric).toBeDefined();
    const keys = found.figures.map(({ metric, dims }) => JSON.stringify([metric, dims ?? {}]));
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('takes the day before the morning whose digest is asked for again', async () => {
    const again = await demo.ask('digest', { slots: { cadence: 'daily', action: 'resend', date: '2026-11-10' } });
    const then = await demo.ask('digest', {
      slots: { cadence: 'daily' },
      period: { label: 'day', from: '2026-11-09', to: '2026-11-09' },
    });
    expect(again.figures).toEqual(then.figures);
  });

  it('gives the trend for a week, the review for a month, and the board to 客服', async () => {
    const week = await demo.ask('digest', { slots: { cadence: 'weekly' }, period: 'last_week' });
    expect(amountOf(week, 'won_amount')).toBe(
      await demo.number(
        `select coalesce(sum(round(amount * 100)), 0) from cm_contracts where status in ('effective', 'completed') and signed_on between '2026-11-09' and '2026-11-15'`,
      ),
    );
    const month = await demo.ask('digest', { slots: { cadence: 'monthly' }, period: 'last_month' });
    expect(month.sections?.map(({ title }) => title.slice(0, 4))).toEqual(['业务概况', '主要问题', '原因分析']);
    const service = await demo.ask('digest', {
      slots: { cadence: 'daily' },
      viewer: { userId: 'u033', name: '林雪', role: 'service', departmentId: null, region: null },
    });
    expect(service.chart).toMatchObject({ kind: 'tiles' });
  });
});
