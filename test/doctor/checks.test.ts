import { describe, expect, it } from 'vitest';
import type { AccessSettings } from '../../src/access/settings.ts';
import type { Day } from '../../src/calendar/day.ts';
import { workDaysKnownUntil } from '../../src/calendar/work-day-coverage.ts';
import { type Department, type Directory, directoryOf, type Person } from '../../src/crm/directory.ts';
import { stageModelOf } from '../../src/crm/stages.ts';
import { checkAccounts } from '../../src/doctor/accounts-check.ts';
import { checkBusiness } from '../../src/doctor/business-check.ts';
import { checkRights, writingGrants } from '../../src/doctor/crm-rights-check.ts';
import { checkNicknames } from '../../src/doctor/nicknames-check.ts';
import { checkClock, checkKeys } from '../../src/doctor/platform-check.ts';
import { checkStages } from '../../src/doctor/read-model-check.ts';
import { checkBacklog, checkFonts, checkWorkDays } from '../../src/doctor/upkeep-check.ts';
import { lineOf, type Verdict } from '../../src/doctor/verdict.ts';
import type { Probe } from '../../src/platforms/probe.ts';
import { businessSettingsSchema } from '../../src/settings.ts';

const levels = (verdicts: readonly Verdict[]) => verdicts.map((verdict) => verdict.level);
const text = (verdicts: readonly Verdict[]) => verdicts.map(lineOf).join('\n');

const person = (id: string, name: string, more: Partial<Person> = {}): Person => ({
  id,
  name,
  departmentId: 'd1',
  region: null,
  roles: [],
  managerId: null,
  active: true,
  mobile: null,
  email: null,
  wecomUserId: null,
  dingtalkUserId: null,
  ...more,
});
const department: Department = { id: 'd1', parentId: null, name: '华东区', region: '华东', managerId: null };
const company = (...people: Person[]): Directory => directoryOf([department], people);
const settings = (more: Partial<AccessSettings>): AccessSettings => ({ ...businessSettingsSchema.parse({}), ...more });

describe('business settings', () => {
  const directory = company(person('u1', '王磊'), person('u2', '李强'), person('u3', '李强'));
  it('are fine when everything they name exists', () => {
    const good = settings({
      groups: [
        { platform: 'wecom', id: 'g1', name: '华东群', bind: { region: '华东' } },
        { platform: 'wecom', id: 'g2', name: '一部', bind: { department: '华东区' } },
      ],
      roles: { 王磊: 'director' },
      identities: [{ platform: 'wecom', account: 'wanglei', user: 'u1' }],
    });
    expect(levels(checkBusiness(good, directory))).toEqual(['fine']);
  });
  it.each<[string, Partial<AccessSettings>, string]>([
    ['a region', { groups: [{ platform: 'wecom', id: 'g', name: '西部群', bind: { region: '西部' } }] }, '西部'],
    ['a department', { groups: [{ platform: 'wecom', id: 'g', name: 'X', bind: { department: '火星' } }] }, '火星'],
    ['a person', { roles: { 周星: 'director' } }, '周星'],
    ['two people of one name', { roles: { 李强: 'director' } }, '2 个人'],
    ['a user', { identities: [{ platform: 'dingtalk', account: 'a', user: 'u9' }] }, 'u9'],
    [
      'one group twice',
      {
        groups: [
          { platform: 'wecom', id: 'g', name: 'A', bind: 'all' },
          { platform: 'wecom', id: 'g', name: 'B', bind: { region: '华东' } },
        ],
      },
      '写了两次',
    ],
  ])('tell that %s is not there, or not clear', (_what, more, named) => {
    const verdicts = checkBusiness(settings(more), directory);
    expect(levels(verdicts)).toEqual(['wrong']);
    expect(text(verdicts)).toContain(named);
  });
});

describe('nicknames', () => {
  it('that are nobody’s are told', () => {
    const names = ['王磊', '李强'];
    expect(checkNicknames({ nicknames: { 小王: '王磊' } }, names)).toEqual([]);
    const verdicts = checkNicknames({ nicknames: { 小王: '王磊', 张姐: '张丽' } }, names);
    expect(levels(verdicts)).toEqual(['warning']);
    expect(text(verdicts)).toContain('「张姐」指的「张丽」');
    expect(text(verdicts)).not.toContain('小王');
  });
});

describe('accounts', () => {
  it('are not asked for on a platform that is not connected', () => {
    expect(checkAccounts(company(person('u1', '王磊')), settings({}), [])).toEqual([]);
  });
  it('of some people are missing', () => {
    const directory = company(
      person('u1', '王磊', { wecomUserId: 'wanglei' }),
      person('u2', '李娜'),
      person('u3', '赵敏'),
      person('u4', '走了', { active: false }),
    );
    const named = settings({ identities: [{ platform: 'wecom', account: 'zm', user: 'u3' }] });
    const verdicts = checkAccounts(directory, named, ['wecom']);
    expect(levels(verdicts)).toEqual(['warning']);
    expect(text(verdicts)).toContain('1 个在职员工没有账号,他们问了得不到回答:李娜');
  });
  it('of nobody are known', () => {
    expect(levels(checkAccounts(company(person('u1', '王磊')), settings({}), ['dingtalk']))).toEqual(['wrong']);
  });
  it('are shared by two, whatever the case of the letters', () => {
    const directory = company(
      person('u1', '王磊', { wecomUserId: 'WangLei' }),
      person('u2', '王雷', { wecomUserId: 'wanglei' }),
    );
    const verdicts = checkAccounts(directory, settings({}), ['wecom']);
    expect(levels(verdicts)).toEqual(['wrong']);
    expect(text(verdicts)).toContain('王磊、王雷');
  });
});

describe('keys and address', () => {
  const checked = (outcome: Probe['outcome']) =>
    checkKeys({ name: '企业微信', secretNames: 'WECOM_APP_SECRET', probe: { outcome, clockAheadMs: null } });
  it('hold', () => expect(levels(checked({ kind: 'good' }))).toEqual(['fine', 'fine']));
  it('are refused, which is said with the setting to look at', () => {
    expect(text(checked({ kind: 'keys-refused', why: 'errcode 40001' }))).toMatch(/✗ 企业微信密钥.*WECOM_APP_SECRET/);
  });
  it('come from an address that is not trusted, which is shown', () => {
    const verdicts = checked({ kind: 'address-refused', why: 'errcode 60020', address: '203.0.113.7' });
    expect(levels(verdicts)).toEqual(['fine', 'wrong']);
    expect(text(verdicts)).toContain('203.0.113.7');
  });
  it('could not be tried', () => {
    expect(levels(checked({ kind: 'unreachable', why: 'ENOTFOUND' }))).toEqual(['wrong']);
    expect(levels(checked({ kind: 'refused', why: 'errcode 50003' }))).toEqual(['wrong']);
  });
});

describe('the clock', () => {
  it.each([
    [null, []],
    [400, ['fine']],
    [-29_000, ['fine']],
    [31_000, ['warning']],
    [-121_000, ['wrong']],
  ] as const)('%s ms ahead is %j', (aheadMs, expected) => {
    expect(levels(checkClock('企业微信', aheadMs))).toEqual(expected);
  });
  it('says in which direction', () => {
    expect(text(checkClock('钉钉', -200_000))).toContain('本机比钉钉慢 200 秒');
  });
});

describe('rights in the CRM', () => {
  const hash = "IDENTIFIED BY PASSWORD '*94BDCEBE19083CE2A1F959FD02F964C7AF4CFC29'";
  const readOnly = [`GRANT USAGE ON *.* TO \`bot\`@\`%\` ${hash}`, 'GRANT SELECT, SHOW VIEW ON `crm`.* TO `bot`@`%`'];
  it('that only read are fine', () => {
    expect(levels(checkRights(readOnly, false))).toEqual(['fine']);
  });
  it.each([
    [`GRANT ALL PRIVILEGES ON *.* TO \`root\`@\`localhost\` ${hash} WITH GRANT OPTION`, '*.*'],
    ['GRANT SELECT, INSERT, UPDATE ON `crm`.* TO `bot`@`%`', 'INSERT、UPDATE'],
    ['GRANT SELECT (`name`, `mobile`), UPDATE (`name`) ON `crm`.`customer` TO `bot`@`%`', 'UPDATE'],
    ['GRANT SELECT ON `crm`.* TO `bot`@`%` WITH GRANT OPTION', 'GRANT OPTION'],
    ['GRANT FILE ON *.* TO `bot`@`%`', 'FILE'],
  ])('that write are told: %s', (line, named) => {
    const verdicts = checkRights([...readOnly, line], false);
    expect(levels(verdicts)).toEqual(['wrong']);
    expect(text(verdicts)).toContain(named);
    expect(text(verdicts)).not.toContain('94BDCEBE');
  });
  it('that write are a notice only where the read model lies among the own tables', () => {
    expect(levels(checkRights(['GRANT ALL PRIVILEGES ON `chenbao`.* TO `chenbao`@`%`'], true))).toEqual(['warning']);
  });
  it('from a role are not taken for granted', () => {
    expect(writingGrants(['GRANT `reader`@`%` TO `bot`@`%`'])).toEqual({ writing: [], roles: ['reader@%'] });
    expect(levels(checkRights(['GRANT `reader`@`%` TO `bot`@`%`'], false))).toEqual(['warning']);
  });
  it('do not exist in an embedded database', () => expect(levels(checkRights(null, true))).toEqual(['fine']));
});

describe('stages', () => {
  const rows = [
    { stage_id: 's1', name: '初访', sort_order: 1, outcome: 'open' },
    { stage_id: 's5', name: '签单', sort_order: 5, outcome: 'won' },
  ];
  it('are listed when all is well', () => {
    expect(text(checkStages(stageModelOf(rows, null, 7), []))).toContain('初访 → 成交');
  });
  it('are missing, have no win, or leave deals out', () => {
    expect(levels(checkStages(stageModelOf([], null, 7), []))).toEqual(['wrong']);
    expect(levels(checkStages(stageModelOf(rows.slice(0, 1), null, 7), []))).toEqual(['warning']);
    expect(text(checkStages(stageModelOf(rows, null, 7), [{ name: '老流程', open: 12 }]))).toContain('老流程(12 个)');
  });
});

describe('upkeep', () => {
  it.each([
    ['2026-10-01', 'fine'],
    ['2026-11-02', 'warning'],
    ['2026-12-31', 'warning'],
    ['2027-01-01', 'wrong'],
  ] as const)('the work-day calendar to the end of 2026, seen on %s, is %s', (today, level) => {
    expect(levels(checkWorkDays('2026-12-31', today as Day))).toEqual([level]);
  });
  it('the calendar in use ends at the end of a published year', () => {
    const end = workDaysKnownUntil('2026-11-22');
    expect(end).toMatch(/^20\d\d-12-31$/);
    expect(end >= '2026-12-31').toBe(true);
    // 2 October 2026 is a Friday and a holiday: the calendar knows.
    expect(workDaysKnownUntil('2030-05-01')).toBe(end);
  });
  it('fonts lack characters, or are not there', () => {
    expect(levels(checkFonts([], 200))).toEqual(['fine']);
    expect(text(checkFonts(['𪚥', '㐂'], 200))).toContain('𪚥、㐂');
    expect(levels(checkFonts({ unreadable: '字体文件不存在' }, 0))).toEqual(['wrong']);
  });
  it('a backlog is told by what waits', () => {
    const none = {
      questions: 1,
      oldestQuestionMs: 800,
      messages: 0,
      oldestMessageMs: 0,
      failed: 0,
      closedTargets: 0,
    };
    expect(levels(checkBacklog(none))).toEqual(['fine']);
    expect(levels(checkBacklog({ ...none, oldestQuestionMs: 600_000 }))).toEqual(['wrong']);
    expect(
      levels(checkBacklog({ ...none, messages: 3, oldestMessageMs: 600_000, failed: 2, closedTargets: 1 })),
    ).toEqual(['warning', 'warning', 'warning']);
  });
});
