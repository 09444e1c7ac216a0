import { z } from 'zod';

/** How people are called beyond what their names give by themselves (`SETTINGS_FILE`). */
export const languageSettingsSchema = z.strictObject({
  /** Nickname → name of a colleague or a contact: `{ "小李": "李强", "张姐": "张丽" }`. */
  nicknames: z.record(z.string().min(1), z.string().min(1)).default({}),
});
export type LanguageSettings = z.infer<typeof languageSettingsSchema>;
