import { expect, test } from 'vitest';
import { addressOf, groupAddress, personAddress } from '../../../src/platforms/dingtalk/address.ts';
import { markdownLimitChars, renderReply } from '../../../src/platforms/dingtalk/render.ts';
import { replyOf, samplePicture } from '../conformance.ts';

const person = personAddress('wanglei');
const group = addressOf({
  chat: 'group',
  conversationId: 'cid==',
  askerId: 'wanglei',
  session: null,
  sessionUntilMs: 0,
});
const choices = [
  { label: '按人看', command: '漏斗 本月 按销售' },
  { label: '上月 (对比)', command: "漏斗 上月 (a'b!*)" },
];

const textsOf = (reply: Parameters<typeof renderReply>[0], address = person): string[] =>
  renderReply(reply, address).map((part) => String(part.body.text ?? ''));

test('words first, then the picture', () => {
  const parts = renderReply(replyOf({ picture: samplePicture }), person);
  expect(parts.map((part) => [part.kind, part.pictureId])).toEqual([
    ['text', null],
    ['picture', samplePicture.id],
  ]);
  expect(parts[0]?.body).toEqual({ title: '漏斗 · 本月', text: '方案演示是瓶颈,**42 %** 停在这里。', mention: false });
});

test('choices are quick-reply links in a private chat, closed against their own marks', () => {
  const [text] = textsOf(replyOf({ blocks: [], choices }));
  const links = [...(text ?? '').matchAll(/\[([^\]]*)\]\(dtmd:\/\/dingtalkclient\/sendMessage\?content=([^)]*)\)/g)];
  expect(links.map((link) => [link[1], decodeURIComponent(link[2] ?? '')])).toEqual(
    choices.map(({ label, command }) => [label, command]),
  );
});

test('choices are numbers in a group', () => {
  const [text] = textsOf(replyOf({ choices }), group);
  expect(text).toMatch(/@我 回复数字继续:\n\n1\. 按人看\n2\. 上月 \(对比\)$/);
  expect(text).not.toContain('dtmd');
});

test('a reply of nothing still says something', () => {
  expect(textsOf(replyOf({ blocks: [] }))).toEqual(['漏斗 · 本月']);
  expect(textsOf(replyOf({ blocks: [], title: '' }))).toEqual(['没有内容。']);
  expect(renderReply(replyOf({ blocks: [], picture: samplePicture }), person)).toHaveLength(1);
});

test('only the first message in a group calls the asker', () => {
  const long = replyOf({ blocks: Array.from({ length: 200 }, () => ({ kind: 'text', line: ['一行字'.repeat(20)] })) });
  expect(renderReply(long, group).map((part) => part.body.mention)).toEqual([true, false, false, false]);
  expect(renderReply(long, person).some((part) => part.body.mention === true)).toBe(false);
});

test('long replies are cut at line ends below what phones show, in Chinese and in English', () => {
  for (const line of ['一行字'.repeat(20), 'plain words '.repeat(8).trim()]) {
    const texts = textsOf(replyOf({ blocks: Array.from({ length: 150 }, () => ({ kind: 'text', line: [line] })) }));
    expect(texts.length).toBeGreaterThan(1);
    for (const text of texts) {
      expect(text.length).toBeLessThanOrEqual(markdownLimitChars);
      for (const each of text.split('\n\n').filter((part) => !part.startsWith('('))) expect(each).toBe(line);
    }
  }
});

test('choices survive a reply too long to show', () => {
  const long = replyOf({ blocks: [{ kind: 'text', line: ['字'.repeat(40_000)] }], choices });
  expect(textsOf(long).at(-1)).toContain('按人看');
});

test('a table becomes a list: DingTalk shows none on phones', () => {
  const table = {
    kind: 'table',
    columns: ['销售', '金额'],
    rows: [['王磊', '12 万元']],
    numeric: [false, true],
  } as const;
  const [text] = textsOf(replyOf({ blocks: [table] }));
  expect(text).not.toContain('|');
  expect(text).toMatch(/- \*\*王磊\*\*.*12 万元/);
});

test('a quick reply cannot be smuggled in by a name', () => {
  const name = '](dtmd://dingtalkclient/sendMessage?content=x) [点';
  const texts = textsOf(
    replyOf({ title: name, blocks: [{ kind: 'text', line: [name] }], choices: [{ label: name, command: name }] }),
  );
  expect(texts.join('\n').match(/\]\(dtmd:/g)).toHaveLength(1);
  expect(() => textsOf(replyOf({ choices: [{ label: 'x', command: '坏\ud800' }] }))).not.toThrow();
});

test('a push to a group has nobody to call', () => {
  expect(renderReply(replyOf({}), groupAddress('cid=='))[0]?.body.text).not.toContain('@');
});
