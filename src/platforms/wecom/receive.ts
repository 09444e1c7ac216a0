import type { RawRequest, RawResponse, Received } from '../platform.ts';
import { type CallbackKeys, decrypt, encrypt, signatureHolds, signatureOf, textOf } from './signature.ts';

/** Room for several times the longest message; whoever did not sign should not keep a parser busy (wecom.md 1.5). */
const bodyLimitBytes = 256 << 10;

/** A request signed longer ago, or further in the future, is a replay (Standard Webhooks, reliability.md 1). */
export const staleAfterMs = 5 * 60_000;

export const emptyOk: RawResponse = { status: 200, contentType: 'text/plain; charset=utf-8', body: '' };

export const refused = (why: string, status: 400 | 403 | 413 = 403): Extract<Received, { kind: 'refused' }> => ({
  kind: 'refused',
  why,
  response: { status, contentType: 'text/plain; charset=utf-8', body: 'refused' },
});

export type Opened =
  | { readonly kind: 'opened'; readonly text: string; readonly nonce: string }
  | { readonly kind: 'answer'; readonly received: Received };

const answer = (received: Received): Opened => ({ kind: 'answer', received });

/**
 * The way of every callback of WeCom up to its clear text: size, UTF-8, age, signature, cipher, in this order. `sealedOf`
 * finds the ciphertext in the body. A GET is the verification of the URL and is answered here (wecom.md 1.2).
 */
export function openCallback(
  request: RawRequest,
  keys: CallbackKeys,
  nowMs: number,
  sealedOf: (body: string) => string | null,
): Opened {
  const { msg_signature: signature = '', timestamp = '', nonce = '', echostr } = request.query;
  if (request.body.length > bodyLimitBytes) return answer(refused('body over 256 KiB', 413));
  // Frameworks turn the + of an unescaped base64 into a blank.
  const sealed = request.method === 'GET' ? (echostr ?? '').replaceAll(' ', '+') : sealedIn(request.body, sealedOf);
  if (sealed === null || sealed === '') return answer(refused('no ciphertext', 400));
  if (!/^\d{1,12}$/.test(timestamp) || nonce === '' || nonce.length > 128)
    return answer(refused('no timestamp or nonce'));
  if (!signatureHolds(signatureOf(keys.token, timestamp, nonce, sealed), signature))
    return answer(refused('signature does not hold'));
  if (Math.abs(nowMs - Number(timestamp) * 1000) > staleAfterMs) return answer(refused('stale timestamp'));
  const decrypted = decrypt(keys, sealed);
  if (decrypted.kind === 'broken') return answer(refused(`cannot be decrypted: ${decrypted.why}`));
  if (request.method === 'GET') return answer({ kind: 'challenge', response: { ...emptyOk, body: decrypted.text } });
  return { kind: 'opened', text: decrypted.text, nonce };
}

function sealedIn(body: Buffer, sealedOf: (body: string) => string | null): string | null {
  const text = textOf(body);
  return text === null ? null : sealedOf(text);
}

export interface SealedAnswer {
  readonly encrypted: string;
  readonly signature: string;
  readonly timestamp: string;
  readonly nonce: string;
}

/** An answer in the callback's own response, encrypted and signed with its nonce. */
export function sealAnswer(keys: CallbackKeys, text: string, nonce: string, nowMs: number): SealedAnswer {
  const encrypted = encrypt(keys, text);
  const timestamp = String(Math.floor(nowMs / 1000));
  return { encrypted, signature: signatureOf(keys.token, timestamp, nonce, encrypted), timestamp, nonce };
}

/**
 * A member's id as WeCom allows it (letters, digits, `_-@.`, not first a mark). Anything else could address several
 * people or all of them when it is put into `touser`.
 */
export const isUserId = (text: string): boolean => /^[A-Za-z0-9][A-Za-z0-9_@.-]{0,127}$/.test(text);
