import { z } from 'zod';
import { SettingsProblems } from '../../failure.ts';
import { issueWords, problemLines } from '../../issue-words.ts';

const aesKey = z.string().regex(/^[A-Za-z0-9+/]{43}$/, '要正好 43 个字母和数字');
const callbackToken = z.string().regex(/^[A-Za-z0-9]{3,32}$/, '要 3 到 32 个字母和数字');
const base = (protocols: readonly string[]) =>
  z
    .string()
    .refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), {
      message: `要写成 ${protocols.map((protocol) => `${protocol}//`).join(' 或 ')} 开头的地址`,
    })
    .transform((text) => text.replace(/\/+$/, ''));

const apiBase = base(['https:', 'http:']).default('https://qyapi.weixin.qq.com');

/** Self-built app (自建应用): callbacks as XML, answers by `message/send` (wecom.md 1 and 5). */
export const wecomAppSchema = z
  .object({
    WECOM_CORP_ID: z.string().regex(/^[A-Za-z0-9_-]{4,64}$/, '要写企业 ID,如 ww1234567890abcdef'),
    WECOM_AGENT_ID: z.string().regex(/^\d{1,10}$/, '要写 AgentId 的数字'),
    WECOM_APP_SECRET: z.string().min(8),
    WECOM_APP_TOKEN: callbackToken,
    WECOM_APP_AES_KEY: aesKey,
    WECOM_API_BASE: apiBase,
  })
  .transform((env) => ({
    corpId: env.WECOM_CORP_ID,
    agentId: Number(env.WECOM_AGENT_ID),
    secret: env.WECOM_APP_SECRET,
    token: env.WECOM_APP_TOKEN,
    aesKey: env.WECOM_APP_AES_KEY,
    apiBase: env.WECOM_API_BASE,
  }));
export type WecomAppSettings = z.output<typeof wecomAppSchema>;

/** 智能机器人 by callback: JSON, answered by a stream that WeCom polls (wecom.md 2). */
export const wecomAibotSchema = z
  .object({
    WECOM_AIBOT_TOKEN: callbackToken,
    WECOM_AIBOT_AES_KEY: aesKey,
    WECOM_AIBOT_ID: z.string().min(1).optional(),
    WECOM_AIBOT_NAME: z.string().min(1).optional(),
    WECOM_API_BASE: apiBase,
  })
  .transform((env) => ({
    token: env.WECOM_AIBOT_TOKEN,
    aesKey: env.WECOM_AIBOT_AES_KEY,
    /** Messages of another bot are refused when it is known. */
    botId: env.WECOM_AIBOT_ID ?? null,
    /** As people mention it; needed only where it holds blanks. */
    botName: env.WECOM_AIBOT_NAME ?? null,
    /** Scheme, host and port that a `response_url` must have. */
    apiBase: env.WECOM_API_BASE,
  }));
export type WecomAibotSettings = z.output<typeof wecomAibotSchema>;

/** Group webhook robots (wecom.md 4): their keys stand with the groups, here is where they are called. */
export const wecomRobotSchema = z.object({ WECOM_API_BASE: apiBase });

/** 智能机器人 by long connection (wecom.md 3). */
export const wecomConnectionSchema = z
  .object({
    WECOM_AIBOT_ID: z.string().min(1),
    WECOM_AIBOT_SECRET: z.string().min(8),
    WECOM_WS_URL: base(['wss:', 'ws:']).default('wss://openws.work.weixin.qq.com'),
  })
  .transform((env) => ({ botId: env.WECOM_AIBOT_ID, secret: env.WECOM_AIBOT_SECRET, url: env.WECOM_WS_URL }));
export type WecomConnectionSettings = z.output<typeof wecomConnectionSchema>;

type Environment = Readonly<Record<string, string | undefined>>;

const isSet = (environment: Environment, name: string): boolean => (environment[name] ?? '').trim() !== '';

/**
 * The settings of one channel: null when none of its own variables is set. Throws `SettingsProblems` naming every variable
 * that is missing or wrong, never its value.
 */
function settingsOf<T>(
  channel: string,
  schema: z.ZodType<T>,
  required: readonly string[],
  optional: readonly string[],
  environment: Environment,
): T | null {
  if (!required.some((name) => isSet(environment, name))) return null;
  const given = [...required, ...optional]
    .filter((name) => isSet(environment, name))
    .map((name) => [name, environment[name]?.trim()]);
  const read = schema.safeParse(Object.fromEntries(given), { error: issueWords });
  if (read.success) return read.data;
  throw new SettingsProblems(problemLines(read.error).map((line) => `${line}(${channel}要用)`));
}

export const wecomAppSettings = (environment: Environment): WecomAppSettings | null =>
  settingsOf(
    '企业微信自建应用',
    wecomAppSchema,
    ['WECOM_CORP_ID', 'WECOM_AGENT_ID', 'WECOM_APP_SECRET', 'WECOM_APP_TOKEN', 'WECOM_APP_AES_KEY'],
    ['WECOM_API_BASE'],
    environment,
  );

export const wecomAibotSettings = (environment: Environment): WecomAibotSettings | null =>
  settingsOf(
    '企业微信智能机器人',
    wecomAibotSchema,
    ['WECOM_AIBOT_TOKEN', 'WECOM_AIBOT_AES_KEY'],
    ['WECOM_AIBOT_ID', 'WECOM_AIBOT_NAME', 'WECOM_API_BASE'],
    environment,
  );
