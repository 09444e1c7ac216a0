import { afterAll, beforeAll, expect, it } from 'vitest';
import { addDays, type Day, daysBetween } from '../../src/calendar/day.ts';
import type { CrmTables } from '../../src/crm/schema.ts';
import type { Database } from '../../src/database/connect.ts';
import { segmentNames } from '../../src/metrics/customer-segments.ts';
import { crossSellReport } from '../../src/reports/cross-sell.ts';
import { describeOnBoth } from '../database/databases.ts';
import { amountOf, figureOf, type GeneratedCompany, generatedCompany, wordsOf } from './generated-company.ts';
import { asking, at, smallCompany } from './small-company.ts';

const today: Day = '2026-11-18';
const fen = (amount: unknown): number => Math.round(Number(amount ?? 0) * 100);

describeOnBoth('segments, cross-selling and potential equal plain loops', (dialect, open) => {
  let database: Database<CrmTables> & { drop(): Promise<void> };
  let demo: GeneratedCompany;
  let all: {
    customers: readonly CrmTables['cm_customers'][];
    contracts: readonly CrmTables['cm_contracts'][];
    lines: readonly CrmTables['cm_contract_lines'][];
    touches: ReadonlyMap<string, string>;
    tickets: readonly CrmTables['cm_tickets'][];
    activities: readonly CrmTables['cm_activities'][];
    opportunities: readonly CrmTables['cm_opportunities'][];
    contacts: readonly CrmTables['cm_contacts'][];
    products: readonly CrmTables['cm_products'][];
  };
  beforeAll(async () => {
    database = await open<CrmTables>();
    demo = await generatedCompany(database, 220);
    const db = database.kysely;
    const touches = await db.selectFrom('cm_customer_last_touch').selectAll().execute();
    all = {
      customers: await db.selectFrom('cm_customers').selectAll().execute(),
      contracts: (await db.selectFrom('cm_contracts').selectAll().execute()).filter(
        (k) => k.status === 'effective' || k.status === 'completed',
      ),
      lines: await db.selectFrom('cm_contract_lines').selectAll().execute(),
      touches: new Map(touches.map((row) => [row.customer_id, row.last_touch_at ?? ''])),
      tickets: await db.selectFrom('cm_tickets').selectAll().execute(),
      activities: await db.selectFrom('cm_activities').selectAll().execute(),
      opportunities: await db.selectFrom('cm_opportunities').selectAll().execute(),
      contacts: await db.selectFrom('cm_contacts').selectAll().execute(),
      products: await db.selectFrom('cm_products').selectAll().execute(),
    };
  }, 120_000);
  afterAll(() => database.drop());

  it('客户分群: each of the eight groups with its money, its active and its complaining customers', async () => {
    const before = demo.crm.queriesRun;
    const found = await demo.ask('customer_segments');
    expect(demo.crm.queriesRun - before).toBeLessThanOrEqual(6);
    const buyers = all.customers.flatMap((c) => {
      const own = all.contracts.filter((k) => k.customer_id === c.customer_id && k.signed_on! <= today);
      if (own.length === 0) return [];
      const last = own
        .map((k) => k.signed_on!)
        .sort()
        .at(-1) as Day;
      return [
        {
          id: c.customer_id,
          orders: own.length,
          fen: own.reduce((sum, k) => sum + fen(k.amount), 0),
          days: daysBetween(last, today),
        },
      ];
    });
    const mean = buyers.reduce((sum, b) => sum + b.fen, 0) / buyers.length;
    let counted = 0;
    for (const [key, name] of Object.entries(segmentNames)) {
      const own = buyers.filter(
        (b) => `${b.days <= 365 ? 1 : 0}${b.orders >= 2 ? 1 : 0}${b.fen > mean ? 1 : 0}` === key,
      );
      const dims = { segment: name };
      expect(amountOf(found, 'segment_customers', dims) ?? 0, name).toBe(own.length);
      if (own.length === 0) continue;
      counted += 1;
      expect(amountOf(found, 'segment_amount', dims), name).toBe(own.reduce((sum, b) => sum + b.fen, 0));
      expect(figureOf(found, 'segment_active_rate', dims)?.numerator, name).toBe(
        own.filter((b) => (all.touches.get(b.id) ?? '') >= addDays(today, -29)).length,
      );
      expect(figureOf(found, 'segment_complaint_rate', dims)?.numerator, name).toBe(
        own.filter((b) =>
          all.tickets.some(
            (t) => t.customer_id === b.id && t.kind === 'complaint' && t.created_at >= addDays(today, -89),
          ),
        ).length,
      );
    }
    expect(counted).toBeGreaterThan(3);
  });

  it('交叉销售: both rates of the pair, and who has the one without the other', async () => {
    const found = await demo.ask('cross_sell', { top: 500 });
    const pair = found.headline[0]!.dims?.pair;
    const baskets = new Map<string, Set<string>>();
    for (const k of all.contracts) {
      if (k.signed_on === null || k.signed_on <= addDays(today, -730) || k.signed_on > today) continue;
      for (const line of all.lines.filter((l) => l.contract_id === k.contract_id)) {
        const basket = baskets.get(k.customer_id!) ?? new Set<string>();
        basket.add(line.product_id!);
        baskets.set(k.customer_id!, basket);
      }
    }
    if (pair === undefined) return expect(wordsOf(found)).toContain(`${baskets.size} 家买家里`);
    const [from, to] = pair.split(' → ').map((name) => all.products.find((p) => p.name === name)!.product_id) as [
      string,
      string,
    ];
    const sides = [...baskets.values()];
    const rate = (list: readonly Set<string>[]) => ({
      numerator: list.filter((b) => b.has(to)).length,
      denominator: list.length,
    });
    expect(figureOf(found, 'cross_sell_rate', { pair })).toMatchObject(rate(sides.filter((b) => b.has(from))));
    expect(figureOf(found, 'cross_sell_rate', { pair, buyers: `没买${pair.split(' → ')[0]}的` })).toMatchObject(
      rate(sides.filter((b) => !b.has(from))),
    );
    const ever = (customerId: string, product: string) =>
      all.contracts.some(
        (k) =>
          k.customer_id === customerId &&
          k.signed_on! <= today &&
          all.lines.some((l) => l.contract_id === k.contract_id && l.product_id === product),
      );
    const industries = all.customers.filter((c) => baskets.get(c.customer_id)?.has(to)).map(({ industry }) => industry);
    const expected = all.customers.filter(
      (c) =>
        all.contracts.some(
          (k) =>
            k.customer_id === c.customer_id && k.status === 'effective' && (k.ends_on === null || k.ends_on >= today),
        ) &&
        ever(c.customer_id, from) &&
        !ever(c.customer_id, to) &&
        c.industry !== null &&
        industries.filter((one) => one === c.industry).length >= 2,
    );
    expect(amountOf(found, 'cross_sell_customers', { pair })).toBe(expected.length);
    expect(found.table?.rows.map((row) => row[0]).sort()).toEqual(expected.map(({ name }) => name).sort());
  });

  it('潜力客户: the points of everyone in touch who has not signed', async () => {
    const found = await demo.ask('potential_customers', { top: 500 });
    const prospects = all.customers.filter(
      (c) =>
        c.lifecycle === 'active' &&
        (all.touches.get(c.customer_id) ?? '') >= addDays(today, -89) &&
        !all.contracts.some((k) => k.customer_id === c.customer_id),
    );
    const points = prospects.map((c) => {
      const budget = Number(c.annual_budget ?? 0);
      const fit = c.level === 'A' || budget >= 500_000 ? 30 : c.level === 'B' || budget >= 200_000 ? 15 : 0;
      const active = (all.touches.get(c.customer_id) ?? '') >= addDays(today, -29) ? 20 : 0;
      const came = all.activities.some(
        (a) =>
          a.customer_id === c.customer_id &&
          a.direction === 'in' &&
          a.occurred_at >= addDays(today, -89) &&
          a.occurred_at <= '2026-11-18 10:30:00',
      )
        ? 15
        : 0;
      const open = all.opportunities.some((o) => o.customer_id === c.customer_id && o.outcome === 'open') ? 20 : 0;
      const decider =
        c.has_clear_decision_chain === 1 ||
        all.contacts.some((p) => p.customer_id === c.customer_id && p.is_decision_maker === 1)
          ? 15
          : 0;
      return { name: c.name, score: fit + active + came + open + decider };
    });
    expect(amountOf(found, 'prospects')).toBe(prospects.length);
    const good = points.filter(({ score }) => score >= 60);
    expect(good.length).toBeGreaterThan(3);
    expect(amountOf(found, 'potential_customers')).toBe(good.length);
    for (const { name, score } of good)
      expect(amountOf(found, 'potential_score', { customer: name }), name).toBe(score);
    const grown = all.customers.filter(
      (c) => c.lifecycle === 'active' && c.created_at >= addDays(today, -730) && c.created_at < addDays(today, -89),
    );
    const fit = grown.filter((c) => c.level === 'A' || c.level === 'B' || Number(c.annual_budget ?? 0) >= 200_000);
    expect(figureOf(found, 'signing_rate', { group: '占等级或预算' })).toMatchObject({
      numerator: fit.filter((c) => all.contracts.some((k) => k.customer_id === c.customer_id)).length,
      denominator: fit.length,
    });
  });

  it('a pair that goes together is found where it lies, and none is made up where there is none', async () => {
    const now = at('2026-11-18 10:30:00');
    const company = (together: boolean) => {
      const ids = Array.from({ length: 60 }, (_, i) => i);
      const lines = ids.flatMap((i) => {
        // Thirty buy A; with them C where they belong together, every other buyer of anything where not.
        const products = [i < 30 ? 'a' : 'b', ...((together ? i < 27 : i % 2 === 0) ? ['c'] : [])];
        return products.map((product, p) => ({
          line_id: `l${i}-${p}`,
          contract_id: `k${i}`,
          product_id: product,
          quantity: '1',
          unit_price: '1000',
          amount: '1000',
        }));
      });
      return smallCompany(dialect, {
        cm_products: ['a', 'b', 'c'].map((id) => ({ product_id: id, name: `产品${id}`, is_active: 1 })),
        cm_customers: ids.map((i) => ({
          customer_id: `c${i}`,
          name: `客户${i}`,
          industry: '物流',
          lifecycle: 'active',
          owner_user_id: 'wang',
          created_at: '2025-01-01 09:00:00',
        })),
        cm_contracts: ids.map((i) => ({
          contract_id: `k${i}`,
          customer_id: `c${i}`,
          owner_user_id: 'wang',
          amount: 1_000 + i,
          status: 'effective',
          signed_on: '2026-06-01',
          ends_on: '2027-05-31',
        })) as never,
        cm_contract_lines: lines as never,
      });
    };
    const real = await company(true);
    const none = await company(false);
    try {
      const found = await crossSellReport.run(real, asking(now));
      expect(found.headline[0]).toMatchObject({ value: 3, dims: { pair: '产品a → 产品c' } });
      expect(found.table?.rows.map((row) => row[0])).toEqual(['客户29', '客户28', '客户27']);
      expect(found.advice[0]).toMatchObject({ who: '王磊', command: '客户 客户29' });
      const nothing = await crossSellReport.run(none, asking(now));
      expect(nothing.title).toBe('还看不出什么和什么一起卖');
      expect(nothing.advice).toEqual([]);
    } finally {
      await Promise.all([real.drop(), none.drop()]);
    }
  });
});
