import { z } from 'zod';

/** The store's part of the environment. */
export const storeSettingsSchema = z
  .object({
    BOT_DATABASE_URL: z
      .string()
      .trim()
      .regex(/^(mysql:\/\/|sqlite:).+/, 'must be mysql://… or sqlite:PATH')
      .default('sqlite:data/chenbao.db'),
    REDIS_URL: z
      .string()
      .trim()
      .regex(/^(rediss?:\/\/.*)?$/, 'must be redis://… or empty')
      .default(''),
    /** Texts of questions and answers are forgotten after so many days. */
    TEXT_RETENTION_DAYS: z.coerce.number().min(1).max(3650).default(30),
    AUDIT_RETENTION_DAYS: z.coerce.number().min(1).max(3650).default(365),
  })
  .transform((env) => ({
    databaseUrl: env.BOT_DATABASE_URL,
    redisUrl: env.REDIS_URL === '' ? null : env.REDIS_URL,
    textRetentionDays: env.TEXT_RETENTION_DAYS,
    auditRetentionDays: env.AUDIT_RETENTION_DAYS,
  }));

export type StoreSettings = z.output<typeof storeSettingsSchema>;
