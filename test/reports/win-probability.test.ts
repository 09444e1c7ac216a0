import { afterAll, beforeAll, expect, it } from 'vitest';
import { addDays, type Day } from '../../src/calendar/day.ts';
import type { CrmTables } from '../../src/crm/schema.ts';
import type { Database } from '../../src/database/connect.ts';
import { readObserved } from '../../src/metrics/win-chances.ts';
import { describeOnBoth } from '../database/databases.ts';
import { amountOf, type GeneratedCompany, generatedCompany, morning, wordsOf } from './generated-company.ts';
import { plainRows, positions } from './plain-rows.ts';
import { everyone } from './small-company.ts';

describeOnBoth('赢率', (_dialect, open) => {
  let database: Database<CrmTables> & { drop(): Promise<void> };
  let demo: GeneratedCompany;
  beforeAll(async () => {
    database = await open<CrmTables>();
    demo = await generatedCompany(database);
  }, 120_000);
  afterAll(() => database.drop());

  it('sees at each moment what a loop over the rows sees', async () => {
    const observed = await readObserved(demo.crm, demo.company.stages, { scope: everyone, moment: morning });
    const rows = await plainRows(database);
    const place = positions(rows);
    const expected = new Map<string, { seen: number; won: number }>();
    for (let m = 1; m <= 6; m += 1) {
      const day = addDays('2026-11-18', -30 * m);
      const at = `${day} 00:00:00`;
      const until = `${addDays(day, 30)} 00:00:00`;
      for (const o of rows.cm_opportunities) {
        if (o.created_at >= at || !(o.outcome === 'open' || (o.closed_at !== null && o.closed_at >= at))) continue;
        const told = rows.cm_stage_events
          .filter(
            (e) =>
              e.opportunity_id === o.opportunity_id &&
              e.occurred_at < at &&
              e.event_type !== 'leave' &&
              e.to_stage_id !== null,
          )
          .sort((a, b) => (a.occurred_at + a.event_id < b.occurred_at + b.event_id ? -1 : 1))
          .at(-1);
        const position = place.get(String(told?.to_stage_id ?? o.stage_id));
        if (position === undefined) continue;
        const since = `${addDays(day as Day, -14)} 00:00:00`;
        const touched = rows.cm_activities.some(
          (a) =>
            (a.opportunity_id === o.opportunity_id || (a.opportunity_id === null && a.customer_id === o.customer_id)) &&
            a.occurred_at >= since &&
            a.occurred_at < at,
        );
        const old = o.created_at < `${addDays(day as Day, -60)} 00:00:00`;
        const key = [m, Math.min(position, 3), old, touched].join();
        const cell = expected.get(key) ?? { seen: 0, won: 0 };
        cell.seen += 1;
        if (o.outcome === 'won' && o.closed_at! < until) cell.won += 1;
        expected.set(key, cell);
      }
    }
    expect(expected.size).toBeGreaterThan(10);
    expect(
      Object.fromEntries(
        observed.map((o) => [[o.moment, o.position, o.old, o.touched].join(), { seen: o.seen, won: o.won }]),
      ),
    ).toEqual(Object.fromEntries(expected));
  });

  it('answers in two queries, and says how it was tried or that it tells nothing', async () => {
    const before = demo.crm.queriesRun;
    const found = await demo.ask('win_probability');
    expect(demo.crm.queriesRun - before).toBe(2);
    expect(amountOf(found, 'open_opportunities')).toBeGreaterThan(10);
    expect(wordsOf(found)).toMatch(/在最近两次上(试过|并不比)|分不出谁更可能成/);
    for (const { metric, value } of found.figures)
      if (metric === 'win_probability' && value !== null) expect(value).toBeLessThanOrEqual(1);
    const one = await demo.ask('win_probability', { people: ['王磊'] });
    expect(one.title).toBe('记录太少,给不出单个商机的概率');
    expect(one.figures.find(({ metric }) => metric === 'win_probability')).toMatchObject({ value: null });
  });
});
