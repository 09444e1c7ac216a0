import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Dimension, Intent, Slots } from '../../src/commands/command.ts';
import { generateCompany } from '../../src/crm/demo/generate-company.ts';
import { readDirectory } from '../../src/crm/directory.ts';
import { crmSchema } from '../../src/crm/schema.ts';
import { mintScope, type Scope } from '../../src/crm/scope.ts';
import { readStages } from '../../src/crm/stages.ts';
import { reports } from '../../src/reports/catalogue.ts';
import type { Company, Report } from '../../src/reports/report.ts';
import { describeOnBoth } from '../database/databases.ts';
import { explained } from './explained.ts';
import { asking, at, days, everyone, type SmallCompany, smallCompany } from './small-company.ts';

const now = at('2026-11-18 10:30:00');
const month = days('2026-10-01', '2026-10-31', 'last_month');

/** Reports without a time: they are of all that is there, and may read a table whole. */
const ofAllThereIs: readonly Intent[] = reports.filter((r) => r.defaultPeriod === null).map((r) => r.intent);

/**
 * What a month's report counts as a stock beside it, and reads the customers for: those with a contract in force on its
 * first day, a third of them all, or those in hand by the score card. Looking each up would cost more.
 */
const customersBeside: readonly Intent[] = [
  'churn_rate',
  'churn_analysis',
  'customer_grades',
  'dashboard',
  'review_report',
];

/** What a report needs to be told so that it reads anything. */
const told: Partial<Record<Intent, Slots>> = {
  customer_detail: { filters: { customer: ['中科星图'] } },
  interaction_timeline: { filters: { customer: ['中科星图'] } },
  metric_definition: { metric: 'won_amount' },
  feedback_wrong_number: { metric: 'won_amount' },
};

/** Besides the report as it comes: the cuts that join most. */
const cuts: Partial<Record<Intent, readonly (readonly Dimension[])[]>> = {
  funnel: [['region']],
  stage_conversion: [['owner']],
  sales_performance: [['product_line'], ['region', 'industry'], ['owner']],
  win_rate: [['lost_reason']],
};

describeOnBoth('a month of every report', (dialect) => {
  let small: SmallCompany;
  let company: Company;
  let one: Scope;
  beforeAll(async () => {
    if (dialect !== 'mysql') return;
    small = await smallCompany(dialect, { cm_stages: [], cm_users: [], cm_departments: [] });
    // So many rows that an index is worth its while, as it is on millions: a month is as small a part of the years here.
    await generateCompany(small.database, { seed: 3, customers: 2000, activities: 25_000, until: '2026-11-18' });
    await sql.raw(`analyze table ${Object.keys(crmSchema).join(', ')}`).execute(small.database.kysely);
    const directory = await readDirectory(small.database);
    company = { ...small, directory, stages: await readStages(small.database, null, 7) };
    one = mintScope([directory.people.find((person) => person.name === '王磊')!.id], '王磊');
  }, 120_000);
  afterAll(async () => {
    if (dialect === 'mysql') await small.drop();
  });

  const run = async (report: Report, scope: Scope, period = month, groupBy: readonly Dimension[] = []) => {
    const watched = explained(small.database);
    const { filters } = told[report.intent] ?? {};
    const customers = filters?.customer === undefined ? {} : { customerIds: [await idOf(filters.customer[0]!)] };
    await report.run(
      { ...company, crm: watched.crm },
      asking(now, { scope, period, groupBy, filter: customers, slots: told[report.intent] ?? {} }),
    );
    return watched;
  };
  const idOf = async (name: string): Promise<string> =>
    (
      await small.database.kysely
        .selectFrom('cm_customers')
        .select('customer_id')
        .where('name', '=', name)
        .executeTakeFirstOrThrow()
    ).customer_id;

  it.skipIf(dialect !== 'mysql')('sees a walk through a whole table where there is one', async () => {
    const ever = days('2000-01-01', '2026-12-31');
    const report = reports.find(({ intent }) => intent === 'new_leads')!;
    expect((await run(report, everyone, ever)).walked.join()).toContain('cm_leads');
  });

  it.skipIf(dialect !== 'mysql').each(reports.map((report) => [report.intent, report] as const))(
    '%s asks at most six queries and begins each with an index',
    async (intent, report) => {
      for (const scope of [everyone, one]) {
        for (const groupBy of [[], ...(cuts[intent] ?? [])]) {
          const { queries, walked } = await run(report, scope, month, groupBy);
          expect(queries.length, scope.words).toBeLessThanOrEqual(6);
          if (ofAllThereIs.includes(intent)) continue;
          const others = customersBeside.includes(intent)
            ? walked.filter((w) => !w.startsWith('cm_customers '))
            : walked;
          expect(others, `${scope.words} ${groupBy}`).toEqual([]);
        }
      }
    },
  );
});
