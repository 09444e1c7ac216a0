import { z } from 'zod';
import { SettingsProblems } from '../../failure.ts';
import { issueWords, problemLines } from '../../issue-words.ts';

/** One enterprise internal-app robot (企业内部应用机器人) of one company. */
export interface DingtalkSettings {
  /** Client ID = AppKey. */
  readonly clientId: string;
  /** Client Secret = AppSecret: signs callbacks, buys tokens, seals session webhooks at rest. */
  readonly clientSecret: string;
  readonly robotCode: string;
  /** `http` = DingTalk posts to `/callbacks/dingtalk/robot`. */
  readonly mode: 'http';
  /** New API, without a slash at the end. */
  readonly apiBase: string;
  /** Old API (media, session webhooks), without a slash at the end. */
  readonly oapiBase: string;
}

const optionalText = z
  .string()
  .trim()
  .optional()
  .transform((text) => (text === undefined || text === '' ? undefined : text));

const base = (fallback: string) =>
  optionalText.transform((text, context) => {
    const normal = normalBase(text ?? fallback);
    if (normal === null) {
      context.addIssue('要写成 https://主机[:端口],不带用户名、? 和 #');
      return z.NEVER;
    }
    return normal;
  });

/** Custom robots of groups (dingtalk.md 4): their tokens stand with the groups, here is where they are called. */
export const dingtalkRobotSchema = z.object({ DINGTALK_OAPI_BASE: base('https://oapi.dingtalk.com') });

/** The DingTalk part of the environment. Gives null when neither key is there: the platform is then off. */
export const dingtalkSchema = z
  .object({
    DINGTALK_CLIENT_ID: optionalText,
    DINGTALK_CLIENT_SECRET: optionalText,
    DINGTALK_ROBOT_CODE: optionalText,
    DINGTALK_MODE: optionalText,
    DINGTALK_API_BASE: base('https://api.dingtalk.com'),
    DINGTALK_OAPI_BASE: base('https://oapi.dingtalk.com'),
  })
  .transform((env, context): DingtalkSettings | null => {
    const clientId = env.DINGTALK_CLIENT_ID;
    const clientSecret = env.DINGTALK_CLIENT_SECRET;
    if (clientId === undefined && clientSecret === undefined) {
      if (env.DINGTALK_ROBOT_CODE === undefined) return null;
      problem('DINGTALK_CLIENT_ID', '没有填,而 DINGTALK_ROBOT_CODE 填了');
      return z.NEVER;
    }
    if (clientId === undefined) problem('DINGTALK_CLIENT_ID', '没有填,而 DINGTALK_CLIENT_SECRET 填了');
    if (clientSecret === undefined) problem('DINGTALK_CLIENT_SECRET', '没有填,而 DINGTALK_CLIENT_ID 填了');
    const mode = env.DINGTALK_MODE ?? 'http';
    if (mode === 'stream') problem('DINGTALK_MODE', '这一版还不支持 stream,填 http 或空着');
    else if (mode !== 'http') problem('DINGTALK_MODE', '只能是 http');
    if (clientId === undefined || clientSecret === undefined || mode !== 'http') return z.NEVER;
    return {
      clientId,
      clientSecret,
      robotCode: env.DINGTALK_ROBOT_CODE ?? clientId,
      mode,
      apiBase: env.DINGTALK_API_BASE,
      oapiBase: env.DINGTALK_OAPI_BASE,
    };

    function problem(name: string, message: string): void {
      context.addIssue({ code: 'custom', path: [name], message });
    }
  });

/**
 * Reads the settings out of an environment: null when DingTalk is not configured.
 * @throws SettingsProblems, naming every wrong setting and no value.
 */
export function readDingtalkSettings(
  environment: Readonly<Record<string, string | undefined>>,
): DingtalkSettings | null {
  const parsed = dingtalkSchema.safeParse(environment, { error: issueWords });
  if (parsed.success) return parsed.data;
  throw new SettingsProblems(problemLines(parsed.error));
}

function normalBase(text: string): string | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  const plain = url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  if (!plain || (url.protocol !== 'https:' && url.protocol !== 'http:')) return null;
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}
