import { afterAll, beforeAll, expect, it } from 'vitest';
import { createParser } from '../../src/commands/parser.ts';
import type { CrmTables } from '../../src/crm/schema.ts';
import type { Database } from '../../src/database/connect.ts';
import { metricById, metricByWords } from '../../src/metrics/catalogue.ts';
import { reports } from '../../src/reports/catalogue.ts';
import { metricDefinitionReport } from '../../src/reports/metric-definition.ts';
import { novemberMorning } from '../commands/november-morning.ts';
import { openEmpty } from '../database/databases.ts';
import { demoEntities } from '../fixtures/demo-entities.ts';
import { type Asked, type GeneratedCompany, generatedCompany } from './generated-company.ts';
import { asking, at } from './small-company.ts';

const parser = createParser(demoEntities);

let database: Database<CrmTables> & { drop(): Promise<void> };
let demo: GeneratedCompany;
beforeAll(async () => {
  database = await openEmpty<CrmTables>('sqlite');
  demo = await generatedCompany(database);
}, 120_000);
afterAll(() => database.drop());

/** Each report as it comes, over longer and earlier periods, over time, in its ways, and by whatever it can be cut. */
const ways = (dimensions: readonly string[]): Asked[] => [
  {},
  { period: 'this_quarter' },
  { period: 'last_month' },
  { period: 'this_year', slots: { grain: 'month' } },
  { slots: { mode: 'flow' }, period: 'last_month' },
  { slots: { mode: 'snapshot' } },
  { slots: { customer: '中科星图' } },
  { people: ['王磊'], as: '王磊' },
  ...dimensions.map((dimension): Asked => ({ groupBy: [dimension as never] })),
];

it('every name that a report prints over a number can be asked after 口径, and is explained', async () => {
  /** What is printed, and for which metrics. */
  const printed = new Map<string, Set<string>>();
  let answered = 0;
  for (const report of reports) {
    for (const asked of ways(report.dimensions)) {
      const found = await demo.ask(report.intent, asked).catch((failure: unknown) => {
        // A cut or a slot that the report refuses; what it prints else is still walked.
        if ((failure as { code?: string }).code === 'bad-input') return null;
        throw failure;
      });
      if (found === null) continue;
      answered += 1;
      const figures = [...found.headline, ...found.figures];
      // 上海 over the customers of 上海 names the part; what is counted is said beside it.
      const parts = new Set(figures.flatMap(({ dims }) => Object.values(dims ?? {})));
      for (const { label, metric } of figures) {
        if (parts.has(label)) continue;
        printed.set(label, (printed.get(label) ?? new Set()).add(metric));
      }
    }
  }
  expect(answered).toBeGreaterThan(150);
  expect(printed.size).toBeGreaterThan(180);
  const unanswered: string[] = [];
  for (const [label, ids] of printed) {
    const got = parser.understand(`口径 ${label}`, novemberMorning);
    const asked =
      got.kind === 'command' && got.command.intent === 'metric_definition' ? got.command.slots.metric : undefined;
    const metric = asked === undefined ? undefined : metricByWords(asked);
    // Its own metric, or the one whose very name was printed.
    if (metric === undefined || !(ids.has(metric.id) || metric.name === label || metric.aliases.includes(label)))
      unanswered.push(`${label} (${[...ids].join(', ')}) → ${asked ?? got.kind}`);
    else {
      const found = await metricDefinitionReport.run(
        demo.company,
        asking(at('2026-11-18 10:30:00'), { slots: { metric: asked! } }),
      );
      expect(found.title).toContain(metricById(metric.id)!.name);
    }
  }
  expect(unanswered).toEqual([]);
}, 240_000);
