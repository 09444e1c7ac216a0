import type { SqlDialect } from '../../database/dialect.ts';
import type { Migrations } from '../../database/migrate.ts';
import { replaceIndexes } from './2026-11-22-covering-indexes.ts';

/** What a contract sold and who bought a product are read from the indexes of the lines alone. */
export const whoBoughtWhat20261122 = (dialect: SqlDialect): Migrations => ({
  '2026-11-22-who-bought-what': {
    up: (db) =>
      replaceIndexes(db, dialect, 'cm_contract_lines', {
        contract: ['contract_id', 'product_id'],
        product: ['product_id', 'contract_id'],
      }),
  },
});
