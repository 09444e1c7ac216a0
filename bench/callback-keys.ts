import { type Config, readConfig } from '../src/config.ts';

/** Made-up keys of both platforms; the API bases lead nowhere, so that nothing can leave. */
export const benchEnvironment = {
  WECOM_CORP_ID: 'wwbench0000000001',
  WECOM_AGENT_ID: '1000002',
  WECOM_APP_SECRET: 'bench-app-secret',
  WECOM_APP_TOKEN: 'benchTOKEN',
  WECOM_APP_AES_KEY: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
  WECOM_API_BASE: 'http://127.0.0.1:9',
  DINGTALK_CLIENT_ID: 'dingbench01',
  DINGTALK_CLIENT_SECRET: 'bench-dingtalk-secret',
  DINGTALK_API_BASE: 'http://127.0.0.1:9',
  DINGTALK_OAPI_BASE: 'http://127.0.0.1:9',
  HOST: '127.0.0.1',
  PORT: '0',
  LOG_LEVEL: 'info',
} as const;

export type BenchConfig = Config & {
  readonly wecomApp: NonNullable<Config['wecomApp']>;
  readonly dingtalk: NonNullable<Config['dingtalk']>;
};

export function benchConfig(more: Readonly<Record<string, string>>): BenchConfig {
  const config = readConfig({ ...benchEnvironment, ...more });
  const { wecomApp, dingtalk } = config;
  if (wecomApp === null || dingtalk === null) throw new Error('the keys of the benchmark are incomplete');
  return { ...config, wecomApp, dingtalk };
}
