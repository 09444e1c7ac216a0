import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { DingtalkSettings } from './config.ts';

/** The part of a session webhook that is kept: where it leads is never taken from a callback's body. */
export interface Session {
  readonly path: '/robot/sendBySession' | '/robot/send';
  readonly parameter: string;
}

const parameterNames = { '/robot/sendBySession': 'session', '/robot/send': 'access_token' } as const;

/**
 * Takes a `sessionWebhook` apart, null unless it lies exactly on the configured host, scheme and port. The signature of
 * a callback does not cover its body, so the URL is an attacker's until proved otherwise (dingtalk.md 9.1).
 */
export function sessionOf(webhook: string, oapiBase: string): Session | null {
  if (webhook.length > 2_048 || /[\s\p{C}\\]/u.test(webhook)) return null;
  const url = urlOf(webhook);
  if (url === null) return null;
  const base = baseOf(oapiBase);
  if (url.origin !== base.origin || url.username !== '' || url.password !== '' || url.hash !== '') return null;
  const prefix = base.pathname.replace(/\/+$/, '');
  for (const path of ['/robot/sendBySession', '/robot/send'] as const) {
    if (url.pathname !== `${prefix}${path}`) continue;
    const values = url.searchParams.getAll(parameterNames[path]);
    const parameter = values[0];
    return values.length === 1 && parameter !== undefined && parameter !== '' ? { path, parameter } : null;
  }
  return null;
}

function urlOf(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

let lastBase = new URL('http://none.invalid');
let lastBaseText = '';

/** The configured host, taken apart once. */
function baseOf(oapiBase: string): URL {
  if (lastBaseText !== oapiBase) [lastBase, lastBaseText] = [new URL(oapiBase), oapiBase];
  return lastBase;
}

/** Where to post, rebuilt from the settings. */
export function sessionCall(session: Session, oapiBase: string): { url: string; query: Record<string, string> } {
  return { url: `${oapiBase}${session.path}`, query: { [parameterNames[session.path]]: session.parameter } };
}

/** Whoever holds a session webhook can write into the chat, so it lies in the outbox encrypted, bound to its target. */
export function lockSession(session: Session, target: string, settings: DingtalkSettings): string {
  const iv = freshIv();
  const cipher = createCipheriv('aes-256-gcm', keyOf(settings), iv).setAAD(Buffer.from(target));
  const text = Buffer.concat([cipher.update(`${session.path}\n${session.parameter}`, 'utf8'), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), text]).toString('base64url');
}

/** null when it was locked with another secret or for another target; the answer then goes by OpenAPI. */
export function unlockSession(locked: string, target: string, settings: DingtalkSettings): Session | null {
  const bytes = Buffer.from(locked, 'base64url');
  if (bytes.length < 29) return null;
  try {
    const decipher = createDecipheriv('aes-256-gcm', keyOf(settings), bytes.subarray(0, 12), { authTagLength: 16 })
      .setAAD(Buffer.from(target))
      .setAuthTag(bytes.subarray(12, 28));
    const text = Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8');
    const [path, parameter] = text.split('\n');
    if ((path !== '/robot/sendBySession' && path !== '/robot/send') || parameter === undefined) return null;
    return { path, parameter };
  } catch {
    return null;
  }
}

const ivBytes = 12;
let ivs = Buffer.alloc(0);

/** Each used once; a call into the kernel for every callback would cost more than the cipher. */
function freshIv(): Buffer {
  if (ivs.length < ivBytes) ivs = randomBytes(ivBytes * 256);
  const iv = ivs.subarray(0, ivBytes);
  ivs = ivs.subarray(ivBytes);
  return iv;
}

const keys = new WeakMap<DingtalkSettings, Buffer>();

/** Derived once: deriving costs more than everything else a callback needs. */
function keyOf(settings: DingtalkSettings): Buffer {
  let key = keys.get(settings);
  if (key === undefined) {
    key = Buffer.from(hkdfSync('sha256', settings.clientSecret, settings.clientId, 'session webhook at rest', 32));
    keys.set(settings, key);
  }
  return key;
}
