import { afterEach, describe, expect, it } from 'vitest';
import type { NewRow } from '../../src/crm/bulk-insert.ts';
import type { Findings } from '../../src/reports/report.ts';
import { reviewReport } from '../../src/reports/review-report.ts';
import { dialects } from '../database/databases.ts';
import { asking, at, days, figureOf, type Rows, type SmallCompany, smallCompany, textOf } from './small-company.ts';

let company: SmallCompany | null = null;
afterEach(async () => {
  await company?.drop();
  company = null;
});

const pad = (n: number): string => String(n).padStart(2, '0');

interface Leads {
  readonly month: string;
  readonly count: number;
  readonly won?: number;
  readonly hours?: number;
  readonly owner?: string;
  readonly channel?: string;
}

/** Leads of a month, spread over its first days, each contacted after so many hours, the first `won` converted. */
const leadsOf = (...groups: readonly Leads[]): NewRow<'cm_leads'>[] =>
  groups.flatMap(({ month, count, won = 0, hours = 3, owner = 'wang', channel = '官网' }, g) =>
    Array.from({ length: count }, (_, i): NewRow<'cm_leads'> => {
      const day = 1 + (i % 9);
      const hour = 1 + (hours % 22);
      return {
        lead_id: `l${g}-${month}-${i}`,
        source: channel,
        owner_user_id: owner,
        status: i < won ? 'converted' : 'dead',
        created_at: `${month}-${pad(day)} 01:00:00`,
        assigned_at: `${month}-${pad(day)} 01:00:00`,
        first_contacted_at: `${month}-${pad(day + Math.floor((1 + hours) / 24))} ${pad(hours === 24 ? 1 : hour)}:00:00`,
        converted_at: i < won ? `${month}-12 09:00:00` : null,
      };
    }),
  );

const customersOf = (month: string, channel: string, count: number): NewRow<'cm_customers'>[] =>
  Array.from({ length: count }, (_, i) => ({
    customer_id: `c-${month}-${channel}-${i}`,
    name: `客户 ${channel}${i}`,
    source: channel,
    owner_user_id: 'wang',
    lifecycle: 'active',
    created_at: `${month}-${pad(1 + (i % 10))} 09:00:00`,
  }));

const contractsOf = (month: string, count: number, amount: number): NewRow<'cm_contracts'>[] =>
  Array.from({ length: count }, (_, i) => ({
    contract_id: `k-${month}-${i}`,
    customer_id: `x${i}`,
    owner_user_id: 'wang',
    amount: amount as never,
    status: 'effective',
    signed_on: `${month}-05`,
  }));

const partOf = (found: Findings, title: string): string =>
  textOf(found.sections?.find((section) => section.title.startsWith(title))?.lines ?? []);

const october = days('2026-10-01', '2026-10-31', 'last_month');
const after = at('2026-11-18 10:30:00');

describe.each(dialects)('复盘 on %s', (dialect) => {
  async function review(rows: Rows, more: Parameters<typeof asking>[1] = {}): Promise<Findings> {
    company = await smallCompany(dialect, rows);
    const before = company.crm.queriesRun;
    const found = await reviewReport.run(company, asking(after, { period: october, ...more }));
    expect(company.crm.queriesRun - before).toBeLessThanOrEqual(6);
    return found;
  }

  const target = (amount: number): readonly NewRow<'cm_targets'>[] => [
    { scope: 'company', scope_id: '', metric: 'new_customers', month: '2026-10-01', amount: amount as never },
  ];

  it('S13: leads are plenty, the first response is what fails', async () => {
    const found = await review({
      cm_targets: target(100),
      cm_customers: [...customersOf('2026-10', '官网', 80), ...customersOf('2026-09', '官网', 95)],
      cm_leads: leadsOf(
        { month: '2026-10', count: 300, hours: 24, owner: 'wang' },
        { month: '2026-09', count: 290, hours: 3, owner: 'wang' },
        { month: '2026-10', count: 60, hours: 3, owner: 'li' },
        { month: '2026-09', count: 60, hours: 3, owner: 'li' },
      ),
    });
    expect(found.title).toBe('上月复盘:新增客户差目标 20.0 %,卡在首次响应');
    expect(partOf(found, '主要问题')).toContain('新增客户 80,目标 100,差 20.0 %');
    expect(partOf(found, '原因分析')).toMatch(
      /不缺线索\(线索 360 条,.*350 条\).*首次响应慢了\(首次响应平均 20\.5 小时,.* 3 小时\)/,
    );
    expect(found.advice[0]!.text).toMatch(/新线索 2 小时内首次联系.*下次复盘看首次响应/);
    expect(found.advice[0]).toMatchObject({ due: '2026-11-23' });
    expect(found.advice[0]!.who).toBeTruthy();
    expect(figureOf(found.figures, 'target_attainment', { metric: '新增客户' })).toBe(0.8);
  });

  it('S13 elsewhere: the response is as quick as ever, the leads are missing, of one channel', async () => {
    const found = await review({
      cm_targets: target(100),
      cm_customers: [...customersOf('2026-10', '官网', 80), ...customersOf('2026-09', '官网', 95)],
      cm_leads: leadsOf(
        { month: '2026-10', count: 100, hours: 3 },
        { month: '2026-09', count: 100, hours: 3 },
        { month: '2026-10', count: 20, hours: 3, channel: '展会' },
        { month: '2026-09', count: 190, hours: 3, channel: '展会' },
      ),
    });
    expect(found.title).toBe('上月复盘:新增客户差目标 20.0 %,缺的是线索');
    expect(partOf(found, '原因分析')).toMatch(/首次响应没有变慢.*线索少了\(线索 120 条,.*290 条\)/);
    expect(found.advice[0]!.text).toContain('展会的线索补上');
  });

  /** Contracts that ended a month before: `lost` of `base` were not renewed; old ones were signed two years ago. */
  const churning = (month: string, end: string, old: readonly [number, number], young: readonly [number, number]) => {
    const customers: NewRow<'cm_customers'>[] = [];
    const contracts: NewRow<'cm_contracts'>[] = [];
    for (const [kind, [lost, base], since] of [
      ['old', old, '2024-02-01'],
      ['young', young, '2026-02-01'],
    ] as const) {
      for (let i = 0; i < base; i += 1) {
        const id = `${month}-${kind}-${i}`;
        customers.push({
          customer_id: id,
          name: id,
          owner_user_id: 'wang',
          lifecycle: 'active',
          created_at: `${since} 09:00:00`,
        });
        contracts.push({
          contract_id: id,
          customer_id: id,
          owner_user_id: 'wang',
          amount: 50_000 as never,
          status: 'effective',
          signed_on: since,
          starts_on: since,
          ends_on: i < lost ? end : '2027-06-30',
        });
      }
    }
    return { customers, contracts };
  };

  it.each([
    ['线上', '展会', 'old'],
    ['展会', '线上', 'young'],
  ] as const)('S14: more customers from %s, more lost among the %s ones', async (grown, still, lostAmong) => {
    const now = churning(
      '10',
      '2026-09-10',
      lostAmong === 'old' ? [100, 500] : [20, 500],
      lostAmong === 'old' ? [20, 480] : [100, 480],
    );
    const before = churning('09', '2026-08-10', [40, 40], [40, 40]);
    const found = await review({
      cm_customers: [
        ...customersOf('2026-10', grown, 75),
        ...customersOf('2026-09', grown, 58),
        ...customersOf('2026-10', still, 60),
        ...customersOf('2026-09', still, 62),
        ...now.customers,
        ...before.customers,
      ],
      cm_contracts: [...now.contracts, ...before.contracts],
    });
    const table = Object.fromEntries(found.table!.rows.map((row) => [row[0], row]));
    expect(table.新增客户).toEqual(['新增客户', '135', '120', '+12.5 %']);
    const [rate, was] = [
      figureOf(found.figures, 'churn_rate')!,
      figureOf(found.figures, 'churn_rate', { period: '前一个月' })!,
    ];
    const [points, relative] = [(rate - was) * 100, (rate / was - 1) * 100];
    expect(table.客户流失率![3]).toBe(`+${points.toFixed(1)} 个百分点(相对 +${relative.toFixed(1)} %)`);
    expect(partOf(found, '原因分析')).toContain(
      `主要在${lostAmong === 'old' ? '老客户(签约满一年)' : '新客户(签约不满一年)'}`,
    );
    expect(partOf(found, '原因分析')).toMatch(new RegExp(`新增客户多 15 家.*增量主要在${grown}多 17 家`));
    expect(found.title).toContain('客户流失率');
  });

  it.each(['展会', '百度竞价'])('S15: more orders of worse leads, brought by %s', async (flood) => {
    const found = await review({
      cm_contracts: [...contractsOf('2026-10', 30, 50_000), ...contractsOf('2026-09', 20, 50_000)],
      cm_leads: leadsOf(
        ...['官网', '展会', '百度竞价'].flatMap((channel) => [
          { month: '2026-09', count: 60, won: 18, channel },
          { month: '2026-10', count: channel === flood ? 300 : 60, won: channel === flood ? 20 : 18, channel },
        ]),
      ),
    });
    expect(found.title).toBe(`上月复盘:单数多了,线索转化却掉了,多出来的线索来自${flood}`);
    expect(partOf(found, '主要问题')).toContain('单数多了,线索转化率从 30.0 %(54/180) 到 13.3 %(56/420)');
    expect(partOf(found, '原因分析')).toContain(`线索多了 240 条,其中${flood}多 240 条(占 100.0 %)`);
    expect(found.advice[0]!.text).toContain(`${flood}的线索先筛再派`);
  });

  interface Half {
    readonly month: string;
    /** Leads won of 400. */
    readonly won: number;
    readonly cycle: number;
    readonly amount: number;
    readonly cost: number;
    readonly owner?: string;
    /** Whose 200 leads never change, beside those that do. */
    readonly still?: string;
  }

  /** Two half years of 400 leads, with their contracts, cycle, and what the campaigns cost. */
  const halfYears = (...halves: readonly Half[]): Rows => {
    const rows = halves.map(({ month, won, cycle, amount, cost, owner = 'wang', still }): Rows => {
      const leads = leadsOf({ month, count: 400, won, owner }).map((lead, i) => ({
        ...lead,
        customer_id: i < won ? `w${month}-${i}` : null,
      }));
      const others = still === undefined ? [] : leadsOf({ month, count: 200, won: 30, owner: still });
      return {
        cm_leads: [...leads, ...others.map((lead) => ({ ...lead, lead_id: `still-${lead.lead_id}` }))],
        cm_contracts: Array.from({ length: won }, (_, i) => ({
          contract_id: `k${month}-${i}`,
          customer_id: `w${month}-${i}`,
          owner_user_id: owner,
          amount: Math.round((amount * 100) / won) as never,
          status: 'effective',
          signed_on: `${month}-20`,
        })),
        cm_opportunities: Array.from({ length: 40 }, (_, i) => ({
          opportunity_id: `o${month}-${i}`,
          owner_user_id: owner,
          stage_id: 's5',
          outcome: 'won',
          created_at: new Date(Date.parse(`${month}-20T01:00:00Z`) - cycle * 86_400_000)
            .toISOString()
            .slice(0, 19)
            .replace('T', ' '),
          closed_at: `${month}-20 01:00:00`,
        })),
        cm_campaigns: [
          {
            campaign_id: `g${month}`,
            name: month,
            starts_on: `${month}-01`,
            ends_on: `${month}-28`,
            actual_cost: cost as never,
          },
        ],
      };
    });
    const both = (table: keyof Rows) => rows.flatMap((one): readonly unknown[] => one[table] ?? []) as never;
    return {
      cm_leads: both('cm_leads'),
      cm_contracts: both('cm_contracts'),
      cm_opportunities: both('cm_opportunities'),
      cm_campaigns: both('cm_campaigns'),
    };
  };

  const halfYear = (rows: Rows) =>
    review(rows, {
      period: days('2026-01-01', '2026-06-30', 'first_half'),
      compare: { kind: 'period', period: days('2025-07-01', '2025-12-31', 'second_half') },
    });
  const changesOf = (found: Findings) => Object.fromEntries(found.table!.rows.map((row) => [row[0], row[3]]));
  const [poor, good] = [
    { won: 44, cycle: 78, amount: 100_000, cost: 200_000 },
    { won: 92, cycle: 50, amount: 165_000, cost: 262_000 },
  ];

  it('S6: half a year against half a year, each change with its sign, points apart from percent', async () => {
    const found = await halfYear(halfYears({ month: '2025-09', ...poor }, { month: '2026-03', ...good }));
    const change = changesOf(found);
    expect(change.线索转化率).toBe('+12.0 个百分点(相对 +109.1 %)');
    expect(change.平均成交周期).toBe('−35.9 %');
    expect(
      figureOf(found.figures, 'sales_cycle', { period: '2025 年下半年' })! - figureOf(found.figures, 'sales_cycle')!,
    ).toBe(28);
    expect(change.获客成本).toBe('−37.3 %');
    expect(change.成交金额).toBe('+65.0 %');
    expect(partOf(found, '主要问题')).toBe('没有超出正常波动的变差。');
  });

  it.each([
    ['wang', 'li', '华东|王磊'],
    ['li', 'wang', '华南|李强'],
  ] as const)(
    'S6 the other way round: all four got worse, and the leads are lost where %s sells',
    async (owner, still, names) => {
      const found = await halfYear(
        halfYears({ month: '2025-09', ...good, owner, still }, { month: '2026-03', ...poor, owner, still }),
      );
      const change = changesOf(found);
      // 122 of 600 before, 74 of 600 now.
      const [before, now] = [122 / 600, 74 / 600];
      expect(change.线索转化率).toBe(
        `−${((before - now) * 100).toFixed(1)} 个百分点(相对 −${((1 - now / before) * 100).toFixed(1)} %)`,
      );
      expect(change.平均成交周期).toBe(`+${((78 / 50 - 1) * 100).toFixed(1)} %`);
      // Only the changing side's customers are known by name: CAC counts those.
      expect(change.获客成本).toBe(`+${((200_000 / 44 / (262_000 / 92) - 1) * 100).toFixed(1)} %`);
      expect(change.成交金额).toBe(`−${((1 - 100 / 165) * 100).toFixed(1)} %`);
      const problems = partOf(found, '主要问题');
      // The three that weigh most; the table has them all.
      expect(problems).toContain('成交金额从 1,650 万到 1,000 万,−39.4 %');
      expect(problems).toContain('线索转化率从 20.3 %(122/600) 到 12.3 %(74/600)');
      expect(partOf(found, '原因分析')).toMatch(new RegExp(`线索转化.*主要在(${names})`));
      expect(partOf(found, '原因分析')).not.toMatch(
        new RegExp(`主要在(${owner === 'wang' ? '华南|李强' : '华东|王磊'})`),
      );
    },
  );

  it('S6 with only one thing moved: quicker deals, and nothing else is claimed', async () => {
    const found = await halfYear(halfYears({ month: '2025-09', ...poor }, { month: '2026-03', ...poor, cycle: 50 }));
    const change = changesOf(found);
    expect(change.平均成交周期).toBe('−35.9 %');
    expect([change.线索转化率, change.获客成本, change.成交金额]).toEqual(['持平', '持平', '持平']);
    expect(partOf(found, '主要问题')).toBe('没有超出正常波动的变差。');
  });

  it('blames a slower response for nothing where new customers rose, and says that the target is far', async () => {
    const found = await review({
      cm_targets: target(100),
      cm_customers: [...customersOf('2026-10', '官网', 80), ...customersOf('2026-09', '官网', 60)],
      cm_leads: leadsOf({ month: '2026-10', count: 300, hours: 24 }, { month: '2026-09', count: 290, hours: 3 }),
    });
    expect(found.title).toBe('上月复盘:新增客户差目标 20.0 %');
    expect(partOf(found, '原因分析')).toMatch(/多 20 家.*首次响应慢了\(24 小时,.* 3 小时\),但新增客户没有跟着少/);
    expect(partOf(found, '原因分析')).not.toMatch(/原因在/);
  });

  it('calls one deal against one a coincidence, and waits with a long tail no change', async () => {
    const waits = [1, 1, 1, 2, 2, 1, 1, 2, 1, 2, 1, 1];
    const found = await review({
      cm_contracts: [...contractsOf('2026-10', 1, 442_000), ...contractsOf('2026-09', 1, 166_000)],
      cm_leads: [
        ...waits.map((hours, i) => ({ hours: i === 0 ? 20 : hours, month: '2026-10', i })),
        ...waits.map((hours, i) => ({ hours, month: '2026-09', i })),
      ].flatMap(({ hours, month, i }) =>
        leadsOf({ month, count: 1, hours }).map((lead) => ({ ...lead, lead_id: `${month}-${i}` })),
      ),
    });
    expect(found.title).toBe('上月复盘:各项平稳');
    const changes = Object.fromEntries(found.table!.rows.map((row) => [row[0], row[3]]));
    expect([changes.成交金额, changes.线索首次响应]).toEqual(['+166.3 %', '+118.8 %']);
    expect(partOf(found, '业务概况')).toMatch(/\+166\.3 %,波动内.*\+118\.8 %,波动内/);
  });

  it('tells of a reached target before anything that is missing', async () => {
    const found = await review({
      cm_targets: [
        ...target(100),
        { scope: 'company', scope_id: '', metric: 'won_amount', month: '2026-10-01', amount: 2_000_000 as never },
      ],
      cm_customers: [...customersOf('2026-10', '官网', 80), ...customersOf('2026-09', '官网', 80)],
      cm_contracts: [...contractsOf('2026-10', 25, 100_000), ...contractsOf('2026-09', 31, 100_000)],
    });
    expect(found.title).toBe('上月复盘:成交金额完成目标 125.0 %;新增客户差目标 20.0 %');
    expect(textOf(found.narrative)).toMatch(
      /^达成的:成交金额 250 万,完成目标 200 万的 125\.0 %。.*−19\.4 %,在正常波动以内/,
    );
    expect(partOf(found, '主要问题')).not.toContain('成交金额');
  });

  it('finds nothing where nothing moved, and says so', async () => {
    const found = await review({
      cm_contracts: [...contractsOf('2026-10', 20, 50_000), ...contractsOf('2026-09', 20, 50_000)],
    });
    expect(found.title).toBe('上月复盘:各项平稳');
    expect(found.advice).toEqual([]);
    expect(partOf(found, '原因分析')).toBe('没有需要解释的变化。');
  });
});
