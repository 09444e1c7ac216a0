import { type RawBuilder, sql } from 'kysely';
import type { Dimension } from '../commands/command.ts';
import type { Expr } from '../database/dialect.ts';
import { type Names, partName } from './dimensions.ts';
import type { Part } from './engine.ts';

/** By what customers can be told apart; region and department are those of the customer's owner. */
export const customerDimensions = [
  'region',
  'owner',
  'department',
  'industry',
  'grade',
  'size',
  'channel',
  'city',
  'province',
] as const satisfies readonly Dimension[];

type CustomerDimension = (typeof customerDimensions)[number];

const columns: Readonly<Record<CustomerDimension, string>> = {
  region: 'owner_user_id',
  owner: 'owner_user_id',
  department: 'owner_user_id',
  industry: 'industry',
  grade: 'level',
  size: 'size',
  channel: 'source',
  city: 'city',
  province: 'province',
};

const isCustomerDimension = (dimension: Dimension): dimension is CustomerDimension => dimension in columns;

/** The columns of `cm_customers` (alias `c`) that the dimensions are told by, each once. */
export const groupColumns = (dimensions: readonly Dimension[]): readonly string[] => [
  ...new Set(dimensions.filter(isCustomerDimension).map((dimension) => columns[dimension])),
];

/** `c.owner_user_id, c.industry`; a constant where nothing is told apart. */
export const groupList = (dimensions: readonly Dimension[]): Expr => {
  const names = groupColumns(dimensions);
  return names.length === 0 ? sql`1` : sql.join(names.map((name) => sql.ref(`c.${name}`)));
};

/** The same as a select list; every column keeps its name. */
export const groupSelect = (dimensions: readonly Dimension[]): RawBuilder<unknown> => {
  const names = groupColumns(dimensions);
  return names.length === 0 ? sql`1 as whole` : sql.join(names.map((name) => sql.ref(`c.${name}`)));
};

/** Customers alike in the columns asked for, with what was counted of them. Every customer is in one group only. */
export interface CustomerGroup {
  /** Values of `groupColumns`, by column. */
  readonly of: Readonly<Record<string, string | null>>;
  readonly sums: Readonly<Record<string, number>>;
}

export interface GroupedPart {
  readonly parts: readonly Part[];
  readonly name: string;
  readonly sums: Readonly<Record<string, number>>;
}

/** Turns rows of a query into groups: the group columns as text, everything else as numbers. */
export function toGroups(
  rows: readonly Readonly<Record<string, string | number | null>>[],
  dimensions: readonly Dimension[],
  counted: readonly string[],
): CustomerGroup[] {
  const names = groupColumns(dimensions);
  return rows.map((row) => ({
    of: Object.fromEntries(names.map((name) => [name, textOf(row[name])])),
    sums: Object.fromEntries(counted.map((name) => [name, Number(row[name] ?? 0)])),
  }));
}

const textOf = (value: string | number | null | undefined): string | null =>
  value === null || value === undefined || value === '' ? null : String(value);

/** Adds the groups up by one or two dimensions; none = the whole. */
export function rollUp(groups: readonly CustomerGroup[], by: readonly Dimension[], names: Names): GroupedPart[] {
  const found = new Map<string, { parts: readonly Part[]; sums: Record<string, number> }>();
  for (const group of groups) {
    const parts = by.map((dimension) => partOf(group, dimension, names));
    const key = JSON.stringify(parts.map((part) => part.key));
    const whole = found.get(key) ?? { parts, sums: {} };
    for (const [name, value] of Object.entries(group.sums)) whole.sums[name] = (whole.sums[name] ?? 0) + value;
    found.set(key, whole);
  }
  return [...found.values()].map(({ parts, sums }) => ({
    parts,
    name: parts.map((part) => part.name).join(' · '),
    sums,
  }));
}

function partOf({ of }: CustomerGroup, dimension: Dimension, names: Names): Part {
  const value = isCustomerDimension(dimension) ? (of[columns[dimension]] ?? null) : null;
  const person = value === null ? undefined : names.directory.person(value);
  const key =
    dimension === 'region'
      ? (person?.region ?? null)
      : dimension === 'department'
        ? (person?.departmentId ?? null)
        : value;
  return { key, name: partName(dimension, key, null, names) };
}
