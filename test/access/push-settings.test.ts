import { expect, it } from 'vitest';
import { accessSettingsSchema } from '../../src/access/settings.ts';
import { businessSettingsSchema } from '../../src/settings.ts';

const key = '693a91f6-7aoc-4bc4-97a0-0ec2sifa5aaa';
const group = { platform: 'wecom', id: 'g', name: '总监群', bind: 'all' };
const problems = (settings: unknown): string[] => {
  const parsed = accessSettingsSchema.safeParse(settings);
  return parsed.success ? [] : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
};
const ofGroup = (more: object): string[] => problems({ groups: [{ ...group, ...more }] });

it('says each wrong push in one clear line, and no key in it', () => {
  expect(ofGroup({ robot: { key }, push: [{ what: 'funnel' }] })).toEqual([]);
  expect(ofGroup({ robot: { key }, push: [{ what: 'funnel', at: '25:00' }] })[0]).toMatch(/push.0.at: 不是时刻/);
  expect(ofGroup({ robot: { key }, push: [{ what: 'funnel', at: '9:00' }] })).toHaveLength(1);
  expect(ofGroup({ push: [{ what: 'funnel' }] })[0]).toMatch(/只能由群机器人推送/);
  expect(ofGroup({ robot: { key: 'https://qyapi/send?key=secretkey' } })[0]).toMatch(/robot.key: 不是群机器人的 key/);
  expect(ofGroup({ robot: { key: 'secretkey' } }).join()).not.toContain('secretkey');
  expect(ofGroup({ platform: 'dingtalk', robot: { key }, push: [] })[0]).toMatch(/不是钉钉的机器人/);
  expect(ofGroup({ robot: { token: 'a'.repeat(64), secret: `SEC${'b'.repeat(40)}` } })[0]).toMatch(
    /不是企业微信的机器人/,
  );
  expect(
    problems({ recipients: [{ platform: 'wecom', to: { role: 'boss' }, push: [{ what: 'funnel' }] }] }),
  ).toHaveLength(1);
  expect(problems({ groups: [{ ...group, bind: undefined }] })).toHaveLength(1);
});

it('days of the company are calendar days', () => {
  const days = (off: string[]) => businessSettingsSchema.safeParse({ schedule: { workDays: { off } } });
  expect(days(['2027-02-08']).success).toBe(true);
  expect(days(['2027-02-30']).success).toBe(false);
});
