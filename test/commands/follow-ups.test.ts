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
    '业绩 本月 李娜 除了王磊 按月',
  ]);
});

test('a region instead of a city takes the city away', () => {
  expect(chat('漏斗 本月 上海', '换成华南')).toEqual(['漏斗 本月 上海', '漏斗 本月 华南']);
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

test('a follow-up goes on from reports only', () => {
  const refine: Command = { intent: 'refine', slots: { context: 'last_report', compare: 'mom' } };
  expect(applyFollowUp({ intent: 'help', slots: {} }, refine)).toBeNull();
  expect(applyFollowUp({ intent: 'funnel', slots: {} }, { intent: 'help', slots: {} })).toBeNull();
});
