import { sql } from 'kysely';
import { epochMsOf, momentAt } from '../../src/calendar/clock.ts';
import type { WallTime } from '../../src/calendar/day.ts';
import { type Period, type PeriodLabel, periodOf } from '../../src/calendar/period.ts';
import type { Intent } from '../../src/commands/command.ts';
import { type Crm, crmOver } from '../../src/crm/crm.ts';
import { generateCompany } from '../../src/crm/demo/generate-company.ts';
import { type Directory, readDirectory } from '../../src/crm/directory.ts';
import { type CrmTables, crmMigrations } from '../../src/crm/schema.ts';
import { mintScope } from '../../src/crm/scope.ts';
import { readStages } from '../../src/crm/stages.ts';
import type { Database } from '../../src/database/connect.ts';
import { migrate } from '../../src/database/migrate.ts';
import { everythingMasked } from '../../src/figures/sensitive.ts';
import { reportFor } from '../../src/reports/catalogue.ts';
import type { Company, Findings, Question } from '../../src/reports/report.ts';
import { reportSettingsSchema } from '../../src/reports/settings.ts';

export const morning = momentAt(epochMsOf('2026-11-18 10:30:00' as WallTime, 'Asia/Shanghai'), 'Asia/Shanghai');

/** A question in few words; the scope is all, or the people named. */
export interface Asked extends Partial<Omit<Question, 'period' | 'scope'>> {
  readonly period?: PeriodLabel | Period | null;
  readonly people?: readonly string[];
  readonly region?: string;
  readonly as?: string;
}

export interface GeneratedCompany {
  readonly company: Company;
  readonly crm: Crm;
  readonly directory: Directory;
  ask(intent: Intent, asked?: Asked): Promise<Findings>;
  /** A plain query of the test's own, past everything that is tested. */
  rows<Row>(text: string): Promise<Row[]>;
  number(text: string): Promise<number>;
}

/** The demo's company in a database of its own, and the two ways to get a number out of it. */
export async function generatedCompany(database: Database<CrmTables>, customers = 300): Promise<GeneratedCompany> {
  await migrate(database, 'crm', crmMigrations(database.dialect));
  await generateCompany(database, { seed: 7, customers, until: '2026-11-18' });
  const crm = crmOver(database);
  const settings = reportSettingsSchema.parse({});
  const directory = await readDirectory(database);
  const company: Company = {
    crm,
    directory,
    stages: await readStages(database, null, settings.stuckAfterDays),
    settings,
    capabilities: new Map(),
    dataAsOf: (moment) => moment.wall,
  };
  const rows = async <Row>(text: string) => (await sql<Row>`${sql.raw(text)}`.execute(database.kysely)).rows;
  const named = (name: string) => directory.people.find((person) => person.name === name)!;
  return {
    company,
    crm,
    directory,
    ask: (intent, { period, people, region, as = '陈志远', ...more } = {}) => {
      const report = reportFor(intent)!;
      const label = period === undefined ? report.defaultPeriod : period;
      const viewer = named(as);
      const scope =
        people !== undefined
          ? mintScope(
              people.map((name) => named(name).id),
              people.join('、'),
            )
          : region !== undefined
            ? mintScope(
                directory.people.filter((person) => person.region === region).map((person) => person.id),
                region,
              )
            : mintScope('everyone', '全公司');
      return report.run(company, {
        moment: morning,
        viewer: {
          userId: viewer.id,
          name: viewer.name,
          role: 'director',
          departmentId: viewer.departmentId,
          region: viewer.region,
        },
        audience: 'private',
        scope,
        mask: everythingMasked,
        filter: {},
        filterWords: [],
        period: typeof label === 'string' ? periodOf(label, morning.today) : label,
        compare: null,
        groupBy: [],
        top: null,
        slots: {},
        ...more,
      });
    },
    rows,
    number: async (text) =>
      Number(Object.values((await rows<Record<string, unknown>>(text))[0] ?? { none: 0 })[0] ?? 0),
  };
}

/** The value of a figure by metric and the exact dims it is about. */
export function amountOf(
  findings: Findings,
  metric: string,
  dims: Readonly<Record<string, string>> = {},
): number | null | undefined {
  return figureOf(findings, metric, dims)?.value;
}

export const figureOf = (findings: Findings, metric: string, dims: Readonly<Record<string, string>> = {}) =>
  findings.figures.find(
    (figure) =>
      figure.metric === metric &&
      Object.keys(figure.dims ?? {}).length === Object.keys(dims).length &&
      Object.entries(dims).every(([name, value]) => figure.dims?.[name] === value),
  );

export const wordsOf = (findings: Findings): string =>
  findings.narrative
    .flat()
    .map((span) => (typeof span === 'string' ? span : Object.values(span)[0]))
    .join('');
