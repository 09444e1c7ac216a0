import { afterEach, beforeEach, expect, it } from 'vitest';
import type { OutboundPart, Platform, SendContext } from '../../../src/platforms/platform.ts';
import { createWecomRobots, wecomRobotAddress } from '../../../src/platforms/wecom/group-robot.ts';
import type { Reply } from '../../../src/replies/reply.ts';
import { type GroupRobotServer, startGroupRobotServer } from '../../fakes/group-robot-server.ts';
import { samplePicture } from '../conformance.ts';

const key = '693a91f6-7aoc-4bc4-97a0-0ec2sifa5aaa';
let server: GroupRobotServer;
let robots: Platform;
beforeEach(async () => {
  server = await startGroupRobotServer([key]);
  robots = createWecomRobots({
    keys: new Map([
      ['east', key],
      ['gone', '00000000-0000-0000-0000-000000000000'],
    ]),
    apiBase: server.url,
    timeoutMs: 300,
  });
});
afterEach(() => server.close());

const reply = (more: Partial<Reply> = {}): Reply => ({
  status: 'answered',
  title: '漏斗晨报',
  blocks: [{ kind: 'text', line: ['在跟 ', { strong: '42 个' }, ' ', { warning: '积压 3 个' }, ' @all <@all>'] }],
  picture: null,
  choices: [],
  ...more,
});
const context = (more: Partial<SendContext> = {}): SendContext => ({
  idempotencyKey: 'k',
  attempt: 1,
  mayBeRepeat: false,
  nowMs: 0,
  loadPicture: async () => samplePicture.png,
  ...more,
});
const address = wecomRobotAddress('east');
const send = (part: OutboundPart, more: Partial<SendContext> = {}, to = address) =>
  robots.send(part, to, context(more));

it('words, picture and the call of owners arrive in order, each as WeCom takes it', async () => {
  const to = wecomRobotAddress('east', ['wanglei', '@all', 'li.na']);
  const parts = robots.render(reply({ picture: samplePicture }), to);
  for (const part of parts) expect(await send(part, {}, to)).toEqual({ kind: 'sent', receipt: null });
  expect(server.posts.map((post) => post.msgtype)).toEqual(['markdown', 'image', 'text']);
  expect(server.posts[0]?.content).toContain('**42 个**');
  expect(server.posts[0]?.content).toContain('<font color="warning">');
  expect(server.posts[0]?.content).not.toMatch(/@all/);
  expect(server.posts[2]?.mentioned).toEqual(['wanglei', 'li.na']);
  expect(server.complaints).toEqual([]);
});

it('a table goes as the newer Markdown, without colours', async () => {
  const table = {
    kind: 'table',
    columns: ['阶段', '商机'],
    rows: [['需求诊断', '11']],
    numeric: [false, true],
  } as const;
  const parts = robots.render(reply({ blocks: [...reply().blocks, table] }), address);
  expect(await send(parts[0]!)).toMatchObject({ kind: 'sent' });
  expect(server.posts[0]).toMatchObject({ msgtype: 'markdown_v2' });
  expect(server.complaints).toEqual([]);
});

it('long words are cut within 4,096 bytes, also when marked 补发', async () => {
  const lines = Array.from({ length: 120 }, (_, n) => [`第 ${n} 行,客户名称比较长的一行,用来把这一条撑到超过四千字节`]);
  const parts = robots.render(reply({ blocks: [{ kind: 'list', ordered: false, lines }] }), address);
  expect(parts.length).toBeGreaterThan(1);
  for (const part of parts) expect(await send(part, { mayBeRepeat: true })).toMatchObject({ kind: 'sent' });
  expect(server.posts.every((post) => post.content.startsWith('(补发)'))).toBe(true);
});

it('a repeated picture is announced as one', async () => {
  const [, picture] = robots.render(reply({ picture: samplePicture }), address);
  await send(picture!, { mayBeRepeat: true });
  expect(server.posts.map((post) => post.msgtype)).toEqual(['text', 'image']);
  expect(server.posts[0]?.content).toContain('补发');
});

it('reads the errcode at status 200, and tells what may have arrived from what has not', async () => {
  const [words] = robots.render(reply(), address) as [OutboundPart];
  server.next(key, 45009, -1, 40058, 93004, 'http-500', 'hang', 'cut-after');
  const kinds: string[] = [];
  for (let n = 0; n < 7; n += 1) kinds.push((await send(words)).kind);
  expect(kinds).toEqual(['later', 'later', 'never', 'later', 'unknown', 'unknown', 'unknown']);
  expect(await send(words, {}, wecomRobotAddress('gone'))).toMatchObject({ kind: 'gone' });
  expect(await send(words, {}, wecomRobotAddress('unheard'))).toMatchObject({ kind: 'never', tellAdmin: true });
});

it('no outcome, address or part names the key', async () => {
  const [words] = robots.render(reply(), address) as [OutboundPart];
  server.next(key, 40001);
  const outcome = await send(words);
  expect(JSON.stringify([outcome, address, words])).not.toContain(key);
});
