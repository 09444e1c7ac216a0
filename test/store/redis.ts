import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';

export const redisUrl = process.env.TEST_REDIS_URL ?? 'redis://127.0.0.1:6379/';

/** Whether a Redis answers; without one its tests are skipped with one line. */
export async function redisAnswers(): Promise<boolean> {
  const redis = new Redis(redisUrl, { lazyConnect: true, retryStrategy: () => null, connectTimeout: 2_000 });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    return true;
  } catch {
    if (process.env.REQUIRE_SERVICES === '1')
      throw new Error('REQUIRE_SERVICES=1 and no Redis answers at TEST_REDIS_URL');
    console.warn('skipped: tests on Redis, no server answers at TEST_REDIS_URL');
    return false;
  } finally {
    redis.disconnect();
  }
}

/** A key prefix of this test's own; `flush` removes every key under it, as a flushed Redis would. */
export function ownPrefix(): { readonly prefix: string; flush(): Promise<void> } {
  const prefix = `chenbao_test_${process.pid}_${randomBytes(4).toString('hex')}`;
  return {
    prefix,
    flush: async () => {
      const redis = new Redis(redisUrl);
      const keys = await redis.keys(`${prefix}*`);
      if (keys.length > 0) await redis.del(...keys);
      redis.disconnect();
    },
  };
}
