import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/calendar/clock.ts';
import { readConfig } from '../../src/config.ts';
import { createLog } from '../../src/log.ts';
import { type Running, start } from '../../src/running.ts';
import { type Installation, install } from './installation.ts';
import { runScript } from './run-script.ts';

async function until(holds: () => boolean): Promise<void> {
  const end = performance.now() + 20_000;
  while (!holds() && performance.now() < end) await sleep(50);
}

describe('npm run say', () => {
  let installation: Installation;
  let running: Running;
  let url: string;

  beforeAll(async () => {
    installation = await install();
    const settings = join(installation.folder, 'settings.json');
    writeFileSync(
      settings,
      JSON.stringify({ groups: [{ platform: 'dingtalk', id: 'cid-directors', name: '总监群', bind: 'all' }] }),
    );
    running = await start(readConfig({ ...installation.env, SETTINGS_FILE: settings }), createLog('silent'), {
      clock: systemClock,
    });
    url = `http://127.0.0.1:${running.port}`;
  });
  afterAll(async () => {
    await running?.stop();
    await installation?.close();
  });

  const say = (...args: string[]) => runScript('say', [...args, '--url', url], installation.env);

  it('asks the WeCom app; the answer arrives by message/send with its picture', async () => {
    const ran = await say('wecom-app', '漏斗 今年', '--as', 'wanglei');
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout).toContain('HTTP 200');
    await until(() => installation.wecom.deliveries().length >= 2);
    const delivered = installation.wecom.deliveries().join('\n');
    expect(delivered).toContain('漏斗');
    expect(delivered).toContain('[picture media-');
    expect(installation.wecom.complaints()).toEqual([]);
  });

  it('asks 智能机器人, follows its stream to the end and keeps the picture', async () => {
    const out = join(installation.folder, 'funnel.png');
    const ran = await say('wecom-aibot', '漏斗 今年', '--as', 'wanglei', '--out', out);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout).toContain('王磊');
    expect(ran.stdout).not.toContain('正在查询');
    expect(readFileSync(out).subarray(1, 4).toString('latin1')).toBe('PNG');
  });

  it('asks DingTalk in a group', async () => {
    const ran = await say('dingtalk', '漏斗 今年', '--as', 'dd_wanglei', '--group', 'cid-directors');
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    await until(() => installation.dingtalk.deliveries.length >= 1);
    const [first] = installation.dingtalk.deliveries;
    expect(first).toMatchObject({ by: 'groupMessages', to: 'cid-directors' });
    expect(first?.text).toContain('漏斗');
  });

  it('exits with 1 when the server refuses, as with another secret', async () => {
    const ran = await runScript('say', ['dingtalk', '漏斗', '--as', 'dd_wanglei', '--url', url], {
      ...installation.env,
      DINGTALK_CLIENT_SECRET: 'not-the-one-of-the-server',
    });
    expect(ran.code).toBe(1);
    expect(ran.stdout).toContain('HTTP 403');
  });

  it('says what is missing', async () => {
    const [noName, noChannel, noServer] = await Promise.all([
      say('wecom-app', '漏斗'),
      say('feishu', '漏斗', '--as', 'x'),
      runScript('say', ['dingtalk', '漏斗', '--as', 'x', '--url', 'http://127.0.0.1:9'], installation.env),
    ]);
    expect(noName).toMatchObject({ code: 1, stderr: expect.stringContaining('--as ID') });
    expect(noChannel).toMatchObject({ code: 1, stderr: expect.stringContaining('feishu') });
    expect(noServer).toMatchObject({ code: 1, stderr: expect.stringContaining('服务启动了吗') });
  });
});
