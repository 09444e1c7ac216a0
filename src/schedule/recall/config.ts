import { z } from 'zod';

/** Settings of the silent-customer reminders (`SETTINGS_FILE`); after how many days a customer is silent is `silentDays`. */
export const recallSettingsSchema = z.strictObject({
  recall: z
    .strictObject({
      /** On work days, to each rep. */
      at: z
        .string()
        .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, '不是时刻,要写成 09:05 这样')
        .default('09:05'),
      /** So many customers a person and day at most; the others come on the next work days, the dearest first. */
      perDay: z.number().int().min(1).max(50).default(20),
      /** Decision 7: this share of the silences is not told, to compare with … */
      heldOutShare: z.number().min(0).max(0.5).default(0.1),
      /** … once so many customers are silent at the same time. */
      heldOutFrom: z.number().int().min(1).default(200),
    })
    .default({ at: '09:05', perDay: 20, heldOutShare: 0.1, heldOutFrom: 200 }),
});

export type RecallSettings = z.infer<typeof recallSettingsSchema>['recall'];
