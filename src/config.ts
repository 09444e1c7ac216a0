import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { chartSettingsSchema } from './charts/config.ts';
import { SettingsProblems } from './failure.ts';
import { issueWords, problemLines } from './issue-words.ts';
import {
  type DingtalkSettings,
  dingtalkRobotSchema,
  dingtalkSchema,
  readDingtalkSettings,
} from './platforms/dingtalk/config.ts';
import {
  type WecomAibotSettings,
  type WecomAppSettings,
  wecomAibotSchema,
  wecomAibotSettings,
  wecomAppSchema,
  wecomAppSettings,
  wecomConnectionSchema,
  wecomRobotSchema,
} from './platforms/wecom/config.ts';
import { serverSettingsSchema } from './server/config.ts';
import { type BusinessSettings, readBusinessSettings } from './settings.ts';
import { storeSettingsSchema } from './store/config.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const databaseUrl = (fallback: string) =>
  z
    .string()
    .default(fallback)
    .refine((url) => url.startsWith('mysql://') || url.startsWith('sqlite:'), '要以 mysql:// 或 sqlite: 开头');

const zone = z
  .string()
  .default('Asia/Shanghai')
  .refine((name) => {
    try {
      new Intl.DateTimeFormat('en', { timeZone: name });
      return true;
    } catch {
      return false;
    }
  }, '不是时区,要写成 Asia/Shanghai 这样');

const houseSchema = z.object({
  TIMEZONE: zone,
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  SETTINGS_FILE: z
    .string()
    .default('')
    .transform((path) => (path === '' ? null : path)),
  CRM_DATABASE_URL: databaseUrl('sqlite:data/crm.sqlite'),
  BOT_DATABASE_URL: databaseUrl('sqlite:data/bot.sqlite'),
  REDIS_URL: z
    .string()
    .default('')
    .refine((url) => url === '' || /^rediss?:\/\//.test(url), '要以 redis:// 或 rediss:// 开头')
    .transform((url) => (url === '' ? null : url)),
});

/** Secrets that may also come from a file: `WECOM_APP_SECRET_FILE=/run/secrets/…`, never both. */
export const secretNames = [
  'CRM_DATABASE_URL',
  'BOT_DATABASE_URL',
  'REDIS_URL',
  'WECOM_APP_SECRET',
  'WECOM_APP_TOKEN',
  'WECOM_APP_AES_KEY',
  'WECOM_AIBOT_TOKEN',
  'WECOM_AIBOT_AES_KEY',
  'WECOM_AIBOT_SECRET',
  'DINGTALK_CLIENT_SECRET',
] as const;

/** Every variable that is read, `_FILE` variants aside; `.env.example` names the same (tested). */
export const settingNames: readonly string[] = [
  ...new Set(
    [
      serverSettingsSchema,
      houseSchema,
      wecomAppSchema.in,
      wecomAibotSchema.in,
      wecomConnectionSchema.in,
      chartSettingsSchema.in,
      storeSettingsSchema.in,
      dingtalkSchema.in,
    ].flatMap((schema) => Object.keys((schema as z.ZodObject).shape)),
  ),
];

export interface Config {
  readonly server: z.output<typeof serverSettingsSchema>;
  readonly house: z.output<typeof houseSchema>;
  readonly charts: z.output<typeof chartSettingsSchema>;
  readonly store: z.output<typeof storeSettingsSchema>;
  /** null = that platform is not connected. */
  readonly wecomApp: WecomAppSettings | null;
  readonly wecomAibot: WecomAibotSettings | null;
  readonly dingtalk: DingtalkSettings | null;
  /** Where group webhook robots are called; which there are stands with the groups. */
  readonly robots: { readonly wecomApiBase: string; readonly dingtalkOapiBase: string };
  readonly business: BusinessSettings;
}

/**
 * Reads all settings at once. Throws one `SettingsProblems` that names every problem and no value: values of settings
 * are often secrets.
 */
export function readConfig(environment: Environment): Config {
  const problems: string[] = [];
  const env = withoutEmpty(withSecretFiles(environment, problems));
  const read = <S extends z.ZodType>(schema: S): z.output<S> | null => {
    const parsed = schema.safeParse(env, { error: issueWords });
    if (parsed.success) return parsed.data;
    problems.push(...problemLines(parsed.error));
    return null;
  };
  const platform = <T>(settingsOf: (env: Environment) => T | null): T | null => {
    try {
      return settingsOf(env);
    } catch (error) {
      if (!(error instanceof SettingsProblems)) throw error;
      problems.push(...error.problems);
      return null;
    }
  };
  const server = read(serverSettingsSchema);
  const house = read(houseSchema);
  const charts = read(chartSettingsSchema);
  const store = read(storeSettingsSchema);
  const wecomApp = platform(wecomAppSettings);
  const wecomAibot = platform(wecomAibotSettings);
  const dingtalk = platform(readDingtalkSettings);
  const wecomRobots = read(wecomRobotSchema);
  const dingtalkRobots = read(dingtalkRobotSchema);
  const business = readBusinessSettings(env.SETTINGS_FILE ?? null);
  if ('problems' in business) problems.push(...business.problems);
  if (
    problems.length > 0 ||
    server === null ||
    house === null ||
    charts === null ||
    wecomRobots === null ||
    dingtalkRobots === null ||
    store === null ||
    'problems' in business
  )
    throw new SettingsProblems(problems);
  return {
    server,
    house,
    charts,
    store,
    wecomApp,
    wecomAibot,
    dingtalk,
    robots: { wecomApiBase: wecomRobots.WECOM_API_BASE, dingtalkOapiBase: dingtalkRobots.DINGTALK_OAPI_BASE },
    business: business.settings,
  };
}

/** An empty variable is one that is not set: compose files and CI write them so. */
const withoutEmpty = (env: Environment): Environment =>
  Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));

function withSecretFiles(env: Environment, problems: string[]): Environment {
  const read: Record<string, string | undefined> = { ...env };
  for (const name of secretNames) {
    const path = env[`${name}_FILE`];
    if (path === undefined || path === '') continue;
    if (env[name] !== undefined && env[name] !== '') {
      problems.push(`${name} 和 ${name}_FILE 都填了,只留一个`);
      continue;
    }
    try {
      read[name] = readFileSync(path, 'utf8').trim();
    } catch {
      problems.push(`${name}_FILE:读不了这个文件`);
    }
  }
  return read;
}
