import { type CompiledQuery, sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Crm } from '../../src/crm/crm.ts';
import { generateCompany } from '../../src/crm/demo/generate-company.ts';
import { readDirectory } from '../../src/crm/directory.ts';
import { scopedRows } from '../../src/crm/rows.ts';
import { mintScope } from '../../src/crm/scope.ts';
import { readStages } from '../../src/crm/stages.ts';
import { bridgeOf } from '../../src/database/dialect.ts';
import { funnelReport } from '../../src/reports/funnel.ts';
import { opportunityListReport } from '../../src/reports/opportunity-list.ts';
import { pipelineChangesReport } from '../../src/reports/pipeline-changes.ts';
import type { Company } from '../../src/reports/report.ts';
import { stageConversionReport } from '../../src/reports/stage-conversion.ts';
import { stageDurationReport } from '../../src/reports/stage-duration.ts';
import { stageStuckReport } from '../../src/reports/stage-stuck.ts';
import { describeOnBoth } from '../database/databases.ts';
import { asking, at, days, everyone, type SmallCompany, smallCompany } from './small-company.ts';

const now = at('2026-11-18 10:30:00');
const month = days('2026-10-01', '2026-10-31', 'last_month');
const large = ['cm_opportunities', 'cm_stage_events', 'cm_activities'];

describeOnBoth('queries about a month', (dialect) => {
  let small: SmallCompany;
  beforeAll(async () => {
    if (dialect !== 'mysql') return;
    small = await smallCompany(dialect, { cm_stages: [], cm_users: [], cm_departments: [] });
    await generateCompany(small.database, { seed: 3, customers: 1000, activities: 10_000, until: '2026-11-18' });
    await sql`analyze table cm_opportunities, cm_stage_events, cm_activities, cm_customers`.execute(
      small.database.kysely,
    );
  });
  afterAll(async () => {
    if (dialect === 'mysql') await small.drop();
  });

  /** A CRM that answers as usual and notes which large tables a query walked through from end to end. */
  function watched(): { crm: Crm; walked: string[] } {
    const { kysely } = small.database;
    const walked: string[] = [];
    const bridge = bridgeOf('mysql');
    const crm: Crm = {
      queriesRun: 0,
      close: async () => undefined,
      read: async (scope, build) => {
        const query = build({ rows: scopedRows(scope, bridge), sql: bridge }).compile(kysely) as CompiledQuery<never>;
        const plan = await kysely.executeQuery<{ table: string | null; type: string | null }>({
          ...(query as CompiledQuery<{ table: string | null; type: string | null }>),
          sql: `explain ${query.sql}`,
        });
        const names: Readonly<Record<string, string>> = Object.fromEntries(
          [...query.sql.matchAll(/`(cm_\w+)`\)? as ([a-z]\w*)|(cm_\w+) as ([a-z]\w*)/g)].map((m) => [
            m[2] ?? m[4]!,
            m[1] ?? m[3]!,
          ]),
        );
        for (const { table, type } of plan.rows) {
          const name = names[table ?? ''] ?? table ?? '';
          if ((type === 'ALL' || type === 'index') && large.includes(name)) walked.push(`${name} (${type})`);
        }
        return [...(await kysely.executeQuery(query)).rows];
      },
    };
    return { crm, walked };
  }

  it.skipIf(dialect !== 'mysql')('begin with the index of their days, for the company and for a region', async () => {
    const directory = await readDirectory(small.database);
    const stages = await readStages(small.database, null, 7);
    const east = mintScope(
      directory.people.filter((person) => person.region === '华东').map(({ id }) => id),
      '华东',
    );
    // The eye itself: a cohort of all years does walk through the table.
    const { crm: seen, walked: whole } = watched();
    const ever = days('2000-01-01', '2026-12-31');
    await stageConversionReport.run({ ...small, crm: seen, directory, stages }, asking(now, { period: ever }));
    expect(whole).not.toEqual([]);
    for (const scope of [everyone, east]) {
      const questions = [
        [funnelReport, { period: month, groupBy: ['region'] }],
        [funnelReport, { period: month, filter: { industries: ['制造业'] } }],
        [funnelReport, {}],
        [stageConversionReport, { period: month, groupBy: ['owner'] }],
        [stageDurationReport, { period: month }],
        [stageStuckReport, {}],
        [opportunityListReport, { period: month, filter: { outcomes: ['lost'] } }],
        [pipelineChangesReport, { period: days('2026-11-17', '2026-11-17', 'yesterday') }],
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
