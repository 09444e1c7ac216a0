import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Entities, Understanding } from '../../src/commands/command.ts';
import { createParser } from '../../src/commands/parser.ts';
import { demoEntities } from '../fixtures/demo-entities.ts';
import { manyCustomers } from '../fixtures/many-customers.ts';
import { novemberMorning } from './november-morning.ts';

const parser = createParser(demoEntities);
const read = (text: string, entities?: Entities): Understanding =>
  (entities === undefined ? parser : createParser(entities)).understand(text, novemberMorning);
const slotsOf = (got: Understanding): unknown => ('command' in got ? got.command.slots : null);

test('a nickname that fits two people is asked back, with both names', () => {
  const people = demoEntities.people.map(({ nicknames: _, ...person }) => person);
  const got = read('小李 上月 业绩', { ...demoEntities, people });
  expect(got.kind).toBe('ask-back');
  expect(slotsOf(got)).toMatchObject({ reason: 'ambiguous_name', field: 'owner', suggest: ['李娜', '李强'] });
});

test('a title fits who bears it; a nickname, those whom the asker may see', () => {
  expect(slotsOf(read('赵总的业绩'))).toMatchObject({ filters: { owner: ['赵文博'] } });
  expect(slotsOf(read('王总的业绩'))).toMatchObject({ reason: 'ambiguous_name', suggest: ['王磊'] });
  const seenFromEast = demoEntities.people.map((person) => ({ ...person, within: person.region === '华东' }));
  const bare = seenFromEast.map(({ nicknames: _, ...person }) => person);
  expect(slotsOf(read('小李的业绩', { ...demoEntities, people: bare }))).toMatchObject({
    filters: { owner: ['李娜'] },
  });
  expect(slotsOf(read('小李的业绩', { ...demoEntities, people: seenFromEast }))).toMatchObject({ suggest: ['李娜'] });
});

test('the whole company is no department', () => {
  const got = read('看全公司', { ...demoEntities, departments: ['公司', '销售一部'] });
  expect(slotsOf(got)).toEqual({ context: 'last_report', scope: 'company' });
});

test('a nickname that fits one person is that person', () => {
  expect(slotsOf(read('老王 本月 业绩'))).toMatchObject({ filters: { owner: ['王磊'] } });
  expect(slotsOf(read('陈总的业绩'))).toMatchObject({ filters: { owner: ['陈志远'] } });
});

test('part of a customer name is enough where one customer has it; two are asked back', () => {
  expect(slotsOf(read('客户 宏达'))).toMatchObject({ filters: { customer: ['宏达机械'] } });
  const got = read('客户 恒通', { ...demoEntities, customers: ['恒通科技', '恒通贸易', '宏达机械'] });
  expect(slotsOf(got)).toMatchObject({ reason: 'ambiguous_name', field: 'customer' });
});

test('legal forms and places need not be typed', () => {
  const entities = { ...demoEntities, customers: ['上海宏达机械有限公司', '苏州星光电子股份有限公司'] };
  expect(slotsOf(read('客户 宏达机械', entities))).toMatchObject({ filters: { customer: ['上海宏达机械有限公司'] } });
});

test('a customer that is called like a report does not take its place', () => {
  const got = read('漏斗 本月', { ...demoEntities, customers: ['漏斗', '@所有人', "x'; drop table"] });
  expect(got.kind === 'command' && got.command.intent).toBe('funnel');
});

test.each([
  ['客户 不存在的名字', 'customer_detail', { customer: ['不存在的名字'] }],
  ['客户 从来没有的公司', 'customer_detail', { customer: ['从来没有的公司'] }],
  ['互动记录 大江东去', 'interaction_timeline', { customer: ['大江东去'] }],
  ['大江东去上次谁联系的', 'customer_detail', { customer: ['大江东去'] }],
  ['赢率 天地人科技', 'win_probability', { customer: ['天地人科技'] }],
])('a customer that the parser does not know is left to the database: %s', (text, intent, filters) => {
  const got = read(text);
  expect(got.kind === 'command' && got.command.intent).toBe(intent);
  expect(slotsOf(got)).toMatchObject({ filters });
});

test('a name that nobody has is asked back, never left out', () => {
  const got = read('业绩 赵六 本月');
  expect(got.kind).toBe('ask-back');
  expect(slotsOf(got)).toMatchObject({ reason: 'unknown_value', field: 'owner' });
});

test('200,000 customer names: built in seconds, 99 of 100 lines read within 5 ms', () => {
  // Time of the processor, as the tests of a busy machine share it.
  const before = process.cpuUsage();
  const large = createParser({ ...demoEntities, customers: [...demoEntities.customers, ...manyCustomers(200_000)] });
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1000).toBeLessThan(12_000);
  const lines = ['second', 'third', 'fourth', 'fifth'].flatMap((name) =>
    readFileSync(new URL(`../fixtures/utterances.${name}.jsonl`, import.meta.url), 'utf8')
      .split('\n')
      .filter((line) => line.includes('"text"'))
      .filter((_, number) => number % 3 === 0)
      .map((line) => (JSON.parse(line) as { text: string }).text),
  );
  lines.push('客户 云顶智造科技', '业绩 花东', 'ld by hd');
  for (const line of lines) large.understand(line, novemberMorning);
  // The best of five of each line: a line is not slower for what the machine does beside it.
  const took = lines.map((line) => {
    const rounds = [1, 2, 3, 4, 5].map(() => {
      const at = performance.now();
      large.understand(line, novemberMorning);
      return performance.now() - at;
    });
    return Math.min(...rounds);
  });
  took.sort((a, b) => a - b);
  expect(took[Math.floor(took.length * 0.99)]).toBeLessThan(5);
}, 180_000);

test('talk among people in a group is not for the bot; the same in private gets a line', () => {
  expect(parser.understand('哈哈哈', { ...novemberMorning, chat: 'group' }).kind).toBe('not-addressed');
  expect(parser.understand('', { ...novemberMorning, chat: 'group' }).kind).toBe('not-addressed');
  expect(parser.understand('哈哈哈', novemberMorning).kind).toBe('small-talk');
  expect(parser.understand('谢谢', { ...novemberMorning, chat: 'group' }).kind).toBe('small-talk');
});
