import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../src/calendar/clock.ts';
import type { ChatStore } from '../../src/delivery/chat-store.ts';
import { type Courier, type CourierOptions, createCourier } from '../../src/delivery/courier.ts';
import { createInProcessState } from '../../src/store/in-process-state.ts';
import type { DeadLetter } from '../../src/store/outbox.ts';
import { describeStores, type OwnPlace, ownPlace } from '../store/stores.ts';
import { type Collector, startCollector } from './collector.ts';
import {
  addressOf,
  type CollectorPlatformOptions,
  collectorPlatform,
  fastRetry,
  quiet,
  text,
} from './collector-platform.ts';

describeStores('courier', (dialect) => {
  let place: OwnPlace;
  let store: ChatStore;
  let collector: Collector;
  const couriers: Courier[] = [];
  const letters: DeadLetter[] = [];

  beforeEach(async () => {
    place = await ownPlace(dialect);
    store = await place.open({ leaseMs: 900 });
    letters.length = 0;
  });
  afterEach(async () => {
    await Promise.all(couriers.splice(0).map((courier) => courier.stop()));
    await place.drop();
    await collector.close();
  });

  const courierOf = (
    options: Partial<CollectorPlatformOptions> = {},
    more: Partial<CourierOptions> & { store?: ChatStore } = {},
  ): Courier => {
    const courier = createCourier({
      store,
      platforms: collectorPlatform({ url: collector.url, timeoutMs: 3_000, ...options }),
      state: createInProcessState(),
      clock: systemClock,
      log: quiet,
      sweepMs: 100,
      retry: fastRetry,
      onDeadLetter: async (letter) => {
        letters.push(letter);
      },
      ...more,
    });
    couriers.push(courier);
    return courier;
  };

  const enqueue = (target: string, words: readonly string[], base = target, priority = 100): Promise<number> =>
    store.outbox.enqueue([
      { address: addressOf(target), parts: words.map(text), idempotencyKeyBase: base, cause: base, priority },
    ]);

  const until = async (holds: () => boolean, patienceMs = 8_000): Promise<void> => {
    for (const began = Date.now(); !holds(); await sleep(10)) {
      if (Date.now() - began > patienceMs) throw new Error('it did not come to be in time');
    }
  };

  const texts = (): string[] => collector.arrivals.map((arrival) => arrival.text);

  it('enqueues the same thing once and sends it once', async () => {
    collector = await startCollector();
    expect(await enqueue('a', ['1', '2'])).toBe(2);
    expect(await enqueue('a', ['1', '2'])).toBe(0);
    expect((await Promise.all(Array.from({ length: 8 }, () => enqueue('b', ['3'])))).reduce((a, b) => a + b)).toBe(1);
    await courierOf().drain();
    expect(texts().toSorted()).toEqual(['1', '2', '3']);
  });

  it('gives a target to one of several claims at once, also of one process', async () => {
    collector = await startCollector();
    await enqueue('a', ['1']);
    const claims = await Promise.all(Array.from({ length: 6 }, () => store.targets.claim(1)));
    expect(claims.flat()).toHaveLength(1);
  });

  it('keeps the order of a target, also when its first message is refused for a while, and lets others pass', async () => {
    collector = await startCollector();
    collector.treat((arrival, nth) => (arrival.text === 'a0' && nth < 4 ? 'refuse' : 'take'));
    await enqueue('a', ['a0', 'a1', 'a2', 'a3']);
    await enqueue('b', ['b0', 'b1']);
    courierOf().wake();
    await until(() => collector.arrivals.length === 6);
    expect(texts().filter((t) => t.startsWith('a'))).toEqual(['a0', 'a1', 'a2', 'a3']);
    expect(texts().slice(0, 2)).toEqual(['b0', 'b1']);
  });

  it('serves targets at once, the ones of a lower priority number first', async () => {
    collector = await startCollector();
    for (const n of [1, 2, 3]) await enqueue(`rep${n}`, ['x'], `rep${n}`, 100);
    await enqueue('director', ['x'], 'director', 10);
    await courierOf({}, { concurrency: 1 }).drain();
    expect(collector.arrivals[0]?.target).toBe('director');
    expect(collector.arrivals).toHaveLength(4);
  });

  it('repeats an unknown outcome with the same key where the platform tells repeats apart', async () => {
    collector = await startCollector({ safe: true });
    collector.treat((_, nth) => (nth <= 2 ? 'cut-after' : 'take'));
    await enqueue('a', ['1']);
    courierOf({ safe: true }).wake();
    await until(() => collector.requestsOf('a:0') === 3);
    await sleep(50);
    expect(collector.arrivals).toMatchObject([{ text: '1', marked: false }]);
    expect(letters).toEqual([]);
  });

  it('repeats an unknown outcome once, marked, where the platform cannot, then tells a human', async () => {
    collector = await startCollector();
    collector.treat(() => 'hang-after');
    await enqueue('a', ['1']);
    courierOf({ timeoutMs: 300 }).wake();
    await until(() => letters.length === 1);
    expect(collector.arrivals.map((arrival) => arrival.marked)).toEqual([false, true]);
    expect(letters[0]).toMatchObject({ cause: 'a', attempts: 2, partKind: 'text' });
  });

  it('gives up what is never accepted, goes on with the next, tells a human once, and sends it again when asked', async () => {
    collector = await startCollector();
    collector.treat((arrival, nth) => (arrival.text === 'bad' && nth === 1 ? 'never' : 'take'));
    await enqueue('a', ['bad', 'good']);
    const courier = courierOf();
    await courier.drain();
    await until(() => letters.length === 1);
    await sleep(250);
    expect(letters).toHaveLength(1);
    expect(texts()).toEqual(['good']);
    const dead = await store.outbox.deadLetters(10);
    expect(await store.outbox.resend(dead.map((letter) => letter.outboxId))).toBe(1);
    await courier.drain();
    expect(texts()).toEqual(['good', 'bad']);
    expect(await store.outbox.deadLetters(10)).toEqual([]);
  });

  it('tries at most five times and leaves other targets alone', async () => {
    collector = await startCollector();
    collector.treat((arrival) => (arrival.target === 'a' ? 'refuse' : 'take'));
    await enqueue('a', ['1']);
    await enqueue('b', ['2']);
    courierOf().wake();
    await until(() => letters.length === 1);
    expect(collector.requestsOf('a:0')).toBe(5);
    expect(texts()).toEqual(['2']);
  });

  it('closes a target that is gone, tells once, and opens it when somebody asks there', async () => {
    collector = await startCollector();
    collector.treat(() => 'gone');
    await enqueue('a', ['1', '2', '3']);
    const courier = courierOf();
    await courier.drain();
    await until(() => letters.length === 1);
    await enqueue('a', ['4'], 'later');
    await courier.drain();
    await sleep(700);
    expect(collector.requestsOf('a:0')).toBe(1);
    expect(letters).toHaveLength(1);
    expect(await store.outbox.deadLetters(10)).toHaveLength(4);
    collector.treat(() => 'take');
    await store.inbox.remember({
      platform: 'simulator',
      messageId: '1',
      userId: 'u',
      chat: { kind: 'private' },
      text: '漏斗',
      address: addressOf('a'),
    });
    const [claim] = await store.inbox.claim(1);
    await store.outbox.answer(claim!, 'answered', { address: addressOf('a'), parts: [text('answer')] });
    await courier.drain();
    expect(texts()).toEqual(['answer']);
  });

  it('keeps a rate in advance', async () => {
    collector = await startCollector();
    const allowances = [{ limit: 3, windowMs: 1_500, key: (address: { target: string }) => address.target }];
    await enqueue('a', ['1', '2', '3', '4', '5']);
    await enqueue('b', ['6']);
    const began = Date.now();
    const courier = courierOf({ allowances });
    courier.wake();
    await until(() => collector.arrivals.length === 4);
    expect(Date.now() - began).toBeLessThan(1_200);
    await until(() => collector.arrivals.length === 6);
    expect(Date.now() - began).toBeGreaterThanOrEqual(1_500);
    expect(texts().filter((t) => t !== '6')).toEqual(['1', '2', '3', '4', '5']);
  });

  it('sends a picture that is kept and gives up one that is not', async () => {
    collector = await startCollector();
    await store.pictures.save({ id: 'p1', png: Buffer.from([0, 255, 10]) });
    expect(await store.pictures.load('p1')).toEqual(Buffer.from([0, 255, 10]));
    const picture = (pictureId: string) => ({ kind: 'picture', body: { text: pictureId }, pictureId }) as const;
    await store.outbox.enqueue([
      { address: addressOf('a'), parts: [picture('p0'), picture('p1')], idempotencyKeyBase: 'a', cause: 'a' },
    ]);
    await courierOf().drain();
    await until(() => letters.length === 1);
    expect(texts()).toEqual(['p1']);
  });

  it('finishes what is in flight when it is stopped, and begins nothing more', async () => {
    collector = await startCollector();
    const courier = courierOf();
    let stopped: Promise<void> | null = null;
    collector.onRequest(() => {
      stopped ??= courier.stop();
    });
    await enqueue('a', ['1', '2']);
    courier.wake();
    await until(() => stopped !== null);
    await stopped;
    expect(texts()).toEqual(['1']);
    const rows = await store.database.kysely
      .selectFrom('cb_outbox')
      .select(['idempotency_key', 'state'])
      .orderBy('outbox_id')
      .execute();
    expect(rows).toEqual([
      { idempotency_key: 'a:0', state: 'sent' },
      { idempotency_key: 'a:1', state: 'due' },
    ]);
  });

  it('sends each once with two couriers over the same tables', async () => {
    collector = await startCollector();
    const other = await place.open({ leaseMs: 900 });
    await Promise.all(Array.from({ length: 30 }, (_, n) => enqueue(`t${n % 10}`, [`${n}`], `k${n}`)));
    const one = courierOf({ from: 'one', timeoutMs: 5_000 });
    const two = courierOf({ from: 'two', timeoutMs: 5_000 }, { store: other });
    await Promise.all([one.drain(), two.drain()]);
    await until(() => collector.arrivals.length >= 30);
    expect(new Set(texts()).size).toBe(30);
    expect(collector.arrivals).toHaveLength(30);
  });

  it('keeps its lease while a send takes long', async () => {
    collector = await startCollector();
    collector.treat((_, nth) => (nth === 1 ? 'hang-after' : 'take'));
    const other = await place.open({ leaseMs: 900 });
    await enqueue('a', ['1']);
    courierOf({ from: 'one', timeoutMs: 2_000 }).wake();
    await until(() => collector.arrivals.length === 1);
    courierOf({ from: 'two' }, { store: other });
    await sleep(1_500);
    expect(collector.arrivals).toHaveLength(1);
    await until(() => collector.arrivals.length === 2);
    expect(collector.arrivals[1]).toMatchObject({ marked: true });
  });
});
