import type { CrmTableName } from '../schema.ts';

/** One thing about the read model that a report would stumble over. */
export interface Finding {
  /** `error`: reports fail or are wrong; `warning`: they say less than they could. */
  readonly severity: 'error' | 'warning';
  readonly check:
    | 'missing-table'
    | 'missing-column'
    | 'wrong-kind'
    | 'duplicate-key'
    | 'empty'
    | 'orphan'
    | 'no-region'
    | 'unknown-stage'
    | 'unknown-code'
    | 'future'
    | 'not-closed';
  readonly table: CrmTableName;
  readonly column: string | null;
  /** How many rows are concerned; null where it is not about rows. */
  readonly rows: number | null;
  /** One line for the person who set it up: what is wrong, what to do. */
  readonly line: string;
}
