import { bigint, id, integer, longText, table, text } from '../../database/table.ts';

/**
 * What the clock owes, one row each, frozen: later changes are migrations of their own. `planned_at` is the company's
 * clock; every other `_at`, `_until` is milliseconds since 1970 by the database's.
 */
export const slots20261122 = {
  /** `due` → `working` → `queued` (its messages are in the outbox) → `sent` | `failed`; or `void`, or `missed`. */
  cb_slots: table(
    {
      slot_id: id.must,
      /** Such as `digest:funnel`. */
      job: text(64).must,
      /** The business day that it belongs to, `YYYY-MM-DD`. */
      day: text(10).must,
      target: text(190).must,
      part: text(120).must,
      state: text(16).must,
      /** When it was to go out, by the company's clock. */
      planned_at: bigint.must,
      /** Lower is prepared first. */
      priority: integer.must,
      owner: text(64),
      /** Counts the claims. */
      epoch: integer.must,
      lease_until: bigint.must,
      /** What its outbox rows are marked with. */
      cause: text(190).must,
      made_at: bigint.must,
      finished_at: bigint,
      why: text(500),
      /** 0 while an administrator is still to be told. */
      told: integer.must,
      /** What the next one needs to know of this one, as JSON. */
      memory: longText,
    },
    {
      primaryKey: ['slot_id'],
      unique: { name: ['job', 'day', 'target', 'part'] },
      indexes: {
        state: ['state', 'lease_until'],
        target: ['job', 'target', 'planned_at'],
        told: ['told'],
        made: ['made_at'],
      },
    },
  ),
} as const;
