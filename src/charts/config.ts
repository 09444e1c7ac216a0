import { z } from 'zod';

/** The pictures' part of the environment. */
export const chartSettingsSchema = z
  .object({
    CHART_FONT: z
      .string()
      .trim()
      .optional()
      .transform((text) => (text === undefined || text === '' ? null : text)),
    CHART_WORKERS: z.coerce.number().int().min(1).max(16).default(2),
  })
  .transform((env) => ({ fontPath: env.CHART_FONT, workers: env.CHART_WORKERS }));
export type ChartSettings = z.output<typeof chartSettingsSchema>;
