import { expect, it } from 'vitest';
import { mintScope } from '../../src/crm/scope.ts';
import { countedRowsReport, whyLeftOut } from '../../src/reports/counted-rows.ts';
import { describeOnBoth } from '../database/databases.ts';
import { asking, at, days, figureOf, smallCompany, textOf } from './small-company.ts';

const october = days('2026-10-01', '2026-10-31', 'last_month');

it.each([
  ['effective', '2026-10-01', null],
  ['completed', '2026-10-31', null],
  ['draft', '2026-10-05', '还是草稿'],
  ['pending', '2026-10-05', '还在审批'],
  ['rejected', '2026-10-05', '审批被驳回'],
  ['void', '2026-10-05', '已作废'],
  ['effective', null, '没填签约日期'],
  ['effective', '2026-09-30', '签在 2026-09-30,早于期间'],
  ['effective', '2026-11-01', '签在 2026-11-01,晚于期间'],
  ['effective', '2026-12-01', '签约日期 2026-12-01 还没到'],
] as const)('a contract that is %s and signed on %s: %s', (status, signed, why) => {
  expect(whyLeftOut({ status, signed }, october, '2026-11-18')).toBe(why);
});

describeOnBoth('核对', (dialect) => {
  it('counts what 业绩 counts and shows nobody else’s contracts', async () => {
    const contract = (id: string, owner: string, status: string, signed: string | null) => ({
      contract_id: id,
      number: `HT-${id}`,
      customer_id: 'c',
      owner_user_id: owner,
      amount: 10_000 as never,
      status,
      signed_on: signed,
      created_at: '2026-10-03 09:00:00',
    });
    const company = await smallCompany(dialect, {
      cm_contracts: [
        contract('1', 'wang', 'effective', '2026-10-05'),
        contract('2', 'wang', 'completed', '2026-10-31'),
        contract('3', 'wang', 'pending', '2026-10-09'),
        contract('4', 'wang', 'effective', '2026-11-02'),
        contract('5', 'wang', 'effective', null),
        contract('6', 'li', 'effective', '2026-10-05'),
      ],
    });
    try {
      const found = await countedRowsReport.run(
        company,
        asking(at('2026-11-18 10:30:00'), {
          period: october,
          scope: mintScope(['wang'], '王磊本人'),
          slots: { claimed: 3 },
        }),
      );
      expect(found.title).toBe('上月算了 2 份,没算 3 份');
      expect(figureOf(found.figures, 'won_amount')).toBe(2_000_000);
      expect(found.table!.rows.map((row) => row[0]).sort()).toEqual(['HT-1', 'HT-2', 'HT-3', 'HT-4', 'HT-5']);
      expect(textOf(found.narrative)).toContain('你说 3 单,差的 1 单多半在下面没算的里面');
    } finally {
      await company.drop();
    }
  });
});
