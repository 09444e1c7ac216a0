import { randomBytes } from 'node:crypto';
import { createConnection } from 'mysql2/promise';
import { momentAt, systemClock } from '../src/calendar/clock.ts';
import type { Day } from '../src/calendar/day.ts';
import { generateCompany, holdsRows } from '../src/crm/demo/generate-company.ts';
import { type CrmTables, crmMigrations } from '../src/crm/schema.ts';
import { connect } from '../src/database/connect.ts';
import { migrate } from '../src/database/migrate.ts';
import type { BenchRow } from './row.ts';

export interface CrmSize {
  /** A server on which a schema may be made. */
  readonly serverUrl: string;
  /** Its name, so that a large one is generated once and asked again; null = one for this run, dropped at its end. */
  readonly schema: string | null;
  readonly opportunities: number;
  readonly activities: number;
  /** 15 unless said. */
  readonly salesPeople?: number;
  /** The last day of its data; today unless said. */
  readonly until?: Day;
}

/** A generated company on MySQL/MariaDB, made when it is first asked for. */
export interface CrmAtSize {
  url(): Promise<string>;
  /** What it holds and on what it runs; empty before it was asked for. */
  rows(): readonly BenchRow[];
  close(): Promise<void>;
}

/** What a generated company has of each for one customer, measured. */
const opportunitiesPerCustomer = 2.36;

export function crmAtSize(size: CrmSize): CrmAtSize {
  const name = size.schema ?? `chenbao_bench_${process.pid}_${randomBytes(3).toString('hex')}`;
  const facts: BenchRow[] = [];
  const admin = async (text: string): Promise<unknown[]> => {
    const connection = await createConnection({ uri: size.serverUrl, connectTimeout: 3_000 });
    try {
      const [rows] = await connection.query(text);
      return Array.isArray(rows) ? rows : [];
    } finally {
      await connection.end();
    }
  };
  const made = async (): Promise<string> => {
    await admin(`create database if not exists \`${name}\` default charset utf8mb4 collate utf8mb4_bin`);
    const url = new URL(name, size.serverUrl).href;
    facts.push(...(await filled(url, size)));
    const [pool] = (await admin('select @@innodb_buffer_pool_size as bytes')) as { bytes: number }[];
    facts.push({ name: 'innodb_buffer_pool_size', value: Number(pool?.bytes) / 1024 ** 2, unit: 'MiB' });
    return url;
  };
  let url: Promise<string> | null = null;
  return {
    url: () => {
      url ??= made();
      return url;
    },
    rows: () => facts,
    close: async () => {
      if (url !== null && size.schema === null) await admin(`drop database if exists \`${name}\``);
    },
  };
}

async function filled(url: string, { opportunities, activities, salesPeople, until }: CrmSize): Promise<BenchRow[]> {
  const database = connect<CrmTables>(url);
  try {
    await migrate(database, 'crm', crmMigrations(database.dialect));
    if (await holdsRows(database)) return [];
    const startedAt = performance.now();
    const today = momentAt(systemClock.now(), 'Asia/Shanghai').today;
    const customers = Math.max(60, Math.round(opportunities / opportunitiesPerCustomer));
    const { rows, totalRows } = await generateCompany(
      database,
      {
        seed: 'bench',
        customers,
        activities,
        until: until ?? today,
        ...(salesPeople === undefined ? {} : { salesPeople }),
      },
      (done) => process.stderr.write(`\r${done} customers`),
    );
    const seconds = (performance.now() - startedAt) / 1000;
    process.stderr.write(
      `\r${rows.cm_opportunities} opportunities, ${rows.cm_activities} activities, ${rows.cm_customers} customers\n`,
    );
    return [{ name: `generating ${totalRows} rows`, value: totalRows / seconds, unit: 'per second' }];
  } finally {
    await database.close();
  }
}
