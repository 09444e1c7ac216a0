import { afterEach, describe, expect, it } from 'vitest';
import type { NewRow } from '../../src/crm/bulk-insert.ts';
import { mintScope } from '../../src/crm/scope.ts';
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
