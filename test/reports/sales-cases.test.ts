import { afterEach, describe, expect, it } from 'vitest';
import type { Period } from '../../src/calendar/period.ts';
import type { NewRow } from '../../src/crm/bulk-insert.ts';
import { campaignRoiReport } from '../../src/reports/campaign-roi.ts';
import { leadConversionReport } from '../../src/reports/lead-conversion.ts';
import { rankingReport } from '../../src/reports/ranking.ts';
import type { Findings, Report } from '../../src/reports/report.ts';
import { salesPerformanceReport } from '../../src/reports/sales-performance.ts';
import { amountOf, figureOf, wordsOf } from './generated-company.ts';
import { asking, at, days, type Rows, type SmallCompany, smallCompany } from './small-company.ts';

const now = at('2026-11-18 10:30:00');
const lastMonth = days('2026-10-01', '2026-10-31', 'last_month');
const thisMonth = days('2026-11-01', '2026-11-30', 'this_month');

let company: SmallCompany | null = null;
afterEach(async () => {
  await company?.drop();
  company = null;
});

async function answer(
  rows: Rows,
  report: Report,
  period: Period,
  more: Parameters<typeof asking>[1] = {},
): Promise<Findings> {
  company = await smallCompany('sqlite', rows);
  return report.run(company, asking(now, { period, ...more }));
}

type Group = {
  readonly channel: string;
  readonly leads: number;
  readonly won: number;
  readonly owner?: string;
  readonly month?: string;
};

/** Leads of a channel, the first `won` of them converted to customers with a contract each. */
function leadsOf(groups: readonly Group[]): Rows {
  const [leads, customers, contracts]: [NewRow<'cm_leads'>[], NewRow<'cm_customers'>[], NewRow<'cm_contracts'>[]] = [
    [],
    [],
    [],
  ];
  for (const { channel, leads: count, won, owner = 'wang', month = '2026-10' } of groups) {
    for (let i = 0; i < count; i += 1) {
      const id = `${channel}-${month}-${owner}-${i}`;
      const done = i < won;
      leads.push({
        lead_id: id,
        source: channel,
        owner_user_id: owner,
        status: done ? 'converted' : 'dead',
        created_at: `${month}-${String(1 + (i % 15)).padStart(2, '0')} 09:00:00`,
        converted_at: done ? `${month}-16 09:00:00` : null,
        customer_id: done ? `c-${id}` : null,
      });
      if (!done) continue;
      customers.push({
        customer_id: `c-${id}`,
        name: `客户 ${id}`,
        source: channel,
        owner_user_id: owner,
        lifecycle: 'active',
        created_at: `${month}-16 09:00:00`,
      });
      contracts.push({
        contract_id: `k-${id}`,
        customer_id: `c-${id}`,
        owner_user_id: owner,
        amount: 60_000 as never,
        status: 'effective',
        signed_on: `${month}-17`,
      });
    }
  }
  return { cm_leads: leads, cm_customers: customers, cm_contracts: contracts };
}

const campaign = (
  channel: string,
  cost: number,
  more: Partial<NewRow<'cm_campaigns'>> = {},
): NewRow<'cm_campaigns'> => ({
  campaign_id: `g-${channel}`,
  name: `十月${channel}`,
  type: channel,
  status: 'ended',
  starts_on: '2026-10-01',
  ends_on: '2026-10-31',
  actual_cost: cost as never,
  ...more,
});

describe('S4: three channels', () => {
  const ask = (dear: string, cheap: string) =>
    answer(
      {
        ...leadsOf([
          { channel: dear, leads: 200, won: 12 },
          { channel: '行业峰会', leads: 100, won: 15 },
          { channel: cheap, leads: 100, won: 12 },
        ]),
        cm_campaigns: [campaign(dear, 240_000), campaign('行业峰会', 80_000), campaign(cheap, 20_000)],
      },
      campaignRoiReport,
      lastMonth,
    );

  it('says cost per lead, conversion, cost per customer, ROI, and which to cut and which to feed', async () => {
    const found = await ask('百度竞价', '公众号');
    const at = (metric: string, channel: string) => amountOf(found, metric, { channel });
    expect([at('cpl', '百度竞价'), at('cpl', '行业峰会'), at('cpl', '公众号')]).toEqual([120_000, 80_000, 20_000]);
    expect(
      [at('cac', '百度竞价'), at('cac', '行业峰会'), at('cac', '公众号')].map((fen) => Math.round(fen! / 100)),
    ).toEqual([20_000, 5_333, 1_667]);
    expect(figureOf(found, 'lead_win_rate', { channel: '百度竞价' })).toMatchObject({
      numerator: 12,
      denominator: 200,
    });
    expect(at('roi', '公众号')).toBeCloseTo((12 * 60_000 - 20_000) / 20_000, 9);
    expect(found.title).toMatch(/公众号获客最省\(1,667 元一个客户\),百度竞价最贵\(2 万一个客户\)/);
    expect(found.advice[0]!.text).toMatch(/百度竞价先减投.*加到公众号/);
  });

  it('follows the data to other channels', async () => {
    const found = await ask('展会', '转介绍');
    expect(found.advice[0]!.text).toMatch(/展会先减投.*加到转介绍/);
  });

  it('names neither where the customers are too few to tell', async () => {
    const rows = leadsOf([
      { channel: '百度竞价', leads: 10, won: 1 },
      { channel: '公众号', leads: 10, won: 2 },
    ]);
    const found = await answer(
      { ...rows, cm_campaigns: [campaign('百度竞价', 12_000), campaign('公众号', 2_000)] },
      campaignRoiReport,
      lastMonth,
    );
    expect(found.advice).toEqual([]);
    expect(wordsOf(found)).toMatch(/可能是偶然/);
  });

  it('gives no cost where only a part of the company is looked at', async () => {
    const rows = leadsOf([{ channel: '公众号', leads: 10, won: 2 }]);
    const found = await answer({ ...rows, cm_campaigns: [campaign('公众号', 2_000)] }, campaignRoiReport, lastMonth, {
      filter: { industries: ['制造业'] },
      filterWords: ['制造业'],
    });
    expect(found.figures.filter(({ metric }) => metric === 'cpl').every(({ value }) => value === null)).toBe(true);
  });
});

describe('S10: a campaign', () => {
  const birthday = (cost: number, revenue: number, name = '生日礼'): NewRow<'cm_campaigns'> =>
    campaign(name, cost, { name, actual_revenue: revenue as never });
  const ask = (...campaigns: readonly NewRow<'cm_campaigns'>[]) =>
    answer({ cm_campaigns: campaigns }, campaignRoiReport, lastMonth, { groupBy: ['campaign'] });

  it('says what one yuan brought back beside the ROI', async () => {
    const found = await ask(birthday(14_000, 98_000));
    expect(wordsOf(found)).toMatch(/1 元投入换回 7\.0 元\(ROI 600\.0 %\)/);
    expect(found.title).toMatch(/生日礼:1 元投入换回 7\.0 元/);
  });

  it('says so as plainly of another one that brought back less than it cost', async () => {
    const found = await ask(birthday(14_000, 8_400, '周年庆'));
    expect(wordsOf(found)).toMatch(/1 元投入换回 0\.6 元\(ROI -40\.0 %\)/);
    expect(found.title).toMatch(/周年庆:1 元投入换回 0\.6 元/);
  });

  it.each([
    ['生日礼', '周年庆'],
    ['周年庆', '生日礼'],
  ] as const)('gives %s what it brought, whatever %s did', async (paying, losing) => {
    const found = await ask(birthday(14_000, 98_000, paying), birthday(30_000, 15_000, losing));
    const at = (metric: string, name?: string) => amountOf(found, metric, name === undefined ? {} : { campaign: name });
    expect([at('return_per_yuan', paying), at('roi', paying)]).toEqual([7, 6]);
    expect([at('return_per_yuan', losing), at('roi', losing)]).toEqual([0.5, -0.5]);
    expect(at('return_per_yuan')).toBeCloseTo(113 / 44, 9);
    expect(wordsOf(found)).toMatch(/1 元投入换回 2\.6 元\(ROI 156\.8 %\)/);
    expect(wordsOf(found)).toMatch(new RegExp(`成交额里${paying}贡献最大,9\\.8 万,占 86\\.7 %`));
    const row = (name: string) => found.table!.rows.find(([first]) => first === name)!;
    expect(row(paying).slice(-2)).toEqual(['7.0 元', '600.0 %']);
    expect(row(losing).slice(-2)).toEqual(['0.5 元', '-50.0 %']);
  });
});

describe('渠道 by channel and by campaign', () => {
  it('add up to the same, also where campaigns say more themselves than their leads brought', async () => {
    const { cm_leads = [], ...rest } = leadsOf([
      { channel: '展会', leads: 20, won: 4 },
      { channel: '官网', leads: 10, won: 2 },
    ]);
    company = await smallCompany('sqlite', {
      ...rest,
      // The fair's leads carry its campaign, the website's carry none.
      cm_leads: cm_leads.map((lead) => (lead.source === '展会' ? { ...lead, campaign_id: 'g-fair' } : lead)),
      cm_campaigns: [
        campaign('展会', 10_000, { campaign_id: 'g-fair', actual_revenue: 900_000 as never }),
        campaign('展会', 2_000, { campaign_id: 'g-gift', name: '老客户礼', actual_revenue: 50_000 as never }),
      ],
    });
    const ask = (by: 'channel' | 'campaign') =>
      campaignRoiReport.run(company!, asking(now, { period: lastMonth, groupBy: [by] }));
    const [byChannel, byCampaign] = [await ask('channel'), await ask('campaign')];
    // Six contracts of 60,000 that the leads brought, and what the campaign without a lead says itself.
    for (const found of [byChannel, byCampaign]) {
      expect(amountOf(found, 'channel_revenue')).toBe((6 * 60_000 + 50_000) * 100);
      expect(amountOf(found, 'channel_won_customers')).toBe(6);
      expect(amountOf(found, 'channel_cost')).toBe(1_200_000);
      expect(found.notes.join('')).toContain('成交额里 5 万是活动自己记的');
    }
    expect(amountOf(byCampaign, 'channel_revenue', { campaign: '老客户礼' })).toBe(5_000_000);
    expect(amountOf(byCampaign, 'channel_revenue', { campaign: '十月展会' })).toBe(4 * 6_000_000);
  });
});

describe('S12: a region far below the others', () => {
  const ask = (poor: 'wang' | 'li', size: number) =>
    answer(
      leadsOf([
        {
          channel: '官网',
          leads: size,
          won: Math.round(size * (poor === 'wang' ? 0.1 : 0.3)),
          owner: 'wang',
          month: '2026-09',
        },
        {
          channel: '官网',
          leads: size,
          won: Math.round(size * (poor === 'li' ? 0.1 : 0.3)),
          owner: 'li',
          month: '2026-09',
        },
      ]),
      leadConversionReport,
      days('2026-09-01', '2026-09-30', 'month'),
      { groupBy: ['region'] },
    );

  it('is named with its gap in points where the sample is large enough', async () => {
    const found = await ask('wang', 200);
    expect(wordsOf(found)).toMatch(/华东和其余大区差 −20\.0 个百分点,样本够大/);
    expect((await ask('li', 200)).narrative.flat().join('')).toMatch(/华南和其余大区差 −20\.0 个百分点/);
  });

  it('is not named on a handful of leads', async () => {
    const found = await ask('wang', 10);
    expect(wordsOf(found)).toMatch(/样本都少,分不出高下/);
    expect(found.advice).toEqual([]);
  });
});

describe('S15: orders up, conversion down', () => {
  const month = (leads: readonly [string, number, number][], when: string): Group[] =>
    leads.map(([channel, count, won]) => ({ channel, leads: count, won, month: when }));
  const ask = (flood: string) =>
    answer(
      leadsOf([
        ...month(
          [
            ['官网', 60, 18],
            ['展会', 60, 18],
            ['百度竞价', 60, 18],
          ],
          '2026-10',
        ),
        ...month(
          ['官网', '展会', '百度竞价'].map((channel) => (channel === flood ? [channel, 300, 20] : [channel, 60, 18])),
          '2026-11',
        ),
      ]),
      salesPerformanceReport,
      thisMonth,
    );

  it('is pointed out with the channel that brought the leads', async () => {
    const words = wordsOf(await ask('展会'));
    expect(words).toMatch(/单数多了,线索转化率却从 30\.0 %\(54\/180\) 降到 13\.3 %\(56\/420\)/);
    expect(words).toMatch(/展会多 240 条,占多出来线索的 100 %/);
  });

  it('follows the data to another channel', async () => {
    expect(wordsOf(await ask('百度竞价'))).toMatch(/百度竞价多 240 条/);
  });
});

describe('S16: many cheap deals against few large ones', () => {
  const deals = (owner: string, count: number, amount: number, renewed: number): NewRow<'cm_contracts'>[] =>
    Array.from({ length: count }, (_, i) => ({
      contract_id: `${owner}-${i}`,
      customer_id: `c-${owner}-${i}`,
      owner_user_id: owner,
      amount: amount as never,
      status: 'effective',
      signed_on: '2026-11-03',
      renews_contract_id: i < renewed ? `old-${owner}-${i}` : null,
    }));

  const quarter = days('2026-10-01', '2026-12-31', 'this_quarter');

  it.each([
    ['wang', '王磊', 'li', '李强'],
    ['li', '李强', 'wang', '王磊'],
  ] as const)('stands side by side and %s is not crowned by amount alone', async (cheap, seller, large, keeper) => {
    const found = await answer(
      { cm_contracts: [...deals(cheap, 30, 20_000, 0), ...deals(large, 3, 180_000, 3)] },
      rankingReport,
      quarter,
    );
    const words = wordsOf(found);
    expect(found.table!.columns).toEqual(expect.arrayContaining(['成交金额', '成交单数', '客单价', '老客户再签数']));
    expect(words).toContain(`${seller}靠的是单数(30 单、客单价 2 万),单子最大的是${keeper}(客单价 18 万)`);
    expect(words).toContain(`老客户再签最多的是${keeper},3 家;比名次更值得看的是客户会不会回来`);
    expect(amountOf(found, 'won_amount', { owner: seller })).toBe(60_000_000);
    expect(amountOf(found, 'avg_order_value', { owner: keeper })).toBe(18_000_000);
  });

  it('tells it the other way round where the few large ones are ahead', async () => {
    const found = await answer(
      { cm_contracts: [...deals('wang', 30, 20_000, 0), ...deals('li', 6, 180_000, 6)] },
      rankingReport,
      quarter,
    );
    expect(found.title).toContain('李强居首,单数最多的是王磊');
    expect(wordsOf(found)).toMatch(/只看金额会漏掉打法:李强是 6 单、客单价 18 万,单数最多的王磊是 30 单、客单价 2 万/);
    expect(wordsOf(found)).toMatch(/老客户再签最多的是李强,6 家,客户愿意回来/);
  });

  it('gives the returning customers to the volume seller where they are theirs', async () => {
    const found = await answer(
      { cm_contracts: [...deals('wang', 30, 20_000, 12), ...deals('li', 3, 180_000, 1)] },
      rankingReport,
      quarter,
    );
    expect(wordsOf(found)).toMatch(/老客户再签最多的是王磊,12 家,客户愿意回来/);
    expect(wordsOf(found)).not.toMatch(/比名次更值得看/);
  });

  it('praises nobody for one customer who came back, and no lead that chance may have made', async () => {
    const one = await answer(
      { cm_contracts: [...deals('wang', 30, 20_000, 1), ...deals('li', 3, 180_000, 1)] },
      rankingReport,
      quarter,
    );
    expect(wordsOf(one)).not.toMatch(/老客户再签|愿意回来/);
    await company?.drop();
    const two = await answer(
      { cm_contracts: [...deals('wang', 30, 20_000, 3), ...deals('li', 3, 180_000, 1)] },
      rankingReport,
      quarter,
    );
    expect(wordsOf(two)).toMatch(/老客户再签最多的是王磊,3 家。/);
  });

  it('asked from behind tells of the last ones and crowns nobody', async () => {
    const found = await answer(
      { cm_contracts: [...deals('wang', 2, 50_000, 0), ...deals('li', 1, 20_000, 0)] },
      rankingReport,
      days('2026-10-01', '2026-12-31', 'this_quarter'),
      { top: 1, slots: { order: 'asc' } },
    );
    const last = found.table!.rows[0]!;
    expect(found.table!.rows).toHaveLength(1);
    expect(found.title).toContain(`排在最后的是${last[1]}`);
    expect(wordsOf(found)).not.toMatch(/居首|最多/);
    expect(found.chart).toMatchObject({ kind: 'ranking', rows: [{ label: last[1], place: expect.any(Number) }] });
    const [row] = found.chart?.kind === 'ranking' ? found.chart.rows : [];
    expect(row?.place).toBeGreaterThan(1);
  });

  it('shares a place on equal values and lists who has nothing', async () => {
    const found = await answer(
      { cm_contracts: [...deals('wang', 2, 50_000, 0), ...deals('li', 1, 100_000, 0)] },
      rankingReport,
      days('2026-10-01', '2026-12-31', 'this_quarter'),
    );
    expect(found.table!.rows.slice(0, 2).map((row) => row[0])).toEqual(['并列 1', '并列 1']);
    expect(amountOf(found, 'rank', { owner: '王磊' })).toBe(1);
    expect(amountOf(found, 'rank', { owner: '李强' })).toBe(1);
  });
});

describe('what carries a change of sales', () => {
  const month = (owner: string, when: string, count: number): NewRow<'cm_contracts'>[] =>
    Array.from({ length: count }, (_, i) => ({
      contract_id: `${owner}-${when}-${i}`,
      customer_id: `c-${owner}`,
      owner_user_id: owner,
      amount: 100_000 as never,
      status: 'effective',
      signed_on: `${when}-05`,
    }));

  it.each([
    ['wang', '华东'],
    ['li', '华南'],
  ] as const)('names the region or person where %s fell', async (fell, region) => {
    const other = fell === 'wang' ? 'li' : 'wang';
    const found = await answer(
      {
        cm_contracts: [
          ...month(fell, '2026-10', 30),
          ...month(fell, '2026-11', 5),
          ...month(other, '2026-10', 20),
          ...month(other, '2026-11', 20),
        ],
      },
      salesPerformanceReport,
      thisMonth,
    );
    expect(wordsOf(found)).toMatch(new RegExp(`降幅主要在(${region}|王磊|李强)少 250 万`));
    expect(wordsOf(found)).toMatch(/主要是单数少了,客单价变化不大/);
    expect(found.advice[0]!.text).toMatch(/过一遍(华东|华南|王磊|李强)的在跟商机/);
  });

  it('says of what chance may have done that it is that, and asks nobody to act on it', async () => {
    const found = await answer(
      { cm_contracts: [...month('wang', '2026-10', 20), ...month('wang', '2026-11', 14)] },
      salesPerformanceReport,
      thisMonth,
    );
    expect(wordsOf(found)).toContain('少 60 万(−30.0 %)。差别在正常波动以内');
    expect(wordsOf(found)).not.toMatch(/单数少了|客单价/);
    expect(found.advice.map(({ text }) => text).join('')).not.toMatch(/过一遍|降幅/);
  });

  it('calls a size that moved by an eighth no small change', async () => {
    const size = (when: string, count: number, amount: number) =>
      month('wang', when, count).map((deal) => ({ ...deal, amount: amount as never }));
    const found = await answer(
      { cm_contracts: [...size('2026-10', 20, 100_000), ...size('2026-11', 60, 87_000)] },
      salesPerformanceReport,
      thisMonth,
    );
    expect(wordsOf(found)).toContain('主要是单数多了,客单价低 13.0 %');
  });

  const calls = (from: string, perDay: number, days: number): NewRow<'cm_activities'>[] =>
    Array.from({ length: days }, (_, day) =>
      Array.from({ length: perDay }, (__, i) => ({
        activity_id: `${from}-${day}-${i}`,
        kind: 'call' as const,
        subject_type: 'customer' as const,
        customer_id: 'c',
        user_id: 'wang',
        owner_user_id: 'wang',
        occurred_at: `${from.slice(0, 8)}${String(Number(from.slice(8)) + day).padStart(2, '0')} 09:00:00`,
      })),
    ).flat();

  it('a week of holidays is no falling off, and nothing is asked of it seven weeks on', async () => {
    const rows = {
      cm_contracts: month('wang', '2026-10', 1),
      cm_activities: [...calls('2026-09-24', 15, 7), ...calls('2026-10-02', 1, 4)],
    };
    const found = await answer(rows, salesPerformanceReport, days('2026-10-01', '2026-10-07'));
    expect(amountOf(found, 'followup_count')).toBe(4);
    expect(wordsOf(found)).toContain('没有工作日');
    expect(wordsOf(found)).not.toMatch(/会反映到|少 101/);
    expect(found.advice.map(({ text }) => text).join('')).not.toContain('跟进');
  });

  it('a week in which people called a third as often is one, by the working day', async () => {
    const rows = {
      cm_contracts: month('wang', '2026-11', 1),
      cm_activities: [...calls('2026-11-02', 15, 5), ...calls('2026-11-09', 5, 5)],
    };
    const found = await answer(rows, salesPerformanceReport, days('2026-11-09', '2026-11-15', 'last_week'));
    expect(wordsOf(found)).toContain('跟进次数 25,比前一周少 50(−66.7 %)');
    expect(found.advice.map(({ text }) => text).join('')).toContain('看是谁少了');
  });
});
