import { afterEach, beforeEach, expect, test } from 'vitest';
import type { SendContext } from '../../../src/platforms/platform.ts';
import { appAddress } from '../../../src/platforms/wecom/receive-app.ts';
import { openAibotAnswer, sealAibotCallback, sealAibotPoll } from '../../../src/platforms/wecom/seal.ts';
import { createWecomAibot } from '../../../src/platforms/wecom/wecom-aibot.ts';
import { createWecomApp } from '../../../src/platforms/wecom/wecom-app.ts';
import { createInProcessState } from '../../../src/store/in-process-state.ts';
import type { SharedState } from '../../../src/store/shared-state.ts';
import { replyOf, samplePicture } from '../conformance.ts';
import { type AppHarness, aibotSettings, appHarness, appSettings, nowMs } from './harness.ts';

let harness: AppHarness;
beforeEach(async () => {
  harness = await appHarness();
});
afterEach(() => harness.close());

/** A shared state that is away from now on until it is back. */
function unsteadyState(): SharedState & { away: boolean } {
  const state = createInProcessState();
  const guarded = {
    ...state,
    away: false,
    get: (key: string) => (guarded.away ? Promise.reject(new Error('redis is away')) : state.get(key)),
    set: (key: string, value: string, ttlMs: number) =>
      guarded.away ? Promise.reject(new Error('redis is away')) : state.set(key, value, ttlMs),
    setIfAbsent: (key: string, value: string, ttlMs: number) =>
      guarded.away ? Promise.reject(new Error('redis is away')) : state.setIfAbsent(key, value, ttlMs),
    deleteIf: (key: string, expected: string) =>
      guarded.away ? Promise.reject(new Error('redis is away')) : state.deleteIf(key, expected),
  };
  return guarded;
}

const context: SendContext = {
  idempotencyKey: 'q1',
  attempt: 1,
  mayBeRepeat: false,
  nowMs,
  loadPicture: async () => samplePicture.png,
};

test('while the shared state is away texts go out with one token, pictures wait', async () => {
  const state = unsteadyState();
  const platform = createWecomApp(appSettings(harness.server.url), { state });
  const parts = platform.render(replyOf({ picture: samplePicture }), appAddress('a'));
  const [text, picture] = parts;
  if (text === undefined || picture === undefined) throw new Error('two parts expected');
  state.away = true;
  const sendAs = (key: string) => platform.send(text, appAddress('a'), { ...context, idempotencyKey: key });
  const atOnce = await Promise.all(['q1', 'q2', 'q3', 'q4'].map(sendAs));
  expect([...atOnce, await sendAs('q5')].map(({ kind }) => kind)).toEqual(Array(5).fill('sent'));
  expect(harness.server.tokenCalls()).toBe(1);
  // Without it nobody could tell whether the picture has been uploaded for this message before.
  expect(await platform.send(picture, appAddress('a'), context)).toMatchObject({ kind: 'later' });
  state.away = false;
  expect((await platform.send(picture, appAddress('a'), context)).kind).toBe('sent');
});

test('while it is away a wrong secret is still not tried again and again', async () => {
  const state = unsteadyState();
  state.away = true;
  const platform = createWecomApp(appSettings(harness.server.url), { state });
  const [text] = platform.render(replyOf({}), appAddress('a'));
  if (text === undefined) throw new Error('nothing rendered');
  harness.server.refuseSecret();
  for (let attempt = 0; attempt < 5; attempt++)
    expect((await platform.send(text, appAddress('a'), context)).kind).toBe('later');
  expect(harness.server.tokenCalls()).toBe(1);
});

test('智能机器人 takes questions and keeps its streams open until it is back', async () => {
  const state = unsteadyState();
  state.away = true;
  const settings = aibotSettings(harness.server.url);
  const platform = createWecomAibot(settings, { state, loadPicture: context.loadPicture });
  const said = { userId: 'a', text: '漏斗', messageId: 'm1', nowMs, groupId: null };
  const received = await platform.receive(sealAibotCallback(settings, said), nowMs);
  if (received.kind !== 'message') throw new Error(received.kind);
  const streamId = String(received.message.address.data.streamId);
  const poll = async () => {
    const asked = await platform.receive(
      sealAibotPoll(settings, { streamId, userId: 'a', groupId: null, nowMs }),
      nowMs,
    );
    if (asked.kind !== 'poll') throw new Error(asked.kind);
    return openAibotAnswer(settings, (await asked.answer()).body);
  };
  expect(await poll()).toMatchObject({ stream: { finish: false } });
  const [part] = platform.render(replyOf({}), received.message.address);
  if (part === undefined) throw new Error('nothing rendered');
  expect((await platform.send(part, received.message.address, context)).kind).toBe('later');
  state.away = false;
  expect((await platform.send(part, received.message.address, context)).kind).toBe('sent');
  expect(await poll()).toMatchObject({ stream: { finish: true } });
});
