import { expect, test } from 'vitest';
import { Failure } from '../../../src/failure.ts';
import { readDingtalkSettings } from '../../../src/platforms/dingtalk/config.ts';

const keys = { DINGTALK_CLIENT_ID: ' ding-client ', DINGTALK_CLIENT_SECRET: 'top-secret' };

test('off without keys, on with both; the robot is the app unless said otherwise', () => {
  expect(readDingtalkSettings({})).toBeNull();
  expect(
    readDingtalkSettings({ DINGTALK_CLIENT_ID: '', DINGTALK_CLIENT_SECRET: ' ', DINGTALK_MODE: 'http' }),
  ).toBeNull();
  expect(readDingtalkSettings(keys)).toEqual({
    clientId: 'ding-client',
    clientSecret: 'top-secret',
    robotCode: 'ding-client',
    mode: 'http',
    apiBase: 'https://api.dingtalk.com',
    oapiBase: 'https://oapi.dingtalk.com',
  });
  const moved = readDingtalkSettings({
    ...keys,
    DINGTALK_ROBOT_CODE: 'other',
    DINGTALK_API_BASE: 'http://127.0.0.1:8080/',
    DINGTALK_OAPI_BASE: 'https://Proxy.corp:8443/ding/',
  });
  expect(moved).toMatchObject({
    robotCode: 'other',
    apiBase: 'http://127.0.0.1:8080',
    oapiBase: 'https://proxy.corp:8443/ding',
  });
});

const wrong: readonly (readonly [Record<string, string>, RegExp])[] = [
  [{ DINGTALK_CLIENT_ID: 'x' }, /DINGTALK_CLIENT_SECRET:没有填/],
  [{ DINGTALK_CLIENT_SECRET: 'top-secret' }, /DINGTALK_CLIENT_ID:没有填/],
  [{ DINGTALK_ROBOT_CODE: 'x' }, /DINGTALK_CLIENT_ID:没有填/],
  [{ ...keys, DINGTALK_MODE: 'stream' }, /DINGTALK_MODE:这一版还不支持 stream/],
  [{ ...keys, DINGTALK_MODE: 'carrier-pigeon' }, /DINGTALK_MODE:只能是 http/],
  [{ ...keys, DINGTALK_API_BASE: 'api.dingtalk.com' }, /DINGTALK_API_BASE:要写成/],
  [{ ...keys, DINGTALK_OAPI_BASE: 'https://u:p@oapi.dingtalk.com' }, /DINGTALK_OAPI_BASE:要写成/],
  [{ ...keys, DINGTALK_OAPI_BASE: 'ftp://oapi.dingtalk.com' }, /DINGTALK_OAPI_BASE:要写成/],
];
test.each(wrong)('%j is misconfigured, and says which setting without its value', (env, message) => {
  try {
    readDingtalkSettings(env);
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(Failure);
    expect(error).toMatchObject({ code: 'misconfigured', kindly: expect.stringMatching(message) });
    expect(`${String(error)} ${(error as Failure).kindly}`).not.toMatch(/top-secret|carrier-pigeon|u:p/);
  }
});
