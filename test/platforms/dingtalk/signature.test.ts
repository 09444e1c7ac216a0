import { describe, expect, test } from 'vitest';
import { checkRobotSignature, robotSign, signatureWindowMs } from '../../../src/platforms/dingtalk/signature.ts';

const vectors = [
  ['1577262236757', 'this is a secret', 'DJrE6qdyVGCQz9z5r2MDuNcNAhwYnuAkyj13cx169CA='],
  ['1577262236757', 'this is secret', 'hmPWwU+7lVdm3ZZz0r9tSfx0L4Q26jWOZr9+Gs6EZQM='],
  [
    '1700000000000',
    'SEC000000000000000000000000000000000000000000000000000000000000beef',
    'Pw/FP/cRvkE9UUVAmckk+uPBmdzy9ZiI5zU1xdWTo1k=',
  ],
  ['1690362102194', 'GT-lsu-taDAxxxsTsxxxx', 'PqqTyBa9AsKY3GD61zq8yGqcf7pEoacjeIcVItwnsqQ='],
  ['1700000000000', '密钥-utf8', 'n6CqP5WjPnatBF+sSCoxuZ8P07AV9SmmLvAQaR4nFpE='],
] as const;

describe('the signature of a robot callback', () => {
  test.each(vectors)('vector %s with secret %#', (timestamp, secret, sign) => {
    expect(robotSign(timestamp, secret)).toBe(sign);
    expect(checkRobotSignature({ timestamp, sign }, secret, Number(timestamp))).toEqual({ kind: 'valid' });
  });

  const secret = 'this is a secret';
  const timestamp = '1700000000000';
  const at = Number(timestamp);
  const sign = robotSign(timestamp, secret);
  const kindOf = (headers: Record<string, string | undefined>, nowMs = at) =>
    checkRobotSignature(headers, secret, nowMs).kind;

  test('holds within five minutes either way, and not a millisecond more', () => {
    expect(kindOf({ timestamp, sign }, at + signatureWindowMs)).toBe('valid');
    expect(kindOf({ timestamp, sign }, at - signatureWindowMs)).toBe('valid');
    expect(kindOf({ timestamp, sign }, at + signatureWindowMs + 1)).toBe('invalid');
    expect(kindOf({ timestamp, sign }, at - signatureWindowMs - 1)).toBe('invalid');
    expect(kindOf({ timestamp, sign }, at + 3_600_010)).toBe('invalid');
  });

  test('missing, encoded, short, long and empty signatures are invalid and do not throw', () => {
    for (const other of [
      undefined,
      '',
      'x',
      sign.slice(1),
      `${sign}=`,
      encodeURIComponent(sign),
      sign.toLowerCase(),
      ` ${sign}`,
      '密'.repeat(44),
      '\u0000'.repeat(44),
    ]) {
      expect(kindOf({ timestamp, sign: other })).toBe('invalid');
    }
    expect(kindOf({ sign })).toBe('invalid');
  });

  test('the timestamp is taken as written: another writing of the same number needs its own signature', () => {
    for (const other of ['01700000000000', '1700000000000.0', '1.7e12', '+1700000000000', '1700000000000 ']) {
      expect(kindOf({ timestamp: other, sign })).toBe('invalid');
    }
    for (const other of ['1.7e12', 'NaN', '', '-1', '99999999999999999999']) {
      expect(kindOf({ timestamp: other, sign: robotSign(other, secret) })).toBe('invalid');
    }
  });
});
