import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CrmTables } from '../../src/crm/schema.ts';
import { mintScope } from '../../src/crm/scope.ts';
import type { Database } from '../../src/database/connect.ts';
import { paymentAmount } from '../../src/metrics/collection.ts';
import { measure, total } from '../../src/metrics/engine.ts';
import { leadResponseTime } from '../../src/metrics/lead-response.ts';
import { salesCycle, wonAmount } from '../../src/metrics/sales.ts';
import { describeOnBoth } from '../database/databases.ts';
import { type GeneratedCompany, generatedCompany, morning } from '../reports/generated-company.ts';

describeOnBoth('what a test of a difference takes', (_dialect, open) => {
  let database: Database<CrmTables> & { drop(): Promise<void> };
  let demo: GeneratedCompany;
  beforeAll(async () => {
    database = await open<CrmTables>();
    demo = await generatedCompany(database, 160);
  }, 120_000);
  afterAll(() => database.drop());

  it('is the same as loops over the rows give, and no number is another for it', async () => {
    const period = { label: 'range', from: '2026-04-01', to: '2026-09-30' } as const;
    const ask = (spread: boolean) =>
      measure({ ...demo.company, crm: demo.crm }, mintScope('everyone', '全公司'), {
        metrics: [wonAmount, paymentAmount, salesCycle, leadResponseTime],
        filter: {},
        moment: morning,
        periods: [period],
        groupings: [total],
        spread,
      });
    const [found, plain] = [await ask(true), await ask(false)];
    for (const { metric, value } of plain.all) expect(found.total(metric).value).toBe(value);
    expect(plain.total(wonAmount).spread).toBeUndefined();
    const rows = async (text: string) =>
      (await demo.rows<{ a: string; b: string | number }>(text)).map(({ a, b }) => [a, b]);
    const amounts = async (table: string, at: string, where: string) =>
      (
        await rows(
          `select '' as a, amount as b from ${table} where ${where} and ${at} between '2026-04-01' and '2026-09-30'`,
        )
      ).map(([, b]) => Math.round(Number(b) * 100));
    const times = async (text: string) =>
      (await rows(text)).map(([a, b]) => Math.log(1 + (Date.parse(String(b)) - Date.parse(String(a))) / 60_000));
    const half = (at: string) => `${at} >= '2026-04-01' and ${at} < '2026-10-01'`;
    for (const [metric, values] of [
      [wonAmount, await amounts('cm_contracts', 'signed_on', "status in ('effective', 'completed')")],
      [paymentAmount, await amounts('cm_payments', 'paid_on', "status = 'confirmed'")],
      [
        salesCycle,
        await times(
          `select created_at as a, closed_at as b from cm_opportunities where outcome = 'won' and ${half('closed_at')}`,
        ),
      ],
      [
        leadResponseTime,
        await times(
          `select coalesce(assigned_at, created_at) as a, first_contacted_at as b from cm_leads where first_contacted_at >= coalesce(assigned_at, created_at) and ${half('created_at')}`,
        ),
      ],
    ] as const) {
      const spread = found.total(metric).spread!;
      expect(spread.cases, metric.id).toBe(values.length);
      expect(values.length).toBeGreaterThan(10);
      expect(spread.sum / values.reduce((all, v) => all + v, 0), metric.id).toBeCloseTo(1, 5);
      expect(spread.squares / values.reduce((all, v) => all + v * v, 0), metric.id).toBeCloseTo(1, 5);
    }
  });
});
