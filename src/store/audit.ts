import type { Database } from '../database/connect.ts';
import { bridgeOf } from '../database/dialect.ts';
import { groupCommit } from './group-commit.ts';
import { foldedKey, newRowId } from './row-id.ts';
import type { StoreTables } from './schema.ts';
import { steadily } from './steadily.ts';

/** One line of the audit: who asked what, with which rights, how much came back. No text of the chat, no rows (D9). */
export interface AuditEntry {
  readonly platform: string;
  readonly platformUserId: string;
  readonly crmUserId: string | null;
  readonly groupId: string | null;
  /** The report or act, such as `funnel` or `transfer-customer`. */
  readonly action: string;
  /** Period, filters and grouping in short. */
  readonly detail: string | null;
  /** The scope in words, such as `all` or `department:42`. */
  readonly scope: string | null;
  /** `answered`, `denied`, … */
  readonly status: string;
  readonly rowCount: number | null;
  readonly tookMs: number | null;
}

export interface RecordedEntry extends AuditEntry {
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface Audit {
  record(entry: AuditEntry): Promise<void>;
  /** Newest first. */
  latest(limit: number): Promise<RecordedEntry[]>;
}

export function auditOver({ kysely, dialect }: Database<StoreTables>): Audit {
  const now = bridgeOf(dialect).nowMs();
  const committing = groupCommit(
    async (entries: readonly AuditEntry[]) => {
      const rows = entries.map((entry) => ({
        audit_id: newRowId(),
        at: now,
        platform: entry.platform,
        platform_user_id: foldedKey(entry.platformUserId),
        crm_user_id: entry.crmUserId,
        group_id: entry.groupId === null ? null : foldedKey(entry.groupId),
        action: entry.action.slice(0, 64),
        detail: entry.detail?.slice(0, 500) ?? null,
        scope: entry.scope?.slice(0, 500) ?? null,
        status: entry.status,
        row_count: entry.rowCount,
        took_ms: entry.tookMs === null ? null : Math.round(entry.tookMs),
      }));
      await steadily(() => {
        const values = kysely.insertInto('cb_audit').values(rows);
        return (dialect === 'mysql' ? values.ignore() : values.orIgnore()).execute();
      });
      return entries.map(() => undefined);
    },
    { rows: 200, writesAtOnce: 1 },
  );
  return {
    record: (entry) => committing.add(entry),
    latest: async (limit) => {
      const rows = await steadily(() =>
        kysely.selectFrom('cb_audit').selectAll().orderBy('audit_id', 'desc').limit(limit).execute(),
      );
      return rows.map((row) => ({
        at: row.at,
        platform: row.platform,
        platformUserId: row.platform_user_id,
        crmUserId: row.crm_user_id,
        groupId: row.group_id,
        action: row.action,
        detail: row.detail,
        scope: row.scope,
        status: row.status,
        rowCount: row.row_count,
        tookMs: row.took_ms,
      }));
    },
  };
}
