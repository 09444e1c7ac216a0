import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createTokenSource } from '../../../src/platforms/dingtalk/token.ts';
import { type DingtalkHarness, nowMs, startHarness } from './harness.ts';

let harness: DingtalkHarness;
beforeEach(async () => {
  harness = await startHarness();
});
afterEach(() => harness.close());

const source = (over = {}) => createTokenSource({ ...harness.settings, ...over }, harness.state, 400, () => undefined);

describe('the access token', () => {
  test('is bought once for ten instances that start together', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => source().current(nowMs)));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]?.kind).toBe('token');
    expect(harness.server.count('token')).toBe(1);
  });

  test('ten instances that find the same token stale buy one new one', async () => {
    const sources = Array.from({ length: 10 }, () => source());
    const stale = await sources[0]!.current(nowMs);
    if (stale.kind !== 'token') throw new Error('no token');
    const renewed = await Promise.all(
      sources.map(async (each) => {
        await each.drop(stale.token);
        return each.current(nowMs);
      }),
    );
    expect(new Set(renewed.map((answer) => (answer.kind === 'token' ? answer.token : answer.why))).size).toBe(1);
    expect(harness.server.count('token')).toBe(2);
  });

  test('dropping an old token leaves a newer one alone', async () => {
    await source().current(nowMs);
    await source().drop('an older token');
    await source().current(nowMs);
    expect(harness.server.count('token')).toBe(1);
  });

  test('a wrong secret is tried once; a corrected one at once', async () => {
    const wrong = source({ clientSecret: 'wrong' });
    for (let round = 0; round < 5; round += 1) expect((await wrong.current(nowMs)).kind).toBe('refused');
    expect((await source({ clientSecret: 'wrong' }).current(nowMs)).kind).toBe('refused');
    expect(await wrong.refusal(nowMs)).toContain('invalidClientIdOrSecret');
    expect(harness.server.count('token')).toBe(1);
    expect((await source().current(nowMs)).kind).toBe('token');
  });

  test('a busy token server is not a refusal', async () => {
    harness.server.fail('token', { kind: 'answer', status: 503, body: { code: 'systemBusy' } }, { kind: 'cut' });
    expect((await source().current(nowMs)).kind).toBe('unavailable');
    expect((await source().current(nowMs)).kind).toBe('unavailable');
    expect((await source().current(nowMs)).kind).toBe('token');
  });

  test('an answer without a token is none', async () => {
    harness.server.fail('token', { kind: 'answer', status: 200, body: { expireIn: 7_200 } });
    expect((await source().current(nowMs)).kind).toBe('unavailable');
  });

  test('without the shared state the instance goes on with its own token until it is due', async () => {
    harness.state.fail();
    const alone = source();
    expect((await alone.current(nowMs)).kind).toBe('token');
    expect((await alone.current(nowMs + 6_599_000)).kind).toBe('token');
    expect(harness.server.count('token')).toBe(1);
    await alone.current(nowMs + 6_601_000);
    expect(harness.server.count('token')).toBe(2);
    const wrong = source({ clientSecret: 'wrong' });
    await wrong.current(nowMs);
    expect((await wrong.current(nowMs + 1_000)).kind).toBe('refused');
    expect(harness.server.count('token')).toBe(3);
  });

  test('no key of the shared state carries the secret', async () => {
    await source().current(nowMs);
    expect(harness.state.keys().join()).not.toContain(harness.settings.clientSecret);
  });
});
