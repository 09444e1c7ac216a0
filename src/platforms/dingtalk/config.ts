import { z } from 'zod';
import { Failure } from '../../failure.ts';

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
      context.addIssue('must be like https://host[:port], without user, query or fragment');
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
      problem('DINGTALK_CLIENT_ID', 'is missing although DINGTALK_ROBOT_CODE is set');
      return z.NEVER;
    }
    if (clientId === undefined) problem('DINGTALK_CLIENT_ID', 'is missing although DINGTALK_CLIENT_SECRET is set');
    if (clientSecret === undefined) problem('DINGTALK_CLIENT_SECRET', 'is missing although DINGTALK_CLIENT_ID is set');
    const mode = env.DINGTALK_MODE ?? 'http';
    if (mode === 'stream') problem('DINGTALK_MODE', 'stream is not offered by this version; set http');
    else if (mode !== 'http') problem('DINGTALK_MODE', 'must be http');
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
 * @throws Failure `misconfigured`, naming every wrong setting and no value.
 */
export function readDingtalkSettings(
  environment: Readonly<Record<string, string | undefined>>,
): DingtalkSettings | null {
  const parsed = dingtalkSchema.safeParse(environment);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join('; ');
  throw new Failure(
    'misconfigured',
    `DingTalk settings: ${problems}`,
    '钉钉还没有配好,请管理员检查 DINGTALK_ 开头的设置。',
  );
}

function normalBase(text: string): string | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  const plain = url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  if (!plain || (url.protocol !== 'https:' && url.protocol !== 'http:')) return null;
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}
