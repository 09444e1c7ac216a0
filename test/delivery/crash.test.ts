import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type OwnPlace, ownPlace } from '../store/stores.ts';
import { type Collector, startCollector } from './collector.ts';
import type { InstanceSettings } from './instance.ts';
import { type Instance, startInstance, until } from './processes.ts';
import { answersOf, expectPromiseKept } from './promise.ts';

describe('a process killed on the embedded database and started again', () => {
  let place: OwnPlace;
  let collector: Collector;
  let instance: Instance;
  beforeEach(async () => {
    place = await ownPlace('sqlite');
  });
  afterEach(async () => {
    await instance.kill();
    await collector.close();
    await place.drop();
  });

  const start = (more: Partial<InstanceSettings> = {}): Promise<Instance> =>
    startInstance({
      name: 'one',
      storeUrl: place.url,
      collectorUrl: collector.url,
      safe: false,
      leaseMs: 400,
      timeoutMs: 5_000,
      redis: null,
      haltAt: null,
      ...more,
    });

  it('answers once what it had remembered, was working on, or had answered without sending', async () => {
    collector = await startCollector();
    const phases = ['remembered', 'working', 'answered'] as const;
    for (const haltAt of phases) {
      instance = await start({ haltAt });
      instance.order({ kind: 'remember', messageIds: [haltAt] });
      await instance.told('acknowledged');
      await instance.told('halted');
      await instance.kill();
    }
    expect(collector.arrivals).toEqual([]);
    instance = await start();
    await until(() => collector.arrivals.length === 6);
    await sleep(300);
    expect(collector.arrivals.map((arrival) => arrival.text).toSorted()).toEqual(answersOf(...phases).toSorted());
    expect(collector.arrivals.every((arrival) => !arrival.marked)).toBe(true);
  });

  it('loses nothing and doubles nothing without a mark when killed around each of its sends', async () => {
    collector = await startCollector();
    const ids = ['before', 'accepted', 'answered'];
    for (const [index, id] of ids.entries()) {
      let victim: Instance | null = await start();
      instance = victim;
      collector.treat((arrival, nth) => {
        if (arrival.text !== `${id}/1` || nth > 1) return 'take';
        const dying = victim;
        victim = null;
        // Answered: the answer is on its way when the process dies, somewhere around the commit of "sent".
        if (index === 2) setTimeout(() => dying?.signal('SIGKILL'), 2);
        else dying?.signal('SIGKILL');
        return index === 0 ? 'hang-before' : index === 1 ? 'hang-after' : 'take';
      });
      instance.order({ kind: 'remember', messageIds: [id] });
      await instance.ended;
    }
    instance = await start();
    await until(() => answersOf(...ids).every((text) => collector.arrivals.some((arrival) => arrival.text === text)));
    await sleep(500);
    expectPromiseKept(collector, answersOf(...ids));
    expect(collector.arrivals.find((arrival) => arrival.text === 'before/1')?.marked).toBe(true);
    expect(collector.arrivals.filter((arrival) => arrival.text === 'accepted/1')).toHaveLength(2);
  });

  it('doubles nothing at all where the platform tells repeats apart', async () => {
    collector = await startCollector({ safe: true });
    instance = await start({ safe: true });
    collector.treat((_, nth) => {
      if (nth === 1) instance.signal('SIGKILL');
      return 'hang-after';
    });
    instance.order({ kind: 'enqueue', target: 'a', base: 'digest', words: ['1'] });
    await instance.ended;
    collector.treat(() => 'take');
    instance = await start({ safe: true });
    await until(() => collector.requestsOf('digest:0') === 2);
    await sleep(100);
    expect(collector.arrivals).toMatchObject([{ text: '1', marked: false }]);
  });

  it('finishes what is in flight on an orderly stop and leaves the rest to the next', async () => {
    collector = await startCollector();
    instance = await start();
    const words = Array.from({ length: 20 }, (_, n) => `${n}`);
    collector.onRequest((arrival) => {
      if (arrival.text === '3') instance.order({ kind: 'stop' });
    });
    instance.order({ kind: 'enqueue', target: 'a', base: 'a', words });
    await instance.told('stopped');
    await instance.ended;
    expect(collector.arrivals.length).toBeLessThan(20);
    instance = await start();
    await until(() => collector.arrivals.length === 20);
    expect(collector.arrivals.map((arrival) => arrival.text)).toEqual(words);
    expect(collector.arrivals.every((arrival) => !arrival.marked)).toBe(true);
  });
});
