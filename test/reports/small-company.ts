import { epochMsOf, type Moment, momentAt } from '../../src/calendar/clock.ts';
import type { WallTime } from '../../src/calendar/day.ts';
import type { Period } from '../../src/calendar/period.ts';
import { BulkInsert, type NewRow } from '../../src/crm/bulk-insert.ts';
import { type Crm, crmOver } from '../../src/crm/crm.ts';
import { readDirectory } from '../../src/crm/directory.ts';
import { type CrmTableName, type CrmTables, crmMigrations } from '../../src/crm/schema.ts';
import { mintScope } from '../../src/crm/scope.ts';
import { readStages } from '../../src/crm/stages.ts';
import type { Database } from '../../src/database/connect.ts';
import type { SqlDialect } from '../../src/database/dialect.ts';
import { migrate } from '../../src/database/migrate.ts';
import { everythingMasked } from '../../src/figures/sensitive.ts';
import type { Company, Question } from '../../src/reports/report.ts';
import { reportSettingsSchema } from '../../src/reports/settings.ts';
import { openEmpty } from '../database/databases.ts';

export const zone = 'Asia/Shanghai';

/** A moment by the company's wall clock. */
export const at = (wall: string): Moment => momentAt(epochMsOf(wall as WallTime, zone), zone);

export const everyone = mintScope('everyone', '全公司');

export const days = (from: string, to: string, label: Period['label'] = 'range'): Period =>
  ({ label, from, to }) as Period;

export type Rows = { readonly [T in CrmTableName]?: readonly NewRow<T>[] };

/** The five standard stages as the CRM has them, with its exits. */
export const fiveStages: readonly NewRow<'cm_stages'>[] = [
  { stage_id: 's1', pipeline_id: 'p', name: '潜在客户', sort_order: 1, outcome: 'open' },
  { stage_id: 's2', pipeline_id: 'p', name: '需求诊断', sort_order: 2, outcome: 'open' },
  { stage_id: 's3', pipeline_id: 'p', name: '方案演示', sort_order: 3, outcome: 'open' },
  { stage_id: 's4', pipeline_id: 'p', name: '报价谈判', sort_order: 4, outcome: 'open' },
  { stage_id: 's5', pipeline_id: 'p', name: '成交', sort_order: 5, outcome: 'won' },
  { stage_id: 'sl', pipeline_id: 'p', name: '丢单', sort_order: 6, outcome: 'lost' },
];

export const threePeople: Rows = {
  cm_departments: [
    { department_id: 'd0', name: '销售部', is_active: 1 },
    { department_id: 'd1', parent_id: 'd0', name: '华东一组', region: '华东', is_active: 1, manager_user_id: 'zhou' },
    { department_id: 'd2', parent_id: 'd0', name: '华南组', region: '华南', is_active: 1 },
  ],
  cm_users: [
    { user_id: 'zhou', name: '周建国', department_id: 'd1', roles: 'manager', is_active: 1 },
    { user_id: 'wang', name: '王磊', department_id: 'd1', manager_user_id: 'zhou', roles: 'rep', is_active: 1 },
    { user_id: 'li', name: '李强', department_id: 'd2', roles: 'rep', is_active: 1 },
    { user_id: 'gone', name: '孙走', department_id: 'd2', roles: 'rep', is_active: 0 },
  ],
};

export type SmallCompany = Company & {
  readonly crm: Crm;
  readonly database: Database<CrmTables>;
  readonly add: (rows: Rows) => Promise<void>;
  readonly drop: () => Promise<void>;
};

/** A company of the rows given, on a database of its own. */
export async function smallCompany(
  dialect: SqlDialect,
  rows: Rows,
  settings: Record<string, unknown> = {},
): Promise<SmallCompany> {
  const database = await openEmpty<CrmTables>(dialect);
  await migrate(database, 'crm', crmMigrations(dialect));
  const add = async (more: Rows) => {
    const sink = new BulkInsert(database.kysely, dialect, 1_000_000);
    for (const [table, list] of Object.entries(more)) {
      for (const row of list) sink.add(table as CrmTableName, row as NewRow<CrmTableName>);
    }
    await sink.finish();
  };
  await add({ cm_stages: fiveStages, ...threePeople, ...rows });
  const parsed = reportSettingsSchema.parse(settings);
  const capabilities = await database.kysely.selectFrom('cm_capabilities').selectAll().execute();
  return {
    crm: crmOver(database),
    database,
    add,
    directory: await readDirectory(database),
    stages: await readStages(database, parsed.stages, parsed.stuckAfterDays),
    settings: parsed,
    capabilities: new Map(capabilities.map(({ entity, level, note }) => [entity, { level, note }])),
    dataAsOf: (moment) => moment.wall,
    drop: () => database.drop(),
  };
}

/** A question of the director to the whole company, unless said otherwise. */
export const asking = (moment: Moment, question: Partial<Question> = {}): Question => ({
  moment,
  viewer: { userId: 'chen', name: '陈志远', role: 'director', departmentId: null, region: null },
  audience: 'private',
  scope: everyone,
  mask: everythingMasked,
  filter: {},
  filterWords: [],
  period: null,
  compare: null,
  groupBy: [],
  top: null,
  slots: {},
  ...question,
});

/** The figure of a metric, by what it is about. */
export const figureOf = (
  figures: readonly { metric: string; value: number | null; dims?: Readonly<Record<string, string>> }[],
  metric: string,
  dims: Readonly<Record<string, string>> = {},
): number | null | undefined =>
  figures.find(
    (figure) =>
      figure.metric === metric &&
      Object.entries(dims).every(([name, value]) => figure.dims?.[name] === value) &&
      Object.keys(figure.dims ?? {}).length === Object.keys(dims).length,
  )?.value;

/** The narrative as one text, as a reader has it. */
export const textOf = (lines: readonly (readonly (string | Readonly<Record<string, string>>)[])[]): string =>
  lines.map((line) => line.map((span) => (typeof span === 'string' ? span : Object.values(span)[0])).join('')).join('');
