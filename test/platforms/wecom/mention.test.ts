import { expect, test } from 'vitest';
import { withoutMention } from '../../../src/platforms/wecom/mention.ts';

test.each([
  ['@晨报 漏斗 本月', '漏斗 本月'],
  ['@晨报\u2005漏斗', '漏斗'],
  ['@晨报\u3000漏斗', '漏斗'],
  ['  @晨报\u00a0 漏斗', '漏斗'],
  ['漏斗 本月 @晨报', '漏斗 本月'],
  ['漏斗 @晨报 本月', '漏斗 本月'],
  ['@晨报', ''],
  ['@晨报 客户 @所有人', '客户 @所有人'],
  ['客户 @所有人 @晨报', '客户 @所有人'],
  ['li@example.com 的客户', 'li@example.com 的客户'],
  ['漏斗', '漏斗'],
])('in a group %j is the question %j', (text, question) => {
  expect(withoutMention(text, 'group', null)).toBe(question);
});

test('in a private chat only a mention before a question is taken away', () => {
  expect(withoutMention('@晨报 漏斗', 'single', null)).toBe('漏斗');
  expect(withoutMention('@所有人', 'single', null)).toBe('@所有人');
  expect(withoutMention('客户 @所有人', 'single', null)).toBe('客户 @所有人');
});

test('a known name may hold blanks and stand anywhere', () => {
  expect(withoutMention('@Report Bot 漏斗', 'group', 'Report Bot')).toBe('漏斗');
  expect(withoutMention('漏斗 @Report Bot\u2005本月', 'group', 'Report Bot')).toBe('漏斗 本月');
  expect(withoutMention('客户 @所有人 @晨报(测试)', 'group', '晨报(测试)')).toBe('客户 @所有人');
});

test('a long text of marks is read at once', () => {
  const started = performance.now();
  withoutMention('@'.repeat(50_000), 'group', null);
  withoutMention(`${' '.repeat(50_000)}x`, 'group', 'Report Bot');
  withoutMention(' @a'.repeat(20_000), 'group', null);
  expect(performance.now() - started).toBeLessThan(1_000);
});
