import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Installation, install } from './installation.ts';
import { runScript } from './run-script.ts';

let installed: Installation;
let env: Record<string, string>;
const at = ['--at', '2026-11-18T09:00:00+08:00'];

beforeAll(async () => {
  installed = await install();
  const push = [{ what: 'funnel' }];
  const settings = {
    groups: [{ platform: 'dingtalk', id: 'cid-directors', name: '总监群', bind: 'all', push }],
    recipients: [
      { platform: 'wecom', to: { role: 'director' }, push },
      { platform: 'dingtalk', to: { user: '王磊' }, push },
    ],
    identities: [],
  };
  const file = join(installed.folder, 'settings.json');
  writeFileSync(file, JSON.stringify(settings));
  env = { ...installed.env, SETTINGS_FILE: file };
});
afterAll(() => installed.close());

const delivered = () => ({
  wecom: installed.wecom.deliveries().length,
  dingtalk: installed.dingtalk.deliveries.length,
});

it('a dry run prints each one and sends nothing', async () => {
  const ran = await runScript('digest', ['funnel', ...at, '--dry-run', '--json'], env);
  expect(ran.stderr).toBe('');
  const lines = ran.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines.map((line) => line.scope)).toEqual(expect.arrayContaining(['全公司', '王磊本人']));
  expect(lines[0]).toMatchObject({ recipient: '总监群', status: 'answered', sent: null });
  expect(lines[0]?.text).toContain('漏斗晨报 · 全公司 · 11-18 周三');
  expect(lines[0]?.figures).toEqual(
    expect.arrayContaining([expect.objectContaining({ metric: 'open_opportunities' })]),
  );
  expect(delivered()).toEqual({ wecom: 0, dingtalk: 0 });
});

it('one run sends words and picture to the DingTalk group, to people on both platforms, and a second one nothing', async () => {
  const ran = await runScript('digest', ['funnel', ...at], env);
  expect(ran.stderr).toBe('');
  const after = delivered();
  expect(after.wecom).toBeGreaterThanOrEqual(2);
  // Words and picture for the group, and for 王磊.
  expect(installed.dingtalk.deliveries.map((delivery) => delivery.to).sort()).toEqual([
    'cid-directors',
    'cid-directors',
    'dd_wanglei',
    'dd_wanglei',
  ]);
  expect(installed.wecom.complaints()).toEqual([]);
  const again = await runScript('digest', ['funnel', ...at], env);
  expect(again.stdout).toContain('没有再发');
  expect(delivered()).toEqual(after);
});

it('dead letters are listed and sent again; a name that is none is said', async () => {
  expect((await runScript('digest', ['--resend'], env)).stdout).toContain('没有发送失败的消息');
  const wrong = await runScript('digest', ['sales'], env);
  expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('有的是：funnel')]);
});
