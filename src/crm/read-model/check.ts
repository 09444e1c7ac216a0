import { type RawBuilder, sql } from 'kysely';
import { addDays, type Day } from '../../calendar/day.ts';
import type { Database } from '../../database/connect.ts';
import { codeValues } from '../code-values.ts';
import { readDirectory } from '../directory.ts';
import { orphans, references, stageReferences } from '../references.ts';
import { type CrmTableName, type CrmTables, crmSchema } from '../schema.ts';
import type { Finding } from './finding.ts';
import { checkShape } from './shape.ts';

export type { Finding } from './finding.ts';

/** Without these there is no report at all. */
const needed: readonly CrmTableName[] = [
  'cm_users',
  'cm_departments',
  'cm_customers',
  'cm_opportunities',
  'cm_stages',
  'cm_stage_events',
  'cm_activities',
  'cm_contracts',
];

/** What stays empty for good reasons: the bot's own snapshot, and what only says something when it is there. */
const mayBeEmpty: readonly CrmTableName[] = [
  'cm_opportunity_daily',
  'cm_owner_changes',
  'cm_campaign_responses',
  'cm_customer_scores',
];

/** Moments of things that have happened; plans, expected dates and ends may well lie ahead. */
const happened: readonly (readonly [CrmTableName, string])[] = [
  ['cm_customers', 'created_at'],
  ['cm_leads', 'created_at'],
  ['cm_opportunities', 'created_at'],
  ['cm_opportunities', 'closed_at'],
  ['cm_stage_events', 'occurred_at'],
  ['cm_activities', 'occurred_at'],
  ['cm_contracts', 'signed_on'],
  ['cm_payments', 'paid_on'],
  ['cm_tickets', 'created_at'],
  ['cm_surveys', 'surveyed_at'],
  ['cm_customer_usage', 'day'],
  ['cm_customer_last_touch', 'last_touch_at'],
];

/**
 * Looks at the read model as the reports will: shape, keys, references, codes and dates. Nothing found = an empty list.
 * Works on tables and on mapping views. `today` is the company's.
 */
export async function checkReadModel(database: Database<CrmTables>, today: Day): Promise<Finding[]> {
  const { findings, present } = await checkShape(database);
  const look: Look = {
    database,
    tables: [...present.keys()],
    has: (table, ...columns) => columns.every((column) => present.get(table)?.has(column) === true),
    count: async (query) => Number((await query.execute(database.kysely)).rows[0]?.n ?? 0),
  };
  for (const check of [checkEmpty, checkKeys, checkReferences, checkStages, checkCodes, checkClosed, checkRegions]) {
    findings.push(...(await check(look)));
  }
  findings.push(...(await checkDates(look, today)));
  return findings;
}

interface Look {
  readonly database: Database<CrmTables>;
  readonly tables: readonly CrmTableName[];
  /** Whether the columns are there to be looked at; what is missing is a finding of its own. */
  has(table: CrmTableName, ...columns: readonly string[]): boolean;
  /** `n` of the only row. */
  count(query: RawBuilder<{ n: number }>): Promise<number>;
}

/** A finding about rows, where there are any. */
const about = (
  rows: number,
  severity: Finding['severity'],
  check: Finding['check'],
  table: CrmTableName,
  column: string,
  line: string,
): Finding[] => (rows === 0 ? [] : [{ severity, check, table, column, rows, line }]);

async function checkEmpty({ database, tables, has }: Look): Promise<Finding[]> {
  // What the CRM is known not to have is no news.
  const none = has('cm_capabilities', 'entity', 'level')
    ? await database.kysely.selectFrom('cm_capabilities').select('entity').where('level', '=', 'none').execute()
    : [];
  const findings: Finding[] = [];
  for (const table of tables) {
    if (mayBeEmpty.includes(table) || none.some(({ entity }) => `cm_${entity}` === table)) continue;
    const { rows } = await sql`select 1 from ${sql.table(table)} limit 1`.execute(database.kysely);
    if (rows.length > 0) continue;
    const must = needed.includes(table);
    findings.push({
      severity: must ? 'error' : 'warning',
      check: 'empty',
      table,
      column: null,
      rows: null,
      line: must ? `${table} 是空的,没有它出不了报表。` : `${table} 是空的,用到它的报表会显示“没有数据”。`,
    });
  }
  return findings;
}

async function checkKeys({ tables, has, count }: Look): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const table of tables) {
    const { primaryKey } = crmSchema[table];
    if (!has(table, ...primaryKey)) continue;
    const keys = sql.join(primaryKey.map((column) => sql.ref(column)));
    const rows = await count(
      sql`select count(*) as n from (select 1 as one from ${sql.table(table)} group by ${keys} having count(*) > 1) as twice`,
    );
    const line = `${table} 有 ${rows} 个重复的主键(${primaryKey.join('、')}),会重复计数:检查映射里的 JOIN。`;
    findings.push(...about(rows, 'error', 'duplicate-key', table, primaryKey.join(','), line));
  }
  return findings;
}

async function checkReferences({ has, count }: Look): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const reference of references) {
    const { table, column, target, key } = reference;
    if (!has(table, column) || !has(target, key)) continue;
    const rows = await count(sql`select count(*) as n ${orphans(reference)}`);
    const line = `${table} 有 ${rows} 行的 ${column} 在 ${target} 里找不到,这些行不会计入按它分组的报表。`;
    findings.push(...about(rows, 'warning', 'orphan', table, column, line));
  }
  return findings;
}

async function checkStages({ has, count }: Look): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const reference of stageReferences) {
    const { table, column, target, key } = reference;
    if (!has(table, column) || !has(target, key)) continue;
    const rows = await count(sql`select count(*) as n ${orphans(reference)}`);
    const line = `${table} 有 ${rows} 行的 ${column} 不在 cm_stages 里,漏斗会漏掉它们:把这些阶段补进 cm_stages。`;
    findings.push(...about(rows, 'error', 'unknown-stage', table, column, line));
  }
  return findings;
}

async function checkCodes({ tables, has, count }: Look): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const table of tables) {
    for (const [column, codes] of Object.entries(codeValues[table] ?? {})) {
      if (!has(table, column)) continue;
      const rows = await count(
        sql`select count(*) as n from ${sql.table(table)} where ${sql.ref(column)} not in (${sql.join(codes)})`,
      );
      const line = `${table}.${column} 有 ${rows} 行不是 ${codes.join('、')} 之一,不会计入报表。`;
      findings.push(...about(rows, 'error', 'unknown-code', table, column, line));
    }
  }
  return findings;
}

async function checkClosed({ has, count }: Look): Promise<Finding[]> {
  if (!has('cm_opportunities', 'outcome', 'closed_at')) return [];
  const rows = await count(
    sql`select count(*) as n from cm_opportunities where outcome in ('won', 'lost') and closed_at is null`,
  );
  const line = `cm_opportunities 有 ${rows} 个已成交或丢单的商机没有 closed_at,算不进任何一个月。`;
  return about(rows, 'error', 'not-closed', 'cm_opportunities', 'closed_at', line);
}

async function checkDates({ has, count }: Look, today: Day): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const [table, column] of happened) {
    if (!has(table, column)) continue;
    const rows = await count(
      sql`select count(*) as n from ${sql.table(table)} where ${sql.ref(column)} >= ${addDays(today, 1)}`,
    );
    const line = `${table} 有 ${rows} 行的 ${column} 在今天(${today})之后:检查时区换算和录入。`;
    findings.push(...about(rows, 'warning', 'future', table, column, line));
  }
  return findings;
}

/** Departments of people who own customers, without a region of their own or above them. */
async function checkRegions({ database, has }: Look): Promise<Finding[]> {
  const readable =
    has('cm_departments', 'department_id', 'region') &&
    has('cm_users', 'user_id', 'department_id') &&
    has('cm_customers', 'owner_user_id');
  if (!readable) return [];
  const directory = await readDirectory(database);
  const owners = await database.kysely.selectFrom('cm_customers').select('owner_user_id').distinct().execute();
  const without = new Set<string>();
  for (const { owner_user_id } of owners) {
    const person = owner_user_id === null ? undefined : directory.person(owner_user_id);
    if (person === undefined || person.departmentId === null || person.region !== null) continue;
    without.add(directory.department(person.departmentId)?.name ?? person.departmentId);
  }
  const names = [...without].sort().slice(0, 5).join('、');
  const line = `${without.size} 个部门没有大区(${names}),按大区看的报表会归到“未知”:给部门或上级部门填 region。`;
  return about(without.size, 'warning', 'no-region', 'cm_departments', 'region', line);
}
