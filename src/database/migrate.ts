import { type Kysely, type Migration, Migrator } from 'kysely';
import { Failure } from '../failure.ts';
import type { Database } from './connect.ts';

/** Dated migrations, `2026-11-21-read-model` and so on; the name is the order. One change each: MySQL cannot roll back DDL. */
export type Migrations = Readonly<Record<string, Migration>>;

/**
 * Brings a schema up to date. Two instances that start together take turns (a named lock on MySQL, a write transaction
 * on the embedded database). Returns the names that were applied.
 */
export async function migrate<T>(database: Database<T>, ledger: string, migrations: Migrations): Promise<string[]> {
  const migrator = new Migrator({
    db: database.kysely as Kysely<unknown>,
    provider: { getMigrations: async () => ({ ...migrations }) },
    migrationTableName: `${ledger}_migrations`,
    migrationLockTableName: `${ledger}_migrations_lock`,
  });
  // The lock is one for the whole MySQL server and waited for up to an hour: a start that has nothing to change must not
  // wait for somebody else's migration, a killed one at nine least of all.
  const planned = await migrator.getMigrations();
  if (planned.every(({ executedAt }) => executedAt !== undefined)) return [];
  const { error, results } = await migrator.migrateToLatest();
  if (error !== undefined) {
    throw new Failure(
      'unavailable',
      `migration failed: ${results?.find((r) => r.status === 'Error')?.migrationName ?? 'before the first'}`,
      '数据库升级没有完成,请找管理员看一下。',
      error,
    );
  }
  return (results ?? []).map((result) => result.migrationName);
}
