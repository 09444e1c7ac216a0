import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dialects } from '../database/databases.ts';
import { ownPrefix, redisAnswers, redisUrl } from '../store/redis.ts';
import { type OwnPlace, ownPlace } from '../store/stores.ts';
import { type Collector, startCollector } from './collector.ts';
import type { InstanceSettings } from './instance.ts';
import { type Instance, startInstance, until } from './processes.ts';
import { answersOf, expectPromiseKept } from './promise.ts';

const withRedis = await redisAnswers();

// The tests build on each other: starting processes is what takes the time.
describe.skipIf(!dialects.includes('mysql') || !withRedis)('two instances on one MariaDB and Redis', () => {
  const redis = { url: redisUrl, ...ownPrefix() };
  let place: OwnPlace;
  let collector: Collector;
  let one: Instance;
  let two: Instance;

  const start = (name: string, more: Partial<InstanceSettings> = {}): Promise<Instance> =>
    startInstance({
      name,
      storeUrl: place.url,
      collectorUrl: collector.url,
      safe: false,
      leaseMs: 1_500,
      timeoutMs: 5_000,
      redis: { url: redis.url, prefix: redis.prefix },
      haltAt: null,
      ...more,
    });

  beforeAll(async () => {
    [place, collector] = await Promise.all([ownPlace('mysql'), startCollector()]);
    // Both bring the empty schema up to date at the same moment.
    [one, two] = await Promise.all([start('one'), start('two')]);
  });
  afterAll(async () => {
    await Promise.all([one.kill(), two.kill()]);
    await redis.flush();
    await collector.close();
    await place.drop();
  });

  const questions = (name: string, count: number): string[] => Array.from({ length: count }, (_, n) => `${name}${n}`);
  const arrived = (texts: readonly string[]): boolean => {
    const all = new Set(collector.arrivals.map((arrival) => arrival.text));
    return texts.every((text) => all.has(text));
  };
  const arrivalsOf = (texts: readonly string[]) => collector.arrivals.filter((arrival) => texts.includes(arrival.text));

  it('answer once what both were told', async () => {
    const ids = questions('both', 20);
    one.order({ kind: 'remember', messageIds: ids });
    two.order({ kind: 'remember', messageIds: ids });
    await Promise.all([one.told('acknowledged'), two.told('acknowledged')]);
    await until(() => arrived(answersOf(...ids)));
    await sleep(200);
    expectPromiseKept(collector, answersOf(...ids));
  });

  it('share the work of one', async () => {
    const ids = questions('shared', 40);
    one.order({ kind: 'remember', messageIds: ids });
    await one.told('acknowledged');
    await until(() => arrived(answersOf(...ids)));
    expect(new Set(arrivalsOf(answersOf(...ids)).map((arrival) => arrival.from))).toEqual(new Set(['one', 'two']));
  });

  it('go on when Redis has forgotten everything', async () => {
    const before = questions('flushed', 10);
    one.order({ kind: 'remember', messageIds: before });
    await redis.flush();
    await one.told('acknowledged');
    const after = questions('after', 10);
    two.order({ kind: 'remember', messageIds: after });
    await two.told('acknowledged');
    const texts = answersOf(...before, ...after);
    await until(() => arrived(texts));
    await sleep(200);
    expectPromiseKept(collector, texts);
  });

  it('lose nothing when every connection to the database is killed in the middle', async () => {
    const ids = questions('killed', 30);
    const admin = await createConnection({ uri: place.url });
    let kills = 0;
    const killAll = async (): Promise<void> => {
      const [rows] = await admin.query(
        'select id from information_schema.processlist where db = database() and id <> connection_id()',
      );
      for (const { id } of rows as { id: number }[]) {
        await admin.query(`kill ${Number(id)}`).catch(() => undefined);
        kills += 1;
      }
    };
    const sentBefore = collector.arrivals.length;
    one.order({ kind: 'remember', messageIds: ids });
    await one.told('acknowledged');
    await until(() => collector.arrivals.length > sentBefore + 5);
    await killAll();
    await sleep(60);
    await killAll();
    await until(() => arrived(answersOf(...ids)));
    await sleep(1_700);
    await admin.end();
    expect(kills).toBeGreaterThan(2);
    expectPromiseKept(collector, answersOf(...ids));
  });

  it('take over what a killed one had begun', async () => {
    const ids = questions('taken', 30);
    const sentBefore = collector.arrivals.length;
    one.order({ kind: 'remember', messageIds: ids });
    await one.told('acknowledged');
    await until(() => collector.arrivals.length > sentBefore + 10);
    await one.kill();
    await until(() => arrived(answersOf(...ids)));
    await sleep(500);
    expectPromiseKept(collector, answersOf(...ids));
    one = await start('one');
  });

  it('take over from one that is frozen past its lease, which then repeats nothing', async () => {
    collector.treat((arrival, nth) => {
      if (arrival.text !== 'frozen' || nth > 1) return 'take';
      (arrival.from === 'one' ? one : two).signal('SIGSTOP');
      return 'take';
    });
    one.order({ kind: 'enqueue', target: 'f', base: 'frozen', words: ['frozen', 'next'] });
    await until(() => arrived(['frozen', 'next']));
    const frozenOne = arrivalsOf(['frozen'])[0]?.from;
    expect(arrivalsOf(['next'])[0]?.from).not.toBe(frozenOne);
    one.signal('SIGCONT');
    two.signal('SIGCONT');
    await sleep(1_700);
    expect(arrivalsOf(['frozen']).map((arrival) => arrival.marked)).toEqual([false, true]);
    expect(arrivalsOf(['next'])).toHaveLength(1);
    collector.treat(() => 'take');
  });

  it('work without Redis', async () => {
    await one.kill();
    one = await start('alone', { redis: { url: 'redis://127.0.0.1:1/', prefix: redis.prefix } });
    const ids = questions('alone', 10);
    one.order({ kind: 'remember', messageIds: ids });
    await one.told('acknowledged');
    await until(() => arrived(answersOf(...ids)));
    await sleep(200);
    expectPromiseKept(collector, answersOf(...ids));
    one.order({ kind: 'stop' });
    two.order({ kind: 'stop' });
    await Promise.all([one.ended, two.ended]);
  });
});
