import { sql } from 'kysely';
import type { Dimension } from '../commands/command.ts';
import type { Directory } from '../crm/directory.ts';
import type { ScopedRows, ScopedTable } from '../crm/rows.ts';
import { crmSchema } from '../crm/schema.ts';
import type { StageModel } from '../crm/stages.ts';
import type { Expr, SqlBridge } from '../database/dialect.ts';

/** By day, week (its Monday), month or quarter. */
export type Grain = 'day' | 'week' | 'month' | 'quarter';

/** What names the parts of a dimension. */
export interface Names {
  readonly directory: Directory;
  readonly stages: StageModel;
}

/** Chinese names of the dimensions, as 按… says them. */
export const dimensionNames: Readonly<Record<Dimension, string>> = {
  agent: '客服',
  campaign: '活动',
  channel: '渠道',
  city: '城市',
  department: '部门',
  followup_type: '跟进方式',
  grade: '客户等级',
  industry: '行业',
  lost_reason: '丢单原因',
  owner: '负责人',
  pipeline: '销售流程',
  product: '产品',
  product_line: '产品线',
  province: '省份',
  recall_method: '唤醒方式',
  region: '大区',
  size: '客户规模',
  stage: '阶段',
};

/** As people say it after 按: 按人, 按大区. */
export const groupingWords = (dimension: Dimension): string =>
  dimension === 'owner' ? '人' : dimensionNames[dimension];

/** How the parts of a dimension are counted: 另有 3 人. */
export const counterOf = (dimension: Dimension | undefined): string =>
  dimension === 'owner' || dimension === 'agent' ? '人' : '个';

/** Joined tables by alias; each is joined once whatever asks for it. */
export type Join = 'c' | 'u' | 'cp' | 'l' | 'p' | 'ps';

interface Grouped {
  readonly key: Expr;
  /** Where the key is an id: what people call it. */
  readonly label?: Expr;
  readonly joins: readonly Join[];
}

const columnsOf = (table: ScopedTable): Readonly<Record<string, { readonly kind: string }>> => crmSchema[table].columns;

/** Whether the table's time column holds days (DATE) rather than moments (DATETIME). */
export const holdsDays = (table: ScopedTable, at: string): boolean => columnsOf(table)[at]?.kind === 'day';

const own = (table: ScopedTable, column: string): Expr | null =>
  column in columnsOf(table) ? sql.ref(`t.${column}`) : null;

/** The person a row belongs to: its own owner, the one who did it, else its customer's owner. */
function ownerOf(table: ScopedTable): Grouped {
  if (table === 'cm_activities') return { key: sql`t.user_id`, joins: [] };
  const column = table === 'cm_contacts' ? null : own(table, 'owner_user_id');
  return column === null ? { key: sql`c.owner_user_id`, joins: ['c'] } : { key: column, joins: [] };
}

function attribute(table: ScopedTable, column: string): Grouped | null {
  const direct = own(table, column);
  if (direct !== null) return { key: direct, joins: [] };
  return 'customer_id' in columnsOf(table) ? { key: sql.ref(`c.${column}`), joins: ['c'] } : null;
}

/** `case` over sets of ids: how the company's own names reach SQL, so that distinct counts stay right within a part. */
function named(column: Expr, sets: readonly { readonly name: string; readonly ids: readonly string[] }[]): Expr {
  const known = sets.filter(({ ids }) => ids.length > 0);
  if (known.length === 0) return sql`null`;
  const cases = known.map(({ name, ids }) => sql`when ${column} in (${sql.join(ids)}) then ${name}`);
  return sql`case ${sql.join(cases, sql` `)} end`;
}

/**
 * How rows of a table fall into the parts of a dimension; null where it makes no sense for them. A region is that of
 * the owner's department, as it is for rights and filters.
 */
export function groupedBy(table: ScopedTable, dimension: Dimension, names: Names): Grouped | null {
  switch (dimension) {
    case 'owner':
      return ownerOf(table);
    case 'department': {
      const owner = ownerOf(table);
      return { key: sql`u.department_id`, joins: [...owner.joins, 'u'] };
    }
    case 'region': {
      const owner = ownerOf(table);
      const regions = names.directory.regions.map((name) => ({
        name,
        ids: names.directory.departments.filter((d) => d.region === name).map((d) => d.id),
      }));
      return { key: named(sql`u.department_id`, regions), joins: [...owner.joins, 'u'] };
    }
    case 'industry':
      return attribute(table, 'industry');
    case 'grade':
      return attribute(table, 'level');
    case 'channel':
      return attribute(table, 'source');
    case 'city':
      return attribute(table, 'city');
    case 'province':
      return attribute(table, 'province');
    case 'size':
      return attribute(table, 'size');
    case 'campaign': {
      const campaign = attribute(table, 'campaign_id');
      return campaign === null ? null : { ...campaign, label: sql`cp.name`, joins: [...campaign.joins, 'cp'] };
    }
    case 'product':
    case 'product_line': {
      const joins: Join[] = table === 'cm_contracts' ? ['l', 'p'] : own(table, 'product_id') === null ? [] : ['p'];
      if (joins.length === 0) return null;
      return dimension === 'product'
        ? { key: sql`p.product_id`, label: sql`p.name`, joins }
        : { key: sql`p.category`, joins };
    }
    case 'stage': {
      const stage = own(table, 'stage_id');
      const sets = names.stages.stages.map(({ name, stageIds }) => ({ name, ids: stageIds }));
      return stage === null ? null : { key: named(stage, sets), joins: [] };
    }
    case 'lost_reason': {
      const reason = own(table, 'lost_reason');
      return reason === null ? null : { key: reason, joins: [] };
    }
    case 'pipeline': {
      const pipeline = own(table, 'pipeline_id');
      return pipeline === null ? null : { key: pipeline, label: sql`ps.pipeline_name`, joins: ['ps'] };
    }
    case 'followup_type':
      return table === 'cm_activities' ? { key: sql`t.kind`, joins: [] } : null;
    case 'agent':
      return table === 'cm_tickets' ? { key: sql`t.assignee_user_id`, joins: [] } : null;
    case 'recall_method':
      return null;
  }
}

/** The order in which joins build on each other. */
const joinOrder: readonly Join[] = ['c', 'u', 'cp', 'l', 'p', 'ps'];

/** The joins that a query needs, each once. Lines come with a filter of their own products. */
export function joinsOf(
  table: ScopedTable,
  wanted: readonly Join[],
  rows: ScopedRows,
  productIds: { readonly only?: readonly string[]; readonly not?: readonly string[] },
): Expr {
  const campaign = attribute(table, 'campaign_id')?.key ?? sql`null`;
  const product = table === 'cm_contracts' ? sql`l.product_id` : sql`t.product_id`;
  const lines = rows.of('cm_contract_lines', {
    ...(productIds.only === undefined ? {} : { productIds: productIds.only }),
    ...(productIds.not === undefined ? {} : { not: { productIds: productIds.not } }),
  });
  const texts: Record<Join, () => Expr> = {
    c: () => sql`left join ${rows.customerAttributes()} as c on c.customer_id = t.customer_id`,
    u: () => sql`left join ${rows.peopleAttributes()} as u on u.user_id = ${ownerOf(table).key}`,
    cp: () => sql`left join ${rows.open('cm_campaigns')} as cp on cp.campaign_id = ${campaign}`,
    l: () => sql`join ${lines} as l on l.contract_id = t.contract_id`,
    p: () => sql`left join ${rows.open('cm_products')} as p on p.product_id = ${product}`,
    ps: () =>
      sql`left join (select pipeline_id, max(pipeline_name) as pipeline_name from ${rows.open('cm_stages')} as s group by pipeline_id) as ps on ps.pipeline_id = t.pipeline_id`,
  };
  const used = joinOrder.filter((join) => wanted.includes(join)).map((join) => texts[join]());
  return used.length === 0 ? sql`` : sql.join(used, sql` `);
}

/** `2026-11-18`, `2026-11-16` (the Monday), `2026-11`, `2026-Q4`. */
export function bucketOf(at: Expr, grain: Grain, bridge: SqlBridge): Expr {
  switch (grain) {
    case 'day':
      return bridge.day(at);
    case 'week':
      return bridge.week(at);
    case 'month':
      return bridge.month(at);
    case 'quarter': {
      const month = bridge.month(at);
      const quarter = sql`case when substr(${month}, 6, 2) < '04' then '-Q1' when substr(${month}, 6, 2) < '07' then '-Q2' when substr(${month}, 6, 2) < '10' then '-Q3' else '-Q4' end`;
      return bridge.concat(sql`substr(${month}, 1, 4)`, quarter);
    }
  }
}

const followupNames: Readonly<Record<string, string>> = {
  visit: '拜访',
  call: '电话',
  wechat: '微信',
  email: '邮件',
  sms: '短信',
  meeting: '会议',
  note: '备注',
};

const unnamed: Partial<Record<Dimension, string>> = {
  owner: '无负责人',
  agent: '未分配客服',
  region: '未分大区',
  department: '未分部门',
  channel: '来源未填',
  lost_reason: '原因未填',
};

/** What people call a part: names for ids, and a plain word where the CRM says nothing. */
export function partName(dimension: Dimension, key: string | null, label: string | null, names: Names): string {
  if (key === null || key === '') return unnamed[dimension] ?? '未填写';
  switch (dimension) {
    case 'owner':
    case 'agent': {
      const person = names.directory.person(key);
      if (person === undefined) return `已删除的账号(${key})`;
      return names.directory.named(person.name).length > 1 ? `${person.name}(${key})` : person.name;
    }
    case 'department':
      return names.directory.department(key)?.name ?? '未分部门';
    case 'grade':
      return /^[A-Z]$/.test(key) ? `${key} 级` : key;
    case 'followup_type':
      return followupNames[key] ?? key;
    default:
      return label ?? key;
  }
}
