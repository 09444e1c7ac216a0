import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SendContext, SendOutcome } from '../../../src/platforms/platform.ts';
import { appAddress } from '../../../src/platforms/wecom/receive-app.ts';
import { answerMark, answerMarkBytes } from '../../../src/platforms/wecom/send.ts';
import type { Reply } from '../../../src/replies/reply.ts';
import { replyOf, samplePicture } from '../conformance.ts';
import { type AppHarness, appHarness, nowMs } from './harness.ts';

let harness: AppHarness;
beforeEach(async () => {
  harness = await appHarness();
});
afterEach(() => harness.close());

const context = (key: string, over: Partial<SendContext> = {}): SendContext => ({
  idempotencyKey: key,
  attempt: 1,
  mayBeRepeat: false,
  nowMs,
  loadPicture: async () => samplePicture.png,
  ...over,
});

async function send(reply: Reply, key: string, over: Partial<SendContext> = {}, userId = 'WangLei') {
  const address = appAddress(userId);
  const outcomes: SendOutcome[] = [];
  for (const [index, part] of harness.platform.render(reply, address).entries())
    outcomes.push(await harness.platform.send(part, address, context(`${key}-${index}`, over)));
  return outcomes;
}
const withPicture = replyOf({ picture: samplePicture });
const pictureAlone = replyOf({ picture: samplePicture, blocks: [] });

describe('message/send', () => {
  test('goes to the one member, as Markdown of the old subset, then the picture', async () => {
    const reply = replyOf({
      picture: samplePicture,
      blocks: [
        { kind: 'text', line: ['成交 ', { strong: '12.3 万' }, ',', { warning: '积压 3 单' }] },
        { kind: 'table', columns: ['销售', '成交'], rows: [['王磊', '3 单']], numeric: [false, true] },
      ],
      choices: [{ label: '按人看', command: '漏斗 本月 按销售' }],
    });
    expect((await send(reply, 'q1')).map(({ kind }) => kind)).toEqual(['sent', 'sent']);
    const [text, picture] = harness.server.sentBodies().map((body) => JSON.parse(body));
    expect(text).toMatchObject({ touser: 'WangLei', agentid: 1_000_002, msgtype: 'markdown' });
    expect(text.markdown.content).toContain('成交 **12.3 万**,<font color="warning">积压 3 单</font>');
    expect(text.markdown.content).toContain('• **王磊**:3 单');
    expect(text.markdown.content).toContain('1. 按人看');
    expect(picture).toMatchObject({ msgtype: 'image', image: { media_id: 'media-1' }, enable_duplicate_check: 1 });
    expect(harness.server.complaints()).toEqual([]);
  });

  test('an attempt repeated after an unknown outcome is the same to the byte and shown once', async () => {
    harness.server.next('cut-after-delivery');
    expect((await send(replyOf({}), 'q1'))[0]?.kind).toBe('unknown');
    expect((await send(replyOf({}), 'q1', { attempt: 2, nowMs: nowMs + 90_000 }))[0]?.kind).toBe('sent');
    const [first, second] = harness.server.sentBodies();
    expect(second).toBe(first);
    expect(harness.server.deliveries()).toHaveLength(1);
    // The same for a picture.
    harness.server.next('cut-after-delivery');
    expect((await send(pictureAlone, 'q2'))[0]?.kind).toBe('unknown');
    expect((await send(pictureAlone, 'q2', { attempt: 2 }))[0]?.kind).toBe('sent');
    expect(harness.server.deliveries()).toHaveLength(2);
  });

  test('the same question asked twice is answered twice, text and picture', async () => {
    await send(withPicture, 'q1');
    await send(withPicture, 'q2');
    expect(harness.server.deliveries()).toHaveLength(4);
  });

  test('the mark of an answer is invisible, stable and within the budget', () => {
    expect(answerMark('a')).toBe(answerMark('a'));
    expect(answerMark('a')).not.toBe(answerMark('b'));
    expect(Buffer.byteLength(answerMark('a'))).toBe(answerMarkBytes);
    expect(answerMark('a')).toMatch(/^[\u200b-\u200d\u2060]{8}$/);
  });

  test('a member outside the visible range is gone although errcode is 0', async () => {
    harness.server.invalidUsers.add('WangLei');
    expect(await send(replyOf({}), 'q1')).toEqual([{ kind: 'gone', why: expect.stringContaining('invaliduser') }]);
    expect(harness.server.deliveries()).toEqual([]);
  });

  test.each([
    [-1, 'later'],
    [40003, 'gone'],
    [81013, 'gone'],
    [40056, 'never'],
    [40058, 'never'],
    [45009, 'later'],
    [45033, 'later'],
    [48002, 'never'],
    [50003, 'later'],
    [60020, 'later'],
    [85002, 'never'],
    [301002, 'never'],
    [777_777, 'later'],
  ])('errcode %i with HTTP 200 is %s', async (errcode, kind) => {
    harness.server.next(errcode);
    const [outcome] = await send(replyOf({}), 'q1');
    expect(outcome?.kind).toBe(kind);
    expect(outcome).toHaveProperty('why', expect.stringContaining(`errcode ${errcode}`));
    expect(harness.server.sentBodies()).toHaveLength(1);
  });

  test('an untrusted address is named, so that an administrator can enter it', async () => {
    harness.server.next(60020);
    expect((await send(replyOf({}), 'q1'))[0]).toMatchObject({ why: expect.stringContaining('seen as 203.0.113.7') });
  });

  test('a repeat that WeCom can no longer tell says that it is one', async () => {
    const [part] = harness.platform.render(
      replyOf({ blocks: [{ kind: 'text', line: ['长'.repeat(3_000)] }] }),
      appAddress('a'),
    );
    if (part === undefined) throw new Error('nothing rendered');
    await harness.platform.send(part, appAddress('a'), context('q1', { mayBeRepeat: true }));
    expect(harness.server.deliveries()[0]).toMatch(/^\(补发\)\n\n长/);
    expect(harness.server.complaints()).toEqual([]);
  });

  test('a frequency limit holds the target for the rest of the window', async () => {
    harness.server.next(45009);
    expect((await send(replyOf({}), 'q1'))[0]).toMatchObject({ holdTarget: true, afterMs: 60_000 });
  });

  test('a server that is not there is later, not unknown', async () => {
    await harness.server.close();
    expect((await send(replyOf({}), 'q1'))[0]).toMatchObject({
      kind: 'later',
      why: expect.stringContaining('ECONNREFUSED'),
    });
  });
});

describe('pictures', () => {
  test('one upload serves many people', async () => {
    for (const userId of ['a', 'b', 'c']) await send(pictureAlone, `q-${userId}`, {}, userId);
    expect(harness.server.uploads()).toBe(1);
    expect(harness.server.deliveries()).toHaveLength(3);
  });

  test('a media id that has expired is replaced once', async () => {
    harness.server.next(40007);
    expect((await send(pictureAlone, 'q1'))[0]?.kind).toBe('sent');
    expect(harness.server.uploads()).toBe(2);
    harness.server.next(40007, 40007, 40007);
    expect((await send(pictureAlone, 'q2'))[0]).toMatchObject({ kind: 'never' });
    expect(harness.server.uploads()).toBe(4);
  });

  test('a failed upload shows nothing, so it is later and never unknown', async () => {
    for (const fault of ['http-500', 'cut-after-delivery', 'truncated-json', 'busy'] as const) {
      harness.server.nextUpload(fault);
      expect((await send(pictureAlone, 'q1'))[0]?.kind).toBe('later');
    }
    expect(harness.server.sentBodies()).toEqual([]);
    expect((await send(pictureAlone, 'q1'))[0]?.kind).toBe('sent');
  });

  test('an expired token at the upload is renewed once', async () => {
    harness.server.nextUpload('token-expired');
    expect((await send(pictureAlone, 'q1'))[0]?.kind).toBe('sent');
    expect(harness.server.tokenCalls()).toBe(2);
  });

  test('a picture that is gone, empty or far too large is never sent', async () => {
    const broken = [
      async () => Promise.reject(new Error('gone')),
      async () => Buffer.alloc(3),
      async () => Buffer.alloc(3 << 20),
    ];
    for (const loadPicture of broken) expect((await send(pictureAlone, 'q1', { loadPicture }))[0]?.kind).toBe('never');
    expect(harness.server.uploads()).toBe(0);
  });
});

describe('the token', () => {
  test('is fetched anew five minutes before its end', async () => {
    await send(replyOf({}), 'q1');
    await send(replyOf({}), 'q2', { nowMs: nowMs + (7200 - 301) * 1000 });
    expect(harness.server.tokenCalls()).toBe(1);
    await send(replyOf({}), 'q3', { nowMs: nowMs + (7200 - 299) * 1000 });
    expect(harness.server.tokenCalls()).toBe(2);
  });

  test('a wrong secret shows in health without a call, and a probe tells the same', async () => {
    expect(await harness.platform.health(false)).toEqual({ ready: true, why: null });
    expect(harness.server.calls()).toBe(0);
    harness.server.refuseSecret();
    expect(await harness.platform.health(true)).toMatchObject({ ready: false, why: expect.stringContaining('40001') });
    expect(await harness.another().health(false)).toMatchObject({ ready: false });
    expect(harness.server.tokenCalls()).toBe(1);
  });

  test('a probe that works fetches one token', async () => {
    expect(await harness.platform.health(true)).toEqual({ ready: true, why: null });
    expect(harness.server.tokenCalls()).toBe(1);
  });
});
