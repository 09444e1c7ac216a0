import type { Database } from '../database/connect.ts';
import type { StoreTables } from './schema.ts';
import { steadily } from './steadily.ts';

/**
 * What a platform gave for the upload that a message shows, kept with the message until it is sent. A platform that
 * tells repeats by their bytes takes a repeat with another upload for a new message.
 */
export interface Uploads {
  /** null = none is kept. */
  of(idempotencyKey: string): Promise<string | null>;
  /** Takes the place of one before. At most 500 characters. */
  keep(idempotencyKey: string, uploadId: string): Promise<void>;
}

/** Kept where the platform's receipt stands once the message is sent. */
export const uploadsOver = ({ kysely }: Database<StoreTables>): Uploads => ({
  of: async (idempotencyKey) => {
    const row = await steadily(() =>
      kysely
        .selectFrom('cb_outbox')
        .select('receipt')
        .where('idempotency_key', '=', idempotencyKey)
        .where('state', '<>', 'sent')
        .executeTakeFirst(),
    );
    return row?.receipt ?? null;
  },
  keep: async (idempotencyKey, uploadId) => {
    await steadily(() =>
      kysely
        .updateTable('cb_outbox')
        .set({ receipt: uploadId })
        .where('idempotency_key', '=', idempotencyKey)
        .where('state', '<>', 'sent')
        .execute(),
    );
  },
});
