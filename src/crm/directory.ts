import type { Database } from '../database/connect.ts';
import type { CrmTables } from './schema.ts';

/** A CRM user as a colleague: who they are, where they sit, what they may do. */
export interface Person {
  readonly id: string;
  readonly name: string;
  readonly departmentId: string | null;
  readonly region: string | null;
  /** As the CRM has them; `access/` turns them into the bot's roles. */
  readonly roles: readonly string[];
  readonly managerId: string | null;
  readonly active: boolean;
  readonly mobile: string | null;
  readonly email: string | null;
  readonly wecomUserId: string | null;
  readonly dingtalkUserId: string | null;
}

export interface Department {
  readonly id: string;
  readonly parentId: string | null;
  readonly name: string;
  /** Its own, or the nearest ancestor's. */
  readonly region: string | null;
  readonly managerId: string | null;
}

/** The company's people and departments, read whole: they are few and every question needs them. */
export interface Directory {
  readonly people: readonly Person[];
  readonly departments: readonly Department[];
  person(id: string): Person | undefined;
  /** Everybody of exactly this name, whether still there or not. */
  named(name: string): readonly Person[];
  department(id: string): Department | undefined;
  /** A department and all below it. Ends also where the CRM's parents run in a circle. */
  tree(departmentId: string): readonly Department[];
  membersOf(departmentIds: readonly string[]): readonly Person[];
  readonly regions: readonly string[];
}

export async function readDirectory(database: Database<CrmTables>): Promise<Directory> {
  const [users, departments] = await Promise.all([
    database.kysely.selectFrom('cm_users').selectAll().orderBy('user_id').execute(),
    database.kysely.selectFrom('cm_departments').selectAll().orderBy('department_id').execute(),
  ]);
  return directoryOf(
    departments.map((d) => ({
      id: d.department_id,
      parentId: d.parent_id,
      name: d.name,
      region: d.region,
      managerId: d.manager_user_id,
    })),
    users.map((u) => ({
      id: u.user_id,
      name: u.name,
      departmentId: u.department_id,
      region: null,
      roles: (u.roles ?? '')
        .split(',')
        .map((role) => role.trim())
        .filter((role) => role !== ''),
      managerId: u.manager_user_id,
      active: Number(u.is_active) === 1,
      mobile: u.mobile,
      email: u.email,
      wecomUserId: u.wecom_userid,
      dingtalkUserId: u.dingtalk_userid,
    })),
  );
}

/** Builds a directory; regions are inherited downwards, a person's is their department's. */
export function directoryOf(rawDepartments: readonly Department[], rawPeople: readonly Person[]): Directory {
  const raw = new Map(rawDepartments.map((d) => [d.id, d]));
  const regionOf = (start: Department): string | null => {
    const seen = new Set<string>();
    let at: Department | undefined = start;
    while (at !== undefined && !seen.has(at.id)) {
      if (at.region !== null && at.region !== '') return at.region;
      seen.add(at.id);
      at = at.parentId === null ? undefined : raw.get(at.parentId);
    }
    return null;
  };
  const departments = rawDepartments.map((d) => ({ ...d, region: regionOf(d) }));
  const byDepartment = new Map(departments.map((d) => [d.id, d]));
  const children = groupChildren(departments);
  const people = rawPeople.map((p) => ({
    ...p,
    region: p.region ?? (p.departmentId === null ? null : (byDepartment.get(p.departmentId)?.region ?? null)),
  }));
  const byId = new Map(people.map((p) => [p.id, p]));
  const byName = new Map<string, Person[]>();
  for (const person of people) {
    const namesakes = byName.get(person.name);
    if (namesakes === undefined) byName.set(person.name, [person]);
    else namesakes.push(person);
  }
  const tree = (departmentId: string): Department[] => {
    const found = new Map<string, Department>();
    const open = [departmentId];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const department = byDepartment.get(next);
      if (department === undefined || found.has(next)) continue;
      found.set(next, department);
      open.push(...(children.get(next) ?? []));
    }
    return [...found.values()];
  };
  return {
    people,
    departments,
    person: (id) => byId.get(id),
    named: (name) => byName.get(name) ?? [],
    department: (id) => byDepartment.get(id),
    tree,
    membersOf: (departmentIds) => {
      const wanted = new Set(departmentIds);
      return people.filter((p) => p.departmentId !== null && wanted.has(p.departmentId));
    },
    regions: [...new Set(departments.map((d) => d.region).filter((r): r is string => r !== null))].sort(),
  };
}

function groupChildren(departments: readonly Department[]): Map<string, string[]> {
  const children = new Map<string, string[]>();
  for (const { id, parentId } of departments) {
    if (parentId === null) continue;
    const siblings = children.get(parentId);
    if (siblings === undefined) children.set(parentId, [id]);
    else siblings.push(id);
  }
  return children;
}
