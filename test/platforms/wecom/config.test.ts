import { expect, test } from 'vitest';
import { Failure } from '../../../src/failure.ts';
import { wecomAibotSettings, wecomAppSettings } from '../../../src/platforms/wecom/config.ts';
import { aibotEnvironment, appEnvironment } from './harness.ts';

const problemOf = (environment: Readonly<Record<string, string>>): string => {
  try {
    wecomAppSettings(environment);
  } catch (error) {
    if (error instanceof Failure && error.code === 'misconfigured') return `${error.message} ${error.kindly}`;
    throw error;
  }
  throw new Error('it was accepted');
};

test('all there, or not there at all', () => {
  expect(wecomAppSettings({})).toBeNull();
  expect(wecomAppSettings({ WECOM_CORP_ID: '', WECOM_API_BASE: 'https://proxy.example' })).toBeNull();
  expect(wecomAppSettings(appEnvironment)).toMatchObject({
    agentId: 1_000_002,
    apiBase: 'https://qyapi.weixin.qq.com',
  });
  expect(wecomAibotSettings({})).toBeNull();
  expect(wecomAibotSettings(aibotEnvironment)).toMatchObject({ botId: null, botName: null });
  expect(wecomAibotSettings({ WECOM_AIBOT_ID: 'x', WECOM_AIBOT_SECRET: 'long connection' })).toBeNull();
});

test('what is missing or wrong is named, its value is not', () => {
  const { WECOM_APP_SECRET: _, ...incomplete } = appEnvironment;
  expect(problemOf(incomplete)).toContain('WECOM_APP_SECRET:没有填');
  for (const aesKey of [appEnvironment.WECOM_APP_AES_KEY.slice(1), `${appEnvironment.WECOM_APP_AES_KEY}x`]) {
    const problem = problemOf({ ...appEnvironment, WECOM_APP_AES_KEY: aesKey });
    expect(problem).toContain('WECOM_APP_AES_KEY:要正好 43');
    expect(problem).not.toContain(aesKey);
  }
  for (const [name, value] of [
    ['WECOM_AGENT_ID', '1e6x'],
    ['WECOM_APP_TOKEN', 'a b'],
    ['WECOM_API_BASE', 'file:///etc'],
    ['WECOM_CORP_ID', 'ww|x'],
  ] as const)
    expect(problemOf({ ...appEnvironment, [name]: value })).toContain(name);
});
