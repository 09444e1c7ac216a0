import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dialects, ownMysqlSchema } from '../database/databases.ts';
import { type Installation, install } from './installation.ts';
import { runScript } from './run-script.ts';

describe('npm run doctor', () => {
  let installation: Installation;
  beforeAll(async () => {
    installation = await install();
  });
  afterAll(() => installation?.close());

  const doctor = (more: Readonly<Record<string, string>> = {}) =>
    runScript('doctor', [], { ...installation.env, ...more });
  const secrets = () =>
    Object.entries(installation.env)
      .filter(([name]) => /SECRET|TOKEN|KEY/.test(name))
      .map(([, value]) => value);

  it('finds nothing wrong with a good installation, after the tables were made', async () => {
    expect((await runScript('migrate', [], installation.env)).code).toBe(0);
    const { code, stdout, stderr } = await doctor();
    expect(stderr).toBe('');
    expect(stdout.split('\n').filter((line) => line.startsWith('✗'))).toEqual([]);
    expect(code).toBe(0);
    for (const check of ['企业微信密钥', '钉钉密钥', '时钟', 'CRM 权限', '读模型', '阶段', '字体', '队列', '工作日历'])
      expect(stdout).toMatch(new RegExp(`^[✓!] ${check}`, 'm'));
    for (const secret of secrets()) expect(stdout).not.toContain(secret);
  });

  it('tells every setting that is wrong, and no value', async () => {
    const { code, stdout } = await doctor({ PORT: 'eighty', WECOM_APP_AES_KEY: 'too-short-a-key' });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^✗ 设置:.*PORT/m);
    expect(stdout).toMatch(/^✗ 设置:.*WECOM_APP_AES_KEY/m);
    expect(stdout).not.toContain('too-short-a-key');
  });

  it('goes on behind what is broken: wrong secret, unknown region, no Redis, unreadable font', async () => {
    const settings = join(installation.folder, 'settings.json');
    writeFileSync(
      settings,
      JSON.stringify({ groups: [{ platform: 'wecom', id: 'g', name: '火星群', bind: { region: '火星' } }] }),
    );
    const { code, stdout } = await doctor({
      SETTINGS_FILE: settings,
      DINGTALK_CLIENT_SECRET: 'some-other-secret',
      REDIS_URL: 'redis://:hunter2@127.0.0.1:9/',
      CHART_FONT: '/nowhere.ttf',
    });
    expect(code).toBe(1);
    for (const line of [/^✗ 钉钉密钥/m, /^✗ 群:.*火星/m, /^✗ Redis:.*ECONNREFUSED/m, /^✗ 字体/m, /^✓ 企业微信密钥/m])
      expect(stdout).toMatch(line);
    for (const secret of ['some-other-secret', 'hunter2']) expect(stdout).not.toContain(secret);
  });

  it.skipIf(!dialects.includes('mysql'))(
    'tells an account that may write, and the read model that is not there',
    async () => {
      const schema = await ownMysqlSchema();
      const name = new URL(schema.url).pathname.slice(1);
      const admin = await createConnection({ uri: schema.url });
      try {
        await admin.query(`create user '${name.slice(-20)}'@'%' identified by 'reads-only-password'`);
        await admin.query(`grant select on ${name}.* to '${name.slice(-20)}'@'%'`);
        const [asRoot, asReader] = await Promise.all([
          doctor({ CRM_DATABASE_URL: schema.url }),
          doctor({
            CRM_DATABASE_URL: schema.url.replace(/\/\/[^@]*@/, `//${name.slice(-20)}:reads-only-password@`),
          }),
        ]);
        expect(asRoot.code).toBe(1);
        expect(asRoot.stdout).toMatch(/^✗ CRM 权限:.*ALL PRIVILEGES/m);
        expect(asReader.stdout).toMatch(/^✓ CRM 权限/m);
        expect(asReader.stdout).toMatch(/^✗ 读模型:缺少 cm_customers/m);
        expect(asReader.stdout).not.toContain('reads-only-password');
      } finally {
        await admin.query(`drop user if exists '${name.slice(-20)}'@'%'`);
        await admin.end();
        await schema.drop();
      }
    },
  );
});
