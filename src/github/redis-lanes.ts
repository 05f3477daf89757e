import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';

const RELEASE = `if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0`;
const RENEW = `if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('pexpire', KEYS[1], ARGV[2]) end return 0`;
const RAISE = `local now = redis.call('get', KEYS[1])
if now and now > ARGV[1] then return now end
redis.call('set', KEYS[1], ARGV[1], 'EX', ARGV[2])
return ARGV[1]`;

/** The newest state of a pull request is remembered that long, in seconds. */
const REMEMBERED_S = 7 * 24 * 3600;

/** One holder of a lane at a time, among all processes; a holder that dies loses it after `ttlMs` milliseconds. */
export class Lanes {
  constructor(
    readonly redis: Redis,
    readonly prefix: string,
    readonly ttlMs: number,
  ) {}

  /** A function that gives the lane back, or null when somebody else has it. */
  async take(lane: string): Promise<(() => Promise<void>) | null> {
    const key = `${this.prefix}:lane:${lane}`;
    const token = randomUUID();
    const got = await this.redis.set(key, token, 'PX', this.ttlMs, 'NX');
    if (got === null) return null;
    const renew = () => this.redis.eval(RENEW, 1, key, token, this.ttlMs).catch(() => {});
    const timer = setInterval(renew, this.ttlMs / 3);
    return async () => {
      clearInterval(timer);
      await this.redis.eval(RELEASE, 1, key, token);
    };
  }

  /** Remembers `order` as the newest state of the lane unless a newer one is known; returns the newest. */
  async raise(lane: string, order: string): Promise<string> {
    const key = `${this.prefix}:newest:${lane}`;
    return String(await this.redis.eval(RAISE, 1, key, order, REMEMBERED_S));
  }

  /** The newest state known of a lane. */
  newest(lane: string): Promise<string | null> {
    return this.redis.get(`${this.prefix}:newest:${lane}`);
  }
}
