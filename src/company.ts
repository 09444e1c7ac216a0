import { sql } from 'kysely';
import type { Moment } from './calendar/clock.ts';
import type { Entities, Parser } from './commands/command.ts';
import { buildParser } from './commands/parser.ts';
import type { LanguageSettings } from './commands/settings.ts';
import type { Crm } from './crm/crm.ts';
import { type Directory, readDirectory } from './crm/directory.ts';
import type { CrmTables } from './crm/schema.ts';
import type { Scope } from './crm/scope.ts';
import { readStages, type StageModel } from './crm/stages.ts';
import type { Database } from './database/connect.ts';
import type { Company } from './reports/report.ts';
import type { ReportSettings } from './reports/settings.ts';
import type { Recalls } from './store/recalls.ts';

/** The company and the language that its names make. */
export interface KnownCompany extends Company {
  /** The language of whoever sees every customer; for anyone else it is `languageOf` their scope. */
  readonly parser: Parser;
  /**
   * The language in which only the customers and contacts of a scope are words: a name outside it reads like one that
   * does not exist, and no reading completes or corrects it. `nobody` knows no customer at all.
   */
  languageOf(scope: Scope | 'nobody'): Promise<Parser>;
}

/** A resignation or a new role counts at the next question, half a minute late at the most. */
const peopleForMs = 30_000;
/** New customers and campaigns become words within ten minutes; until then the database still finds them by name. */
const wordsForMs = 10 * 60_000;
/** Nobody waits for words that are not older than this. */
const wordsAtMostMs = 30 * 60_000;
const customersInLanguage = 200_000;
/** How many scopes' languages are kept at once; a company has one for each rep, department and region that asks. */
const languagesKept = 200;

/** Reads who and what there is and keeps it for a short while; questions that come together share one reading. */
export function companyKeeper(
  crm: Crm & { readonly database: Database<CrmTables> },
  settings: ReportSettings & LanguageSettings,
  recalls?: Recalls,
): (moment: Moment) => Promise<KnownCompany> {
  const people = kept(peopleForMs, async () => {
    const [directory, stages, capabilities] = await Promise.all([
      readDirectory(crm.database),
      readStages(crm.database, settings.stages, settings.stuckAfterDays),
      readCapabilities(crm.database),
    ]);
    return { directory, stages, capabilities };
  });
  const words = renewed(wordsForMs, wordsAtMostMs, async () => {
    const { directory, stages } = await people();
    const entities = await readEntities(crm.database, directory, stages, settings.nicknames);
    return { entities, parser: await buildParser(entities) };
  });
  const languages = new Map<string, () => Promise<Parser>>();
  const languageOf = async (scope: Scope | 'nobody'): Promise<Parser> => {
    if (scope !== 'nobody' && scope.owners === 'everyone') return (await words()).parser;
    const key = scope === 'nobody' ? 'nobody' : scope.key;
    const language =
      languages.get(key) ??
      renewed(wordsForMs, wordsAtMostMs, async () => {
        const { entities } = await words();
        const seen =
          scope === 'nobody' ? { customers: [], contacts: [] } : await namesWithin(scope, crm, settings.nicknames);
        const people = entities.people.map((person) =>
          scope === 'nobody' || scope.owners === 'everyone' || scope.owners.includes(person.id)
            ? person
            : { ...person, within: false },
        );
        return buildParser({ ...entities, ...seen, people });
      });
    languages.delete(key);
    languages.set(key, language);
    for (const oldest of languages.keys()) {
      if (languages.size <= languagesKept) break;
      languages.delete(oldest);
    }
    return language();
  };
  return async () => {
    const [known, { parser }] = await Promise.all([people(), words()]);
    return {
      crm,
      settings,
      ...(recalls === undefined ? {} : { recalls }),
      ...known,
      parser,
      languageOf,
      dataAsOf: (moment) => moment.wall,
    };
  };
}

/** Keeps what was read for a time; a reading that failed is not kept. */
function kept<T>(forMs: number, read: () => Promise<T>): () => Promise<T> {
  let last: { readonly value: Promise<T>; readonly readAt: number } | null = null;
  return () => {
    const now = performance.now();
    if (last === null || now - last.readAt > forMs) {
      const value = read();
      const current = { value, readAt: now };
      last = current;
      value.catch(() => {
        if (last === current) last = null;
      });
    }
    return last.value;
  };
}

/**
 * As `kept`, for what takes seconds to read on a large CRM: while it is read anew, and where that fails, what was read
 * before is given, if it is not older than `atMostMs`.
 */
function renewed<T>(forMs: number, atMostMs: number, read: () => Promise<T>): () => Promise<T> {
  let held: { readonly value: T; readonly readAt: number } | null = null;
  const fresh = kept(forMs, async () => {
    const readAt = performance.now();
    const value = await read();
    held = { value, readAt };
    return value;
  });
  return async () => {
    const next = fresh();
    if (held === null || performance.now() - held.readAt > atMostMs) return next;
    next.catch(() => undefined);
    return held.value;
  };
}

async function readCapabilities({ kysely }: Database<CrmTables>): Promise<Company['capabilities']> {
  const rows = await kysely.selectFrom('cm_capabilities').selectAll().execute();
  return new Map(rows.map((row) => [row.entity, { level: row.level, note: row.note }]));
}

const calledBy = (nicknames: LanguageSettings['nicknames'], name: string) => ({
  nicknames: Object.keys(nicknames).filter((nickname) => nicknames[nickname] === name),
});

/** The customers and contacts of a scope, as words. */
async function namesWithin(
  scope: Scope,
  crm: Crm,
  nicknames: LanguageSettings['nicknames'],
): Promise<Pick<Entities, 'customers' | 'contacts'>> {
  const [customers, contacts] = await Promise.all([
    crm.read<{ name: string }>(
      scope,
      ({ rows }) =>
        sql`select name from ${rows.of('cm_customers')} as t order by created_at desc limit ${customersInLanguage}`,
    ),
    crm.read<{ name: string | null; customer: string }>(
      scope,
      ({ rows }) => sql`
        select c.name as name, k.name as customer from ${rows.of('cm_contacts')} as c
        join ${rows.of('cm_customers')} as k on k.customer_id = c.customer_id limit ${customersInLanguage}`,
    ),
  ]);
  return {
    customers: [...new Set(customers.map(({ name }) => name))],
    contacts: contacts.flatMap(({ name, customer }) =>
      name === null ? [] : [{ name, customer, ...calledBy(nicknames, name) }],
    ),
  };
}

/** The names that exist, as words of the language of those who see everything; `languageOf` is for the others. */
async function readEntities(
  { kysely }: Database<CrmTables>,
  directory: Directory,
  stages: StageModel,
  nicknames: LanguageSettings['nicknames'],
): Promise<Entities> {
  const [attributes, leadChannels, products, campaigns, contacts, customers] = await Promise.all([
    kysely.selectFrom('cm_customers').select(['city', 'industry', 'source', 'level']).distinct().execute(),
    kysely.selectFrom('cm_leads').select('source as value').distinct().execute(),
    kysely.selectFrom('cm_products').select(['name', 'category']).execute(),
    kysely.selectFrom('cm_campaigns').select('name as value').distinct().execute(),
    kysely
      .selectFrom('cm_contacts as c')
      .innerJoin('cm_customers as k', 'k.customer_id', 'c.customer_id')
      .select(['c.name as name', 'k.name as customer'])
      .limit(customersInLanguage)
      .execute(),
    kysely.selectFrom('cm_customers').select('name').orderBy('created_at', 'desc').limit(customersInLanguage).execute(),
  ]);
  const words = (...lists: { value: string | null }[][]) =>
    [...new Set(lists.flat().map((row) => row.value))]
      .filter((value): value is string => value !== null && value !== '')
      .sort();
  return {
    people: directory.people.map((person) => ({
      id: person.id,
      name: person.name,
      region: person.region,
      department: person.departmentId === null ? null : (directory.department(person.departmentId)?.name ?? null),
      role: person.roles[0] ?? 'rep',
      ...calledBy(nicknames, person.name),
    })),
    departments: directory.departments.map((department) => department.name),
    regions: directory.regions,
    cities: words(attributes.map(({ city }) => ({ value: city }))),
    industries: words(attributes.map(({ industry }) => ({ value: industry }))),
    channels: words(
      attributes.map(({ source }) => ({ value: source })),
      leadChannels,
    ),
    productLines: words(products.map((product) => ({ value: product.category }))),
    products: words(products.map((product) => ({ value: product.name }))),
    stages: stages.stages.map((stage) => stage.name),
    grades: words(attributes.map(({ level }) => ({ value: level }))),
    campaigns: words(campaigns),
    contacts: contacts.flatMap((row) =>
      row.name === null ? [] : [{ name: row.name, customer: row.customer, ...calledBy(nicknames, row.name) }],
    ),
    customers: [...new Set(customers.map((row) => row.name))],
  };
}
