import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { groupAddress, personAddress } from '../../../src/platforms/dingtalk/address.ts';
import type { Address, OutboundPart } from '../../../src/platforms/platform.ts';
import { replyOf, samplePicture } from '../conformance.ts';
import { type DingtalkHarness, groupId, nowMs, startHarness } from './harness.ts';

let harness: DingtalkHarness;
beforeEach(async () => {
  harness = await startHarness();
});
afterEach(() => harness.close());

const textPart = (address: Address): OutboundPart => harness.platform.render(replyOf({}), address)[0]!;
const picturePart = (address: Address): OutboundPart =>
  harness.platform.render(replyOf({ blocks: [], picture: samplePicture }), address)[0]!;
const last = () => harness.server.deliveries.at(-1);

describe('words', () => {
  test('go by the session webhook and call the asker in a group, without a token', async () => {
    const address = await harness.addressFor({ group: true, sessionWebhook: harness.server.openSession() });
    expect((await harness.send(textPart(address), address)).kind).toBe('sent');
    expect(last()).toMatchObject({ by: 'session', title: '漏斗 · 本月', atUserIds: ['wanglei'] });
    expect(last()?.text).toContain('停在这里');
    expect(harness.server.count('token')).toBe(0);
  });

  test('in a private chat nobody is called', async () => {
    const address = await harness.addressFor({ sessionWebhook: harness.server.openSession() });
    await harness.send(textPart(address), address);
    expect(last()).toMatchObject({ by: 'session', atUserIds: [] });
    expect(last()?.text).not.toContain('@');
  });

  test('go by OpenAPI from a minute before the session ends', async () => {
    const address = await harness.addressFor({ group: true, sessionWebhook: harness.server.openSession() });
    const part = textPart(address);
    await harness.send(part, address, { nowMs: nowMs + 5_400_000 - 60_001 });
    expect(last()?.by).toBe('session');
    await harness.send(part, address, { nowMs: nowMs + 5_400_000 - 60_000 });
    expect(last()).toMatchObject({ by: 'groupMessages', to: groupId });
  });

  test('a session that DingTalk has ended falls back to OpenAPI within the same send', async () => {
    const webhook = harness.server.openSession();
    const address = await harness.addressFor({ sessionWebhook: webhook });
    harness.server.endSession(webhook);
    const outcome = await harness.send(textPart(address), address);
    expect(outcome).toMatchObject({ kind: 'sent', receipt: expect.stringContaining('key-') });
    expect(harness.server.deliveries).toHaveLength(1);
    expect(last()).toMatchObject({ by: 'oToMessages', to: 'wanglei' });
  });

  test('a limited robot is left alone for ten minutes and not gone round by OpenAPI', async () => {
    const address = await harness.addressFor({ group: true, sessionWebhook: harness.server.openSession() });
    harness.server.fail('send', { kind: 'answer', status: 200, body: { errcode: 130101, errmsg: 'send too fast' } });
    expect(await harness.send(textPart(address), address)).toMatchObject({
      kind: 'later',
      afterMs: 600_000,
      holdTarget: true,
    });
    expect(harness.server.deliveries).toHaveLength(0);
  });

  test('a session call that breaks off is unknown, and its repeat says so', async () => {
    const address = await harness.addressFor({ group: true, sessionWebhook: harness.server.openSession() });
    const part = textPart(address);
    harness.server.fail('send', { kind: 'cut-after-delivery' });
    expect((await harness.send(part, address)).kind).toBe('unknown');
    expect(harness.platform.repeatsAreSafe(part, address)).toBe(false);
    await harness.send(part, address, { attempt: 2, mayBeRepeat: true });
    expect(harness.server.deliveries.map((delivery) => delivery.text.includes('(补发)'))).toEqual([false, true]);
  });

  test('pushes go by OpenAPI to a person and to a group', async () => {
    for (const address of [personAddress('wanglei'), groupAddress(groupId)]) {
      expect((await harness.send(textPart(address), address)).kind).toBe('sent');
    }
    expect(harness.server.deliveries.map((delivery) => delivery.by)).toEqual(['oToMessages', 'groupMessages']);
  });
});

describe('status 200 is not yet delivery', () => {
  test('a person outside the visible range is gone', async () => {
    const address = personAddress('left-the-company');
    expect((await harness.send(textPart(address), address)).kind).toBe('gone');
    expect(harness.server.deliveries).toHaveLength(0);
  });

  test('a group without the robot is gone', async () => {
    const address = groupAddress('cidNoSuch==');
    expect((await harness.send(textPart(address), address)).kind).toBe('gone');
  });

  test('flow control is later, an empty answer proves nothing', async () => {
    const address = personAddress('wanglei');
    const lists = { invalidStaffIdList: [], flowControlledStaffIdList: ['wanglei'], processQueryKey: 'k' };
    harness.server.fail(
      'send',
      { kind: 'answer', status: 200, body: lists },
      { kind: 'answer', status: 200, body: {} },
    );
    expect(await harness.send(textPart(address), address)).toMatchObject({ kind: 'later', holdTarget: true });
    expect((await harness.send(textPart(address), address)).kind).toBe('unknown');
  });
});

describe('pictures', () => {
  test('are uploaded once for all instances, and sent by media id', async () => {
    const address = await harness.addressFor({ group: true, sessionWebhook: harness.server.openSession() });
    const part = picturePart(address);
    expect((await harness.send(part, address)).kind).toBe('sent');
    const outcome = await harness.another().send(part, address, {
      idempotencyKey: 'b',
      attempt: 1,
      mayBeRepeat: false,
      nowMs,
      loadPicture: () => Promise.reject(new Error('is not needed again')),
    });
    expect(outcome.kind).toBe('sent');
    expect(harness.server.count('upload')).toBe(1);
    const [mediaId] = harness.server.mediaIds;
    expect(last()).toMatchObject({ by: 'groupMessages', kind: 'sampleImageMsg', mediaId });
  });

  test('the same picture for ten groups at once is uploaded once', async () => {
    const address = groupAddress(groupId);
    const part = picturePart(address);
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => harness.send(part, address)));
    expect(outcomes.every((outcome) => outcome.kind === 'sent')).toBe(true);
    expect(harness.server.count('upload')).toBe(1);
  });

  test('a repeat is marked although a bare picture has no words', async () => {
    const address = personAddress('wanglei');
    await harness.send(picturePart(address), address, { mayBeRepeat: true });
    expect(last()).toMatchObject({ kind: 'sampleMarkdown', text: expect.stringContaining('(补发)') });
    expect(harness.server.mediaIds.has(last()?.mediaId ?? '')).toBe(true);
  });

  test('an upload that breaks off is made again, since nobody saw it', async () => {
    const address = personAddress('wanglei');
    for (const fault of [{ kind: 'cut' }, { kind: 'hang' }, { kind: 'truncated-json' }] as const) {
      harness.server.fail('upload', fault);
      expect((await harness.send(picturePart(address), address)).kind).toBe('later');
    }
    expect((await harness.send(picturePart(address), address)).kind).toBe('sent');
    expect(harness.server.deliveries).toHaveLength(1);
  });

  test('a stale token at the upload is renewed once', async () => {
    const address = personAddress('wanglei');
    await harness.send(textPart(address), address);
    harness.server.revokeTokens();
    expect((await harness.send(picturePart(address), address)).kind).toBe('sent');
    expect(harness.server.count('token')).toBe(2);
  });

  test('a media id DingTalk has forgotten is uploaded again', async () => {
    const address = personAddress('wanglei');
    await harness.send(picturePart(address), address);
    harness.server.fail('send', { kind: 'answer', status: 400, body: { code: '40007' } });
    expect((await harness.send(picturePart(address), address)).kind).toBe('sent');
    expect(harness.server.count('upload')).toBe(2);
  });

  test('a picture the store cannot give is later; what is no picture is never', async () => {
    const address = personAddress('wanglei');
    const lost = await harness.send(picturePart(address), address, {
      loadPicture: () => Promise.reject(new Error('x')),
    });
    expect(lost.kind).toBe('later');
    const wrong = await harness.send(picturePart(address), address, { loadPicture: async () => Buffer.from('text') });
    expect(wrong.kind).toBe('never');
  });
});

test('everything works, if slower, while the shared state is unreachable', async () => {
  const address = personAddress('wanglei');
  harness.state.fail();
  expect((await harness.send(textPart(address), address)).kind).toBe('sent');
  expect((await harness.send(picturePart(address), address)).kind).toBe('sent');
});

test('foreign parts and addresses end as never, not as an error', async () => {
  const address = personAddress('wanglei');
  const part = textPart(address);
  expect((await harness.send(part, { ...address, platform: 'wecom-app' })).kind).toBe('never');
  expect((await harness.send(part, { ...address, data: {} })).kind).toBe('never');
  expect((await harness.send({ ...part, body: {} }, address)).kind).toBe('never');
  expect((await harness.send({ ...part, kind: 'card' }, address)).kind).toBe('never');
  expect(harness.server.calls).toEqual([]);
});

test('health tells a refused secret apart, and calls nobody unless asked to', async () => {
  expect(await harness.platform.health(false)).toEqual({ ready: true, why: null });
  expect(harness.server.calls).toEqual([]);
  harness.server.refuseSecret();
  expect(await harness.platform.health(true)).toMatchObject({
    ready: false,
    why: expect.stringContaining('invalidClient'),
  });
  expect((await harness.platform.health(false)).ready).toBe(false);
});

test('one conversation has one webhook allowance, and each API its own', () => {
  const [webhook, api] = harness.platform.allowances;
  expect([webhook?.limit, webhook?.windowMs, api?.limit, api?.windowMs]).toEqual([18, 60_000, 15, 1_000]);
  const person = personAddress('wanglei');
  expect(webhook?.key(person)).not.toBe(webhook?.key(groupAddress(groupId)));
  expect(api?.key(person)).not.toBe(api?.key(groupAddress(groupId)));
  expect(api?.key(person)).toBe(api?.key(personAddress('other')));
});
