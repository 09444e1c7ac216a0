import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { accessSettingsSchema } from './access/settings.ts';
import { languageSettingsSchema } from './commands/settings.ts';
import { issueWords, problemLines } from './issue-words.ts';
import { reportSettingsSchema } from './reports/settings.ts';
import { scheduleSettingsSchema } from './schedule/config.ts';
import { recallSettingsSchema } from './schedule/recall/config.ts';

/** The business settings of a company (`SETTINGS_FILE`, JSON): what the numbers mean to it, who may see them, where. */
export const businessSettingsSchema = z.strictObject({
  ...reportSettingsSchema.shape,
  ...accessSettingsSchema.shape,
  ...languageSettingsSchema.shape,
  ...scheduleSettingsSchema.shape,
  ...recallSettingsSchema.shape,
});
export type BusinessSettings = z.infer<typeof businessSettingsSchema>;

/** Every problem of a settings file, one line each; empty = good. */
export type SettingsRead = { readonly settings: BusinessSettings } | { readonly problems: readonly string[] };

export function readBusinessSettings(path: string | null): SettingsRead {
  if (path === null) return { settings: businessSettingsSchema.parse({}) };
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const why = error instanceof SyntaxError ? `不是正确的 JSON(${error.message})` : '读不了这个文件';
    return { problems: [`SETTINGS_FILE:${why}`] };
  }
  const parsed = businessSettingsSchema.safeParse(json, { error: issueWords });
  if (parsed.success) return { settings: parsed.data };
  return {
    problems: problemLines(parsed.error).map((line) =>
      line.startsWith('没有') ? `SETTINGS_FILE:${line}` : `SETTINGS_FILE 的 ${line}`,
    ),
  };
}
