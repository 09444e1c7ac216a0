import { createHmac, timingSafeEqual } from 'node:crypto';

/** How far a callback's timestamp may be from our clock. DingTalk allows an hour; the body is not signed, so less is taken (dingtalk.md 1.1). */
export const signatureWindowMs = 300_000;

/** Base64(HMAC-SHA256(secret, timestamp + "\n" + secret)): robot callbacks and signed group webhooks (dingtalk.md 1.1, 4.1). */
export function robotSign(timestamp: string, secret: string): string {
  return createHmac('sha256', secret).update(`${timestamp}\n${secret}`).digest('base64');
}

export type SignatureCheck = { readonly kind: 'valid' } | { readonly kind: 'invalid'; readonly why: string };

/**
 * Checks the headers `timestamp` and `sign` of a callback. The signature is computed on the header text as received: a
 * number read and written again could differ.
 */
export function checkRobotSignature(
  headers: Readonly<Record<string, string | undefined>>,
  secret: string,
  nowMs: number,
): SignatureCheck {
  const { timestamp, sign } = headers;
  if (timestamp === undefined || sign === undefined) return { kind: 'invalid', why: 'signature headers are missing' };
  const expected = Buffer.from(robotSign(timestamp, secret));
  const given = Buffer.from(sign);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    return { kind: 'invalid', why: 'signature does not match' };
  }
  if (!/^\d{10,16}$/.test(timestamp)) return { kind: 'invalid', why: 'timestamp is not a number of milliseconds' };
  if (Math.abs(nowMs - Number(timestamp)) > signatureWindowMs) {
    return { kind: 'invalid', why: 'timestamp is outside the window; check the clocks' };
  }
  return { kind: 'valid' };
}
