import type { SqlDialect } from '../database/dialect.ts';
import type { Migrations } from '../database/migrate.ts';
import { createTable, type RowOf } from '../database/table.ts';
import { delivery20261121 } from './schema/2026-11-21-delivery.ts';
import { slots20261122 } from './schema/2026-11-22-slots.ts';
import { recalls20261123 } from './schema/2026-11-23-recalls.ts';

/** The bot's own tables as they are today. */
export const storeSchema = { ...delivery20261121, ...slots20261122, ...recalls20261123 } as const;

export type StoreTableName = keyof typeof storeSchema;

/** Row types by table, for Kysely. */
export type StoreTables = { [T in StoreTableName]: RowOf<(typeof storeSchema)[T]> };

export const storeMigrations = (dialect: SqlDialect): Migrations => ({
  '2026-11-21-delivery': {
    up: async (db) => {
      for (const [name, shape] of Object.entries(delivery20261121)) await createTable(db, dialect, name, shape);
    },
  },
  '2026-11-22-slots': {
    up: async (db) => {
      for (const [name, shape] of Object.entries(slots20261122)) await createTable(db, dialect, name, shape);
    },
  },
  '2026-11-23-recalls': {
    up: async (db) => {
      for (const [name, shape] of Object.entries(recalls20261123)) await createTable(db, dialect, name, shape);
      // Whether a reminder was really told is asked of its slot.
      await db.schema.createIndex('cb_slots_cause').on('cb_slots').column('cause').execute();
    },
  },
});
