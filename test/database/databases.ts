import { randomBytes } from 'node:crypto';
import { createConnection } from 'mysql2/promise';
import { describe } from 'vitest';
import { connect, type Database } from '../../src/database/connect.ts';
import type { SqlDialect } from '../../src/database/dialect.ts';

const serverUrl = process.env.TEST_MYSQL_URL ?? 'mysql://root@127.0.0.1:3306/';

/** A schema of its own on the MySQL server under test; `drop` removes it. */
export async function ownMysqlSchema(): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `chenbao_test_${process.pid}_${randomBytes(4).toString('hex')}`;
  const admin = await createConnection({ uri: serverUrl, connectTimeout: 3_000 });
  await admin.query(`create database ${name} default charset utf8mb4 collate utf8mb4_bin`);
  return {
    url: new URL(name, serverUrl).href,
    drop: async () => {
      await admin.query(`drop database if exists ${name}`);
      await admin.end();
    },
  };
}

async function mysqlAnswers(): Promise<boolean> {
  try {
    const connection = await createConnection({ uri: serverUrl, connectTimeout: 3_000 });
    await connection.end();
    return true;
  } catch {
    if (process.env.REQUIRE_SERVICES === '1')
      throw new Error('REQUIRE_SERVICES=1 and no MySQL/MariaDB answers at TEST_MYSQL_URL');
    console.warn('skipped: tests on MySQL/MariaDB, no server answers at TEST_MYSQL_URL');
    return false;
  }
}

export const dialects: readonly SqlDialect[] = (await mysqlAnswers()) ? ['sqlite', 'mysql'] : ['sqlite'];

/** Runs a suite once per database; `open` gives an empty schema of its own, closed and dropped by `close`. */
export function describeOnBoth(
  title: string,
  suite: (dialect: SqlDialect, open: <T>() => Promise<Database<T> & { url: string; drop(): Promise<void> }>) => void,
): void {
  for (const dialect of dialects) {
    describe(`${title} on ${dialect}`, () => suite(dialect, () => openEmpty(dialect)));
  }
}

export async function openEmpty<T>(dialect: SqlDialect): Promise<Database<T> & { url: string; drop(): Promise<void> }> {
  if (dialect === 'sqlite') {
    const database = connect<T>('sqlite::memory:');
    return { ...database, url: 'sqlite::memory:', drop: () => database.close() };
  }
  const schema = await ownMysqlSchema();
  const database = connect<T>(schema.url);
  return {
    ...database,
    url: schema.url,
    drop: async () => {
      await database.close();
      await schema.drop();
    },
  };
}
