import { sql } from 'kysely';
import type { Day } from '../../calendar/day.ts';
import type { Database } from '../../database/connect.ts';
import { Failure } from '../../failure.ts';
import { BulkInsert, packetLimitOf } from '../bulk-insert.ts';
import { type CrmTableName, type CrmTables, crmSchema } from '../schema.ts';
import { leastCustomers } from './cast.ts';
import { CompanyTime } from './company-time.ts';
import { addCustomer } from './customers.ts';
import { type Generation, Numbers, Results } from './generation.ts';
import { addMarket } from './market.ts';
import { addPeople } from './people.ts';
import { addCampaigns, addTargets } from './plans.ts';
import { addTeams, salesForce } from './sales-force.ts';

export interface GenerateOptions {
  /** The same seed, size and last day give the same rows. */
  readonly seed: string | number;
  readonly customers: number;
  /** About so many follow-ups in all, for benchmarks; left out = as many as such a company has. */
  readonly activities?: number;
  /** The company's today: nothing happens after 10 in the morning of this day, but plans and targets lie ahead. */
  readonly until: Day;
  /** So many reps, for benchmarks: beyond the 15 in teams without targets. 15 unless said. */
  readonly salesPeople?: number;
  /** Years of history with settled figures; a year of build-up lies before it. 2 unless said. */
  readonly years?: number;
}

export interface GeneratedSummary {
  readonly rows: Readonly<Record<CrmTableName, number>>;
  readonly totalRows: number;
}

/** Follow-ups of a customer where nobody asked for another number. */
const usualActivities = 37;
const rowsPerTransaction = 200_000;

/**
 * Fills an empty read model with a believable B2B software firm: 15 sales people in four regions, leads, opportunities with
 * every stage move, quotes, contracts, payments, service, product use and targets. Rows are streamed, memory stays bounded
 * at any size. `progress` hears how many customers are done.
 */
export async function generateCompany(
  database: Database<CrmTables>,
  options: GenerateOptions,
  progress: (customersDone: number) => void = () => undefined,
): Promise<GeneratedSummary> {
  if (!Number.isInteger(options.customers) || options.customers < leastCustomers) {
    throw new Failure('bad-input', 'too few customers', `客户数要写整数,至少 ${leastCustomers} 个。`);
  }
  const seed = String(options.seed);
  const time = new CompanyTime(options.until, Math.round((options.years ?? 2) * 365.25) + 365);
  const limitBytes = await packetLimitOf(database);
  const counted = countedRows();
  const results = new Results();
  const numbers = new Numbers();
  let transaction = await database.kysely.startTransaction().execute();
  let insert = new BulkInsert(transaction, database.dialect, limitBytes);
  try {
    const generation: Generation = {
      sink: {
        add: (table, row) => {
          counted[table] += 1;
          insert.add(table, row);
        },
      },
      time,
      numbers,
      results,
      salesForce: salesForce(options.salesPeople ?? 0, seed),
      density: options.activities === undefined ? 1 : options.activities / (options.customers * usualActivities),
      usageDays: options.customers <= 5_000 ? 200 : 62,
      usageShare: Math.min(1, 40_000 / options.customers),
    };
    addPeople(generation.sink, time);
    addTeams(generation.sink, generation.salesForce, time);
    addMarket(generation.sink);
    for (let index = 0; index < options.customers; index += 1) {
      addCustomer(generation, seed, index, options.customers);
      await insert.relieve();
      if (insert.rowsAdded >= rowsPerTransaction) {
        await insert.finish();
        await transaction.commit().execute();
        transaction = await database.kysely.startTransaction().execute();
        insert = new BulkInsert(transaction, database.dialect, limitBytes);
      }
      if ((index + 1) % 1_000 === 0) progress(index + 1);
    }
    addCampaigns(generation, seed);
    addTargets(generation);
    await insert.finish();
    await transaction.commit().execute();
  } catch (error) {
    await transaction.rollback().execute();
    throw error;
  }
  return { rows: counted, totalRows: Object.values(counted).reduce((sum, count) => sum + count, 0) };
}

/** Whether any table of the read model holds a row. */
export async function holdsRows(database: Database<CrmTables>): Promise<boolean> {
  for (const table of Object.keys(crmSchema)) {
    const { rows } = await sql`select 1 as one from ${sql.table(table)} limit 1`.execute(database.kysely);
    if (rows.length > 0) return true;
  }
  return false;
}

/** Empties every table of the read model. */
export async function emptyCrm(database: Database<CrmTables>): Promise<void> {
  await database.kysely.transaction().execute(async (transaction) => {
    for (const table of Object.keys(crmSchema)) await sql`delete from ${sql.table(table)}`.execute(transaction);
  });
}

const countedRows = () =>
  Object.fromEntries(Object.keys(crmSchema).map((name) => [name, 0])) as Record<CrmTableName, number>;
