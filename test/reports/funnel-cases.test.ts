import { expect, it } from 'vitest';
import type { NewRow } from '../../src/crm/bulk-insert.ts';
import { funnelReport } from '../../src/reports/funnel.ts';
import { describeOnBoth } from '../database/databases.ts';
import { asking, at, days, figureOf, type SmallCompany, smallCompany, textOf } from './small-company.ts';

const now = at('2026-11-18 10:30:00');
const stages = ['线索', '首次试听', '意向确认', '报名'];

/**
 * Case S1: a training company. Of those who came to `worst`, 70 % went no further and only `contacted` of these were
 * called again; at the other steps 80 % go on.
 */
async function trainingCompany(
  dialect: 'sqlite' | 'mysql',
  worst: number,
  contacted: number,
): Promise<{ company: SmallCompany; reached: number[] }> {
  const opportunities: NewRow<'cm_opportunities'>[] = [];
  const events: NewRow<'cm_stage_events'>[] = [];
  const activities: NewRow<'cm_activities'>[] = [];
  const reached = [400];
  for (let n = 0; n < 3; n += 1) reached.push(Math.round(reached[n]! * (n === worst ? 0.3 : 0.8)));
  let stopped = 0;
  for (let i = 0; i < 400; i += 1) {
    const deepest = reached.filter((count) => i < count).length - 1;
    const created = `2026-10-${String(1 + (i % 28)).padStart(2, '0')} 09:00:00`;
    const won = deepest === 3;
    opportunities.push({
      opportunity_id: `o${i}`,
      customer_id: `c${i}`,
      owner_user_id: i % 3 === 0 ? 'wang' : 'li',
      stage_id: `t${deepest}`,
      outcome: won ? 'won' : 'open',
      amount: 3000,
      created_at: created,
      closed_at: won ? `${created.slice(0, 10)} 18:00:00` : null,
    });
    for (let n = 0; n <= deepest; n += 1) {
      events.push({
        event_id: `e${i}-${n}`,
        opportunity_id: `o${i}`,
        event_type: n === 0 ? 'create' : 'move',
        to_stage_id: `t${n}`,
        outcome: n === 3 ? 'won' : 'open',
        occurred_at: `${created.slice(0, 10)} ${String(9 + n).padStart(2, '0')}:00:00`,
        quality: 'exact',
      });
    }
    if (deepest !== worst) continue;
    stopped += 1;
    // Every fifth or so is called, half of these within two days; a call that nobody answered does not count.
    const call = (id: string, day: number, connected: 0 | 1) =>
      activities.push({
        activity_id: `a${i}${id}`,
        kind: 'call',
        subject_type: 'opportunity',
        opportunity_id: `o${i}`,
        customer_id: `c${i}`,
        user_id: 'wang',
        occurred_at: `2026-11-${String(day).padStart(2, '0')} 10:00:00`,
        is_connected: connected,
      });
    if (stopped <= contacted) call('y', 2, 1);
    else call('n', 2, 0);
  }
  const company = await smallCompany(
    dialect,
    {
      cm_stages: stages.map((name, n) => ({
        stage_id: `t${n}`,
        name,
        sort_order: n,
        outcome: n === 3 ? 'won' : 'open',
      })),
      cm_opportunities: opportunities,
      cm_stage_events: events,
      cm_activities: activities,
    },
    { stages: stages.map((name) => ({ name })) },
  );
  return { company, reached };
}

describeOnBoth('case S1: where the training company loses its customers', (dialect) => {
  it.each([
    [1, '首次试听', '意向确认'],
    [2, '意向确认', '报名'],
  ])('finds the worst step where the data have it (%i)', async (worst, from, to) => {
    const { company, reached } = await trainingCompany(dialect, worst, 30);
    try {
      const period = days('2026-10-01', '2026-12-31', 'this_quarter');
      const found = await funnelReport.run(company, asking(now, { period }));
      const stopped = reached[worst]! - reached[worst + 1]!;
      expect(found.title).toBe(`${from}是瓶颈:${((stopped / reached[worst]!) * 100).toFixed(1)} % 停在这里`);
      expect(figureOf(found.figures, 'stage_conversion', { from_stage: from, to_stage: to })).toBeCloseTo(0.3, 2);
      expect(figureOf(found.figures, 'step_contact_rate', { stage: from })).toBeCloseTo(30 / stopped, 10);
      expect(textOf(found.narrative)).toContain(
        `停在${from}的这些,之后又联系过的占 ${((30 / stopped) * 100).toFixed(1)} %`,
      );
      const [first] = found.advice;
      expect(first?.text).toContain(`${stopped - 30} 个商机进入${from}后一次都没联系过,48 小时内逐个回访`);
      expect(first?.who).toContain('李强');
      expect(first?.due).toBe('2026-11-20');
      expect(first?.command).toBe(`积压 ${from}`);
    } finally {
      await company.drop();
    }
  });

  it('says so when a step fell against the quarter before, and only then', async () => {
    const { company } = await trainingCompany(dialect, 1, 30);
    try {
      // The quarter before: the same way, but six of ten went on from the trial lesson.
      const before: NewRow<'cm_opportunities'>[] = [];
      for (let i = 0; i < 100; i += 1) {
        const won = i < 48;
        before.push({
          opportunity_id: `b${i}`,
          customer_id: `d${i}`,
          owner_user_id: 'li',
          stage_id: won ? 't3' : i < 60 ? 't2' : 't1',
          outcome: won ? 'won' : 'open',
          created_at: '2026-07-05 09:00:00',
          stage_entered_at: '2026-07-06 09:00:00',
          closed_at: won ? '2026-07-20 09:00:00' : null,
        });
      }
      await company.add({ cm_opportunities: before });
      const period = days('2026-10-01', '2026-12-31', 'this_quarter');
      const found = await funnelReport.run(company, asking(now, { period }));
      expect(found.title).toBe('首次试听→意向确认转化掉得最多,−30.0 个百分点');
      expect(textOf(found.narrative)).toContain('不是偶然波动');
    } finally {
      await company.drop();
    }
  });
});
