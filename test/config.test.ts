import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readConfig, settingNames } from '../src/config.ts';
import { Failure } from '../src/failure.ts';

const key = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG';
const folder = mkdtempSync(join(tmpdir(), 'chenbao-config-'));
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

function problemsOf(env: Record<string, string>): string {
  try {
    readConfig(env);
    return '';
  } catch (error) {
    expect(error).toBeInstanceOf(Failure);
    return (error as Failure).kindly;
  }
}

describe('settings', () => {
  it('need nothing: the embedded database, no platform', () => {
    const config = readConfig({});
    expect(config.server).toEqual({ HOST: '127.0.0.1', PORT: 3000, PUBLIC_URL: null });
    expect(config.house).toMatchObject({ TIMEZONE: 'Asia/Shanghai', REDIS_URL: null });
    expect([config.wecomApp, config.wecomAibot, config.dingtalk]).toEqual([null, null, null]);
  });

  it('an empty variable is one that is not set', () => {
    expect(readConfig({ PORT: '', REDIS_URL: '', WECOM_CORP_ID: '', DINGTALK_CLIENT_ID: '' }).server.PORT).toBe(3000);
  });

  it('tell every problem at once and no value', () => {
    const message = problemsOf({
      PORT: 'eighty',
      TIMEZONE: 'Asia/Shangai',
      CRM_DATABASE_URL: 'postgres://root:hunter2@db/crm',
      WECOM_CORP_ID: 'ww1234567890',
      WECOM_APP_SECRET: 'very-secret-value',
      DINGTALK_CLIENT_ID: 'ding-client-value',
      SETTINGS_FILE: file('bad.json', '{"silentDays": {"default": 0}, "grups": []}'),
    });
    for (const word of [
      'PORT',
      'TIMEZONE',
      'CRM_DATABASE_URL',
      'WECOM_AGENT_ID',
      'DINGTALK_CLIENT_SECRET',
      'silentDays.default',
      'grups',
    ]) {
      expect(message).toContain(word);
    }
    for (const value of ['hunter2', 'very-secret-value', 'ding-client-value']) expect(message).not.toContain(value);
  });

  it('take a secret from a file, but not from two places', () => {
    const env = { DINGTALK_CLIENT_ID: 'ding1234', DINGTALK_CLIENT_SECRET_FILE: file('secret', 's3cr3t-from-file\n') };
    expect(readConfig(env).dingtalk?.clientSecret).toBe('s3cr3t-from-file');
    expect(problemsOf({ ...env, DINGTALK_CLIENT_SECRET: 'x' })).toContain('只留一个');
    expect(
      problemsOf({ DINGTALK_CLIENT_ID: 'ding1234', DINGTALK_CLIENT_SECRET_FILE: join(folder, 'missing') }),
    ).toContain('读不了');
  });

  it('connect WeCom when all of its keys are there', () => {
    const config = readConfig({
      WECOM_CORP_ID: 'ww1234567890abcdef',
      WECOM_AGENT_ID: '1000002',
      WECOM_APP_SECRET: 'app-secret-1',
      WECOM_APP_TOKEN: 'QDG6eK',
      WECOM_APP_AES_KEY: key,
    });
    expect(config.wecomApp).toMatchObject({ agentId: 1000002, apiBase: 'https://qyapi.weixin.qq.com' });
  });
});

it('.env.example names exactly the settings that the code reads', () => {
  const named = readFileSync(new URL('../.env.example', import.meta.url), 'utf8')
    .split('\n')
    .flatMap((line) => /^([A-Z_]+)=/.exec(line)?.[1] ?? []);
  expect([...named].sort()).toEqual([...settingNames].sort());
  expect(new Set(named).size).toBe(named.length);
});
