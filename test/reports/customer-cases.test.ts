import { expect, it } from 'vitest';
import type { CrmTables } from '../../src/crm/schema.ts';
import { mintScope } from '../../src/crm/scope.ts';
import { churnRateReport } from '../../src/reports/churn-rate.ts';
import { customerGradesReport } from '../../src/reports/customer-grades.ts';
import { healthScoreReport } from '../../src/reports/health-score.ts';
import { renewalDueReport } from '../../src/reports/renewal-due.ts';
import type { Findings, Question, Report } from '../../src/reports/report.ts';
import { serviceMetricsReport } from '../../src/reports/service-metrics.ts';
import { staleRepsReport } from '../../src/reports/stale-reps.ts';
import { describeOnBoth } from '../database/databases.ts';
import { type CompanyRows, company } from '../fixtures/company.ts';
import { companyOver } from './company-over.ts';
import { asking, at, days, figureOf, textOf } from './small-company.ts';

const now = at('2026-11-18 10:30:00');
const many = <T>(count: number, row: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => row(i));

describeOnBoth('cases of the articles', (_, open) => {
  async function told(rows: CompanyRows, report: Report, question: Partial<Question> = {}): Promise<Findings> {
    const database = await open<CrmTables>();
    try {
      await company(rows).into(database);
      return await report.run(await companyOver(database), asking(now, question));
    } finally {
      await database.drop();
    }
  }

  /** S3: one grade closes 38 of 100 in 45 days, another 8 of 100, and takes a good part of the follow-ups. */
  const graded = (strong: string, weak: string): CompanyRows => ({
    customers: [
      {
        customer_id: 'good',
        level: strong,
        annual_budget: 800_000,
        is_industry_leader: 1,
        has_clear_decision_chain: 1,
      },
      { customer_id: 'weak', level: weak, annual_budget: 50_000 },
    ],
    opportunities: [
      ...many(100, (i) => ({
        customer_id: 'good',
        created_at: '2026-03-01 09:00:00',
        ...(i < 38 ? { outcome: 'won', closed_at: '2026-04-15 09:00:00' } : { outcome: 'lost' }),
      })),
      ...many(100, (i) => ({
        customer_id: 'weak',
        created_at: '2026-03-01 09:00:00',
        ...(i < 8 ? { outcome: 'won', closed_at: '2026-04-30 09:00:00' } : { outcome: 'lost' }),
      })),
    ],
    activities: [
      ...many(40, () => ({ customer_id: 'good', occurred_at: '2026-05-01 09:00:00' })),
      ...many(60, () => ({ customer_id: 'weak', occurred_at: '2026-05-01 09:00:00' })),
    ],
  });

  it('S3: says which grade closes, how fast, and where the time goes; and follows the data', async () => {
    const period = days('2026-01-01', '2026-12-31', 'this_year');
    for (const [strong, weak] of [
      ['A', 'C'],
      ['C', 'A'],
    ] as const) {
      const found = await told(graded(strong, weak), customerGradesReport, { period });
      const text = textOf(found.narrative);
      expect(text).toContain(`${strong} 级 38.0 %(38/100)、平均 45 天`);
      expect(text).toContain(`${weak} 级 8.0 %(8/100)、平均 60 天`);
      expect(text).toContain(`60.0 %花在 ${weak} 级客户上`);
      expect(found.title).toBe(`${weak} 级拿走 60.0 % 的跟进,转化只有 8.0 %`);
      expect(found.advice[0]?.text).toContain(`把销售时间往 ${strong} 级挪`);
    }
  });

  it('S3: calls no difference that few deals do not support', async () => {
    const rows = graded('A', 'C');
    const few = { ...rows, opportunities: rows.opportunities!.filter((_, i) => i % 20 === 0) };
    const found = await told(few, customerGradesReport, { period: days('2026-01-01', '2026-12-31', 'this_year') });
    expect(textOf(found.narrative)).toContain('差别在正常波动以内');
    expect(found.advice.map(({ text }) => text).join()).not.toContain('把销售时间往');
  });

  /** S5: five signed customers; only one has both logins halved and a complaint. */
  const signed = (red: string): CompanyRows => {
    const ids = ['c1', 'c2', 'c3', 'c4', 'c5'];
    const names = ['宏达机械', '顺通物流', '中科星图', '海纳医药', '新域教育'];
    return {
      users: [
        { user_id: 'u1', name: '王磊', department_id: 'd2', roles: 'rep' },
        { user_id: 'u2', name: '李娜', department_id: 'd2', roles: 'rep' },
      ],
      customers: ids.map((id, i) => ({ customer_id: id, name: names[i]!, owner_user_id: i % 2 === 0 ? 'u2' : 'u1' })),
      contracts: ids.map((id) => ({
        customer_id: id,
        amount: 200_000,
        signed_on: '2025-12-20',
        starts_on: '2025-12-20',
        ends_on: '2026-12-19',
      })),
      customer_usage: ids.flatMap((id) =>
        many(60, (day) => ({
          customer_id: id,
          day: new Date(Date.UTC(2026, 8, 19 + day)).toISOString().slice(0, 10),
          // c3 halves its logins without a complaint; c4 complains without a drop.
          logins: day >= 30 && (id === red || id === 'c3') ? 4 : 10,
          active_users: 3,
          features_used: 5,
        })),
      ),
      tickets: [
        { customer_id: red, kind: 'complaint', created_at: '2026-11-02 09:00:00' },
        { customer_id: 'c4', kind: 'complaint', created_at: '2026-10-02 09:00:00' },
      ],
    };
  };

  it('S5: lists the red ones with reason, owner and the amount up for renewal; and follows the data', async () => {
    for (const [red, name, owner] of [
      ['c1', '宏达机械', '李娜'],
      ['c2', '顺通物流', '王磊'],
    ] as const) {
      const found = await told(signed(red), healthScoreReport);
      const text = textOf(found.narrative);
      expect(found.title).toBe('1 家红色客户,20 万合同有风险');
      expect(text).toContain(`${name}(${owner},登录降 60 %(300→120),投诉 1 次,还有 31 天到期)`);
      expect(text).toContain('牵涉 20 万');
      expect(found.table?.rows.filter((row) => row[1] === '红色').map((row) => row[0])).toEqual([name]);
      expect(found.table?.rows.filter((row) => row[1] === '黄色')).toHaveLength(2);
      expect(found.advice[0]).toMatchObject({ who: owner, due: '2026-11-20', command: `客户 ${name}` });
    }
  });

  it('decision 15: exactly half is red, one login more is not; a complaint of 91 days ago no longer counts', async () => {
    const rows = signed('c1');
    const usage = (perDay: number) =>
      rows.customer_usage!.map((u) => (u.customer_id === 'c1' && u.logins === 4 ? { ...u, logins: perDay } : u));
    const reds = async (change: CompanyRows) =>
      figureOf((await told({ ...rows, ...change }, healthScoreReport)).figures, 'red_customers');
    expect(await reds({ customer_usage: usage(5) })).toBe(1);
    const oneMore = usage(5).map((u, i, list) =>
      i === list.findIndex((x) => x.logins === 5) ? { ...u, logins: 6 } : u,
    );
    expect(await reds({ customer_usage: oneMore })).toBe(0);
    const complaint = (created_at: string): CompanyRows => ({
      tickets: [{ customer_id: 'c1', kind: 'complaint', created_at }],
    });
    expect(await reds(complaint('2026-08-21 00:00:00'))).toBe(1);
    expect(await reds(complaint('2026-08-20 23:59:59'))).toBe(0);
  });

  /** S9: complaints go from 20 to 40, and the rise sits in one region with one product. */
  const complaints = (region: string, product: string): CompanyRows => {
    const people = ['华东', '华南', '华北', '华中'];
    const products = ['智能网关', '云协同', '仓储云', '车载终端'];
    const ticket = (i: number, at: string, r = people[i % 4]!, p = products[Math.floor(i / 4) % 4]!) => ({
      customer_id: `c-${r}`,
      product_id: p,
      kind: 'complaint',
      created_at: at,
    });
    return {
      departments: [
        { department_id: 'd1', name: '公司' },
        ...people.map((name) => ({ department_id: `d-${name}`, parent_id: 'd1', name: `${name}区`, region: name })),
      ],
      users: people.flatMap((name) => [
        { user_id: `u-${name}`, name: `${name}甲`, department_id: `d-${name}`, roles: 'rep' },
        { user_id: `m-${name}`, name: `${name}经理`, department_id: `d-${name}`, roles: 'regional_manager' },
      ]),
      products: products.map((name) => ({ product_id: name, name })),
      customers: people.map((name) => ({ customer_id: `c-${name}`, name: `${name}客户`, owner_user_id: `u-${name}` })),
      tickets: [
        ...many(20, (i) => ticket(i, '2026-10-05 09:00:00')),
        ...many(20, (i) => ticket(i, '2026-11-05 09:00:00')),
        ...many(20, (i) => ticket(i, '2026-11-06 09:00:00', i < 19 ? region : '华中', i < 18 ? product : '车载终端')),
      ],
    };
  };

  it('S9: names the region and the product that carry the rise, with their shares; and follows the data', async () => {
    const question = { period: days('2026-11-01', '2026-11-30', 'this_month'), slots: { metric: 'complaint_count' } };
    for (const [region, product] of [
      ['华南', '智能网关'],
      ['华北', '仓储云'],
    ] as const) {
      const found = await told(complaints(region, product), serviceMetricsReport, question);
      const text = textOf(found.narrative);
      expect(text).toContain(`${region}占 19 个(95 %);${product}占 18 个(90 %)`);
      expect(found.advice[0]).toMatchObject({ who: `${region}经理` });
      expect(found.advice[0]?.text).toContain(`${region}「${product}」`);
    }
  });

  it('decision 13: lost on the 30th day after the end, with and without a contract; renewing in time is no loss', async () => {
    const rows: CompanyRows = {
      customers: ['gone', 'grace', 'renewed', 'late', 'quiet', 'regular'].map((customer_id) => ({
        customer_id,
        created_at: '2025-01-05 10:00:00',
      })),
      contracts: [
        {
          customer_id: 'gone',
          signed_on: '2025-10-19',
          starts_on: '2025-10-19',
          ends_on: '2026-10-19',
          amount: 80_000,
        },
        { customer_id: 'grace', signed_on: '2025-10-20', starts_on: '2025-10-20', ends_on: '2026-10-20' },
        { customer_id: 'renewed', signed_on: '2025-10-10', starts_on: '2025-10-10', ends_on: '2026-10-10' },
        { customer_id: 'renewed', signed_on: '2026-11-09', starts_on: '2026-11-09', ends_on: '2027-11-08' },
        { customer_id: 'late', signed_on: '2025-10-10', starts_on: '2025-10-10', ends_on: '2026-10-10' },
        { customer_id: 'late', signed_on: '2026-11-10', starts_on: '2026-11-10', ends_on: '2027-11-09' },
      ],
      opportunities: ['quiet', 'regular'].map((customer_id) => ({
        customer_id,
        outcome: 'won',
        created_at: '2026-01-01 09:00:00',
        closed_at: '2026-02-01 09:00:00',
      })),
      activities: [
        // Every 40 days until 24 August: more than 80 quiet days are over on 13 November.
        ...['2026-03-13', '2026-04-22', '2026-06-01', '2026-07-11', '2026-08-20'].map((day) => ({
          customer_id: 'quiet',
          occurred_at: `${day} 09:00:00`,
        })),
        ...['2026-05-01', '2026-08-01', '2026-11-01'].map((day) => ({
          customer_id: 'regular',
          occurred_at: `${day} 09:00:00`,
        })),
      ],
    };
    const found = await told(rows, churnRateReport, { period: days('2026-11-01', '2026-11-30', 'this_month') });
    // At the start all six are there; gone (18 November), late (9 November) and quiet (9 November) are lost.
    expect(figureOf(found.figures, 'customers_at_start')).toBe(6);
    expect(figureOf(found.figures, 'lost_customers')).toBe(3);
    expect(figureOf(found.figures, 'lost_contract_amount')).toBe(8_000_000 + 10_000_000);
  });

  it('gives the renewals of a customer that was taken over to the one who has it now', async () => {
    const rows: CompanyRows = {
      customers: [{ customer_id: 'c1', name: '宏达机械', owner_user_id: 'u1' }],
      contracts: [{ owner_user_id: 'gone', signed_on: '2025-12-01', starts_on: '2025-12-01', ends_on: '2026-12-01' }],
    };
    const period = days('2026-11-19', '2026-12-18', 'next_30_days');
    for (const [owner, count] of [
      ['u1', 1],
      ['gone', undefined],
    ] as const) {
      const found = await told(rows, renewalDueReport, { period, scope: mintScope([owner], owner) });
      expect(figureOf(found.figures, 'renewals_due')).toBe(count);
    }
  });

  it('decision 8: counts work days for reps, the week-end is none', async () => {
    const rows = (last: string): CompanyRows => ({ activities: [{ occurred_at: `${last} 18:00:00` }] });
    const question = { slots: { threshold: { op: '>=', days: 3 } } } as const;
    // Friday 13 to Wednesday 18: Monday, Tuesday, Wednesday.
    const stale = await told(rows('2026-11-13'), staleRepsReport, question);
    expect(stale.title).toBe('1 个销售满 3 个工作日没更新');
    expect(figureOf(stale.figures, 'days_without_update', { owner: '王磊' })).toBe(3);
    const fresh = await told(rows('2026-11-16'), staleRepsReport, question);
    expect(textOf(fresh.narrative)).toContain('都在 3 个工作日内更新过');
  });
});
