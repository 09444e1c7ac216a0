import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { Failure } from '../failure.ts';
import type { Log } from '../log.ts';
import { withinTime } from '../time-limit.ts';
import { createInProcessState } from './in-process-state.ts';
import type { SharedState } from './shared-state.ts';

export interface RedisStateOptions {
  readonly log: Pick<Log, 'info' | 'warn'>;
  /** Before every key. Default `chenbao:`. */
  readonly prefix?: string;
  /** Redis is not waited for longer; left alone it may hang for 10 to 30 s (`reliability.md`, section 1.2). Default 400 ms. */
  readonly budgetMs?: number;
  /** After a failure Redis is not asked again for so long. Default 1 s. */
  readonly restMs?: number;
}

const takePlaceScript = `
local now, window, limit = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - window)
local taken = redis.call('ZCARD', KEYS[1])
if taken < limit then
  redis.call('ZADD', KEYS[1], now, ARGV[4])
  redis.call('PEXPIRE', KEYS[1], window + 1000)
  return 0
end
local first = redis.call('ZRANGE', KEYS[1], taken - limit, taken - limit, 'WITHSCORES')
return math.max(1, math.ceil(math.min(tonumber(first[2]), now) + window - now))`;

const deleteIfScript = `
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0`;

/**
 * Shared state of several instances. While Redis is away each instance goes on with a state of its own: tokens are
 * fetched once per instance and limits counted per instance, which costs calls but neither an answer nor a second one.
 */
export function createRedisState(url: string, options: RedisStateOptions): SharedState {
  const budgetMs = options.budgetMs ?? 400;
  const restMs = options.restMs ?? 1_000;
  const prefix = options.prefix ?? 'chenbao:';
  const alone = createInProcessState();
  const redis = new Redis(url, {
    commandTimeout: budgetMs,
    connectTimeout: 2_000,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (times) => Math.min(100 * 2 ** Math.min(times, 5), 2_000),
  });
  // Every command is guarded below; without a listener ioredis would print each failed connection.
  redis.on('error', () => undefined);

  // The first connection is waited for, within the budget, so that a start does not begin in the fallback.
  const connected = Promise.race([
    new Promise<void>((resolve) => redis.once('ready', resolve)),
    sleep(budgetMs, undefined, { ref: false }),
  ]);
  let isAway = false;
  let restsUntil = 0;

  async function guarded<T>(ask: () => Promise<T>, otherwise: () => Promise<T>): Promise<T> {
    if (performance.now() < restsUntil) return otherwise();
    await connected;
    try {
      const answer = await ask();
      if (isAway) options.log.info({}, 'redis is back');
      isAway = false;
      return answer;
    } catch (error) {
      restsUntil = performance.now() + restMs;
      if (!isAway) options.log.warn({ error }, 'redis does not answer, going on with a state of this process alone');
      isAway = true;
      return otherwise();
    }
  }

  return {
    get: (key) =>
      guarded(
        () => redis.get(prefix + key),
        () => alone.get(key),
      ),
    set: (key, value, ttlMs) =>
      guarded(
        async () => {
          await redis.set(prefix + key, value, 'PX', Math.max(1, Math.ceil(ttlMs)));
        },
        () => alone.set(key, value, ttlMs),
      ),
    setIfAbsent: (key, value, ttlMs) =>
      guarded(
        async () => (await redis.set(prefix + key, value, 'PX', Math.max(1, Math.ceil(ttlMs)), 'NX')) === 'OK',
        () => alone.setIfAbsent(key, value, ttlMs),
      ),
    deleteIf: (key, expected) =>
      guarded(
        async () => (await redis.eval(deleteIfScript, 1, prefix + key, expected)) === 1,
        () => alone.deleteIf(key, expected),
      ),
    takePlace: (key, limit, windowMs, nowMs) => {
      const place = `${nowMs}-${randomBytes(6).toString('hex')}`;
      return guarded(
        async () => Number(await redis.eval(takePlaceScript, 1, prefix + key, nowMs, windowMs, limit, place)),
        () => alone.takePlace(key, limit, windowMs, nowMs),
      );
    },
    ping: async (timeoutMs) => {
      await withinTime(timeoutMs, redis.ping(), () => {
        throw new Failure('unavailable', `no answer from redis in ${timeoutMs} ms`, '系统这会儿有点忙,请稍后再试。');
      });
    },
    close: async () => {
      redis.disconnect();
      await alone.close();
    },
  };
}
