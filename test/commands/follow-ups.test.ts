import { expect, test } from 'vitest';
import type { Command, Previous } from '../../src/commands/command.ts';
import { applyFollowUp } from '../../src/commands/follow-ups.ts';
import { createParser } from '../../src/commands/parser.ts';
import { demoEntities } from '../fixtures/demo-entities.ts';
import { novemberMorning } from './november-morning.ts';

const parser = createParser(demoEntities);

/** A chat: each line goes on from the one before; what is answered comes back in canonical words. */
function chat(...lines: string[]): string[] {
  let previous: Previous | null = null;
  return lines.map((line) => {
    const got = parser.understand(line, { ...novemberMorning, previous });
    if (got.kind === 'ask-back') {
      previous = { command: previous?.command ?? got.command, offered: got.readings };
      return `? ${got.why}`;
    }
    if (got.kind !== 'command') return got.kind;
    const answered: Command = (previous === null ? null : applyFollowUp(previous.command, got.command)) ?? got.command;
    previous = { command: answered, offered: [] };
    return parser.print(answered);
  });
}

test('a director walks through the funnel', () => {
  expect(chat('漏斗 本月 华东', '那上个月呢', '换成华南', '按人拆开', '环比', '只看A类')).toEqual([
    '漏斗 本月 华东',
    '漏斗 上月 华东',
    '漏斗 上月 华南',
    '漏斗 上月 华南 按人',
    '漏斗 上月 环比 华南 按人',
    '漏斗 上月 环比 华南 A级 按人',
  ]);
});

test('people are added and taken away', () => {
  expect(chat('业绩 本月 王磊', '再加上李娜', '去掉王磊', '按月看')).toEqual([
    '业绩 本月 王磊',
    '业绩 本月 王磊 李娜',
    '业绩 本月 李娜 除了王磊',
    '业绩走势 本月 李娜 除了王磊 按月',
  ]);
});

test('a region instead of a city takes the city away', () => {
  expect(chat('漏斗 本月 上海', '换成华南')).toEqual(['漏斗 本月 上海', '漏斗 本月 华南']);
});

test('the whole company takes the region away, and a region the company', () => {
  expect(chat('漏斗 本月 华东', '看全公司', '换成华南')).toEqual([
    '漏斗 本月 华东',
    '漏斗 本月 全公司',
    '漏斗 本月 华南',
  ]);
});

test('a new question is no follow-up', () => {
  expect(chat('漏斗 本月 华东', '沉默客户 我的')).toEqual(['漏斗 本月 华东', '沉默客户 我 90天']);
});

test('the table of what was just shown', () => {
  expect(chat('业绩 上月 华东', '转pdf发我').at(-1)).toBe('导出 业绩 上月 华东 pdf 发我');
});

test('a bare number picks from what was offered', () => {
  const [asked, picked] = chat('王磊', '2');
  expect(asked).toBe('? 要看哪个数?');
  expect(picked).toBe('漏斗 本月 王磊');
});

test('a number without an offer is not a choice', () => {
  expect(parser.understand('3', { ...novemberMorning, previous: null }).kind).not.toBe('command');
});

test('stepping back in time goes on from what was shown', () => {
  expect(chat('漏斗 上月 华东', '再往前一个月', '再往前一个月')).toEqual([
    '漏斗 上月 华东',
    '漏斗 2026年9月 华东',
    '漏斗 2026年8月 华东',
  ]);
  expect(chat('业绩 上周', '再往前一期').at(-1)).toBe('业绩 2026-11-02到2026-11-08');
});

test('上一个 goes to what was asked before, where that is kept; at its end it says so', () => {
  const funnel: Command = { intent: 'funnel', slots: { filters: { region: ['华东'] } } };
  const silent: Command = { intent: 'silent_customers', slots: {} };
  const back = (before: readonly Command[]) =>
    parser.understand('上一个', { ...novemberMorning, previous: { command: silent, offered: [], before } });
  expect(back([funnel])).toMatchObject({ kind: 'command', command: funnel });
  expect(back([])).toMatchObject({ kind: 'ask-back', command: { slots: { reason: 'nothing_before' } } });
});

test('a date and a name that were asked back are answered by number', () => {
  expect(chat('漏斗 2月30号 华东', '1').at(-1)).toBe('漏斗 2026-02-28 华东');
  expect(chat('漏斗 华冬', '1').at(-1)).toBe('漏斗 本月 华东');
  expect(chat('最近业绩咋样', '2').at(-1)).toBe('业绩 近30天');
  expect(chat('业绩 赵六 本月', '1').at(-1)).toBe('业绩 本月');
  expect(chat('新客户转化率', '1').at(-1)).toBe('转化率 本月');
});

test('a follow-up goes on from reports only', () => {
  const refine: Command = { intent: 'refine', slots: { context: 'last_report', compare: 'mom' } };
  expect(applyFollowUp({ intent: 'help', slots: {} }, refine)).toBeNull();
  expect(applyFollowUp({ intent: 'funnel', slots: {} }, { intent: 'help', slots: {} })).toBeNull();
});
