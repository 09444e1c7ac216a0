import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Period } from '../../src/calendar/period.ts';
import type { CrmTables } from '../../src/crm/schema.ts';
import type { Database } from '../../src/database/connect.ts';
import { describeOnBoth } from '../database/databases.ts';
import { amountOf, figureOf, type GeneratedCompany, generatedCompany } from './generated-company.ts';

const signed = `status in ('effective', 'completed')`;
const fen = (column = 'amount') => `coalesce(sum(round(${column} * 100)), 0)`;
const october: Period = { label: 'month', from: '2026-10-01', to: '2026-10-31' };

describeOnBoth('figures of the sales reports equal plain SQL', (_dialect, open) => {
  let database: Database<CrmTables> & { drop(): Promise<void> };
  let demo: GeneratedCompany;
  beforeAll(async () => {
    database = await open<CrmTables>();
    demo = await generatedCompany(database);
  }, 120_000);
  afterAll(() => database.drop());

  const ofOwner = (rows: readonly { owner: string; v: number | string }[]) =>
    Object.fromEntries(rows.map(({ owner, v }) => [demo.directory.person(owner)!.name, Number(v)]));

  it('业绩 本月: this month up to today beside the same days of the last', async () => {
    const found = await demo.ask('sales_performance', { period: 'this_month' });
    const both = [
      ['2026-11-01', '2026-11-18', '2026-11-19', {}],
      ['2026-10-01', '2026-10-18', '2026-10-19', { period: '上月同期' }],
    ] as const;
    for (const [from, to, next, dims] of both) {
      const contracts = `from cm_contracts where ${signed} and signed_on between '${from}' and '${to}'`;
      const closed = `from cm_opportunities where closed_at >= '${from}' and closed_at < '${next}' and outcome`;
      expect(amountOf(found, 'won_amount', dims)).toBe(await demo.number(`select ${fen()} ${contracts}`));
      expect(amountOf(found, 'won_count', dims)).toBe(await demo.number(`select count(*) ${contracts}`));
      expect(figureOf(found, 'win_rate', dims)).toMatchObject({
        numerator: await demo.number(`select count(*) ${closed} = 'won'`),
        denominator: await demo.number(`select count(*) ${closed} in ('won', 'lost')`),
      });
      expect(amountOf(found, 'payment_amount', dims)).toBe(
        await demo.number(
          `select ${fen()} from cm_payments where status = 'confirmed' and paid_on between '${from}' and '${to}'`,
        ),
      );
      expect(amountOf(found, 'new_customers', dims)).toBe(
        await demo.number(`select count(*) from cm_customers where created_at >= '${from}' and created_at < '${next}'`),
      );
      expect(amountOf(found, 'followup_count', dims)).toBe(
        await demo.number(
          `select count(*) from cm_activities where kind <> 'note' and occurred_at >= '${from}' and occurred_at < '${next}'`,
        ),
      );
      expect(amountOf(found, 'new_leads', dims)).toBe(
        await demo.number(`select count(*) from cm_leads where created_at >= '${from}' and created_at < '${next}'`),
      );
    }
    expect(amountOf(found, 'won_amount')).toBeGreaterThan(0);
  });

  it('业绩 上季度 按人, 业绩 上月 按产品线, 业绩 上季度 华东', async () => {
    const quarter = `${signed} and signed_on between '2026-07-01' and '2026-09-30'`;
    const people = await demo.ask('sales_performance', { period: 'last_quarter', groupBy: ['owner'] });
    const expected = ofOwner(
      await demo.rows(
        `select owner_user_id as owner, ${fen()} as v from cm_contracts where ${quarter} group by owner_user_id`,
      ),
    );
    expect(Object.keys(expected).length).toBeGreaterThan(5);
    for (const [owner, amount] of Object.entries(expected))
      expect(amountOf(people, 'won_amount', { owner }), owner).toBe(amount);

    const lines = await demo.ask('sales_performance', { period: 'last_month', groupBy: ['product_line'] });
    const sums = await demo.rows<{ line: string; v: number }>(
      `select p.category as line, ${fen('l.amount')} as v from cm_contract_lines l join cm_contracts k on k.contract_id = l.contract_id join cm_products p on p.product_id = l.product_id where k.${signed} and k.signed_on between '2026-10-01' and '2026-10-31' group by p.category`,
    );
    expect(sums.length).toBeGreaterThan(1);
    for (const { line, v } of sums) expect(amountOf(lines, 'won_amount', { product_line: line }), line).toBe(Number(v));

    const east = await demo.ask('sales_performance', { period: 'last_quarter', region: '华东' });
    expect(amountOf(east, 'won_amount')).toBe(
      await demo.number(
        `select ${fen()} from cm_contracts where ${quarter} and owner_user_id in (select u.user_id from cm_users u join cm_departments d on d.department_id = u.department_id where d.region = '华东')`,
      ),
    );
  });

  it('排行 上季度: amounts, places and the measures beside them', async () => {
    const found = await demo.ask('ranking', { period: 'last_quarter' });
    const amounts = ofOwner(
      await demo.rows(
        `select owner_user_id as owner, ${fen()} as v from cm_contracts where ${signed} and signed_on between '2026-07-01' and '2026-09-30' group by owner_user_id`,
      ),
    );
    const order = Object.entries(amounts).sort((a, b) => b[1] - a[1]);
    for (const [owner, amount] of order) {
      expect(amountOf(found, 'won_amount', { owner })).toBe(amount);
      expect(amountOf(found, 'rank', { owner }), owner).toBe(1 + order.filter(([, other]) => other > amount).length);
    }
    const quotes = ofOwner(
      await demo.rows(
        `select owner_user_id as owner, count(*) as v from cm_quotes where sent_at >= '2026-07-01' and sent_at < '2026-10-01' group by owner_user_id`,
      ),
    );
    expect(Object.keys(quotes).length).toBeGreaterThan(0);
    for (const [owner, count] of Object.entries(quotes))
      expect(amountOf(found, 'quote_count', { owner }), owner).toBe(count);
  });

  it('目标 本月 and 目标 Q4 华东 按人: months summed, pace by days', async () => {
    const month = await demo.ask('target_attainment', { period: 'this_month' });
    const target = await demo.number(
      `select ${fen()} from cm_targets where scope = 'company' and metric = 'contract_amount' and month = '2026-11-01'`,
    );
    const actual = await demo.number(
      `select ${fen()} from cm_contracts where ${signed} and signed_on between '2026-11-01' and '2026-11-18'`,
    );
    expect(amountOf(month, 'target_amount')).toBe(target);
    expect(figureOf(month, 'target_attainment')).toMatchObject({
      numerator: actual,
      denominator: target,
      value: actual / target,
    });
    expect(amountOf(month, 'gap')).toBe(target - actual);
    expect(amountOf(month, 'target_pace')).toBe(18 / 30);

    const quarter = await demo.ask('target_attainment', { period: 'this_quarter', region: '华东', groupBy: ['owner'] });
    const each = ofOwner(
      await demo.rows(
        `select scope_id as owner, ${fen()} as v from cm_targets where scope = 'user' and metric = 'contract_amount' and month between '2026-10-01' and '2026-12-01' group by scope_id`,
      ),
    );
    for (const name of ['王磊', '李娜']) expect(amountOf(quarter, 'target_amount', { owner: name })).toBe(each[name]);
    expect(amountOf(quarter, 'target_amount')).toBe(
      await demo.number(
        `select ${fen()} from cm_targets where scope = 'department' and scope_id = 'd11' and metric = 'contract_amount' and month between '2026-10-01' and '2026-12-01'`,
      ),
    );
  });

  it('目标 of customers counts customers, not fen', async () => {
    const found = await demo.ask('target_attainment', { period: 'last_month', slots: { metric: 'new_customers' } });
    expect(amountOf(found, 'target_amount')).toBe(
      await demo.number(
        `select sum(amount) from cm_targets where scope = 'company' and metric = 'new_customers' and month = '2026-10-01'`,
      ),
    );
  });

  it('新增客户 按渠道, 新增线索 上周 按渠道', async () => {
    const customers = await demo.ask('new_customers', { period: 'last_quarter', groupBy: ['channel'] });
    const rows = await demo.rows<{ c: string | null; v: number }>(
      `select source as c, count(*) as v from cm_customers where created_at >= '2026-07-01' and created_at < '2026-10-01' group by source`,
    );
    expect(rows.length).toBeGreaterThan(2);
    for (const { c, v } of rows)
      expect(amountOf(customers, 'new_customers', { channel: c ?? '来源未填' })).toBe(Number(v));
    const leads = await demo.ask('new_leads', { period: 'last_week', groupBy: ['channel'] });
    for (const { c, v } of await demo.rows<{ c: string; v: number }>(
      `select source as c, count(*) as v from cm_leads where created_at >= '2026-11-09' and created_at < '2026-11-16' group by source`,
    ))
      expect(amountOf(leads, 'new_leads', { channel: c })).toBe(Number(v));
  });

  it('渠道 去年: cost, leads, customers won and revenue of the leads of the year within 90 days', async () => {
    const found = await demo.ask('campaign_roi', { period: 'last_year', groupBy: ['channel'] });
    const leads = await demo.rows<{ lead_id: string; customer_id: string | null; source: string; created_at: string }>(
      `select lead_id, customer_id, source, created_at from cm_leads where created_at >= '2025-01-01' and created_at < '2026-01-01' order by created_at, lead_id`,
    );
    const contracts = await demo.rows<{ customer_id: string; signed_on: string; fen: number }>(
      `select customer_id, signed_on, round(amount * 100) as fen from cm_contracts where ${signed} and signed_on < '2026-04-01'`,
    );
    const seen = new Set<string>();
    const sums = new Map<string, { leads: number; won: number; customers: number; revenue: number }>();
    for (const lead of leads) {
      const sum = sums.get(lead.source) ?? { leads: 0, won: 0, customers: 0, revenue: 0 };
      const own = contracts.filter(
        (k) => k.customer_id === lead.customer_id && k.signed_on >= lead.created_at.slice(0, 10),
      );
      sum.leads += 1;
      if (own.length > 0) sum.won += 1;
      if (lead.customer_id !== null && !seen.has(lead.customer_id)) {
        seen.add(lead.customer_id);
        if (own.length > 0) sum.customers += 1;
        sum.revenue += own.reduce((all, k) => all + Number(k.fen), 0);
      }
      sums.set(lead.source, sum);
    }
    expect(sums.size).toBeGreaterThan(3);
    for (const [channel, sum] of sums) {
      expect(amountOf(found, 'new_leads', { channel }), channel).toBe(sum.leads);
      expect(figureOf(found, 'lead_win_rate', { channel }), channel).toMatchObject({
        numerator: sum.won,
        denominator: sum.leads,
      });
      expect(amountOf(found, 'channel_won_customers', { channel }), channel).toBe(sum.customers);
      expect(amountOf(found, 'channel_revenue', { channel }), channel).toBe(sum.revenue);
    }
    // The demo's campaigns are whole months: none is split by the year's ends.
    const cost = await demo.number(
      `select ${fen('actual_cost')} from cm_campaigns where type = '百度竞价' and starts_on between '2025-01-01' and '2025-12-31'`,
    );
    expect(amountOf(found, 'channel_cost', { channel: '百度竞价' })).toBe(cost);
    expect(amountOf(found, 'cpl', { channel: '百度竞价' })).toBe(cost / sums.get('百度竞价')!.leads);
  });

  it('线索转化率 去年 按大区: within the 90 days after the year', async () => {
    const found = await demo.ask('lead_conversion', { period: 'last_year', groupBy: ['region'] });
    const rows = await demo.rows<{ r: string; n: number; d: number }>(
      `select d.region as r, sum(case when t.status = 'converted' and t.converted_at < '2026-04-01' then 1 else 0 end) as n, count(*) as d from cm_leads t join cm_users u on u.user_id = t.owner_user_id join cm_departments d on d.department_id = u.department_id where t.created_at >= '2025-01-01' and t.created_at < '2026-01-01' group by d.region`,
    );
    expect(rows.length).toBe(4);
    for (const { r, n, d } of rows)
      expect(figureOf(found, 'lead_conversion', { region: r }), r).toMatchObject({
        numerator: Number(n),
        denominator: Number(d),
      });
  });

  it('成交额走势 今年, 客单价, 赢单率 按大区, 丢单原因', async () => {
    const trend = await demo.ask('sales_trend', { period: 'this_year' });
    for (const { m, v } of await demo.rows<{ m: string; v: number }>(
      `select substr(signed_on, 1, 7) as m, ${fen()} as v from cm_contracts where ${signed} and signed_on between '2026-01-01' and '2026-11-18' group by substr(signed_on, 1, 7)`,
    ))
      expect(amountOf(trend, 'won_amount', { time: m })).toBe(Number(v));
    const aov = await demo.ask('avg_order_value', { period: 'last_quarter' });
    expect(figureOf(aov, 'avg_order_value')).toMatchObject({
      numerator: await demo.number(
        `select ${fen()} from cm_contracts where ${signed} and signed_on between '2026-07-01' and '2026-09-30'`,
      ),
      denominator: await demo.number(
        `select count(*) from cm_contracts where ${signed} and signed_on between '2026-07-01' and '2026-09-30'`,
      ),
    });
    const rate = await demo.ask('win_rate', { period: 'last_quarter', groupBy: ['region'] });
    const closed = `o.closed_at >= '2026-07-01' and o.closed_at < '2026-10-01'`;
    for (const { r, n, d } of await demo.rows<{ r: string; n: number; d: number }>(
      `select d.region as r, sum(case when o.outcome = 'won' then 1 else 0 end) as n, count(*) as d from cm_opportunities o join cm_users u on u.user_id = o.owner_user_id join cm_departments d on d.department_id = u.department_id where o.outcome in ('won', 'lost') and ${closed} group by d.region`,
    ))
      expect(figureOf(rate, 'win_rate', { region: r }), r).toMatchObject({
        numerator: Number(n),
        denominator: Number(d),
      });
    const reasons = await demo.ask('win_rate', { period: 'last_quarter', groupBy: ['lost_reason'] });
    const lost = await demo.rows<{ r: string; v: number }>(
      `select lost_reason as r, count(*) as v from cm_opportunities o where outcome = 'lost' and lost_reason is not null and ${closed} group by lost_reason`,
    );
    expect(lost.length).toBeGreaterThan(1);
    for (const { r, v } of lost) expect(amountOf(reasons, 'lost_opportunities', { lost_reason: r })).toBe(Number(v));
  });

  it('成交周期: mean and median of the won deals', async () => {
    const found = await demo.ask('sales_cycle', { period: 'last_quarter' });
    const rows = await demo.rows<{ a: string; b: string }>(
      `select created_at as a, closed_at as b from cm_opportunities where outcome = 'won' and closed_at >= '2026-07-01' and closed_at < '2026-10-01'`,
    );
    const days = rows
      .map(({ a, b }) => (Date.parse(`${b.replace(' ', 'T')}Z`) - Date.parse(`${a.replace(' ', 'T')}Z`)) / 86_400_000)
      .sort((x, y) => x - y);
    const middle = days.length / 2;
    const median = days.length % 2 === 1 ? days[Math.floor(middle)]! : (days[middle - 1]! + days[middle]!) / 2;
    expect(days.length).toBeGreaterThan(5);
    expect(amountOf(found, 'sales_cycle')).toBeCloseTo(days.reduce((x, y) => x + y, 0) / days.length, 8);
    expect(amountOf(found, 'sales_cycle_median')).toBeCloseTo(median, 8);
  });

  it('回款率 上季度 按人 and 跟进 上月 按人 按方式', async () => {
    const paid = await demo.ask('payment_rate', { period: 'last_quarter', groupBy: ['owner'] });
    const due = `from cm_payment_plans where status <> 'void' and due_on between '2026-07-01' and '2026-09-30'`;
    const [n, d] = [
      await demo.number(`select ${fen('paid_amount')} ${due}`),
      await demo.number(`select ${fen()} ${due}`),
    ];
    expect(d).toBeGreaterThan(n);
    expect(figureOf(paid, 'payment_rate')).toMatchObject({ numerator: n, denominator: d, ends: 'fen' });
    expect(amountOf(paid, 'payment_overdue_amount')).toBe(d - n);
    const touches = await demo.ask('followups', { period: october, groupBy: ['owner', 'followup_type'] });
    const rows = await demo.rows<{ o: string; v: number; c: number }>(
      `select user_id as o, count(*) as v, count(distinct customer_id) as c from cm_activities where kind = 'call' and occurred_at >= '2026-10-01' and occurred_at < '2026-11-01' group by user_id`,
    );
    expect(rows.length).toBeGreaterThan(5);
    for (const { o, v, c } of rows) {
      const dims = { owner: demo.directory.person(o)!.name, followup_type: '电话' };
      expect(amountOf(touches, 'followup_count', dims)).toBe(Number(v));
      expect(amountOf(touches, 'followed_customers', dims)).toBe(Number(c));
    }
  });
});
