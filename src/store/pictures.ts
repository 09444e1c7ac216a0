import { sql } from 'kysely';
import type { Database } from '../database/connect.ts';
import { bridgeOf } from '../database/dialect.ts';
import type { StoreTables } from './schema.ts';
import { steadily } from './steadily.ts';

/** Drawn pictures, kept by the SHA-256 of their bytes until everyone who is to see them has them. */
export interface Pictures {
  /** Keeps a picture, or keeps it longer; the same one twice costs no second copy. */
  save(picture: { readonly id: string; readonly png: Buffer }): Promise<void>;
  /** Null when it was never saved or has been purged. */
  load(pictureId: string): Promise<Buffer | null>;
  has(pictureId: string): Promise<boolean>;
}

/** A picture written down so recently is not written again; far below how long one is kept. */
const againAfterMs = 60_000;

export function picturesOver(
  { kysely, dialect }: Database<StoreTables>,
  { keptMs }: { readonly keptMs: number },
): Pictures {
  /** When this process last wrote one down: two hundred groups share a dozen pictures. */
  const savedAt = new Map<string, number>();
  const keptUntil = sql<number>`${bridgeOf(dialect).nowMs()} + ${keptMs}`;
  return {
    save: async ({ id, png }) => {
      const nowMs = performance.now();
      for (const [saved, at] of savedAt) if (nowMs - at > Math.min(againAfterMs, keptMs / 2)) savedAt.delete(saved);
      if (savedAt.has(id)) return;
      const { numUpdatedRows } = await steadily(() =>
        kysely
          .updateTable('cb_pictures')
          .set({ kept_until: keptUntil })
          .where('picture_id', '=', id)
          .executeTakeFirst(),
      );
      if (numUpdatedRows === 0n) {
        const values = kysely.insertInto('cb_pictures').values({ picture_id: id, bytes: png, kept_until: keptUntil });
        await steadily(() => (dialect === 'mysql' ? values.ignore() : values.orIgnore()).execute());
      }
      savedAt.set(id, nowMs);
    },
    load: async (pictureId) => {
      const row = await steadily(() =>
        kysely.selectFrom('cb_pictures').select('bytes').where('picture_id', '=', pictureId).executeTakeFirst(),
      );
      return row === undefined ? null : bytesOf(row.bytes);
    },
    has: async (pictureId) => {
      const row = await steadily(() =>
        kysely.selectFrom('cb_pictures').select('picture_id').where('picture_id', '=', pictureId).executeTakeFirst(),
      );
      return row !== undefined;
    },
  };
}

/** mysql2 gives a Buffer, libsql the ArrayBuffer under it. */
const bytesOf = (bytes: Buffer | ArrayBuffer): Buffer => (Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes));
