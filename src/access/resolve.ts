import { sql } from 'kysely';
import type { FilterField, Filters, NumberTest, Slots } from '../commands/command.ts';
import type { Crm } from '../crm/crm.ts';
import type { Directory } from '../crm/directory.ts';
import type { RowFilter } from '../crm/rows.ts';
import type { Scope } from '../crm/scope.ts';
import type { StageModel } from '../crm/stages.ts';
import type { Grant } from './authorise.ts';
import { narrow, peopleOfRegion } from './authorise.ts';

/** The names of a command turned into ids, within what the asker may see. */
export type Resolved =
  | {
      readonly kind: 'resolved';
      readonly scope: Scope;
      readonly filter: RowFilter;
      readonly filterWords: readonly string[];
    }
  /** Named people or regions of which the asker may see nothing. */
  | { readonly kind: 'outside'; readonly named: string }
  /** Nothing of that name in what the asker may see; the same answer whether it exists elsewhere or not. */
  | { readonly kind: 'not-found'; readonly field: FilterField; readonly named: string }
  | {
      readonly kind: 'ambiguous';
      readonly field: FilterField;
      readonly named: string;
      readonly candidates: readonly string[];
    };

interface Knowledge {
  readonly crm: Crm;
  readonly directory: Directory;
  readonly stages: StageModel;
}

type Draft = { -readonly [F in keyof Omit<RowFilter, 'not' | 'amountFen'>]: RowFilter[F] };
type Problem = Exclude<Resolved, { kind: 'resolved' }>;

const people: readonly FilterField[] = ['owner', 'team_of', 'region', 'department'];

/** Resolves filters, exclusions and `scope` words of a command; people and regions narrow the scope itself. */
export async function resolve(slots: Slots, grant: Grant, known: Knowledge): Promise<Resolved> {
  let { scope } = grant;
  const words: string[] = [];
  // 全公司 is a name like 华南: who may not see it is told, not shown their own part.
  if (slots.scope === 'company' && scope.owners !== 'everyone') return { kind: 'outside', named: '全公司' };
  if (slots.scope === 'my_team') {
    const team = teamOf(grant.viewer.userId, known.directory);
    const narrowed = calledRightly(scope, [{ name: '我的团队', ids: team }]).scope;
    // A rep's team is, as far as they see, themself; a manager reads its name.
    if (narrowed.owners.length !== scope.owners.length) scope = narrowed;
  }
  const filters = slots.filters ?? {};
  for (const field of people) {
    const names = filters[field] as readonly string[] | undefined;
    if (names === undefined) continue;
    const owners = ownersNamed(field, names, grant, known.directory);
    if ('kind' in owners) return owners;
    const narrowed = calledRightly(scope, owners.parts);
    if (narrowed.scope.owners.length === 0)
      return { kind: 'outside', named: owners.parts.map(({ name }) => name).join('、') };
    scope = narrowed.scope;
    if (narrowed.unseen.length > 0) words.push(`不含看不到的${narrowed.unseen.join('、')}`);
  }
  const only = await draft(filters, scope, known, words);
  if ('kind' in only) return only;
  const not = await exclusions(slots.filters_not ?? {}, grant, scope, known, words);
  if ('kind' in not) return not;
  const amountFen = filters.amount === undefined ? undefined : fenRange(filters.amount);
  if (filters.amount !== undefined) words.push(amountWords(filters.amount));
  return {
    kind: 'resolved',
    scope,
    filter: {
      ...only.draft,
      ...(amountFen === undefined ? {} : { amountFen }),
      ...(Object.keys(not.draft).length === 0 ? {} : { not: not.draft }),
    },
    filterWords: words,
  };
}

/** People under a name of the question: 华东 with those of the region, 周建国 with himself. */
interface Part {
  readonly name: string;
  readonly ids: readonly string[];
}

/**
 * Narrows a scope to parts and calls the result what it is: 华东 only where the asker sees all of 华东. A rep who asks for
 * 华东 reads their own figures under their own name.
 */
function calledRightly(scope: Scope, parts: readonly Part[]): { scope: Scope; unseen: readonly string[] } {
  const sees = (id: string): boolean => scope.owners === 'everyone' || scope.owners.includes(id);
  const seen = parts.filter(({ ids }) => ids.some(sees));
  const named = seen.map(({ name }) => name).join('、');
  const narrowed = narrow(
    scope,
    seen.flatMap(({ ids }) => ids),
    named,
  );
  const unseen = parts.filter((part) => !seen.includes(part)).map(({ name }) => name);
  if (seen.every(({ ids }) => ids.every(sees))) return { scope: narrowed, unseen };
  return {
    scope:
      narrowed.owners.length === scope.owners.length
        ? scope
        : narrow(
            narrowed,
            seen.flatMap(({ ids }) => ids),
            `${named}里你能看的部分`,
          ),
    unseen,
  };
}

const shownNames = (names: readonly string[], grant: Grant): string[] =>
  names.map((name) => (name === '@me' ? grant.viewer.name : name));

function teamOf(userId: string, directory: Directory): string[] {
  const headed = directory.departments.filter((department) => department.managerId === userId);
  const tree = headed.flatMap((department) => directory.tree(department.id).map((below) => below.id));
  const reports = directory.people.filter((person) => person.managerId === userId).map((person) => person.id);
  return [...new Set([userId, ...directory.membersOf(tree).map((person) => person.id), ...reports])];
}

function ownersNamed(
  field: FilterField,
  names: readonly string[],
  grant: Grant,
  directory: Directory,
): { parts: Part[] } | Problem {
  const parts: Part[] = [];
  for (const name of names) {
    if (field === 'region') {
      if (!directory.regions.includes(name)) return { kind: 'not-found', field, named: name };
      parts.push({ name, ids: peopleOfRegion(directory, name) });
      continue;
    }
    if (field === 'department') {
      const department = directory.departments.find((d) => d.name === name || d.id === name);
      if (department === undefined) return { kind: 'not-found', field, named: name };
      const tree = directory.tree(department.id).map((below) => below.id);
      parts.push({ name: department.name, ids: directory.membersOf(tree).map((person) => person.id) });
      continue;
    }
    const found =
      name === '@me'
        ? [grant.viewer.userId]
        : directory.people.filter((p) => p.name === name || p.id === name).map((p) => p.id);
    if (found.length === 0) return { kind: 'not-found', field, named: name };
    const allowed = grant.scope.owners === 'everyone' ? found : found.filter((id) => grant.scope.owners.includes(id));
    if (allowed.length > 1) {
      const candidates = allowed.map(
        (id) => `${name}(${directory.department(directory.person(id)?.departmentId ?? '')?.name ?? '未分组'})`,
      );
      return { kind: 'ambiguous', field, named: name, candidates };
    }
    const shown = name === '@me' ? grant.viewer.name : (directory.person(found[0] ?? '')?.name ?? name);
    parts.push(
      field === 'team_of'
        ? { name: `${shown}的团队`, ids: found.flatMap((id) => teamOf(id, directory)) }
        : { name: shown, ids: allowed.length > 0 ? allowed : found },
    );
  }
  return { parts };
}

/** The filters that are not people: values as the CRM writes them, or ids found by name. */
async function draft(
  filters: Filters,
  scope: Scope,
  known: Knowledge,
  words: string[],
): Promise<{ draft: Draft } | Problem> {
  const made: Draft = {};
  const values = (field: Exclude<FilterField, 'amount'>): readonly string[] | undefined => {
    const list = filters[field];
    if (list !== undefined) words.push(...list.map((value) => valueWords(field, value)));
    return list;
  };
  const industries = values('industry');
  if (industries !== undefined) made.industries = industries;
  const grades = values('grade');
  if (grades !== undefined) made.grades = grades;
  const channels = values('channel');
  if (channels !== undefined) made.channels = channels;
  const cities = values('city');
  if (cities !== undefined) made.cities = cities;
  const stages = values('stage');
  if (stages !== undefined) {
    const unknown = stages.find((name) => known.stages.byName(name) === undefined);
    if (unknown !== undefined) return { kind: 'not-found', field: 'stage', named: unknown };
    made.stageIds = stages.flatMap((name) => known.stages.byName(name)?.stageIds ?? []);
  }
  const status = values('status');
  if (status !== undefined) made.outcomes = status;
  for (const field of ['product_line', 'product', 'campaign'] as const) {
    const names = values(field);
    if (names === undefined) continue;
    const ids = await openIds(field, names, scope, known.crm);
    if (ids.length === 0) return { kind: 'not-found', field, named: names.join('、') };
    if (field === 'campaign') made.campaignIds = ids;
    else made.productIds = made.productIds === undefined ? ids : made.productIds.filter((id) => ids.includes(id));
  }
  for (const field of ['customer', 'contact'] as const) {
    const names = filters[field];
    if (names === undefined) continue;
    const found = await customersNamed(field, names, scope, known.crm);
    if ('kind' in found) return found;
    made.customerIds = found.ids;
    words.push(...found.names);
  }
  return { draft: made };
}

async function exclusions(
  filters: Filters,
  grant: Grant,
  scope: Scope,
  known: Knowledge,
  words: string[],
): Promise<{ draft: Draft } | Problem> {
  const said: string[] = [];
  const made = await draft(filters, scope, known, said);
  if ('kind' in made) return made;
  const owners: string[] = [];
  for (const field of people) {
    const names = filters[field] as readonly string[] | undefined;
    if (names === undefined) continue;
    const found = ownersNamed(field, names, grant, known.directory);
    if ('kind' in found) return found;
    owners.push(...found.parts.flatMap(({ ids }) => ids));
    said.push(...shownNames(names, grant));
  }
  if (said.length > 0) words.push(`不含${said.join('、')}`);
  return { draft: owners.length === 0 ? made.draft : { ...made.draft, owners } };
}

const valueWords = (field: FilterField, value: string): string => {
  if (field === 'grade') return `${value} 级`;
  if (field === 'status') return { open: '在跟', won: '已成交', lost: '已丢单' }[value] ?? value;
  return value;
};

async function openIds(
  field: 'product_line' | 'product' | 'campaign',
  names: readonly string[],
  scope: Scope,
  crm: Crm,
): Promise<string[]> {
  const rows = await crm.read<{ found_id: string }>(scope, ({ rows: from }) =>
    field === 'campaign'
      ? sql`select campaign_id as found_id from ${from.open('cm_campaigns')} as t where name in (${sql.join(names)})`
      : sql`select product_id as found_id from ${from.open('cm_products')} as t where ${sql.ref(field === 'product' ? 'name' : 'category')} in (${sql.join(names)})`,
  );
  return rows.map((row) => row.found_id);
}

/** Most people type a part of the name: exact ones first, else those that begin with it, else those that contain it. */
async function customersNamed(
  field: 'customer' | 'contact',
  names: readonly string[],
  scope: Scope,
  crm: Crm,
): Promise<{ ids: string[]; names: string[] } | Problem> {
  const ids: string[] = [];
  const shown: string[] = [];
  for (const name of names) {
    const rows =
      field === 'customer'
        ? await customersLike(name, scope, crm)
        : await crm.read<{ customer_id: string; name: string }>(
            scope,
            ({ rows: from }) => sql`
              select c.customer_id, c.name from ${from.of('cm_contacts')} as t
              join ${from.of('cm_customers')} as c on c.customer_id = t.customer_id
              where t.name = ${name} order by c.customer_id limit 20`,
          );
    if (rows.length === 0) return { kind: 'not-found', field, named: name };
    const exact = rows.filter((row) => row.name === name);
    const chosen = exact.length > 0 ? exact : rows;
    if (new Set(chosen.map((row) => row.name)).size > 1) {
      return { kind: 'ambiguous', field, named: name, candidates: chosen.slice(0, 3).map((row) => row.name) };
    }
    ids.push(...chosen.map((row) => row.customer_id));
    shown.push(chosen[0]?.name ?? name);
  }
  return { ids, names: shown };
}

async function customersLike(name: string, scope: Scope, crm: Crm): Promise<{ customer_id: string; name: string }[]> {
  const pattern = name.replace(/[!%_]/g, (sign) => `!${sign}`);
  const begins = await crm.read<{ customer_id: string; name: string }>(
    scope,
    ({ rows }) => sql`
      select customer_id, name from ${rows.of('cm_customers')} as t
      where name like ${`${pattern}%`} escape '!' order by name, customer_id limit 20`,
  );
  if (begins.length > 0) return begins;
  return crm.read(
    scope,
    ({ rows }) => sql`
      select customer_id, name from ${rows.of('cm_customers')} as t
      where name like ${`%${pattern}%`} escape '!' order by name, customer_id limit 20`,
  );
}

/** Yuan as typed → integer fen, both ends included. */
function fenRange(test: NumberTest): NonNullable<RowFilter['amountFen']> {
  if (test.op === 'between') return { from: Math.round(test.from * 100), to: Math.round(test.to * 100) };
  const fen = Math.round(test.value * 100);
  switch (test.op) {
    case '>':
      return { from: fen + 1 };
    case '>=':
      return { from: fen };
    case '<':
      return { to: fen - 1 };
    case '<=':
      return { to: fen };
    case '=':
      return { from: fen, to: fen };
  }
}

/** As it was typed, in the largest unit it fills; also absurd amounts are digits and no powers of ten. */
function inWan(yuan: number): string {
  const [size, unit] = Math.abs(yuan) >= 1e8 ? [1e8, '亿'] : Math.abs(yuan) >= 1e4 ? [1e4, '万'] : [1, '元'];
  return `${(yuan / size).toLocaleString('en', { maximumFractionDigits: 2, useGrouping: false })} ${unit}`;
}

function amountWords(test: NumberTest): string {
  if (test.op === 'between') return `${inWan(test.from)}到 ${inWan(test.to)}`;
  const word = { '>': '超过', '>=': '不低于', '<': '低于', '<=': '不超过', '=': '等于' }[test.op];
  return `${word} ${inWan(test.value)}`;
}
