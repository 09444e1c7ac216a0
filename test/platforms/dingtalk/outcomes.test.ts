import { describe, expect, test } from 'vitest';
import { judgeNewApi, judgeOldApi } from '../../../src/platforms/dingtalk/outcomes.ts';
import type { CallOutcome } from '../../../src/platforms/http.ts';

const answered = (status: number, body: unknown): CallOutcome => ({
  kind: 'answered',
  status,
  headers: {},
  body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
});
const newApi = (status: number, code: string) =>
  judgeNewApi(answered(status, { code, message: '中文', requestid: 'R-1' }));
const session = (errcode: unknown, errmsg = '') => judgeOldApi(answered(200, { errcode, errmsg }), 'session');

describe('the new API', () => {
  test.each([
    [400, 'InvalidAuthentication', { kind: 'stale-token' }],
    [401, 'Unauthorized', { kind: 'stale-token' }],
    [401, 'whatever', { kind: 'stale-token' }],
    [400, 'accesstoken.expired', { kind: 'stale-token' }],
    [403, 'Forbidden.AccessDenied.QpsLimitForAppkeyAndApi', { kind: 'later', afterMs: 1_000, holdTarget: false }],
    [403, 'Forbidden.AccessDenied.QpmLimitForAppkeyAndApi', { kind: 'later', afterMs: 60_000 }],
    [429, 'brand.new', { kind: 'later' }],
    [400, 'send.too.fast', { kind: 'later' }],
    [500, 'system.busy', { kind: 'later' }],
    [503, 'brand.new', { kind: 'unknown', saidFailed: true }],
    [504, 'brand.new', { kind: 'unknown' }],
    [500, 'unknown.send.result', { kind: 'unknown' }],
    [403, 'Forbidden.AccessDenied.ApiCountLimitForOrg', { kind: 'never', tellAdmin: true }],
    [403, 'Forbidden.AccessDenied.IpNotInWhiteList', { kind: 'never', tellAdmin: true }],
    [400, 'invalidClientIdOrSecret', { kind: 'never', tellAdmin: true }],
    [400, 'invalidParameter.robotCode.notExsit', { kind: 'never', tellAdmin: true }],
    [400, 'invalidParameter.msgParam.tooLong', { kind: 'never', tellAdmin: true }],
    [400, 'contain.unsafe.link', { kind: 'never', tellAdmin: true }],
    [400, 'group.disbanded', { kind: 'gone' }],
    [400, 'staffId.notExisted', { kind: 'gone' }],
    [400, 'brand.new', { kind: 'never', tellAdmin: true }],
    [404, 'brand.new', { kind: 'never', tellAdmin: true }],
    [302, 'brand.new', { kind: 'later' }],
  ])('%i %s', (status, code, expected) => {
    expect(newApi(status, code)).toMatchObject(expected);
  });

  test('a missing permission names what to ask for', () => {
    const verdict = judgeNewApi(
      answered(403, {
        code: 'Forbidden.AccessDenied.AccessTokenPermissionDenied',
        requestid: 'R-9',
        accessdenieddetail: { requiredScopes: ['qyapi_robot_sendmsg'] },
      }),
    );
    expect(verdict).toMatchObject({ kind: 'never', tellAdmin: true });
    expect(verdict).toHaveProperty('why', expect.stringMatching(/qyapi_robot_sendmsg.*R-9/));
  });

  test('the page and the status that ban an address hold everything for five minutes', () => {
    const held = { kind: 'later', afterMs: 300_000, holdTarget: true };
    expect(judgeNewApi(answered(200, '<html>punish</html>'))).toMatchObject(held);
    expect(judgeNewApi(answered(403, '<!doctype html>'))).toMatchObject(held);
    expect(judgeNewApi(answered(200, { status: 1111, wait: 5, source: 'x5', punish: 'deny' }))).toMatchObject(held);
    expect(judgeOldApi(answered(200, { status: 1111, wait: 5, source: 'x5' }), 'session')).toMatchObject(held);
  });

  test('what is no JSON object is never taken for success', () => {
    for (const body of ['', 'ok', '{"a":', '[]', 'null', '7']) {
      expect(judgeNewApi(answered(200, body)).kind).toBe('unknown');
      expect(judgeOldApi(answered(200, body), 'session').kind).toBe('unknown');
    }
    expect(judgeNewApi(answered(500, ''))).toMatchObject({ kind: 'unknown', saidFailed: true });
    expect(judgeNewApi(answered(502, '<html>')).kind).toBe('unknown');
    expect(judgeNewApi(answered(400, '')).kind).toBe('never');
  });
});

describe('the old API', () => {
  test('success is errcode 0, also as text, and nothing else', () => {
    expect(session(0).kind).toBe('accepted');
    expect(session('0').kind).toBe('accepted');
    expect(judgeOldApi(answered(200, { errmsg: 'ok' }), 'session').kind).toBe('unknown');
    expect(judgeOldApi(answered(500, { errcode: 0 }), 'session').kind).toBe('unknown');
  });

  test.each([
    [130101, { kind: 'later', afterMs: 600_000, holdTarget: true }],
    ['410100', { kind: 'later', afterMs: 600_000, holdTarget: true }],
    [-1, { kind: 'later' }],
    [90018, { kind: 'later', afterMs: 1_000 }],
    [40014, { kind: 'stale-token' }],
    [300001, { kind: 'session-over' }],
    [400013, { kind: 'gone' }],
    [400102, { kind: 'gone' }],
    [430101, { kind: 'never', tellAdmin: true }],
    [460101, { kind: 'never', tellAdmin: true }],
    [40007, { kind: 'stale-media' }],
    [90020, { kind: 'never', tellAdmin: true }],
    [987654, { kind: 'later' }],
    [{ odd: true }, { kind: 'unknown' }],
  ])('errcode %j', (code, expected) => {
    expect(session(code)).toMatchObject(expected);
  });

  test('300001 means the robot is gone where it is no session', () => {
    expect(judgeOldApi(answered(200, { errcode: 300001, errmsg: 'token is not exist' }), 'webhook').kind).toBe('gone');
  });

  test('88 carries the real code below it', () => {
    expect(judgeOldApi(answered(200, { errcode: 88, sub_code: '40014' }), 'media').kind).toBe('stale-token');
  });

  test('310000 is told apart by its message, which does not get into the reason', () => {
    expect(session(310000, 'invalid timestamp, more: [url]')).toMatchObject({ kind: 'later' });
    for (const message of ['sign not match', 'keywords not in content', 'ip 203.0.113.7 not in whitelist', '别的']) {
      const verdict = session(310000, `description:${message};link:…`);
      expect(verdict).toMatchObject({ kind: 'never', tellAdmin: true });
      expect(JSON.stringify(verdict)).not.toContain('203.0.113.7');
    }
  });
});

test('silence: surely not sent is later, everything else unknown', () => {
  expect(judgeNewApi({ kind: 'unsent', why: 'ECONNREFUSED' })).toMatchObject({ kind: 'later' });
  expect(judgeOldApi({ kind: 'unknown', why: 'ECONNABORTED' }, 'session')).toMatchObject({ kind: 'unknown' });
});

test('what a vendor writes as a code is not repeated unless it looks like one', () => {
  const verdict = newApi(400, 'line\nbreak {"token":"secret"}');
  expect(verdict).toHaveProperty('why', expect.stringContaining('unreadable'));
});
