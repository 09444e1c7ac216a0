import { z } from 'zod';

/** Where the server listens and how it is reached. */
export const serverSettingsSchema = z.object({
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  /** How the outside reaches it, for links to pictures and pages; empty = no links are given out. */
  PUBLIC_URL: z
    .union([z.literal(''), z.url({ protocol: /^https?$/ })])
    .default('')
    .transform((url) => (url === '' ? null : url.replace(/\/$/, ''))),
});
