import { afterAll, beforeAll, expect, it } from 'vitest';
import type { NewRow } from '../../src/crm/bulk-insert.ts';
import { funnelReport } from '../../src/reports/funnel.ts';
import { describeOnBoth } from '../database/databases.ts';
import { asking, at, days, figureOf, type SmallCompany, smallCompany, textOf } from './small-company.ts';

const now = at('2026-11-18 10:30:00');

const opportunity = (
  id: string,
  created: string,
  more: Partial<NewRow<'cm_opportunities'>> = {},
): NewRow<'cm_opportunities'> => ({
  opportunity_id: id,
  customer_id: `c-${id}`,
  owner_user_id: 'wang',
  pipeline_id: 'p',
  stage_id: 's1',
  outcome: 'open',
  amount: 1000,
  created_at: created,
  ...more,
});

let events = 0;
const move = (id: string, to: string, when: string, more: Partial<NewRow<'cm_stage_events'>> = {}) => ({
  event_id: `e${String(++events).padStart(5, '0')}`,
  opportunity_id: id,
  event_type: 'move',
  to_stage_id: to,
  outcome: 'open',
  occurred_at: when,
  quality: 'exact',
  ...more,
});

describeOnBoth('funnel', (dialect) => {
  let company: SmallCompany;
  beforeAll(async () => {
    company = await smallCompany(dialect, {
      cm_opportunities: [
        // Last second of October and first second of December stay out.
        opportunity('before', '2026-10-31 23:59:59'),
        opportunity('midnight', '2026-11-01 00:00:00'),
        opportunity('moved-back', '2026-11-02 09:00:00', { stage_id: 's2' }),
        opportunity('won-without-events', '2026-11-03 09:00:00', {
          stage_id: 's5',
          outcome: 'won',
          customer_id: 'c-midnight',
        }),
        opportunity('lost', '2026-11-04 09:00:00', { stage_id: 'sl', outcome: 'lost', amount: null }),
        opportunity('lost-without-events', '2026-11-04 09:00:00', { stage_id: 'sl', outcome: 'lost', amount: 0 }),
        opportunity('created-late', '2026-11-05 09:00:00', { stage_id: 's4', owner_user_id: null }),
        opportunity('win-reversed', '2026-11-06 09:00:00', { stage_id: 's2' }),
        opportunity('other-pipeline', '2026-11-06 09:00:00', { stage_id: 'x9', pipeline_id: 'q' }),
      ],
      cm_stage_events: [
        move('moved-back', 's3', '2026-11-03 09:00:00'),
        move('moved-back', 's2', '2026-11-04 09:00:00', { from_stage_id: 's3' }),
        move('lost', 's2', '2026-11-05 09:00:00'),
        move('lost', 'sl', '2026-11-06 09:00:00', { event_type: 'close', outcome: 'lost' }),
        move('win-reversed', 's5', '2026-11-07 09:00:00', { event_type: 'close', outcome: 'won' }),
        move('win-reversed', 's2', '2026-11-08 09:00:00'),
      ],
    });
  });
  afterAll(() => company.drop());

  it('counts a cohort by the deepest stage reached, and a win by its outcome', async () => {
    const question = asking(now, { period: days('2026-11-01', '2026-11-30', 'this_month') });
    const { figures, mode, notes } = await funnelReport.run(company, question);
    const reached = ['潜在客户', '需求诊断', '方案演示', '报价谈判', '成交'].map((stage) =>
      figureOf(figures, 'funnel_reached', { stage }),
    );
    expect(reached).toEqual([7, 5, 4, 3, 1]);
    expect(figureOf(figures, 'funnel_customers', { stage: '潜在客户' })).toBe(6);
    expect(figureOf(figures, 'funnel_amount', { stage: '潜在客户' })).toBe(500_000);
    expect(figureOf(figures, 'funnel_lost', { stage: '需求诊断' })).toBe(1);
    expect(mode).toBe('批次');
    expect(notes.join()).toContain('另有 1 个商机所在的阶段不在漏斗里');
  });

  it('shows what is open now, by stage, in number and money', async () => {
    const { figures, mode } = await funnelReport.run(company, asking(now));
    const open = ['潜在客户', '需求诊断', '方案演示', '报价谈判'].map((stage) =>
      figureOf(figures, 'open_opportunities', { stage }),
    );
    expect(open).toEqual([2, 2, 0, 1]);
    expect(figureOf(figures, 'open_amount')).toBe(500_000);
    expect(mode).toBe('当前');
  });

  it('says plainly that a period is empty or has not begun', async () => {
    const empty = await funnelReport.run(company, asking(now, { period: days('2025-01-01', '2025-01-31', 'month') }));
    expect([empty.headline, empty.chart]).toEqual([[], null]);
    expect(textOf(empty.narrative)).toContain('最早的商机是 2026-10-31 建的');
    expect(empty.choices[0]?.command).toBe('漏斗 2026年10月');
    const gap = await funnelReport.run(company, asking(now, { period: days('2026-11-15', '2026-11-15', 'day') }));
    expect(textOf(gap.narrative)).toContain('没有新建商机');
    const future = await funnelReport.run(company, asking(now, { period: days('2027-01-01', '2027-01-31', 'month') }));
    expect(textOf(future.narrative)).toContain('还没到');
  });
});
