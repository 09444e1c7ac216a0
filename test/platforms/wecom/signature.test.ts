import { createDecipheriv } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  type CallbackKeys,
  decrypt,
  encrypt,
  encryptBytes,
  signatureHolds,
  signatureOf,
} from '../../../src/platforms/wecom/signature.ts';
import { parseXml } from '../../../src/platforms/wecom/xml.ts';
import { k1, vectors } from './vectors.ts';

const cut = (encrypted: string, change: (bytes: Buffer) => Buffer): string =>
  change(Buffer.from(encrypted, 'base64')).toString('base64');

describe('the vectors of wecom.md 7', () => {
  test.each(vectors)('$name', ({ keys, timestamp, nonce, signature, encrypted, clear, pad }) => {
    expect(signatureOf(keys.token, timestamp, nonce, encrypted)).toBe(signature);
    expect(decrypt(keys, encrypted)).toEqual({ kind: 'clear', text: clear });
    const key = Buffer.from(`${keys.aesKey}=`, 'base64');
    const decipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
    const whole = Buffer.concat([decipher.update(Buffer.from(encrypted, 'base64')), decipher.final()]);
    expect(whole.at(-1)).toBe(pad);
    // With the same random bytes the way back gives the same text.
    expect(encrypt(keys, clear, whole.subarray(0, 16))).toBe(encrypted);
  });

  test('the Chinese message and the one without CDATA are read as XML', () => {
    const [v2, v5, v7] = ['V2', 'V5', 'V7'].map((name) => vectors.find((vector) => vector.name.startsWith(name)));
    expect(parseXml(v2?.clear ?? '')?.get('MsgId')).toBe('4561255354251345929');
    expect(parseXml(v5?.clear ?? '')?.get('Content')).toBe('你好');
    expect(parseXml(v7?.clear ?? '')?.get('FromUserName')).toBe('foobar');
    expect(parseXml(v7?.clear ?? '')?.get('Content')).toBe('x123');
    expect(parseXml(v7?.clear ?? '')?.get('MsgId')).toBe('2018405441');
  });
});

describe('encryption with known random bytes', () => {
  const random16 = Buffer.from('0123456789abcdef', 'latin1');
  const corp: CallbackKeys = { token: 'QDG6eK', aesKey: k1, receiverId: 'wx5823bf96d3bd56c7' };
  const aibot: CallbackKeys = { ...corp, receiverId: '' };
  const signed = (keys: CallbackKeys, encrypted: string) =>
    signatureOf(keys.token, '1409659813', '1372623149', encrypted);

  test('hello', () => {
    const encrypted = encrypt(corp, 'hello', random16);
    expect(encrypted).toBe('sKqRbbiSUnDhFHOvPjtUMd2aKGsnO1wGUhhgmucZyOooAmp9WiC5uDkjoOv6eP1l5uh45DeEw9aco5AR3vyVtA==');
    expect(signed(corp, encrypted)).toBe('6963916188a9972dd57e779c6eb680b07cf4fa99');
  });

  test('智能机器人, with its empty receiver', () => {
    const encrypted = encrypt(aibot, '{"msgtype":"text","text":{"content":"你好"}}', random16);
    expect(encrypted).toBe(
      'sKqRbbiSUnDhFHOvPjtUMevlVJi5gSks1smLwj58jImB2BNF0on6mvpE5XjYftWR+hKtqfw2+k/hItigkhHI2ITZ+4TZPkW1CRjdWTgPVbN+GsKbDXGJI9Sxfe05/dE5',
    );
    expect(signed(aibot, encrypted)).toBe('f68dd3fcf9a7b09dee9271fd9126dee361f55e6d');
  });

  test('a text that fills its block gets a whole block of padding', () => {
    expect(encrypt(corp, 'x'.repeat(26), random16)).toBe(
      'sKqRbbiSUnDhFHOvPjtUMSs1k8K1CdhVATTBQNj5RGfr2SSogQPwiaREvDG6j+anDDTQGRPc5XVafaRf07vjdJWo03DV9aa/cArn/HDtV476heTTKpJSMh7JMO1cnA3V',
    );
  });

  test('every length comes back', () => {
    for (let length = 0; length < 100; length++) {
      const text = '企'.repeat(length);
      expect(decrypt(aibot, encrypt(aibot, text))).toEqual({ kind: 'clear', text });
    }
  });
});

describe('what must not pass', () => {
  const v2 = vectors.find((vector) => vector.name.startsWith('V2'));
  if (v2 === undefined) throw new Error('no V2');
  const { keys, encrypted, signature } = v2;

  test('a signature with one digit changed, cut, upper case or empty', () => {
    expect(signatureHolds(signature, signature)).toBe(true);
    for (let at = 0; at < 40; at++) {
      const other = signature[at] === '0' ? '1' : '0';
      expect(signatureHolds(signature, `${signature.slice(0, at)}${other}${signature.slice(at + 1)}`)).toBe(false);
    }
    for (const odd of ['', signature.slice(1), `${signature}0`, signature.toUpperCase(), 'é'.repeat(20)])
      expect(signatureHolds(signature, odd)).toBe(false);
  });

  test('another company', () => {
    expect(decrypt({ ...keys, receiverId: 'wx5823bf96d3bd56c8' }, encrypted)).toMatchObject({ why: 'receiver' });
    expect(decrypt({ ...keys, receiverId: '' }, encrypted)).toMatchObject({ why: 'receiver' });
  });

  test('a ciphertext cut by a block, of a broken length, with a flipped byte', () => {
    expect(
      decrypt(
        keys,
        cut(encrypted, (bytes) => bytes.subarray(0, -32)),
      ).kind,
    ).toBe('broken');
    expect(
      decrypt(
        keys,
        cut(encrypted, (bytes) => bytes.subarray(0, -16)),
      ),
    ).toMatchObject({ why: 'length' });
    expect(
      decrypt(
        keys,
        cut(encrypted, (bytes) => bytes.subarray(0, 0)),
      ).kind,
    ).toBe('broken');
    const flipped = cut(encrypted, (bytes) => {
      bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
      return bytes;
    });
    expect(decrypt(keys, flipped).kind).toBe('broken');
  });

  test('base64 with blanks, of the URL alphabet, or of a broken length', () => {
    for (const odd of [`${encrypted} `, encrypted.replace('+', '-'), encrypted.slice(1), `${encrypted}====`, 'äöü='])
      expect(decrypt(keys, odd)).toMatchObject({ why: 'base64' });
  });

  test('a length field beyond the end, padding that disagrees, bytes that are not UTF-8', () => {
    const aibot = { ...keys, receiverId: '' };
    expect(decrypt(aibot, encryptBytes(aibot, Buffer.from([0xff, 0xfe, 0x41])))).toMatchObject({ why: 'utf-8' });
    // The first block of the cipher is the vector of the second: flipping a bit there flips it in the length field.
    const long = cut(encrypt(aibot, 'hello'), (bytes) => {
      bytes[0] = (bytes[0] ?? 0) ^ 0x80;
      return bytes;
    });
    expect(decrypt(aibot, long)).toMatchObject({ why: 'length' });
    const padded = cut(encrypt(aibot, 'hello'), (bytes) => {
      bytes[bytes.length - 16 - 3] = (bytes[bytes.length - 16 - 3] ?? 0) ^ 1;
      return bytes;
    });
    expect(decrypt(aibot, padded)).toMatchObject({ why: 'padding' });
  });
});
