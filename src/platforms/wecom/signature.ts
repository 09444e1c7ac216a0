import { createCipheriv, createDecipheriv, createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** What one callback address is configured with. `receiverId` is the corp id for an app and empty for 智能机器人. */
export interface CallbackKeys {
  readonly token: string;
  /** EncodingAESKey, 43 characters; its last one may carry spare bits (wecom.md 1.4). */
  readonly aesKey: string;
  readonly receiverId: string;
}

/** Lower-case hex SHA-1 over the sorted parts (wecom.md 1.3). */
export const signatureOf = (token: string, timestamp: string, nonce: string, encrypted: string): string =>
  createHash('sha1').update([token, timestamp, nonce, encrypted].sort().join(''), 'utf8').digest('hex');

/** Compares in constant time; anything but 40 lower-case hex digits does not hold. */
export function signatureHolds(expected: string, given: string): boolean {
  if (!/^[0-9a-f]{40}$/.test(given)) return false;
  return timingSafeEqual(Buffer.from(expected, 'latin1'), Buffer.from(given, 'latin1'));
}

export type Decrypted =
  | { readonly kind: 'clear'; readonly text: string }
  | { readonly kind: 'broken'; readonly why: 'base64' | 'length' | 'padding' | 'receiver' | 'utf-8' };

const blockBytes = 32;
/** 16 random bytes and the length of the text. */
const headBytes = 20;

const keyOf = (aesKey: string): Buffer => Buffer.from(`${aesKey}=`, 'base64');

/** The clear text with every check of wecom.md 1.4: block length, padding, length field, receiver, UTF-8. */
export function decrypt(keys: CallbackKeys, encrypted: string): Decrypted {
  if (encrypted.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(encrypted)) return { kind: 'broken', why: 'base64' };
  const sealed = Buffer.from(encrypted, 'base64');
  if (sealed.length < blockBytes || sealed.length % blockBytes !== 0) return { kind: 'broken', why: 'length' };
  const key = keyOf(keys.aesKey);
  const decipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
  const padded = Buffer.concat([decipher.update(sealed), decipher.final()]);
  const pad = padded.at(-1) ?? 0;
  if (pad < 1 || pad > blockBytes || !padded.subarray(-pad).every((byte) => byte === pad))
    return { kind: 'broken', why: 'padding' };
  const clear = padded.subarray(0, -pad);
  if (clear.length < headBytes) return { kind: 'broken', why: 'length' };
  const end = headBytes + clear.readUInt32BE(16);
  if (end > clear.length) return { kind: 'broken', why: 'length' };
  if (!clear.subarray(end).equals(Buffer.from(keys.receiverId, 'utf8'))) return { kind: 'broken', why: 'receiver' };
  const text = textOf(clear.subarray(headBytes, end));
  return text === null ? { kind: 'broken', why: 'utf-8' } : { kind: 'clear', text };
}

/** Bytes as text, null when they are not UTF-8; a byte order mark is kept. */
export function textOf(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** `random16` is given in tests only, where the vectors need it. */
export const encrypt = (keys: CallbackKeys, text: string, random16: Buffer = randomBytes(16)): string =>
  encryptBytes(keys, Buffer.from(text, 'utf8'), random16);

export function encryptBytes(keys: CallbackKeys, message: Buffer, random16: Buffer = randomBytes(16)): string {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(message.length);
  const clear = Buffer.concat([random16, length, message, Buffer.from(keys.receiverId, 'utf8')]);
  const pad = blockBytes - (clear.length % blockBytes);
  const key = keyOf(keys.aesKey);
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
  return Buffer.concat([cipher.update(clear), cipher.update(Buffer.alloc(pad, pad)), cipher.final()]).toString(
    'base64',
  );
}
