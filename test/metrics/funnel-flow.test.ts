import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { NewRow } from '../../src/crm/bulk-insert.ts';
import { readFlow } from '../../src/metrics/funnel-flow.ts';
import { describeOnBoth } from '../database/databases.ts';
import { plainFlow, plainRows } from '../reports/plain-rows.ts';
import { at, days, everyone, type SmallCompany, smallCompany } from '../reports/small-company.ts';

const now = at('2026-03-02 12:00:00');

/** Midnights, last seconds and a leap-free February's end among them. */
const moments = [
  '2026-02-20 09:00:00',
  '2026-02-24 23:59:59',
  '2026-02-25 00:00:00',
  '2026-02-26 10:00:00',
  '2026-02-26 10:00:01',
  '2026-02-28 23:59:59',
  '2026-03-01 00:00:00',
  '2026-03-01 15:00:00',
  '2026-03-02 12:00:00',
  '2026-03-02 18:00:00',
];

type Move = {
  readonly to: string | null;
  readonly kind: 'move' | 'leave' | 'won' | 'lost' | 'invalid';
  readonly says: boolean;
};

const move = fc.record({
  to: fc.constantFrom('s1', 's2', 's3', 's4', 's5', 'other', null),
  kind: fc.constantFrom<Move['kind'][]>('move', 'move', 'move', 'move', 'leave', 'won', 'lost', 'invalid'),
  says: fc.boolean(),
});

const story = fc.record({
  /** How many moments pass before it begins. */
  start: fc.nat(5),
  first: fc.constantFrom('s1', 's1', 's2', 's4'),
  created: fc.boolean(),
  moves: fc.array(move, { maxLength: 6 }),
});

/** Rows as a CRM would have them: the opportunity stands where its last event left it. */
function rowsOf(stories: readonly (typeof story extends fc.Arbitrary<infer S> ? S : never)[]) {
  const opportunities: NewRow<'cm_opportunities'>[] = [];
  const events: NewRow<'cm_stage_events'>[] = [];
  let number = 0;
  stories.forEach((told, i) => {
    const id = `o${i}`;
    const times = moments.slice(told.start);
    let [stage, outcome, closedAt]: [string, string, string | null] = [told.first, 'open', null];
    const add = (type: string, from: string | null, to: string | null, became: string, when: string) => {
      number += 1;
      events.push({
        event_id: `e${String(number).padStart(4, '0')}`,
        opportunity_id: id,
        event_type: type,
        from_stage_id: from,
        to_stage_id: to,
        outcome: became,
        occurred_at: when,
        quality: 'exact',
      });
    };
    const moves = told.moves.slice(0, times.length - 1);
    if (told.created || !moves.some((m) => m.kind !== 'leave' && m.to !== null))
      add('create', null, told.first, 'open', times[0]!);
    for (const [n, made] of moves.entries()) {
      const when = times[n + 1]!;
      if (when > now.wall) continue;
      const from = made.says || events.at(-1)?.opportunity_id !== id ? stage : null;
      if (made.kind === 'leave') {
        add('leave', stage, null, 'open', when);
        continue;
      }
      if (made.kind === 'move') {
        add('move', from, made.to, 'open', when);
        if (made.to !== null) [stage, outcome, closedAt] = [made.to, 'open', null];
        continue;
      }
      add('close', from, null, made.kind, when);
      [outcome, closedAt] = [made.kind, when];
    }
    if (!events.some((event) => event.opportunity_id === id)) add('create', null, told.first, 'open', times[0]!);
    opportunities.push({
      opportunity_id: id,
      customer_id: `c${i}`,
      owner_user_id: 'wang',
      stage_id: stage,
      outcome,
      amount: 100,
      created_at: times[0]!,
      closed_at: closedAt,
    });
  });
  return { cm_opportunities: opportunities, cm_stage_events: events };
}

describeOnBoth('flow', (dialect) => {
  let company: SmallCompany;
  beforeAll(async () => {
    company = await smallCompany(dialect, {});
  });
  afterAll(() => company.drop());

  it('holds present + entered = advanced + lost + moved back + still, on any history', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(story, { minLength: 1, maxLength: 10 }), async (stories) => {
        await company.database.kysely.deleteFrom('cm_opportunities').execute();
        await company.database.kysely.deleteFrom('cm_stage_events').execute();
        await company.add(rowsOf(stories));
        const plain = await plainRows(company.database);
        for (const period of [days('2026-02-25', '2026-02-28'), days('2026-03-01', '2026-03-31', 'this_month')]) {
          const flow = await readFlow(company.crm, company.stages, {
            scope: everyone,
            filter: {},
            period,
            moment: now,
          });
          const expected = plainFlow(plain, period, now.wall);
          // `still` is counted there by walking each history to its end, here by the sum: both must meet.
          expect(flow.steps.map(({ stage: _stage, position: _position, ...step }) => step)).toEqual(expected.steps);
          expect(flow).toMatchObject(expected.totals);
        }
      }),
      { numRuns: dialect === 'sqlite' ? 120 : 30 },
    );
  });
});
