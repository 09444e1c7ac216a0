import { createHash } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { InboundMessage, Platform, SendContext } from '../../../src/platforms/platform.ts';
import { openAibotAnswer, sealAibotCallback, sealAibotPoll, shownStream } from '../../../src/platforms/wecom/seal.ts';
import { replyOf, samplePicture } from '../conformance.ts';
import { type AibotHarness, aibotHarness, nowMs } from './harness.ts';

let harness: AibotHarness;
beforeEach(async () => {
  harness = await aibotHarness();
});
afterEach(() => harness.close());

const minute = 60_000;
const userId = 'wanglei';
const groupId = 'wrGROUP';
const reply = replyOf({ picture: samplePicture });

/** A question in the group; its acknowledgement opens the stream. */
async function ask(messageId = 'm1', platform = harness.platform) {
  const said = {
    userId,
    text: '漏斗 本月',
    messageId,
    nowMs,
    groupId,
    responseUrl: harness.server.responseUrl(messageId),
  };
  const received = await platform.receive(sealAibotCallback(harness.settings, said), nowMs);
  if (received.kind !== 'message') throw new Error(received.kind);
  const frame = openAibotAnswer(harness.settings, received.acknowledge().body);
  return { message: received.message, frame, streamId: String(stream(frame).id) };
}

const stream = (frame: Readonly<Record<string, unknown>> | null): Readonly<Record<string, unknown>> => {
  if (frame === null || typeof frame.stream !== 'object' || frame.stream === null) throw new Error('no stream');
  return { ...frame.stream };
};

interface Poll {
  readonly at?: number;
  readonly by?: string;
  readonly group?: string | null;
  readonly platform?: Platform;
}

async function poll(streamId: string, { at = nowMs, by = userId, group = groupId, platform }: Poll = {}) {
  const request = sealAibotPoll(harness.settings, { streamId, userId: by, groupId: group, nowMs: at });
  const received = await (platform ?? harness.platform).receive(request, at);
  if (received.kind !== 'poll') throw new Error(received.kind);
  return stream(openAibotAnswer(harness.settings, (await received.answer()).body));
}

async function answer(message: InboundMessage, over: Partial<SendContext> = {}) {
  const [part] = harness.platform.render(reply, message.address);
  if (part === undefined) throw new Error('nothing rendered');
  const context: SendContext = {
    idempotencyKey: `${message.messageId}-0`,
    attempt: 1,
    mayBeRepeat: false,
    nowMs,
    loadPicture: async () => samplePicture.png,
    ...over,
  };
  return harness.platform.send(part, message.address, context);
}

test('a question is acknowledged by an open stream, and the finishing frame brings text and picture', async () => {
  const { message, frame, streamId } = await ask();
  expect(frame).toEqual({ msgtype: 'stream', stream: { id: streamId, finish: false, content: '正在查询…' } });
  expect(await poll(streamId)).toEqual({ id: streamId, finish: false, content: '正在查询…' });
  expect(await answer(message)).toEqual({ kind: 'sent', receipt: streamId });
  const last = await poll(streamId);
  expect(last).toMatchObject({ id: streamId, finish: true });
  expect(last.content).toContain('**42 %**');
  const md5 = createHash('md5').update(samplePicture.png).digest('hex');
  expect(last.msg_item).toEqual([{ msgtype: 'image', image: { base64: samplePicture.png.toString('base64'), md5 } }]);
  // A finishing frame that got lost is asked for again.
  expect(await poll(streamId)).toEqual(last);
  expect(harness.server.calls()).toBe(0);
});

test('a client reads frames as people see them', async () => {
  const { message, frame, streamId } = await ask();
  expect(shownStream(frame)).toEqual({ id: streamId, finish: false, content: '正在查询…', pictures: [] });
  await answer(message);
  const last = shownStream({ msgtype: 'stream', stream: await poll(streamId) });
  expect(last?.pictures[0]?.equals(samplePicture.png)).toBe(true);
  expect(shownStream(null)).toBeNull();
  expect(shownStream({ msgtype: 'text', text: { content: 'x' } })).toBeNull();
});

test('any instance answers the poll, and a repeated callback gets the same stream', async () => {
  const other = harness.another();
  const { message, streamId } = await ask();
  expect((await ask('m1', other)).streamId).toBe(streamId);
  await answer(message);
  expect(await poll(streamId, { platform: other })).toMatchObject({ finish: true });
  expect((await ask('m1', other)).streamId).toBe(streamId);
  // The repeated callback did not open it again.
  expect(await poll(streamId)).toMatchObject({ finish: true });
  expect((await ask('m2')).streamId).not.toBe(streamId);
});

test('a stream is its asker’s, in the chat where it was asked', async () => {
  const { message, streamId } = await ask();
  await answer(message);
  const strangers: Poll[] = [{ by: 'lisi' }, { group: 'wrOTHER' }, { group: null }];
  for (const stranger of strangers) {
    const frame = await poll(streamId, stranger);
    expect(frame).toEqual({ id: streamId, finish: true, content: '这次的回答找不到了,请再问一次。' });
  }
  expect(await poll(streamId, { by: 'WangLei' })).toMatchObject({ finish: true, msg_item: [{}] });
  expect(await poll('0'.repeat(40))).toMatchObject({ finish: true, content: '这次的回答找不到了,请再问一次。' });
});

test('the busy answer ends the stream at once', async () => {
  const said = { userId, text: '漏斗', messageId: 'm1', nowMs, groupId };
  const received = await harness.platform.receive(sealAibotCallback(harness.settings, said), nowMs);
  if (received.kind !== 'message') throw new Error(received.kind);
  expect(stream(openAibotAnswer(harness.settings, received.busy().body))).toMatchObject({
    finish: true,
    content: '系统正忙,请稍后再试。',
  });
});

test('after five and a half minutes the stream is closed and the answer goes to response_url, once', async () => {
  const { message, streamId } = await ask();
  const late = nowMs + 5.6 * minute;
  expect(await poll(streamId, { at: nowMs + 5.4 * minute })).toMatchObject({ finish: false });
  expect(await poll(streamId, { at: late })).toMatchObject({ finish: true, content: '查得比平时久,好了单独发出来。' });
  expect(await answer(message, { nowMs: late })).toEqual({ kind: 'sent', receipt: null });
  expect(harness.server.deliveries()).toHaveLength(1);
  expect(harness.server.deliveries()[0]).toContain('**42 %**');
  expect(harness.server.deliveries()[0]).toContain('再问一次');
  // A second answer to the same question has no way left, and asks no one.
  expect(await answer(message, { nowMs: late, idempotencyKey: 'other' })).toMatchObject({ kind: 'never' });
  expect(harness.server.calls()).toBe(1);
});

test('an answer that comes when a poll has just closed the stream is not lost to a slow clock', async () => {
  const { message, streamId } = await ask();
  expect(await poll(streamId, { at: nowMs + 5.5 * minute })).toMatchObject({ finish: true });
  // This instance's clock says there is time left.
  expect(await answer(message, { nowMs: nowMs + 5.4 * minute })).toMatchObject({ kind: 'sent', receipt: null });
  expect(harness.server.deliveries()).toHaveLength(1);
});

test('an answer written in time is still handed out after the time', async () => {
  const { message, streamId } = await ask();
  await answer(message, { nowMs: nowMs + 5.4 * minute });
  expect(await poll(streamId, { at: nowMs + 5.7 * minute })).toMatchObject({ finish: true, msg_item: [{}] });
});

test('a second answer to one question goes to response_url, a repeated attempt at the first stays in the stream', async () => {
  const { message } = await ask();
  expect(await answer(message)).toMatchObject({ kind: 'sent' });
  expect(await answer(message, { attempt: 2 })).toMatchObject({ kind: 'sent' });
  expect(harness.server.calls()).toBe(0);
  expect(await answer(message, { idempotencyKey: 'second' })).toMatchObject({ kind: 'sent' });
  expect(harness.server.deliveries()).toHaveLength(1);
});

test('response_url: faults, a repeat after an unknown outcome, an hour gone by, a redirect', async () => {
  const late = nowMs + 6 * minute;
  const { message } = await ask();
  harness.server.next('busy', 'http-500', 'cut-after-delivery');
  expect(await answer(message, { nowMs: late })).toMatchObject({ kind: 'later' });
  expect(await answer(message, { nowMs: late, attempt: 2 })).toMatchObject({ kind: 'unknown' });
  expect(await answer(message, { nowMs: late, attempt: 3 })).toMatchObject({ kind: 'unknown' });
  // It had arrived: WeCom takes no second one.
  expect(await answer(message, { nowMs: late, attempt: 4 })).toMatchObject({ kind: 'never' });
  expect(harness.server.deliveries()).toHaveLength(1);
  const second = await ask('m2');
  expect(await answer(second.message, { nowMs: nowMs + 60 * minute })).toMatchObject({ kind: 'never' });
  harness.server.next('redirect');
  const before = harness.server.calls();
  expect(await answer(second.message, { nowMs: late })).toMatchObject({ kind: 'later' });
  expect(harness.server.calls()).toBe(before + 1);
});

test('an address whose response_url was exchanged calls nobody', async () => {
  const { message } = await ask();
  const data = { ...message.address.data, responseUrl: 'http://169.254.169.254/latest' };
  const outcome = await answer({ ...message, address: { ...message.address, data } }, { nowMs: nowMs + 6 * minute });
  expect(outcome).toMatchObject({ kind: 'never', why: 'the response_url is not WeCom’s' });
});

test('a picture that is gone does not keep the text back', async () => {
  const { message, streamId } = await ask();
  const [part] = harness.platform.render(replyOf({ picture: { ...samplePicture, id: 'gone' } }), message.address);
  if (part === undefined) throw new Error('nothing rendered');
  const context = {
    idempotencyKey: 'k',
    attempt: 1,
    mayBeRepeat: false,
    nowMs,
    loadPicture: async () => Buffer.alloc(0),
  };
  await harness.platform.send(part, message.address, context);
  const frame = await poll(streamId);
  expect(frame).toMatchObject({ finish: true });
  expect(frame).not.toHaveProperty('msg_item');
  expect(harness.logged()).toContain('without its picture');
});
