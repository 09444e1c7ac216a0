import { createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { createInProcessState } from '../../src/store/in-process-state.ts';
import { createRedisState } from '../../src/store/redis-state.ts';
import type { SharedState } from '../../src/store/shared-state.ts';
import { ownPrefix, redisAnswers, redisUrl } from './redis.ts';

const log = { info: () => undefined, warn: () => undefined };

interface Ground {
  /** States that several instances would hold. */
  open(): SharedState;
  clear(): Promise<void>;
}

const inProcess = (): Ground => {
  const state = createInProcessState();
  return { open: () => state, clear: () => state.close() };
};

const onRedis = (): Ground => {
  const { prefix, flush } = ownPrefix();
  const states: SharedState[] = [];
  return {
    open: () => {
      const state = createRedisState(redisUrl, { log, prefix: `${prefix}:` });
      states.push(state);
      return state;
    },
    clear: async () => {
      await Promise.all(states.map((state) => state.close()));
      await flush();
    },
  };
};

const grounds: (readonly [string, () => Ground])[] = [['in process', inProcess]];
if (await redisAnswers()) grounds.push(['on redis', onRedis]);

describe.each(grounds)('shared state %s', (_, groundOf) => {
  let ground: Ground;
  afterEach(() => ground.clear());

  it('keeps a value until its time is over, for every instance', async () => {
    ground = groundOf();
    const [one, two] = [ground.open(), ground.open()];
    expect(await one.get('token')).toBeNull();
    await one.set('token', '晨报', 120);
    expect(await two.get('token')).toBe('晨报');
    await sleep(160);
    expect(await two.get('token')).toBeNull();
  });

  it('lets one of many set what is absent, and only the holder delete it', async () => {
    ground = groundOf();
    const [one, two] = [ground.open(), ground.open()];
    const wins = await Promise.all(
      Array.from({ length: 20 }, (_, n) => (n % 2 === 0 ? one : two).setIfAbsent('lock', `${n}`, 5_000)),
    );
    expect(wins.filter(Boolean)).toHaveLength(1);
    const holder = (await one.get('lock')) ?? '';
    expect(await two.deleteIf('lock', `${holder}x`)).toBe(false);
    expect(await two.deleteIf('lock', holder)).toBe(true);
    expect(await one.setIfAbsent('lock', 'next', 5_000)).toBe(true);
    expect(await one.deleteIf('absent', 'x')).toBe(false);
  });

  it('gives the places of a sliding window and says when the next is free', async () => {
    ground = groundOf();
    const state = ground.open();
    const t = 1_800_000_000_000;
    expect(await state.takePlace('robot', 3, 60_000, t)).toBe(0);
    expect(await state.takePlace('robot', 3, 60_000, t + 10_000)).toBe(0);
    expect(await state.takePlace('robot', 3, 60_000, t + 20_000)).toBe(0);
    expect(await state.takePlace('robot', 3, 60_000, t + 30_000)).toBe(30_000);
    expect(await state.takePlace('other', 3, 60_000, t + 30_000)).toBe(0);
    expect(await state.takePlace('robot', 3, 60_000, t + 59_999)).toBe(1);
    expect(await state.takePlace('robot', 3, 60_000, t + 60_000)).toBe(0);
    expect(await state.takePlace('robot', 3, 60_000, t + 60_001)).toBe(9_999);
  });

  it('never gives more places than there are, however many ask at once', async () => {
    ground = groundOf();
    const [one, two] = [ground.open(), ground.open()];
    const now = Date.now();
    const waits = await Promise.all(
      Array.from({ length: 50 }, (_, n) => (n % 2 === 0 ? one : two).takePlace('robot', 20, 60_000, now)),
    );
    expect(waits.filter((wait) => wait === 0)).toHaveLength(20);
    expect(waits.filter((wait) => wait > 0).every((wait) => wait === 60_000)).toBe(true);
  });

  it('is not locked for longer than the window by a clock that was put back', async () => {
    ground = groundOf();
    const state = ground.open();
    await state.takePlace('robot', 1, 1_000, 1_800_000_000_000);
    expect(await state.takePlace('robot', 1, 1_000, 1_700_000_000_000)).toBe(1_000);
  });

  it('answers a ping', async () => {
    ground = groundOf();
    const state = ground.open();
    await sleep(50);
    await state.ping(1_000);
  });
});

describe('shared state without its redis', () => {
  it('goes on alone at once when nothing listens, and says so once', async () => {
    const warned: string[] = [];
    const state = createRedisState('redis://127.0.0.1:1/', {
      log: { info: () => undefined, warn: (_: unknown, words?: string) => void warned.push(words ?? '') },
      budgetMs: 100,
    });
    const began = Date.now();
    await state.set('token', 'x', 1_000);
    expect(await state.get('token')).toBe('x');
    expect(await state.setIfAbsent('lock', 'a', 1_000)).toBe(true);
    expect(await state.setIfAbsent('lock', 'b', 1_000)).toBe(false);
    expect(await state.takePlace('robot', 1, 1_000, 5)).toBe(0);
    expect(await state.takePlace('robot', 1, 1_000, 5)).toBe(1_000);
    expect(Date.now() - began).toBeLessThan(500);
    expect(warned).toHaveLength(1);
    await expect(state.ping(100)).rejects.toThrow();
    await state.close();
  });

  it('waits for a redis that hangs no longer than its budget, then leaves it alone for a while', async () => {
    const sockets = new Set<Socket>();
    const hanging = createServer((socket) => {
      sockets.add(socket);
      // Ready for the handshake, silent afterwards.
      socket.on('data', (bytes) => {
        if (bytes.toString().toLowerCase().includes('info')) socket.write('$17\r\nredis_version:7.0\r\n');
      });
      socket.on('error', () => undefined);
    });
    await new Promise<void>((resolve) => hanging.listen(0, '127.0.0.1', resolve));
    const address = hanging.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    const state = createRedisState(`redis://127.0.0.1:${port}/`, { log, budgetMs: 150, restMs: 2_000 });
    const began = Date.now();
    expect(await state.setIfAbsent('lock', 'a', 5_000)).toBe(true);
    expect(Date.now() - began).toBeLessThan(500);
    const again = Date.now();
    expect(await state.setIfAbsent('lock', 'b', 5_000)).toBe(false);
    expect(Date.now() - again).toBeLessThan(50);
    await expect(state.ping(100)).rejects.toThrow();
    await state.close();
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => hanging.close(resolve));
  });
});
