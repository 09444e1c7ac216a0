import { type CompiledQuery, sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Crm } from '../../src/crm/crm.ts';
import { generateCompany } from '../../src/crm/demo/generate-company.ts';
import { readDirectory } from '../../src/crm/directory.ts';
import { scopedRows } from '../../src/crm/rows.ts';
import { mintScope } from '../../src/crm/scope.ts';
import { readStages } from '../../src/crm/stages.ts';
import { bridgeOf } from '../../src/database/dialect.ts';
import { campaignRoiReport } from '../../src/reports/campaign-roi.ts';
import { followupsReport } from '../../src/reports/followups.ts';
import { leadConversionReport } from '../../src/reports/lead-conversion.ts';
import { newCustomersReport } from '../../src/reports/new-customers.ts';
import { newLeadsReport } from '../../src/reports/new-leads.ts';
import { paymentRateReport } from '../../src/reports/payment-rate.ts';
import { rankingReport } from '../../src/reports/ranking.ts';
import type { Company } from '../../src/reports/report.ts';
import { salesCycleReport } from '../../src/reports/sales-cycle.ts';
import { salesPerformanceReport } from '../../src/reports/sales-performance.ts';
import { salesTrendReport } from '../../src/reports/sales-trend.ts';
import { targetAttainmentReport } from '../../src/reports/target-attainment.ts';
import { winRateReport } from '../../src/reports/win-rate.ts';
import { describeOnBoth } from '../database/databases.ts';
import { asking, at, days, everyone, type SmallCompany, smallCompany } from './small-company.ts';

const now = at('2026-11-18 10:30:00');
const month = days('2026-10-01', '2026-10-31', 'last_month');
const large = [
  'cm_opportunities',
  'cm_activities',
  'cm_contracts',
  'cm_payments',
  'cm_payment_plans',
  'cm_leads',
  'cm_customers',
  'cm_quotes',
];

interface Step {
  readonly table: string | null;
  readonly type: string | null;
}

describeOnBoth('sales queries about a month', (dialect) => {
  let small: SmallCompany;
  beforeAll(async () => {
    if (dialect !== 'mysql') return;
    small = await smallCompany(dialect, { cm_stages: [], cm_users: [], cm_departments: [] });
    await generateCompany(small.database, { seed: 3, customers: 1500, activities: 15_000, until: '2026-11-18' });
    await sql.raw(`analyze table ${large.join(', ')}`).execute(small.database.kysely);
  });
  afterAll(async () => {
    if (dialect === 'mysql') await small.drop();
  });

  /** Answers as usual and notes every large table that a query walks through from end to end. */
  function watched(): { crm: Crm; walked: string[] } {
    const { kysely } = small.database;
    const bridge = bridgeOf('mysql');
    const walked: string[] = [];
    const read: Crm['read'] = async (scope, build) => {
      const query = build({ rows: scopedRows(scope, bridge), sql: bridge }).compile(kysely);
      const explained = { ...query, sql: `explain ${query.sql}` } as CompiledQuery<Step>;
      // Each derived table is named by the alias that follows it: `(select * from cm_x where …) as t`, `cm_x as t`.
      const names = new Map([...query.sql.matchAll(/`?(cm_\w+)`? as `?([a-z]+)`?\b/g)].map((m) => [m[2]!, m[1]!]));
      for (const { table, type } of (await kysely.executeQuery(explained)).rows) {
        const name = table === null ? '' : (names.get(table) ?? table);
        if (type === 'ALL' && (large.includes(name) || name === 't'))
          walked.push(`${name} in ${query.sql.slice(0, 160)}`);
      }
      return [...(await kysely.executeQuery(query)).rows];
    };
    return { crm: { queriesRun: 0, close: async () => undefined, read }, walked };
  }

  it.skipIf(dialect !== 'mysql')('begin with the index of their days', { timeout: 60_000 }, async () => {
    const directory = await readDirectory(small.database);
    const stages = await readStages(small.database, null, 7);
    const one = mintScope([directory.people.find((person) => person.name === '王磊')!.id], '王磊');
    const { crm: seen, walked: whole } = watched();
    // The eye itself: leads of all years are read from end to end.
    await newLeadsReport.run(
      { ...small, crm: seen, directory, stages },
      asking(now, { period: days('2000-01-01', '2026-12-31') }),
    );
    expect(whole).not.toEqual([]);
    for (const scope of [everyone, one]) {
      const questions = [
        [salesPerformanceReport, { period: month }],
        [salesPerformanceReport, { period: month, groupBy: ['product_line'] }],
        [salesPerformanceReport, { period: month, groupBy: ['region', 'industry'] }],
        [rankingReport, { period: month }],
        [targetAttainmentReport, { period: month }],
        [salesTrendReport, { period: month, slots: { grain: 'week' } }],
        [newCustomersReport, { period: month }],
        [newLeadsReport, { period: month }],
        [leadConversionReport, { period: month }],
        [campaignRoiReport, { period: month }],
        [winRateReport, { period: month }],
        [salesCycleReport, { period: month }],
        [paymentRateReport, { period: month }],
        [followupsReport, { period: month }],
      ] as const;
      for (const [report, question] of questions) {
        const { crm, walked } = watched();
        const company: Company = { ...small, crm, directory, stages };
        await report.run(company, asking(now, { ...question, scope } as Parameters<typeof asking>[1]));
        expect(walked, `${report.intent} ${scope.words}`).toEqual([]);
      }
    }
  });
});
