import { z } from 'zod';

const dayMs = 24 * 60 * 60 * 1000;
const days = (fallback: number) => z.coerce.number().min(1).max(3650).default(fallback);

/** How long the bot remembers; the output fits `openStore`. */
export const storeSettingsSchema = z
  .object({
    /** Texts of questions and answers are forgotten after so many days. */
    TEXT_RETENTION_DAYS: days(30),
    /** Who asked what is forgotten after so many days. */
    AUDIT_RETENTION_DAYS: days(365),
  })
  .transform((env) => ({
    textsKeptMs: env.TEXT_RETENTION_DAYS * dayMs,
    auditKeptMs: env.AUDIT_RETENTION_DAYS * dayMs,
  }));

export type StoreSettings = z.output<typeof storeSettingsSchema>;
