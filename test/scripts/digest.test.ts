import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openChatStore } from '../../src/delivery/chat-store.ts';
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

it('what could not be delivered is listed, left alone when it is old, and sent again when asked for', {
  timeout: 120_000,
}, async () => {
  const before = installed.dingtalk.deliveries.length;
  const ofGroup = () => installed.dingtalk.deliveries.slice(before).filter(({ to }) => to === 'cid-directors');
  installed.dingtalk.fail('send', { kind: 'answer', status: 400, body: { code: 'group.disbanded', message: 'x' } });
  const thursday = ['--at', '2026-11-19T09:00:00+08:00'];
  const failed = await runScript('digest', ['funnel', ...thursday], env);
  expect(failed.stdout).toMatch(/dingtalk:group:cid-directors.没有送到/);
  expect(ofGroup()).toEqual([]);
  const listed = await runScript('digest', ['--resend', '--dry-run'], env);
  for (const said of [/文字[^\n]*group.disbanded/, /图[^\n]*group.disbanded/, /共 2 条/])
    expect(listed.stdout).toMatch(said);
  const store = await openChatStore(env.BOT_DATABASE_URL ?? '');
  const dayBefore = sql<number>`finished_at - 86400000 - 1000`;
  await store.database.kysely
    .updateTable('cb_outbox')
    .set({ finished_at: dayBefore })
    .where('state', '=', 'failed')
    .execute();
  await store.close();
  expect((await runScript('digest', ['--resend'], env)).stdout).toContain('另有 2 条失败了一天以上');
  expect(ofGroup()).toEqual([]);
  const again = await runScript('digest', ['--resend', '--cause', 'digest:funnel:2026-11-19'], env);
  expect(again.stdout).toContain('再发 2 条，0 条还是没有成功');
  expect(ofGroup().map(({ kind }) => kind)).toEqual(['sampleMarkdown', 'sampleImageMsg']);
});

it('reminders: a dry run says what a run then sends, and leaves no trace; a second run sends nothing', {
  timeout: 120_000,
}, async () => {
  const before = delivered();
  const dry = await runScript('digest', ['recall', '--at', '2026-11-18T09:05:00+08:00', '--dry-run', '--json'], env);
  const shown = dry.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { recipient: string; text: string });
  expect(shown.length).toBeGreaterThan(1);
  expect(shown[0]?.text).toContain('该联系了');
  expect(delivered()).toEqual(before);
  const store = await openChatStore(env.BOT_DATABASE_URL ?? '');
  const { kysely } = store.database;
  expect(await kysely.selectFrom('cb_recalls').selectAll().execute()).toEqual([]);
  expect(await kysely.selectFrom('cb_slots').selectAll().where('job', '=', 'recall').execute()).toEqual([]);
  await store.close();
  const ran = await runScript('digest', ['recall', '--at', '2026-11-18T09:05:00+08:00'], env);
  expect(ran.stdout).toMatch(/销售.已入队/);
  const sent = installed.wecom.memberMessages().filter(({ content }) => content.includes('该联系了'));
  expect(sent.length).toBe(shown.filter(({ text }) => text.includes('该联系了')).length);
  const after = delivered();
  expect((await runScript('digest', ['recall', '--at', '2026-11-18T09:05:00+08:00'], env)).stdout).toContain(
    '没有再发',
  );
  expect(delivered()).toEqual(after);
});

it('no dead letters, and a name that is none, are said', async () => {
  expect((await runScript('digest', ['--resend'], env)).stdout).toContain('没有发送失败的消息');
  const wrong = await runScript('digest', ['sales'], env);
  expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('有的是：funnel')]);
});
