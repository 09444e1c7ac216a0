import { afterEach, describe, expect, it } from 'vitest';
import type { NewRow } from '../../src/crm/bulk-insert.ts';
import { mintScope } from '../../src/crm/scope.ts';
import { newCustomersReport } from '../../src/reports/new-customers.ts';
import { rankingReport } from '../../src/reports/ranking.ts';
import type { Findings, Report } from '../../src/reports/report.ts';
import { wordsOf } from './generated-company.ts';
import { asking, at, days, type Rows, type SmallCompany, smallCompany } from './small-company.ts';

const now = at('2026-11-18 10:30:00');
const thisMonth = days('2026-11-01', '2026-11-30', 'this_month');

let company: SmallCompany | null = null;
afterEach(async () => {
  await company?.drop();
  company = null;
});

async function answer(rows: Rows, report: Report, more: Parameters<typeof asking>[1] = {}): Promise<Findings> {
  company = await smallCompany('sqlite', rows);
  return report.run(company, asking(now, { period: thisMonth, ...more }));
}

const deal = (owner: string, amount: number, i = 0): NewRow<'cm_contracts'> => ({
  contract_id: `k-${owner}-${i}`,
  customer_id: `c-${owner}-${i}`,
  owner_user_id: owner,
  amount: amount as never,
  status: 'effective',
  signed_on: '2026-11-05',
});

describe('a ranking of one', () => {
  const rows = { cm_contracts: [deal('wang', 50_000), deal('li', 90_000)] };
  const alone = mintScope(['wang'], '王磊');

  it('crowns nobody, in a group as in private, and for whoever asks', async () => {
    for (const [audience, userId] of [
      ['private', 'wang'],
      ['group', 'wang'],
      ['private', 'chen'],
    ] as const) {
      const viewer = { ...asking(now).viewer, userId };
      const found = await answer(rows, rankingReport, { scope: alone, audience, viewer });
      expect(`${found.title}${wordsOf(found)}`).toContain('排不出名次');
      expect(`${found.title}${wordsOf(found)}`).not.toMatch(/居首|最多/);
      expect(found.chart).toBeNull();
      await company?.drop();
      company = null;
    }
  });

  it('ranks as soon as there are two', async () => {
    expect((await answer(rows, rankingReport, { scope: mintScope(['wang', 'li'], '两人') })).title).toContain(
      '李强居首',
    );
  });
});

describe('ties', () => {
  const customersOf = (counts: Readonly<Record<string, number>>, month = '2026-11'): NewRow<'cm_customers'>[] =>
    Object.entries(counts).flatMap(([source, count]) =>
      Array.from({ length: count }, (_, i) => ({
        customer_id: `${source}-${month}-${i}`,
        name: `${source}${i}`,
        source,
        owner_user_id: 'wang',
        lifecycle: 'active' as const,
        created_at: `${month}-0${i + 1} 09:00:00`,
      })),
    );
  const bySource = (counts: Readonly<Record<string, number>>, before: Readonly<Record<string, number>> = {}) =>
    answer({ cm_customers: [...customersOf(counts), ...customersOf(before, '2026-10')] }, newCustomersReport, {
      groupBy: ['channel'],
    });

  it('name all three that have most, and all that have least', async () => {
    const found = await bySource({ 百度竞价: 2, 行业峰会: 2, 转介绍: 2, 展会: 1, 官网: 1 });
    expect(found.title).toContain('并列最多');
    for (const name of ['百度竞价', '行业峰会', '转介绍']) expect(found.title).toContain(name);
    const words = wordsOf(found);
    expect(words).toMatch(/5 个渠道里,[^;]*百度竞价[^;]*并列最多,各 2 个;/);
    expect(words).toMatch(/(展会和官网|官网和展会)并列最少,各 1 个/);
  });

  it('count those that are too many to name', async () => {
    const found = await bySource({ 百度竞价: 2, 行业峰会: 2, 转介绍: 2, 展会: 2, 官网: 2, 地推: 1 });
    expect(found.title).toContain('等 5 个并列最多');
    expect(wordsOf(found)).toContain('等 5 个并列最多,各 2 个;地推最少');
  });

  it('hold for what moved most too', async () => {
    const found = await bySource({ 百度竞价: 3, 行业峰会: 3, 官网: 1 }, { 百度竞价: 1, 行业峰会: 1, 官网: 1 });
    expect(wordsOf(found)).toMatch(/(百度竞价和行业峰会|行业峰会和百度竞价)各多 2 个/);
  });

  it('one alone is still one', async () => {
    expect((await bySource({ 百度竞价: 3, 行业峰会: 2 })).title).toContain('百度竞价最多,占 60.0 %');
  });

  it('at the head of a ranking are all told, those who left as such', async () => {
    const found = await answer(
      { cm_contracts: ['wang', 'li', 'gone', 'zhou'].map((owner) => deal(owner, owner === 'zhou' ? 10_000 : 50_000)) },
      rankingReport,
    );
    expect(found.title).toContain('并列居首');
    for (const name of ['王磊', '李强', '孙走(已离职)']) expect(found.title).toContain(name);
    expect(found.title).not.toContain('单数');
    expect(wordsOf(found)).toMatch(/并列 1\. .*孙走\(已离职\).* 5 万/);
  });
});
