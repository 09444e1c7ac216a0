import { afterEach, beforeEach, expect, test } from 'vitest';
import type { DingtalkSettings } from '../../../src/platforms/dingtalk/config.ts';
import { lockSession, sessionCall, sessionOf, unlockSession } from '../../../src/platforms/dingtalk/session.ts';
import { replyOf } from '../conformance.ts';
import { type DingtalkHarness, startHarness } from './harness.ts';

const base = 'https://oapi.dingtalk.com';
let harness: DingtalkHarness;
beforeEach(async () => {
  harness = await startHarness();
});
afterEach(() => harness.close());

test('the vendor’s own session webhooks are taken, and rebuilt from the settings', () => {
  const session = sessionOf(`${base}/robot/sendBySession?session=a%2Bb`, base);
  expect(session).toEqual({ path: '/robot/sendBySession', parameter: 'a+b' });
  expect(session && sessionCall(session, base)).toEqual({
    url: `${base}/robot/sendBySession`,
    query: { session: 'a+b' },
  });
  expect(sessionOf(`${base}:443/robot/send?access_token=t`, base)).toEqual({ path: '/robot/send', parameter: 't' });
  const behindProxy = sessionOf(
    'https://proxy.corp:8443/ding/robot/sendBySession?session=s',
    'https://proxy.corp:8443/ding',
  );
  expect(behindProxy?.parameter).toBe('s');
});

const hostile = [
  'http://oapi.dingtalk.com/robot/sendBySession?session=s',
  'https://oapi.dingtalk.com:8443/robot/sendBySession?session=s',
  'https://oapi.dingtalk.com./robot/sendBySession?session=s',
  'https://oapi.dingtalk.com.evil.example/robot/sendBySession?session=s',
  'https://evil.example/robot/sendBySession?session=s',
  'https://evil.example#@oapi.dingtalk.com/robot/sendBySession?session=s',
  'https://oapi.dingtalk.com@evil.example/robot/sendBySession?session=s',
  'https://user:pass@oapi.dingtalk.com/robot/sendBySession?session=s',
  'https://oapi.dingtalk.com\\@evil.example/robot/sendBySession?session=s',
  'https:\\\\oapi.dingtalk.com/robot/sendBySession?session=s',
  'https://oapi.dingtalk.com/robot/sendBySession?session=s#x',
  'https://oapi.dingtalk.com/robot/sendBySession/?session=s',
  'https://oapi.dingtalk.com/robot/../media/upload?session=s',
  'https://oapi.dingtalk.com/redirect?to=http://evil.example',
  'https://oapi.dingtalk.com/robot/sendBySession',
  'https://oapi.dingtalk.com/robot/sendBySession?session=',
  'https://oapi.dingtalk.com/robot/sendBySession?session=a&session=b',
  'https://127.0.0.1/robot/sendBySession?session=s',
  'https://[::1]/robot/sendBySession?session=s',
  'https://2130706433/robot/sendBySession?session=s',
  'https://169.254.169.254/latest/meta-data',
  'ftp://oapi.dingtalk.com/robot/sendBySession?session=s',
  'file:///etc/passwd',
  'javascript:alert(1)',
  '//oapi.dingtalk.com/robot/sendBySession?session=s',
  ' https://oapi.dingtalk.com/robot/sendBySession?session=s',
  'https://oapi.dingtalk.com/robot/sendBySession?session=s\n',
  'https://оapi.dingtalk.com/robot/sendBySession?session=s',
  '',
  'x'.repeat(3_000),
];
test.each(hostile)('%s is not a session webhook', (webhook) => {
  expect(sessionOf(webhook, base)).toBeNull();
});

test('a callback with a webhook elsewhere is answered by OpenAPI; the other host is never called', async () => {
  const port = new URL(harness.server.canaryBase).port;
  const path = '/robot/sendBySession?session=s';
  const oapi = new URL(harness.server.oapiBase);
  for (const sessionWebhook of [
    `${harness.server.canaryBase}${path}`,
    `http://127.0.0.1:${port}#@${oapi.host}${path}`,
    `http://${oapi.hostname}:${oapi.port}@127.0.0.1:${port}${path}`,
    `http://localhost:${oapi.port}${path}`,
    `http://127.1:${port}${path}`,
    `${harness.server.apiBase}${path}`,
  ]) {
    const address = await harness.addressFor({ sessionWebhook });
    const [part] = harness.platform.render(replyOf({}), address);
    expect((await harness.send(part!, address)).kind).toBe('sent');
  }
  expect(harness.server.canaryCalls()).toBe(0);
  expect(new Set(harness.server.deliveries.map((delivery) => delivery.by))).toEqual(new Set(['oToMessages']));
  expect(harness.logged()).toContain('DINGTALK_OAPI_BASE');
});

test('a redirect from the right host is not followed', async () => {
  const address = await harness.addressFor({ sessionWebhook: harness.server.openSession() });
  const [part] = harness.platform.render(replyOf({}), address);
  harness.server.fail('send', { kind: 'redirect', to: `${harness.server.canaryBase}/stolen` });
  expect((await harness.send(part!, address)).kind).toBe('later');
  expect(harness.server.canaryCalls()).toBe(0);
});

test('a locked session opens for its own target and secret alone', () => {
  const settings: DingtalkSettings = harness.settings;
  const session = { path: '/robot/sendBySession', parameter: 'abc' } as const;
  const locked = lockSession(session, 'group:a', settings);
  expect(unlockSession(locked, 'group:a', settings)).toEqual(session);
  expect(unlockSession(locked, 'group:b', settings)).toBeNull();
  expect(unlockSession(locked, 'group:a', { ...settings, clientSecret: 'other' })).toBeNull();
  expect(unlockSession(`${locked.slice(0, -2)}AA`, 'group:a', settings)).toBeNull();
  for (const broken of ['', 'x', '!!!', locked.slice(0, 30)])
    expect(unlockSession(broken, 'group:a', settings)).toBeNull();
});
