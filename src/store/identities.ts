import type { Database } from '../database/connect.ts';
import { bridgeOf } from '../database/dialect.ts';
import { foldedKey } from './row-id.ts';
import type { StoreTables } from './schema.ts';
import { steadily } from './steadily.ts';

/** Which person of the CRM a platform user is, as an admin or the person bound it. */
export interface Identities {
  /** The CRM user id; null when nobody bound this platform user. */
  find(platform: string, platformUserId: string): Promise<string | null>;
  /** The platform users of a CRM user, for messages that the bot begins. */
  platformUsersOf(crmUserId: string): Promise<{ readonly platform: string; readonly platformUserId: string }[]>;
  /** Binds, or binds anew. `source` says who did: `admin`, `load`, … */
  bind(platform: string, platformUserId: string, crmUserId: string, source: string): Promise<void>;
  unbind(platform: string, platformUserId: string): Promise<void>;
}

export function identitiesOver({ kysely, dialect }: Database<StoreTables>): Identities {
  const now = bridgeOf(dialect).nowMs();
  return {
    find: async (platform, platformUserId) => {
      const row = await steadily(() =>
        kysely
          .selectFrom('cb_identities')
          .select('crm_user_id')
          .where('platform', '=', platform)
          .where('platform_user_id', '=', foldedKey(platformUserId))
          .executeTakeFirst(),
      );
      return row?.crm_user_id ?? null;
    },
    platformUsersOf: async (crmUserId) => {
      const rows = await steadily(() =>
        kysely
          .selectFrom('cb_identities')
          .select(['platform', 'platform_user_id'])
          .where('crm_user_id', '=', crmUserId)
          .orderBy('platform')
          .orderBy('platform_user_id')
          .execute(),
      );
      return rows.map((row) => ({ platform: row.platform, platformUserId: row.platform_user_id }));
    },
    bind: async (platform, platformUserId, crmUserId, source) => {
      const key = { platform, platform_user_id: foldedKey(platformUserId) };
      const value = { crm_user_id: crmUserId, source, changed_at: now };
      const insert = kysely.insertInto('cb_identities').values({ ...key, ...value });
      await steadily(() =>
        (dialect === 'mysql'
          ? insert.onDuplicateKeyUpdate(value)
          : insert.onConflict((conflict) => conflict.columns(['platform', 'platform_user_id']).doUpdateSet(value))
        ).execute(),
      );
    },
    unbind: async (platform, platformUserId) => {
      await steadily(() =>
        kysely
          .deleteFrom('cb_identities')
          .where('platform', '=', platform)
          .where('platform_user_id', '=', foldedKey(platformUserId))
          .execute(),
      );
    },
  };
}
