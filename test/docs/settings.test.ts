import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { generateCompany } from '../../src/crm/demo/generate-company.ts';
import { readDirectory } from '../../src/crm/directory.ts';
import { type CrmTables, crmMigrations } from '../../src/crm/schema.ts';
import { readStages } from '../../src/crm/stages.ts';
import { connect, type Database } from '../../src/database/connect.ts';
import { migrate } from '../../src/database/migrate.ts';
import { checkBusiness } from '../../src/doctor/business-check.ts';
import { checkNicknames } from '../../src/doctor/nicknames-check.ts';
import { businessSettingsSchema } from '../../src/settings.ts';

const examples = [
  ...readFileSync(new URL('../../docs/settings.md', import.meta.url), 'utf8').matchAll(/```json\n([\s\S]*?)```/g),
].map((match) => JSON.parse(match[1] ?? ''));

let database: Database<CrmTables>;
beforeAll(async () => {
  database = connect<CrmTables>('sqlite::memory:');
  await migrate(database, 'crm', crmMigrations(database.dialect));
  await generateCompany(database, { seed: 'chenbao', customers: 40, until: '2026-11-18' });
});
afterAll(() => database.close());

it.each(examples)('the example %# of docs/settings.md is read as it stands', (example) => {
  expect(businessSettingsSchema.safeParse(example).error?.issues).toBeUndefined();
});

it('the first one fits the demo company', async () => {
  const settings = businessSettingsSchema.parse(examples[0]);
  const stages = await readStages(database, settings.stages, settings.stuckAfterDays);
  expect(stages.stages.map(({ name }) => name)).toEqual(settings.stages?.map(({ name }) => name));
  const directory = await readDirectory(database);
  const verdicts = [
    ...checkBusiness(settings, directory),
    ...checkNicknames(
      settings,
      directory.people.map(({ name }) => name),
    ),
  ];
  expect(verdicts.filter(({ level }) => level !== 'fine')).toEqual([]);
});
