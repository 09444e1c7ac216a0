import { z } from 'zod';
import { never } from '../../failure.ts';
import type { CallOutcome } from '../http.ts';
import type { SendOutcome } from '../platform.ts';

/** What an answer of DingTalk means. The kinds beside `SendOutcome`'s are mended inside one send. */
export type Verdict =
  | { readonly kind: 'accepted'; readonly body: Readonly<Record<string, unknown>> }
  /** Take a new token and try once more. */
  | { readonly kind: 'stale-token'; readonly why: string }
  /** The session webhook is over: send by OpenAPI. */
  | { readonly kind: 'session-over'; readonly why: string }
  /** The uploaded picture is not accepted: upload it again. */
  | { readonly kind: 'stale-media'; readonly why: string }
  | Exclude<SendOutcome, { kind: 'sent' }>;

type Reaction =
  | 'stale-token'
  | 'slow-down'
  | 'next-minute'
  | 'transient'
  | 'no-answer'
  | 'flood'
  | 'banned'
  | 'give-up'
  | 'gone'
  | 'stale-media';

/** The codes of dingtalk.md 6, in lower case. The same code never means two things in the new and the old API. */
const reactions: Readonly<Record<Reaction, readonly string[]>> = {
  'stale-token': ['invalidauthentication', 'unauthorized', 'accesstoken.expired', '40014', '40001', '42001'],
  'slow-down': [
    'forbidden.accessdenied.qpslimitforappkeyandapi',
    'forbidden.accessdenied.qpslimitforapi',
    'send.too.fast',
    'send.bytoken.toofast',
    'too.many.group',
    'too.many.people',
    'request.too.fast',
    'qps.exceed.limit',
    '90018',
    '90002',
  ],
  'next-minute': ['forbidden.accessdenied.qpmlimitforappkeyandapi', 'forbidden.accessdenied.qpmlimitforapi'],
  transient: ['system.busy', 'systembusy', 'servicebusy', '-1', '15'],
  // The vendor counts these as transient, but they say that nobody knows whether the message went out.
  'no-answer': ['unknown.send.result', 'service.timeout', 'operationtimeout'],
  flood: ['130101', '410100'],
  banned: ['1111'],
  'give-up': [
    // the month's quota
    'forbidden.accessdenied.apicountlimitfororg',
    '90020',
    // permission, address list, credentials
    'forbidden.accessdenied.accesstokenpermissiondenied',
    '60011',
    'forbidden.accessdenied.ipnotinwhitelist',
    '60020',
    'invalidclientidorsecret',
    'authfailed',
    '310000',
    // the robot itself
    'robot.oto.notexist',
    'chatbotid.notallow.sendoto',
    'template.stopped',
    'bot.forbidden.sendmessage',
    '400007',
    // our own body
    '40035',
    '43004',
    '400105',
    '401102',
    // too long, or stopped by the content review: repeating it changes nothing
    'invalidparameter.msgparam.toolong',
    '460101',
    '101002',
    '430101',
    '430102',
    '430103',
    '430104',
    'param.contentunsafe',
  ],
  gone: [
    'group.disbanded',
    '400013',
    'invalid.openconversationid',
    'conversation.org.notmatch',
    'resource.not.found',
    'bot.stopped',
    '400101',
    '400102',
    '400106',
    '300001',
    '300005',
    'staffid.notexisted',
    '33012',
    '60121',
    '50002',
    '50004',
  ],
  'stale-media': ['40004', '40005', '40006', '40007'],
};

const reactionOfCode = new Map<string, Reaction>(
  Object.entries(reactions).flatMap(([reaction, codes]) => codes.map((code) => [code, reaction as Reaction])),
);

const reactionOfPrefix: readonly (readonly [string, Reaction])[] = [
  ['invalidparameter.robotcode', 'give-up'],
  ['invalidparameter.msgkey', 'give-up'],
  ['invalidparameter.msgparam', 'give-up'],
  ['miss.param', 'give-up'],
  ['contain.', 'give-up'],
];

const sessionOverCodes = new Set(['300001', 'session.expired', 'session.notexisted']);

/** How long a robot is left alone once DingTalk has limited it (dingtalk.md 4.3). */
export const floodHoldMs = 600_000;
const banHoldMs = 300_000;

const text = z.union([z.string(), z.number()]).transform(String).catch('');
const newErrorSchema = z.object({
  code: text,
  status: text,
  requestid: text,
  accessdenieddetail: z
    .object({ requiredScopes: z.array(z.string()) })
    .nullish()
    .catch(null),
});
const oldAnswerSchema = z.object({ errcode: text, errmsg: text, sub_code: text, request_id: text, status: text });

/** Judges an answer of `api.dingtalk.com`: by HTTP status and `code`. */
export function judgeNewApi(outcome: CallOutcome): Verdict {
  if (outcome.kind !== 'answered') return judgeSilence(outcome);
  const body = jsonObjectOf(outcome.body);
  const { status } = outcome;
  if (status >= 200 && status < 300) {
    if (body === null) return judgeUnreadable(outcome);
    if (body.status === 1111) return react('banned', 'status 1111');
    return { kind: 'accepted', body };
  }
  if (body === null) return isHtml(outcome.body) ? judgeUnreadable(outcome) : judgeStatus(status, `status ${status}`);
  const error = newErrorSchema.parse(body);
  const code = error.code === '' && error.status === '1111' ? '1111' : error.code;
  const scopes = error.accessdenieddetail?.requiredScopes ?? [];
  const asked = scopes.length === 0 ? '' : `, needs ${scopes.slice(0, 5).map(printable).join(' ')}`;
  const why = `status ${status} code ${printable(code)}${asked}${requestOf(error.requestid)}`;
  const reaction = reactionOf(code);
  return reaction === null ? judgeStatus(status, why) : react(reaction, why);
}

/** Judges an answer of `oapi.dingtalk.com`: by `errcode`, also when the status is 200. */
export function judgeOldApi(outcome: CallOutcome, at: 'session' | 'media' | 'webhook'): Verdict {
  if (outcome.kind !== 'answered') return judgeSilence(outcome);
  const body = jsonObjectOf(outcome.body);
  if (body === null) {
    const { status } = outcome;
    const ok = status >= 200 && status < 300;
    return ok || isHtml(outcome.body) ? judgeUnreadable(outcome) : judgeStatus(status, `status ${status}`);
  }
  const answer = oldAnswerSchema.parse(body);
  const why = `status ${outcome.status} errcode ${printable(answer.errcode)}${requestOf(answer.request_id)}`;
  if (answer.status === '1111') return react('banned', why);
  if (answer.errcode === '' || answer.errcode === '0') {
    const ok = outcome.status >= 200 && outcome.status < 300;
    if (!ok) return judgeStatus(outcome.status, why);
    return answer.errcode === '0' ? { kind: 'accepted', body } : { kind: 'unknown', why: `${why}, nothing confirmed` };
  }
  const code = answer.errcode === '88' && answer.sub_code !== '' ? answer.sub_code : answer.errcode;
  if (at === 'session' && sessionOverCodes.has(code.toLowerCase())) return { kind: 'session-over', why };
  if (code === '310000') return judgeSecurity(answer.errmsg, why);
  const reaction = reactionOf(code);
  if (reaction !== null) return react(reaction, why);
  // An unknown errcode at status 200 says neither transient nor permanent: a bounded number of tries, never "sent".
  return outcome.status < 400 ? later(5_000, why) : judgeStatus(outcome.status, why);
}

/** The security settings of a group webhook share one code and differ by their message alone (dingtalk.md 4.7). */
function judgeSecurity(message: string, why: string): Verdict {
  const reasons = ['keywords not in content', 'invalid timestamp', 'sign not match', 'not in whitelist'];
  const reason = reasons.find((each) => message.includes(each)) ?? 'security settings';
  if (reason === 'invalid timestamp') return later(1_000, `${why}: ${reason}, check the clock`);
  return { kind: 'never', why: `${why}: ${reason}`, tellAdmin: true };
}

function judgeSilence(outcome: Exclude<CallOutcome, { kind: 'answered' }>): Verdict {
  return outcome.kind === 'unsent' ? later(3_000, outcome.why) : { kind: 'unknown', why: outcome.why };
}

/** Not JSON: the page that bans an address for five minutes, or a proxy's own words. */
function judgeUnreadable(outcome: Extract<CallOutcome, { kind: 'answered' }>): Verdict {
  const { status } = outcome;
  // A gateway that failed has a page of its own; the ban comes with another status.
  if (status >= 500) return judgeStatus(status, `status ${status} without JSON`);
  if (isHtml(outcome.body)) return react('banned', `status ${status} with a page instead of JSON`);
  return { kind: 'unknown', why: `status ${status} without JSON` };
}

function judgeStatus(status: number, why: string): Verdict {
  if (status === 401) return { kind: 'stale-token', why };
  if (status === 408 || status === 504) return { kind: 'unknown', why };
  if (status === 429) return later(1_000, why);
  if (status >= 500) return { kind: 'unknown', why, saidFailed: true };
  if (status < 400) return later(5_000, why);
  return { kind: 'never', why, tellAdmin: true };
}

function react(reaction: Reaction, why: string): Verdict {
  switch (reaction) {
    case 'stale-token':
      return { kind: 'stale-token', why };
    case 'stale-media':
      return { kind: 'stale-media', why };
    case 'slow-down':
      return later(1_000, why);
    case 'next-minute':
      return later(60_000, why);
    case 'transient':
      return later(2_000, why);
    case 'no-answer':
      return { kind: 'unknown', why };
    case 'flood':
      return { kind: 'later', afterMs: floodHoldMs, why, holdTarget: true };
    case 'banned':
      return { kind: 'later', afterMs: banHoldMs, why, holdTarget: true };
    case 'give-up':
      return { kind: 'never', why, tellAdmin: true };
    case 'gone':
      return { kind: 'gone', why };
    default:
      return never(reaction);
  }
}

function reactionOf(code: string): Reaction | null {
  const lower = code.toLowerCase();
  const exact = reactionOfCode.get(lower);
  return exact ?? reactionOfPrefix.find(([prefix]) => lower.startsWith(prefix))?.[1] ?? null;
}

function later(afterMs: number, why: string): Verdict {
  return { kind: 'later', afterMs, why, holdTarget: false };
}

function jsonObjectOf(body: Buffer): Readonly<Record<string, unknown>> | null {
  try {
    const parsed = z.record(z.string(), z.unknown()).safeParse(JSON.parse(body.toString('utf8')));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

function isHtml(body: Buffer): boolean {
  return body.subarray(0, 200).toString('latin1').trimStart().startsWith('<');
}

/** Codes go into logs and to people: nothing but code characters, never the vendor's sentence. */
function printable(code: string): string {
  return /^[\w.:-]{1,120}$/.test(code) ? code : 'unreadable';
}

function requestOf(id: string): string {
  return id === '' ? '' : ` request ${printable(id)}`;
}
