import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Migrations, migrate } from '../../src/database/migrate.ts';
import { describeOnBoth, type openEmpty } from './databases.ts';

const made = (table: string): Migrations[string] => ({
  up: (db) => db.schema.createTable(table).addColumn('n', 'integer').execute(),
});
const yesterday: Migrations = { '2026-01-01-a': made('a') };
const today: Migrations = { ...yesterday, '2026-01-02-b': made('b') };

describeOnBoth('bringing a schema up to date', (dialect, open) => {
  let database: Awaited<ReturnType<typeof openEmpty>>;
  beforeAll(async () => {
    database = await open();
  });
  afterAll(() => database.drop());

  it('applies what is missing, once', async () => {
    expect(await migrate(database, 'x', yesterday)).toEqual(['2026-01-01-a']);
    expect(await migrate(database, 'x', today)).toEqual(['2026-01-02-b']);
    expect(await migrate(database, 'x', today)).toEqual([]);
  });

  it('the version before still starts', async () => {
    expect(await migrate(database, 'x', yesterday)).toEqual([]);
  });

  it.skipIf(dialect === 'sqlite')(
    'waits for nobody when nothing is missing',
    async () => {
      // The name is Kysely's own, one for the whole server.
      const holder = await createConnection({ uri: database.url });
      await holder.query("select get_lock('ea586330-2c93-47c8-908d-981d9d270f9d', 20)");
      try {
        expect(await migrate(database, 'x', today)).toEqual([]);
      } finally {
        await holder.end();
      }
    },
    25_000,
  );
});
