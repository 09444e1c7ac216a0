import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Role } from '../../src/access/viewer.ts';
import type { CrmTables } from '../../src/crm/schema.ts';
import type { Database } from '../../src/database/connect.ts';
import { metricById } from '../../src/metrics/catalogue.ts';
import { dashboardReport } from '../../src/reports/dashboard.ts';
import { describeOnBoth } from '../database/databases.ts';
import { amountOf, figureOf, type GeneratedCompany, generatedCompany, wordsOf } from './generated-company.ts';
import { asking, at, days, smallCompany } from './small-company.ts';

const signed = `status in ('effective', 'completed')`;

describeOnBoth('看板', (dialect, open) => {
  let database: Database<CrmTables> & { drop(): Promise<void> };
  let demo: GeneratedCompany;
  beforeAll(async () => {
    database = await open<CrmTables>();
    demo = await generatedCompany(database);
  }, 120_000);
  afterAll(() => database.drop());

  const as = (role: Role, name: string) => {
    const person = demo.directory.people.find((one) => one.name === name)!;
    return { userId: person.id, name, role, departmentId: person.departmentId, region: person.region };
  };

  it.each([
    ['director', '陈志远', 'won_amount target_attainment win_rate payment_amount churn_rate roi'],
    ['manager', '周建国', 'won_amount target_attainment win_rate lead_conversion followup_count stage_stuck'],
    ['rep', '王磊', 'won_amount target_attainment open_amount followup_count stage_stuck silent_customers'],
    ['service', '林雪', 'ticket_count complaint_count first_response_time resolution_rate csat nps'],
    ['marketing', '苏婷', 'new_leads lead_conversion lead_response_time new_customers cpl roi'],
  ] as const)('shows %s six tiles of their own work, each number in the dictionary', async (role, name, ids) => {
    const before = demo.crm.queriesRun;
    const found = await demo.ask('dashboard', {
      viewer: as(role, name),
      ...(role === 'rep' ? { people: [name] } : {}),
    });
    expect(demo.crm.queriesRun - before).toBeLessThanOrEqual(10);
    expect(found.chart).toMatchObject({ kind: 'tiles' });
    const tiles = found.chart?.kind === 'tiles' ? found.chart.tiles : [];
    expect(tiles.map(({ label }) => label)).toEqual(ids.split(' ').map((id) => metricById(id)!.name));
    expect(found.headline).toHaveLength(5);
    expect(found.advice.length).toBeLessThanOrEqual(3);
    for (const text of [found.title, wordsOf(found), ...tiles.map(({ note }) => note)])
      expect(text).not.toMatch(/NaN|undefined|null|Infinity/);
    const keys = found.figures.map(({ metric, dims }) => JSON.stringify([metric, dims ?? {}]));
    expect(new Set(keys).size).toBe(keys.length);
    for (const figure of found.figures) if (figure.value === null) expect(figure.missing).toBeTruthy();
  });

  it('holds the same days against each other, as plain SQL counts them', async () => {
    const found = await demo.ask('dashboard');
    for (const [from, to, dims] of [
      ['2026-11-01', '2026-11-18', {}],
      ['2026-10-01', '2026-10-18', { period: '上月同期' }],
    ] as const) {
      expect(amountOf(found, 'won_amount', dims)).toBe(
        await demo.number(
          `select coalesce(sum(round(amount * 100)), 0) from cm_contracts where ${signed} and signed_on between '${from}' and '${to}'`,
        ),
      );
      expect(figureOf(found, 'win_rate', dims)).toMatchObject({
        numerator: await demo.number(
          `select count(*) from cm_opportunities where outcome = 'won' and closed_at >= '${from}' and closed_at <= '${to} 23:59:59'`,
        ),
      });
    }
    const churn = await demo.ask('churn_rate');
    expect(figureOf(found, 'churn_rate')).toMatchObject({
      numerator: figureOf(churn, 'churn_rate')!.numerator,
      denominator: figureOf(churn, 'churn_rate')!.denominator,
    });
    const settled = await demo.ask('campaign_roi', { period: days('2025-08-20', '2026-08-19') });
    expect(amountOf(found, 'roi')).toBeCloseTo(amountOf(settled, 'roi')!, 9);
  });

  it('says the first response of leads as a loop over the rows does', async () => {
    const found = await demo.ask('dashboard', { viewer: as('marketing', '苏婷'), period: 'last_month' });
    const leads = await demo.rows<{ given: string; answered: string | null }>(
      `select coalesce(assigned_at, created_at) as given, first_contacted_at as answered from cm_leads where created_at >= '2026-10-01' and created_at < '2026-11-01'`,
    );
    const hours = leads.flatMap(({ given, answered }) =>
      answered === null || answered < given ? [] : [(Date.parse(answered) - Date.parse(given)) / 3_600_000],
    );
    expect(hours.length).toBeGreaterThan(5);
    expect(amountOf(found, 'lead_response_time')).toBeCloseTo(hours.reduce((a, b) => a + b, 0) / hours.length, 6);
  });

  it('calls a fall of few cases what it is, and a real one by its name', async () => {
    const ask = async (now: number, before: number, share: number) => {
      const closed = (month: string, count: number, won: number) =>
        Array.from({ length: count }, (_, i) => ({
          opportunity_id: `${month}-${i}`,
          owner_user_id: 'wang',
          stage_id: i < won ? 's5' : 'sl',
          outcome: i < won ? 'won' : 'lost',
          created_at: '2026-08-01 09:00:00',
          closed_at: `${month}-05 09:00:00`,
        }));
      const company = await smallCompany(dialect, {
        cm_opportunities: [...closed('2026-11', now, Math.round(now * share)), ...closed('2026-10', before, before)],
      });
      try {
        const period = days('2026-11-01', '2026-11-30', 'this_month');
        return await dashboardReport.run(company, asking(at('2026-11-18 10:30:00'), { period }));
      } finally {
        await company.drop();
      }
    };
    expect((await ask(3, 9, 0)).title).toBe('本月各项平稳,没有明显变化');
    const real = await ask(40, 40, 0.5);
    expect(real.title).toBe('本月要管的是赢单率');
    expect(real.advice[0]?.command).toBe('赢单率 本月 按丢单原因');
  });

  it('a reached target settles the amount, and a month that is over is not to be caught up in', async () => {
    const deals = (month: string, count: number) =>
      Array.from({ length: count }, (_, i) => ({
        contract_id: `${month}-${i}`,
        customer_id: `c${i}`,
        owner_user_id: 'wang',
        amount: 100_000 as never,
        status: 'effective' as const,
        signed_on: `${month}-05`,
      }));
    const ask = async (target: number) => {
      const company = await smallCompany(dialect, {
        cm_contracts: [...deals('2026-10', 20), ...deals('2026-09', 60)],
        cm_targets: [
          { scope: 'company', scope_id: '', metric: 'won_amount', month: '2026-10-01', amount: target as never },
        ],
      });
      try {
        const period = days('2026-10-01', '2026-10-31', 'last_month');
        return await dashboardReport.run(company, asking(at('2026-11-18 10:30:00'), { period }));
      } finally {
        await company.drop();
      }
    };
    const reached = await ask(1_900_000);
    expect(reached.title).toBe('上月目标完成率变好,没有要管的');
    expect(reached.advice).toEqual([]);
    const missed = await ask(2_500_000);
    expect(missed.title).toBe('上月要管的是成交金额、目标完成率');
    expect(missed.advice.map(({ text }) => text).join('')).not.toMatch(/本期|先看少在哪/);
    expect(missed.advice.map(({ command }) => command)).toEqual(['预测 本月', '目标 本月']);
  });
});
