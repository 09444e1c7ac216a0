import { sql } from 'kysely';
import type { Database } from '../database/connect.ts';
import { bridgeOf } from '../database/dialect.ts';
import { fixedStatement } from './fixed-statement.ts';
import { newHolder } from './row-id.ts';
import type { StoreTables } from './schema.ts';
import { steadily } from './steadily.ts';

/** Who works, and for how long without a sign of life; an owner that does not renew for so long is taken for dead. */
export interface LeaseTerms {
  readonly owner: string;
  /** `reliability.md`, section 3.2: 30 s. */
  readonly leaseMs: number;
}

/** A table whose rows are in one owner's hands at a time. */
export interface LeasedTable {
  readonly table: 'cb_inbox' | 'cb_slots' | 'cb_targets';
  readonly id: 'inbox_id' | 'slot_id' | 'target_id';
  /** The states in which a row may be taken. */
  readonly open: readonly string[];
  /** The state of a row in somebody's hands; null = its state says nothing of that. */
  readonly taken: string | null;
  /** Rows of this table can be held back from everyone until `hold_until`. */
  readonly canBeHeld: boolean;
}

/** One claim of a row; what an older claim's owner writes is not taken. */
export interface Lease {
  readonly id: string;
  readonly holder: string;
}

/** Claims by compare-and-set, fenced by an epoch that rises with every claim; times are the database's own. */
export interface Leases {
  /** Takes a row that was seen free with this epoch; gives the name of the claim, null when another was quicker. */
  take(id: string, epoch: number): Promise<string | null>;
  /** Prolongs; gives the ids that are still in these hands. */
  renew(leases: readonly Lease[]): Promise<Set<string>>;
}

export function leasesOver(
  { kysely, dialect }: Pick<Database<StoreTables>, 'kysely' | 'dialect'>,
  { table, id, open, taken, canBeHeld }: LeasedTable,
  { owner, leaseMs }: LeaseTerms,
): Leases {
  const now = bridgeOf(dialect).nowMs();
  const until = sql`${now} + ${sql.lit(leaseMs)}`;
  const rows = sql.table(table);
  const key = sql.ref(id);
  // The second branch makes it repeatable: after a lost connection the same claim finds that it has taken the row.
  const takeIt = fixedStatement(
    kysely,
    sql`update ${rows}
      set ${taken === null ? sql`` : sql`state = ${sql.lit(taken)},`} owner = ${null}, epoch = ${null}, lease_until = ${until}
      where ${key} = ${null} and state in (${sql.join(open.map((state) => sql.lit(state)))})
        and ((epoch = ${null} and lease_until <= ${now} ${canBeHeld ? sql`and hold_until <= ${now}` : sql``})
          or (epoch = ${null} and owner = ${null}))`,
  );
  const inHand = (leases: readonly Lease[]) => sql`${key} in (${sql.join(leases.map((lease) => lease.id))})
    and owner in (${sql.join(leases.map((lease) => lease.holder))})
    ${taken === null ? sql`` : sql`and state = ${sql.lit(taken)}`}`;

  return {
    take: async (rowId, epoch) => {
      const holder = newHolder(owner);
      const values = [holder, epoch + 1, rowId, epoch, epoch + 1, holder];
      const { changed } = await steadily(() => takeIt(kysely, values));
      return changed > 0 ? holder : null;
    },
    renew: async (leases) => {
      if (leases.length === 0) return new Set();
      return steadily(async () => {
        await sql`update ${rows} set lease_until = ${until} where ${inHand(leases)}`.execute(kysely);
        const kept = await sql<{ id: string }>`select ${key} as id from ${rows} where ${inHand(leases)}`.execute(
          kysely,
        );
        return new Set(kept.rows.map((row) => row.id));
      });
    },
  };
}
