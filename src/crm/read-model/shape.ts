import type { Database } from '../../database/connect.ts';
import type { ColumnKind, Table } from '../../database/table.ts';
import { never } from '../../failure.ts';
import { type CrmTableName, type CrmTables, crmSchema } from '../schema.ts';
import type { Finding } from './finding.ts';

/** Tables and columns that are missing, or hold another kind of value than the reports reckon with. */
export async function checkShape(
  database: Database<CrmTables>,
): Promise<{ findings: Finding[]; present: ReadonlyMap<CrmTableName, ReadonlySet<string>> }> {
  const found = new Map((await database.kysely.introspection.getTables()).map((table) => [table.name, table.columns]));
  const findings: Finding[] = [];
  const present = new Map<CrmTableName, Set<string>>();
  for (const [name, shape] of Object.entries(crmSchema) as [CrmTableName, Table][]) {
    const columns = found.get(name);
    if (columns === undefined) {
      findings.push({
        severity: 'error',
        check: 'missing-table',
        table: name,
        column: null,
        rows: null,
        line: `缺少 ${name}:先运行 npm run migrate,或检查映射视图是否装好。`,
      });
      continue;
    }
    const types = new Map(columns.map((column) => [column.name, column.dataType.toLowerCase()]));
    present.set(name, new Set(types.keys()));
    for (const [column, { kind }] of Object.entries(shape.columns)) {
      const type = types.get(column);
      if (type === undefined) {
        findings.push({
          severity: 'error',
          check: 'missing-column',
          table: name,
          column,
          rows: null,
          line: `${name} 缺少 ${column} 这一列:映射里没有的值也要写成 NULL AS ${column}。`,
        });
      } else if (!fits(type, kind)) {
        findings.push({
          severity: 'error',
          check: 'wrong-kind',
          table: name,
          column,
          rows: null,
          line: `${name}.${column} 是 ${type},应该是${kindWords[kind]}:在映射里用 CAST 转一下。`,
        });
      }
    }
  }
  return { findings, present };
}

const kindWords: Readonly<Record<ColumnKind, string>> = {
  id: '编号',
  text: '文字',
  'long-text': '文字',
  day: '日期(DATE)',
  time: '时间(DATETIME)',
  money: '金额(DECIMAL)',
  decimal: '数字(DECIMAL)',
  integer: '整数',
  bigint: '整数',
  flag: '0/1',
  blob: '二进制',
};

/** Ids and texts may be anything that prints; what is compared as a time or added up may not. */
function fits(type: string, kind: ColumnKind): boolean {
  // A view of the embedded database does not say what an expression gives.
  if (type === '') return true;
  switch (kind) {
    case 'id':
    case 'text':
    case 'long-text':
    case 'blob':
      return !/^(date|time|json|geometry)/.test(type);
    case 'day':
      return /^date$/.test(type);
    case 'time':
      return /^(datetime|timestamp)/.test(type);
    case 'money':
    case 'decimal':
      return /^(decimal|numeric|double|float|real|int|bigint|smallint|tinyint|mediumint)/.test(type);
    case 'integer':
    case 'bigint':
    case 'flag':
      return /^(int|bigint|smallint|tinyint|mediumint|decimal|bit|boolean)/.test(type);
    default:
      return never(kind);
  }
}
