import { afterEach, expect, it } from 'vitest';
import { addDays, type Day, daysBetween } from '../../src/calendar/day.ts';
import type { NewRow } from '../../src/crm/bulk-insert.ts';
import { atOnce } from '../../src/in-slices.ts';
import { readOrdersOverTime } from '../../src/metrics/order-histories.ts';
import { orderModel, trialWeeks } from '../../src/predictions/order-model.ts';
import { clvReport } from '../../src/reports/clv.ts';
import { describeOnBoth } from '../database/databases.ts';
import { lots, randomBuyers, yearlyRenewals } from '../predictions/buyers.ts';
import { figureOf, wordsOf } from './generated-company.ts';
import { asking, at, everyone, type Rows, type SmallCompany, smallCompany } from './small-company.ts';

const now = at('2026-11-18 10:30:00');
const today = '2026-11-18' as Day;
const weeks = 208;

let company: SmallCompany | null = null;
afterEach(async () => {
  await company?.drop();
  company = null;
});

/** A customer for each list of weeks, with a contract on each of those days, two on every tenth. */
function contractsOf(buyers: readonly (readonly number[])[], by: ReturnType<typeof lots>): Rows {
  const contracts: NewRow<'cm_contracts'>[] = [];
  buyers.forEach((orders, c) => {
    const scale = by.gamma(3.5);
    orders.forEach((week, n) => {
      const signed = addDays(today, -Math.round((weeks - week) * 7));
      const add = (id: string, yuan: number, status = 'effective') =>
        contracts.push({
          contract_id: `k${c}-${n}-${id}`,
          customer_id: `c${c}`,
          owner_user_id: 'wang',
          amount: (Math.round(yuan * 100) / 100) as never,
          status,
          signed_on: signed,
        });
      add('a', (50_000 * by.gamma(4)) / scale);
      if ((c + n) % 10 === 0) add('b', (50_000 * by.gamma(4)) / scale);
      // What was called off is no order.
      if ((c + n) % 15 === 0) add('x', 900_000, 'terminated');
    });
  });
  return {
    cm_customers: buyers.map((_, c) => ({
      customer_id: `c${c}`,
      name: `客户${c}`,
      owner_user_id: c % 3 === 0 ? 'li' : 'wang',
      lifecycle: 'active',
      created_at: '2022-01-01 09:00:00',
    })),
    cm_contracts: contracts,
  };
}

const bought = { r: 1, alpha: 35, a: 0.8, b: 2.6 };

describeOnBoth('客户价值 by BG/NBD', (dialect) => {
  it('counts the orders as a walk over the contracts does', async () => {
    const by = lots(1);
    company = await smallCompany(dialect, contractsOf(randomBuyers(by, 150, weeks, bought), by));
    const byCustomer = new Map<string, { day: Day; fen: number }[]>();
    for (const row of await company.database.kysely.selectFrom('cm_contracts').selectAll().execute()) {
      if (row.status !== 'effective' || row.signed_on === null || row.customer_id === null) continue;
      const own = byCustomer.get(row.customer_id) ?? [];
      own.push({ day: row.signed_on as Day, fen: Math.round(Number(row.amount) * 100) });
      byCustomer.set(row.customer_id, own);
    }
    const all = [...byCustomer.values()];
    const first = all.flatMap((orders) => orders.map(({ day }) => day)).sort()[0]!;
    const span = daysBetween(first, today);
    const found = await readOrdersOverTime(
      company.crm,
      { scope: everyone, filter: {}, moment: now },
      { days: span, buyers: all.length },
    );
    const step = Math.ceil(Math.floor(span / 7) / 104);
    const kept = Math.round(trialWeeks(Math.floor(span / 7)) / step) * step;
    expect([found.weeks, found.keptWeeks]).toEqual([Math.floor(span / 7), kept]);
    const cut = addDays(today, -7 * kept);
    const steps = (from: Day, to: Day) => Math.ceil(daysBetween(from, to) / (7 * step)) * step;
    const walked = new Map<string, number>();
    for (const orders of all) {
      const own = [...new Set(orders.map(({ day }) => day))].sort();
      const history = (until: Day) => {
        const known = own.filter((day) => day <= until);
        if (known.length === 0) return null;
        return {
          repeats: known.length - 1,
          last: steps(known[0]!, known.at(-1)!),
          age: Math.max(0, steps(known[0]!, until)),
        };
      };
      const key = JSON.stringify([history(cut), history(today)]);
      walked.set(key, (walked.get(key) ?? 0) + 1);
    }
    const counted = new Map(
      found.histories.map(({ before, whole, customers }) => [
        JSON.stringify([before, { repeats: whole.repeats, last: whole.last, age: whole.age }]),
        customers,
      ]),
    );
    expect(Object.fromEntries(counted)).toEqual(Object.fromEntries(walked));
    // Values: as many customers with so many orders, and the same sum of means.
    for (const orders of new Set(found.spending.map((one) => one.orders))) {
      const own = all.filter((list) => new Set(list.map(({ day }) => day)).size === orders);
      const groups = found.spending.filter((one) => one.orders === orders);
      expect(groups.reduce((sum, one) => sum + one.customers, 0)).toBe(own.length);
      const means = own.reduce((sum, list) => sum + list.reduce((fen, one) => fen + one.fen, 0) / orders, 0);
      expect(groups.reduce((sum, one) => sum + one.customers * one.mean, 0) / means).toBeCloseTo(1, 5);
    }
  }, 60_000);

  it('gives it beside the formula where the history supports it, with its trial', async () => {
    const by = lots(2);
    company = await smallCompany(dialect, contractsOf(randomBuyers(by, 500, weeks, bought), by));
    const before = company.crm.queriesRun;
    const found = await clvReport.run(company, asking(now));
    expect(company.crm.queriesRun - before).toBeLessThanOrEqual(6);
    const [expected, actual] = [
      figureOf(found, 'clv_trial_expected')!.value!,
      figureOf(found, 'clv_trial_actual')!.value!,
    ];
    const rows = await company.database.kysely.selectFrom('cm_contracts').selectAll().execute();
    const spans = rows
      .filter(({ status }) => status === 'effective')
      .map(({ signed_on }) => signed_on!)
      .sort();
    const step = 2;
    const kept = Math.round(trialWeeks(Math.floor(daysBetween(spans[0] as Day, today) / 7)) / step) * step;
    const cut = addDays(today, -7 * kept);
    const firstOf = new Map<string, string>();
    for (const { customer_id, signed_on, status } of rows)
      if (status === 'effective' && signed_on! < (firstOf.get(customer_id!) ?? '9'))
        firstOf.set(customer_id!, signed_on!);
    const came = new Set(
      rows
        .filter((row) => row.status === 'effective' && row.signed_on! > cut && firstOf.get(row.customer_id!)! <= cut)
        .map((row) => `${row.customer_id} ${row.signed_on}`),
    );
    expect(actual).toBe(came.size);
    expect(Math.abs(expected / actual - 1)).toBeLessThan(0.35);
    expect(wordsOf(found)).toMatch(
      new RegExp(
        `方法:主数按公式,好解释;订单历史也撑得起 BG/NBD 模型\\(留出最近 ${kept} 周来检验,预计再签 \\d+ 次,实际 ${came.size} 次\\)`,
      ),
    );
    expect(found.headline[0]!.metric).toBe('clv');
    expect(found.table!.columns).toContain('预计再签');
    expect(found.notes.join('')).toMatch(/不扣获客成本、不折现/);
    // The model that the report read and one made here of the same rows say the same.
    const own = await readOrdersOverTime(
      company.crm,
      { scope: everyone, filter: {}, moment: now },
      { days: daysBetween(spans[0] as Day, today), buyers: firstOf.size },
    );
    const model = atOnce(orderModel({ ...own, aheadWeeks: 156 }));
    if (model.kind !== 'model') throw new Error(model.kind);
    expect(figureOf(found, 'clv_model_orders')!.value).toBeCloseTo(model.ahead.orders / firstOf.size, 9);
    expect(figureOf(found, 'clv_model')!.value).toBe(Math.round(model.ahead.value / firstOf.size));
    // Whoever bought much and lately is worth more than who bought once long ago.
    const each = found.figures.filter(({ metric, dims }) => metric === 'clv_model' && dims?.customer !== undefined);
    expect(each.length).toBeGreaterThan(10);
    expect(new Set(each.map(({ value }) => value)).size).toBeGreaterThan(10);
  }, 60_000);

  it('says so where customers renew by the year, and keeps to the formula', async () => {
    const by = lots(3);
    company = await smallCompany(dialect, contractsOf(yearlyRenewals(by, 300, weeks, 0.8), by));
    const found = await clvReport.run(company, asking(now));
    expect(wordsOf(found)).toMatch(
      /方法:按公式算;没用 BG\/NBD 模型:留出最近 \d+ 周来检验,预计再签 \d+ 次,实际 \d+ 次,对不上,差得最多的是三个月到一年前签过的\(预计 \d+ 次,实际 \d+ 次,多半是到期续约,不是随时会买\)。/,
    );
    expect(figureOf(found, 'clv_model')).toMatchObject({ value: null, missing: expect.stringContaining('对不上') });
    expect(found.table!.columns).not.toContain('预计再签');
  }, 60_000);

  it('says so on few orders, and on a company that has only begun', async () => {
    const by = lots(4);
    company = await smallCompany(dialect, contractsOf(randomBuyers(by, 20, weeks, bought), by));
    expect(wordsOf(await clvReport.run(company, asking(now)))).toMatch(
      /方法:按公式算;没用 BG\/NBD 模型:回头再签过的只有 \d+ 家,不到 30 家。/,
    );
    await company.drop();
    company = await smallCompany(dialect, contractsOf([[weeks - 20, weeks - 3], [weeks - 8]], by));
    expect(wordsOf(await clvReport.run(company, asking(now)))).toMatch(
      /没用 BG\/NBD 模型:订单历史才 20 周,不到 52 周。/,
    );
  }, 60_000);
});
