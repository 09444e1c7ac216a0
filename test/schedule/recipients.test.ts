import { expect, it } from 'vitest';
import { accessSettingsSchema } from '../../src/access/settings.ts';
import type { Day } from '../../src/calendar/day.ts';
import { directoryOf, type Person } from '../../src/crm/directory.ts';
import type { PlatformName } from '../../src/platforms/platform.ts';
import { addressOf, admit, recipientsOf } from '../../src/schedule/digests/recipients.ts';
import { pushProblems } from '../../src/schedule/push-problems.ts';

const person = (id: string, name: string, more: Partial<Person> = {}): Person => ({
  id,
  name,
  departmentId: 'd1',
  region: null,
  roles: ['rep'],
  managerId: null,
  active: true,
  mobile: null,
  email: null,
  wecomUserId: `${id}@wecom`,
  dingtalkUserId: `${id}-ding`,
  ...more,
});
const directoryWith = (...people: Person[]) =>
  directoryOf([{ id: 'd1', parentId: null, name: '华东一组', region: '华东', managerId: null }], people);
const chen = person('chen', '陈志远', { roles: ['director'] });
const wang = person('wang', '王磊');
const push = [{ what: 'funnel' }];
const key = '693a91f6-7aoc-4bc4-97a0-0ec2sifa5aaa';
const token = 'a'.repeat(64);
const settings = accessSettingsSchema.parse({
  groups: [
    { platform: 'wecom', id: 'w', name: '总监群', bind: 'all', robot: { key }, push },
    { platform: 'dingtalk', id: 'cidA==', name: '华东群', bind: { region: '华东' }, push },
    { platform: 'dingtalk', id: 'cidB==', name: '华东机器人群', bind: { region: '华东' }, robot: { token }, push },
    { platform: 'wecom', id: 'x', name: '没绑对', bind: { region: '华西' }, robot: { key }, push },
    { platform: 'wecom', id: 'q', name: '只问不推', bind: 'all' },
  ],
  recipients: [
    { platform: 'wecom', to: { role: 'director' }, push },
    { platform: 'dingtalk', to: { user: '王磊' }, push },
    { platform: 'dingtalk', to: { user: '没这个人' }, push },
  ],
});

const admitted = (directory: ReturnType<typeof directoryWith>) =>
  recipientsOf('funnel', settings, directory).map((recipient) => {
    const admission = admit(recipient, settings, directory);
    if (admission.kind === 'refused') return [recipient.name, 'refused', admission.kindly];
    const address = addressOf(admission.target, []);
    return [recipient.name, `${address?.platform} ${address?.target}`, admission.scope.words];
  });

it('each goes by its channel with its own scope; what cannot is refused with a reason, and only that', () => {
  expect(admitted(directoryWith(chen, wang))).toEqual([
    ['总监群', 'wecom-robot w', '全公司'],
    ['华东群', 'dingtalk group:cidA==', '华东'],
    ['华东机器人群', 'dingtalk-robot cidB==', '华东'],
    ['没绑对', 'refused', expect.stringContaining('没有')],
    ['陈志远', 'wecom-app wecom-app:chen@wecom', '全公司'],
    ['王磊', 'dingtalk user:wang-ding', '王磊本人'],
    ['没这个人', 'refused', expect.stringContaining('找不到')],
  ]);
});

it('rights are those of now: who left, lost the role or shares an account gets nothing of it', () => {
  const left = admitted(directoryWith(chen, { ...wang, active: false }));
  expect(left.find(([name]) => name === '王磊')).toEqual(['王磊', 'refused', expect.stringContaining('没有权限')]);
  const demoted = admitted(directoryWith({ ...chen, roles: ['rep'] }, wang));
  expect(demoted.some(([name]) => name === '陈志远')).toBe(false);
  const shared = admitted(directoryWith(chen, wang, person('li', '李强', { dingtalkUserId: 'wang-ding' })));
  expect(shared.find(([name]) => name === '王磊')?.[1]).toBe('refused');
});

it('directors are first', () => {
  const all = recipientsOf('funnel', settings, directoryWith(chen, wang));
  const priority = (name: string) => all.find((recipient) => recipient.name === name)?.priority ?? -1;
  expect(priority('总监群')).toBeLessThan(priority('华东群'));
  expect(priority('陈志远')).toBeLessThan(priority('王磊'));
});

it('the problems are told beforehand, one line each, without a key', () => {
  const told = pushProblems(
    settings,
    directoryWith(chen, wang),
    (platform: PlatformName) => platform !== 'dingtalk',
    'Asia/Shanghai',
    '2026-11-22' as Day,
  );
  expect(told).toHaveLength(4);
  expect(told.join('\n')).toMatch(/没绑对[\s\S]*没这个人|华东群[\s\S]*没绑对/);
  expect(told.join('\n')).not.toMatch(/693a91f6|aaaaaa/);
});
