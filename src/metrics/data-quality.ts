import { sql } from 'kysely';
import type { Moment } from '../calendar/clock.ts';
import type { Crm, QueryParts } from '../crm/crm.ts';
import type { RowFilter } from '../crm/rows.ts';
import type { Scope } from '../crm/scope.ts';
import { countIf, type Expr } from '../database/dialect.ts';
import { whole } from './stage-position.ts';

export interface QualityAsk {
  readonly scope: Scope;
  readonly filter: RowFilter;
  readonly moment: Moment;
}

/** The fields that every customer in hand should have (item 77), with what they are called. */
export const requiredFields = {
  industry: '行业',
  level: '等级',
  source: '来源',
  city: '城市',
  size: '规模',
  phone: '电话',
} as const;

export type RequiredField = keyof typeof requiredFields;

/** The customers in hand of one owner, and how many of them have each field. */
export interface OwnerQuality {
  readonly ownerId: string | null;
  readonly customers: number;
  readonly filled: Readonly<Record<RequiredField, number>>;
}

const given = (column: Expr): Expr => sql`(${column} is not null and ${column} <> '')`;

/** Whether a customer `c` has a telephone number, its own or a contact's. */
const hasPhone = ({ rows }: QueryParts): Expr =>
  sql`(${given(sql`c.mobile`)} or ${given(sql`c.telephone`)} or exists (select 1 from ${rows.of('cm_contacts')} as x
    where x.customer_id = c.customer_id and ${given(sql`x.mobile`)}))`;

/** Completeness by owner (公海 left out). One query. */
export async function readCompleteness(crm: Crm, { scope, filter }: QualityAsk): Promise<OwnerQuality[]> {
  const fields = Object.keys(requiredFields) as RequiredField[];
  const rows = await crm.read<Record<string, string | number | null>>(scope, (parts) => {
    const counted = fields.map(
      (field) =>
        sql`${countIf(field === 'phone' ? hasPhone(parts) : given(sql.ref(`c.${field}`)))} as ${sql.ref(`has_${field}`)}`,
    );
    return sql`select c.owner_user_id, count(*) as customers, ${sql.join(counted)}
      from ${parts.rows.of('cm_customers', filter)} as c where c.lifecycle <> 'pool' group by c.owner_user_id`;
  });
  return rows.map((row) => ({
    ownerId: row.owner_user_id === '' ? null : (row.owner_user_id as string | null),
    customers: Number(row.customers),
    filled: Object.fromEntries(fields.map((field) => [field, Number(row[`has_${field}`])])) as Record<
      RequiredField,
      number
    >,
  }));
}

export interface DuplicateGroup {
  /** What they share: the bare name or the telephone number; the latter is never shown. */
  readonly by: 'name' | 'phone';
  readonly names: readonly string[];
  readonly owners: readonly (string | null)[];
  readonly copies: number;
}

/** A company's name without what people write in different ways. */
const bareName = (column: Expr): Expr =>
  ['股份有限公司', '有限责任公司', '有限公司', '股份', ' ', '(', ')', '\uff08', '\uff09'].reduce(
    (text: Expr, word) => sql`replace(${text}, ${word}, '')`,
    column,
  );

/** Customers that seem to be entered twice, by bare name or by telephone number. One query; pairs are joined up here. */
export async function readDuplicates(crm: Crm, { scope, filter }: QualityAsk): Promise<DuplicateGroup[]> {
  const rows = await crm.read<Record<string, string | null>>(scope, ({ rows: from }) => {
    const base = sql`(select c.customer_id, c.name, c.owner_user_id, c.mobile, ${bareName(sql`c.name`)} as bare
      from ${from.of('cm_customers', filter)} as c)`;
    return sql`
      select w.customer_id, w.name, w.owner_user_id, w.bare as shared, 'name' as kind from ${base} as w
      where w.bare in (select d.bare from ${base} as d where d.bare <> '' group by d.bare having count(*) > 1)
      union all
      select w.customer_id, w.name, w.owner_user_id, w.mobile as shared, 'phone' as kind from ${base} as w
      where w.mobile in (select d.mobile from ${base} as d where d.mobile <> '' group by d.mobile having count(*) > 1)`;
  });
  return joinUp(rows);
}

/** Customers that share a name or a number, directly or through others, are one group: nobody is counted twice. */
function joinUp(rows: readonly Record<string, string | null>[]): DuplicateGroup[] {
  const leader = new Map<string, string>();
  const find = (id: string): string => {
    let at = id;
    while (leader.get(at) !== undefined && leader.get(at) !== at) at = leader.get(at)!;
    return at;
  };
  const first = new Map<string, string>();
  for (const row of rows) {
    const [id, key] = [String(row.customer_id), `${row.kind} ${row.shared}`];
    if (!leader.has(id)) leader.set(id, id);
    const other = first.get(key);
    if (other === undefined) first.set(key, id);
    else leader.set(find(id), find(other));
  }
  const groups = new Map<
    string,
    { by: 'name' | 'phone'; members: Map<string, { name: string; owner: string | null }> }
  >();
  for (const row of rows) {
    const root = find(String(row.customer_id));
    const group = groups.get(root) ?? { by: 'phone' as const, members: new Map() };
    if (row.kind === 'name') group.by = 'name';
    group.members.set(String(row.customer_id), { name: String(row.name), owner: row.owner_user_id ?? null });
    groups.set(root, group);
  }
  return [...groups.values()]
    .map(({ by, members }): DuplicateGroup => {
      const list = [...members.values()].sort((a, b) => a.name.length - b.name.length || a.name.localeCompare(b.name));
      return {
        by,
        names: [...new Set(list.map(({ name }) => name))],
        owners: [...new Set(list.map(({ owner }) => owner))],
        copies: members.size,
      };
    })
    .sort((a, b) => b.copies - a.copies || a.names[0]!.localeCompare(b.names[0]!));
}

/** Records that contradict themselves or belong to nobody (item 78). */
export interface Faults {
  readonly ownerless: number;
  readonly orphanDeals: number;
  readonly closedBeforeCreated: number;
  readonly endsBeforeStart: number;
  readonly overdueCloseDates: number;
}

/** Counts of faulty records; `inactive` = ids of people who left. One query of five small counts. */
export async function readFaults(
  crm: Crm,
  { scope, filter, moment }: QualityAsk,
  inactive: readonly string[],
): Promise<Faults> {
  const rows = await crm.read<{ fault: string; found: number }>(scope, ({ rows: from }) => {
    const left = inactive.length === 0 ? sql`1 = 0` : sql`c.owner_user_id in (${sql.join(inactive)})`;
    return sql`
      select 'ownerless' as fault, count(*) as found from ${from.of('cm_customers', filter)} as c
        where c.lifecycle = 'active' and (c.owner_user_id is null or c.owner_user_id = '' or ${left})
      union all select 'orphan_deals', count(*) from ${from.of('cm_opportunities', filter)} as o
        where o.outcome = 'open' and not exists (select 1 from ${from.customerAttributes()} as c where c.customer_id = o.customer_id)
      union all select 'closed_before', count(*) from ${from.of('cm_opportunities', filter)} as o where o.closed_at < o.created_at
      union all select 'ends_before', count(*) from ${from.of('cm_contracts', filter)} as k
        where k.status in ('effective', 'completed') and (k.ends_on < k.starts_on or k.ends_on < k.signed_on)
      union all select 'overdue_close', count(*) from ${from.of('cm_opportunities', filter)} as o
        where o.outcome = 'open' and o.expected_close_date < ${moment.today}`;
  });
  const found = (name: string): number => Number(rows.find(({ fault }) => fault === name)?.found ?? 0);
  return {
    ownerless: found('ownerless'),
    orphanDeals: found('orphan_deals'),
    closedBeforeCreated: found('closed_before'),
    endsBeforeStart: found('ends_before'),
    overdueCloseDates: found('overdue_close'),
  };
}

export interface PhonelessCustomer {
  readonly customerId: string;
  readonly name: string;
  readonly grade: string | null;
  readonly ownerId: string | null;
  readonly createdAt: string;
}

/** Customers in hand without any number, the better graded first. One query. */
export async function readWithoutPhone(
  crm: Crm,
  { scope, filter }: QualityAsk,
  limit: number,
): Promise<PhonelessCustomer[]> {
  const rows = await crm.read<Record<string, string | null>>(
    scope,
    (parts) => sql`
      select c.customer_id, c.name, c.level, c.owner_user_id, c.created_at from ${parts.rows.of('cm_customers', filter)} as c
      where c.lifecycle <> 'pool' and not ${hasPhone(parts)}
      order by case when c.level is null then 1 else 0 end, c.level, c.customer_id limit ${whole(limit)}`,
  );
  return rows.map((row) => ({
    customerId: String(row.customer_id),
    name: String(row.name),
    grade: row.level ?? null,
    ownerId: row.owner_user_id ?? null,
    createdAt: String(row.created_at),
  }));
}
