import type { SqlDialect } from '../database/dialect.ts';
import type { Migrations } from '../database/migrate.ts';
import { createTable, type RowOf } from '../database/table.ts';
import { readModel20261121 } from './schema/2026-11-21-read-model.ts';
import { coveringIndexes20261122 } from './schema/2026-11-22-covering-indexes.ts';
import {
  customerScores20261122,
  ticketCauseMigrations,
  ticketCauses20261122,
} from './schema/2026-11-22-ticket-causes.ts';
import { whoBoughtWhat20261122 } from './schema/2026-11-22-who-bought-what.ts';

/** The canonical read model as it is today: the names and columns that mapping views, CSV files and reports share. */
export const crmSchema = { ...readModel20261121, ...ticketCauses20261122, ...customerScores20261122 } as const;

export type CrmTableName = keyof typeof crmSchema;

/** Row types by table, for Kysely. */
export type CrmTables = { [T in CrmTableName]: RowOf<(typeof crmSchema)[T]> };

/** Only where the bot keeps the read model as tables of its own; over mapping views nothing is migrated. */
export const crmMigrations = (dialect: SqlDialect): Migrations => ({
  '2026-11-21-read-model': {
    up: async (db) => {
      for (const [name, shape] of Object.entries(readModel20261121)) await createTable(db, dialect, name, shape);
    },
  },
  ...coveringIndexes20261122(dialect),
  ...ticketCauseMigrations(dialect),
  '2026-11-22-customer-scores': {
    up: async (db) => {
      for (const [name, shape] of Object.entries(customerScores20261122)) await createTable(db, dialect, name, shape);
    },
  },
  ...whoBoughtWhat20261122(dialect),
});
