import type { CallOutcome } from '../http.ts';
import type { SendOutcome } from '../platform.ts';
import { textOf } from './signature.ts';

/** What a code asks for: an outcome, or one more try after a repair. */
export type Reaction =
  | { readonly kind: 'end'; readonly outcome: SendOutcome }
  /** The token is not valid any more: forget it, fetch one, try once. */
  | { readonly kind: 'renew-token' }
  /** The media id is not valid any more: upload again, try once. */
  | { readonly kind: 'upload-again' };

type Rule =
  | { readonly kind: 'renew-token' | 'upload-again' }
  | { readonly kind: 'later'; readonly afterMs: number; readonly holdTarget: boolean }
  | { readonly kind: 'never'; readonly tellAdmin: boolean }
  | { readonly kind: 'gone' };

const minute = 60_000;
const later = (afterMs: number, holdTarget = false): Rule => ({ kind: 'later', afterMs, holdTarget });
const never = (tellAdmin: boolean): Rule => ({ kind: 'never', tellAdmin });
const gone: Rule = { kind: 'gone' };

const untrustedAddress = 60020;

const table: readonly (readonly [meaning: string, rule: Rule, codes: readonly number[]])[] = [
  ['system busy', later(2_000), [-1]],
  ['access token not valid', { kind: 'renew-token' }, [40001, 40014, 42001]],
  ['media id not valid', { kind: 'upload-again' }, [40007]],
  ['frequency limit', later(minute, true), [45009]],
  ['too many calls at once', later(3_000), [45033]],
  ['the address this server calls from is not a trusted one (企业可信IP)', later(5 * minute), [untrustedAddress]],
  ['the app is disabled', later(10 * minute), [50003]],
  ['unknown member', gone, [40003, 40031, 46004, 60111]],
  ['no recipient in the visible range of the app', gone, [81013]],
  ['chat unknown, or not this app’s', gone, [40050, 86001, 86003, 86008, 93000, 93001, 93006, 93008]],
  ['wrong secret, corp id or app', never(true), [40013, 40056, 40091, 41001, 41002, 41004, 301002]],
  ['the app may not do this', never(true), [48002, 48005, 48009, 50002, 60011]],
  ['file not acceptable', never(true), [40004, 40005, 40006, 40009, 45001, 301016, 301017, 93018]],
  [
    'malformed, empty or too long',
    never(true),
    [40008, 40033, 40035, 40058, 40063, 41006, 41011, 41016, 41033, 44001, 44004, 45002, 45007, 45008, 93017],
  ],
  ['forbidden words', never(false), [85002]],
  ['member without WeChat', never(false), [43004]],
];

const rules = new Map<number, { readonly meaning: string; readonly rule: Rule }>(
  table.flatMap(([meaning, rule, codes]) => codes.map((code) => [code, { meaning, rule }] as const)),
);

/** A code nobody knows is tried again; the courier bounds how often (house rule 12). */
const unknownCode = { meaning: 'unknown code', rule: later(minute) };

/** The address that an administrator has to enter as 企业可信IP stands nowhere but in the words of the error. */
const addressIn = (errmsg: unknown): string => {
  const found = typeof errmsg === 'string' ? /from ip: ?([0-9a-f.:]{3,45})/i.exec(errmsg)?.[1] : undefined;
  return found === undefined ? '' : `, seen as ${found}`;
};

/** The reaction to a non-zero errcode (wecom.md 6). `errmsg` is not stable: nothing is decided by it. */
export function reactionTo(errcode: number, errmsg?: unknown): Reaction {
  const { meaning, rule } = rules.get(errcode) ?? unknownCode;
  const why = `errcode ${errcode}: ${meaning}${errcode === untrustedAddress ? addressIn(errmsg) : ''}`;
  switch (rule.kind) {
    case 'renew-token':
    case 'upload-again':
      return { kind: rule.kind };
    case 'later':
      return { kind: 'end', outcome: { kind: 'later', afterMs: rule.afterMs, why, holdTarget: rule.holdTarget } };
    case 'never':
      return { kind: 'end', outcome: { kind: 'never', why, tellAdmin: rule.tellAdmin } };
    case 'gone':
      return { kind: 'end', outcome: { kind: 'gone', why } };
  }
}

/** An answer of the API: its errcode and fields, or how the call failed. */
export type ApiAnswer =
  | { readonly kind: 'read'; readonly errcode: number; readonly fields: Readonly<Record<string, unknown>> }
  | { readonly kind: 'failed'; readonly outcome: SendOutcome };

const failed = (outcome: SendOutcome): ApiAnswer => ({ kind: 'failed', outcome });

/** Reads an answer; errors come with HTTP 200 and an errcode, so the status alone says little (reliability.md 1.2). */
export function readAnswer(outcome: CallOutcome): ApiAnswer {
  if (outcome.kind === 'unsent')
    return failed({ kind: 'later', afterMs: 5_000, why: `not reached: ${outcome.why}`, holdTarget: false });
  if (outcome.kind === 'unknown') return failed({ kind: 'unknown', why: outcome.why });
  const { status } = outcome;
  if (status === 429) return failed({ kind: 'later', afterMs: minute, why: 'HTTP 429', holdTarget: true });
  if (status >= 500) return failed({ kind: 'unknown', why: `HTTP ${status}`, saidFailed: true });
  // A redirect or a refusal of something in between: WeCom itself answers 200.
  if (status !== 200) return failed({ kind: 'later', afterMs: minute, why: `HTTP ${status}`, holdTarget: false });
  const fields = jsonObject(outcome.body);
  if (fields === null || typeof fields.errcode !== 'number')
    return failed({ kind: 'unknown', why: 'the answer is no JSON with an errcode' });
  return { kind: 'read', errcode: fields.errcode, fields };
}

function jsonObject(body: Buffer): Readonly<Record<string, unknown>> | null {
  const text = textOf(body);
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}

/** errcode 0 of `message/send` to one person: a partial failure is the whole one here (wecom.md 5.2). */
export function sentOutcome(fields: Readonly<Record<string, unknown>>): SendOutcome {
  const named = (name: string): boolean => typeof fields[name] === 'string' && fields[name] !== '';
  if (named('invaliduser'))
    return { kind: 'gone', why: 'errcode 0 with invaliduser: not a member in the visible range' };
  if (named('unlicenseduser'))
    return {
      kind: 'never',
      why: 'errcode 0 with unlicenseduser: member without an interface licence',
      tellAdmin: true,
    };
  return { kind: 'sent', receipt: typeof fields.msgid === 'string' ? fields.msgid : null };
}
