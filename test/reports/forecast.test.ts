import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CrmTables } from '../../src/crm/schema.ts';
import type { Database } from '../../src/database/connect.ts';
import { metricById } from '../../src/metrics/catalogue.ts';
import { forecastReport } from '../../src/reports/forecast.ts';
import { describeOnBoth } from '../database/databases.ts';
import { amountOf, type GeneratedCompany, generatedCompany, wordsOf } from './generated-company.ts';
import { asking, at, days, smallCompany } from './small-company.ts';

describeOnBoth('预测', (dialect, open) => {
  let database: Database<CrmTables> & { drop(): Promise<void> };
  let demo: GeneratedCompany;
  beforeAll(async () => {
    database = await open<CrmTables>();
    demo = await generatedCompany(database);
  }, 120_000);
  afterAll(() => database.drop());

  it('gives point, ends, baseline and pipeline as plain SQL counts them', async () => {
    const before = demo.crm.queriesRun;
    const found = await demo.ask('forecast', { period: 'this_month' });
    expect(demo.crm.queriesRun - before).toBeLessThanOrEqual(6);
    const [low, point, high] = ['forecast_low', 'forecast', 'forecast_high'].map((id) => amountOf(found, id)!);
    expect(low).toBeLessThanOrEqual(point!);
    expect(point).toBeLessThanOrEqual(high!);
    const signed = await demo.number(
      `select sum(round(amount * 100)) from cm_contracts where status in ('effective', 'completed') and signed_on between '2026-11-01' and '2026-11-18'`,
    );
    expect(amountOf(found, 'won_amount')).toBe(signed);
    expect(low).toBeGreaterThanOrEqual(signed);
    const due = await demo.rows<{ amount: number; rate: number }>(
      `select o.amount as amount, coalesce(o.win_rate, s.win_rate) as rate from cm_opportunities o left join cm_stages s on s.stage_id = o.stage_id where o.outcome = 'open' and o.expected_close_date between '2026-11-19' and '2026-11-30'`,
    );
    const weighted = due.reduce((all, row) => all + Number(row.amount) * Number(row.rate), 0);
    expect(amountOf(found, 'forecast_weighted')! / weighted).toBeCloseTo(1, 3);
    // What is signed, and the days that are left as they were last month, which is over.
    expect(amountOf(found, 'forecast_naive')).toBe(
      signed +
        (await demo.number(
          `select coalesce(sum(round(amount * 100)), 0) from cm_contracts where status in ('effective', 'completed') and signed_on between '2026-10-19' and '2026-10-31'`,
        )),
    );
    for (const { metric } of found.figures) expect(metricById(metric), metric).toBeDefined();
    expect(wordsOf(found)).toMatch(
      /过去 \d+ 次同样的预测,均值法平均差 .*,照搬上一段\(2026-10-19 至 2026-10-31\)平均差/,
    );
  });

  it('cuts the pipeline, not the interval', async () => {
    const found = await demo.ask('forecast', { period: 'next_quarter', groupBy: ['region'] });
    const parts = found.figures.filter(({ metric, dims }) => metric === 'forecast_weighted' && dims !== undefined);
    expect(parts.reduce((all, { value }) => all + (value ?? 0), 0)).toBe(amountOf(found, 'forecast_weighted'));
  });

  it('gives no interval where the records are thin, and refuses what is over', async () => {
    const company = await smallCompany(dialect, {
      cm_contracts: Array.from({ length: 10 }, (_, i) => ({
        contract_id: `k${i}`,
        customer_id: 'c',
        owner_user_id: 'wang',
        amount: 100_000 as never,
        status: 'effective',
        signed_on: `2026-${String(1 + i).padStart(2, '0')}-05`,
      })),
    });
    try {
      const now = at('2026-11-18 10:30:00');
      const period = days('2027-01-01', '2027-03-31', 'next_quarter');
      const thin = await forecastReport.run(company, asking(now, { period }));
      expect(thin.title).toBe('下季度给不出区间:成交记录只有 9 个月');
      expect(thin.figures.find(({ metric }) => metric === 'forecast')).toMatchObject({ value: null });
      const over = await forecastReport.run(
        company,
        asking(now, { period: days('2026-10-01', '2026-10-31', 'last_month') }),
      );
      expect(over.title).toBe('上月已经过完了');
    } finally {
      await company.drop();
    }
  });
});
