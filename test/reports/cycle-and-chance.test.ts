import { expect, it } from 'vitest';
import { salesCycleReport } from '../../src/reports/sales-cycle.ts';
import { wordsOf } from './generated-company.ts';
import { asking, at, days, smallCompany } from './small-company.ts';

const won = (month: string, lengths: readonly number[]) =>
  lengths.map((length, i) => ({
    opportunity_id: `${month}-${i}`,
    owner_user_id: 'wang',
    stage_id: 's5',
    outcome: 'won' as const,
    created_at: new Date(Date.parse(`${month}-15T09:00:00Z`) - length * 86_400_000)
      .toISOString()
      .slice(0, 19)
      .replace('T', ' '),
    closed_at: `${month}-15 09:00:00`,
  }));

const ask = async (now: readonly number[], before: readonly number[]) => {
  const company = await smallCompany('sqlite', {
    cm_opportunities: [...won('2026-10', now), ...won('2026-09', before)],
  });
  try {
    return await salesCycleReport.run(
      company,
      asking(at('2026-11-18 10:30:00'), { period: days('2026-10-01', '2026-10-31', 'last_month') }),
    );
  } finally {
    await company.drop();
  }
};

/** Fifteen deals around 40 days, from 20 to 80. */
const usual = [20, 24, 28, 30, 33, 36, 38, 40, 42, 45, 50, 55, 60, 70, 80];

it('a cycle that chance may have lengthened has no change in its title, and one that is longer has', async () => {
  const chance = await ask(
    usual.map((length, i) => (i > 11 ? length * 2 : length + 2)),
    usual,
  );
  expect(chance.title).toBe('上月平均成交周期 59 天');
  expect(wordsOf(chance)).toContain('(+35.9 %),在正常波动以内');
  const longer = await ask(
    usual.map((length) => length * 2),
    usual,
  );
  expect(longer.title).toBe('上月平均成交周期 86.8 天,比前一个月高 100.0 %');
  expect(wordsOf(longer)).not.toContain('在正常波动以内');
});
