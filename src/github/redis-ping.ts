import { Redis } from 'ioredis';
import { ForkloreError } from '../base/errors.js';

/** Version of the Redis behind an address. Rejects with one line when none answers. */
export async function pingRedis(url: string): Promise<string> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
  redis.on('error', () => {});
  try {
    await redis.connect();
    const info = await redis.info('server');
    return /redis_version:(\S+)/.exec(info)?.[1] ?? 'of unknown version';
  } catch (cause) {
    throw new ForkloreError('usage', `REDIS_URL: no answer from ${new URL(url).host}`, { cause });
  } finally {
    redis.disconnect();
  }
}
