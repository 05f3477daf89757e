import { createHash } from 'node:crypto';
import { DelayedError, Queue, type Job as Stored, UnrecoverableError, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { ForkloreError } from '../base/errors.js';
import { MAX_REDIS_JOBS } from '../base/limits.js';
import { idOf, type Job, laneOf, orderOf } from './jobs.js';
import {
  type Added,
  ATTEMPTS,
  FIRST_PAUSE_MS,
  isOlder,
  type JobQueue,
  type RunJob,
  SUPERSEDED,
} from './queue.js';
import type { Seen } from './recent.js';
import { Lanes } from './redis-lanes.js';

const QUEUE = 'forklore';
/** A worker that is silent for so long counts as dead, and its job is taken over. Milliseconds. */
const LOCK_MS = 30_000;
/** How often a running job looks whether a newer state of its pull request is known, in milliseconds. */
const LOOK_MS = 1000;
/** A job whose lane is taken comes back after so many milliseconds. */
const LANE_PAUSE_MS = 500;
/** A job may lose its worker that often before it is given up. */
const MAX_LOST_WORKERS = 20;
/** GitHub offers redelivery for three days. Seconds. */
const DELIVERY_S = 3 * 24 * 3600;

export interface RedisOptions {
  url: string;
  run: RunJob;
  concurrency: number;
  /** Whether this process does jobs. */
  works: boolean;
  again: (error: unknown) => boolean;
  onError: (error: unknown, job: Job) => void;
  warn: (message: string) => void;
  firstPauseMs?: number;
  /** After so many milliseconds a silent worker counts as dead. */
  lockMs?: number;
  /** Jobs that may wait. */
  maxWaiting?: number;
}

/** Queue and memory of deliveries in Redis, shared by any number of processes. Rejects when Redis does not answer. */
export async function openRedis(o: RedisOptions): Promise<{ queue: JobQueue; seen: Seen }> {
  const redis = new Redis(o.url, { maxRetriesPerRequest: null, lazyConnect: true });
  // an error without a listener would end the process; the client reconnects by itself
  redis.on('error', (error: Error) => o.warn(`Redis: ${error.message}`));
  try {
    await redis.connect();
  } catch (cause) {
    redis.disconnect();
    const { host } = new URL(o.url);
    throw new ForkloreError('usage', `REDIS_URL: no answer from ${host}`, { cause });
  }
  return { queue: new RedisQueue(redis, o), seen: new RedisSeen(redis) };
}

class RedisSeen implements Seen {
  constructor(readonly redis: Redis) {}

  async has(value: string): Promise<boolean> {
    return (await this.redis.exists(`forklore:delivery:${value}`)) === 1;
  }

  async add(value: string): Promise<void> {
    await this.redis.set(`forklore:delivery:${value}`, '1', 'EX', DELIVERY_S);
  }

  async delete(value: string): Promise<void> {
    await this.redis.del(`forklore:delivery:${value}`);
  }
}

/**
 * BullMQ on Redis: one job per installation, pull request and head, tried again with growing pauses; a newer head
 * aborts the older job in whatever process it runs; a job whose worker died is taken over.
 */
class RedisQueue implements JobQueue {
  readonly #queue: Queue;
  readonly #worker: Worker | null;
  readonly #lanes: Lanes;
  readonly #running = new Set<AbortController>();
  readonly #redis: Redis;

  constructor(
    redis: Redis,
    readonly options: RedisOptions,
  ) {
    const lockMs = options.lockMs ?? LOCK_MS;
    this.#redis = redis;
    this.#lanes = new Lanes(redis, QUEUE, lockMs);
    this.#queue = new Queue(QUEUE, { connection: redis });
    this.#queue.on('error', (error) => options.warn(`queue: ${error.message}`));
    this.#worker = options.works ? this.#work(lockMs) : null;
  }

  async add(job: Job): Promise<Added> {
    const order = orderOf(job);
    const lane = laneOf(job);
    if (order !== null && isOlder(order, await this.#lanes.raise(lane, order))) return 'older';
    const jobId = createHash('sha256').update(idOf(job)).digest('hex');
    const known = await this.#queue.getJob(jobId);
    if (known) return 'duplicate';
    const { waiting } = await this.size();
    if (waiting >= (this.options.maxWaiting ?? MAX_REDIS_JOBS))
      throw new ForkloreError('limit', `${waiting} jobs are waiting; deliver this again later`);
    await this.#queue.add(job.kind, job, {
      jobId,
      attempts: ATTEMPTS,
      backoff: { type: 'exponential', delay: this.options.firstPauseMs ?? FIRST_PAUSE_MS },
      removeOnComplete: true,
      removeOnFail: true,
    });
    return 'added';
  }

  async size(): Promise<{ waiting: number; running: number }> {
    const counts = await this.#queue.getJobCounts('wait', 'delayed', 'prioritized', 'active');
    const { wait = 0, delayed = 0, prioritized = 0, active = 0 } = counts;
    return { waiting: wait + delayed + prioritized, running: active };
  }

  async close(graceMs: number): Promise<void> {
    const late = setTimeout(() => {
      for (const abort of this.#running) abort.abort('closing');
    }, graceMs);
    await this.#worker?.close();
    clearTimeout(late);
    await this.#queue.close();
    this.#redis.disconnect();
  }

  #work(lockMs: number): Worker {
    const worker = new Worker<Job>(QUEUE, (stored, token) => this.#process(stored, token), {
      connection: this.#redis.duplicate(),
      concurrency: this.options.concurrency,
      lockDuration: lockMs,
      stalledInterval: lockMs,
      maxStalledCount: MAX_LOST_WORKERS,
    });
    worker.on('error', (error) => this.options.warn(`worker: ${error.message}`));
    worker.on('failed', (stored, error) => {
      if (!stored) return;
      const final = error instanceof UnrecoverableError || stored.attemptsMade >= ATTEMPTS;
      if (final) this.options.onError(error, stored.data);
    });
    return worker;
  }

  async #process(stored: Stored<Job>, token?: string): Promise<void> {
    const job = stored.data;
    const lane = laneOf(job);
    const back = async (ms: number): Promise<never> => {
      await stored.moveToDelayed(Date.now() + ms, token);
      throw new DelayedError();
    };
    const release = await this.#lanes.take(lane);
    if (release === null) return back(LANE_PAUSE_MS);
    const abort = new AbortController();
    this.#running.add(abort);
    const looking = setInterval(() => void this.#look(job, abort), LOOK_MS);
    try {
      await this.#look(job, abort);
      const last = stored.attemptsMade + 1 >= ATTEMPTS;
      await this.options.run(job, { signal: abort.signal, last });
    } catch (error) {
      if (abort.signal.aborted && abort.signal.reason !== SUPERSEDED) return await back(0);
      if (!this.options.again(error)) throw new UnrecoverableError(messageOf(error));
      throw error;
    } finally {
      clearInterval(looking);
      this.#running.delete(abort);
      await release();
    }
  }

  async #look(job: Job, abort: AbortController): Promise<void> {
    const newest = await this.#lanes.newest(laneOf(job)).catch(() => null);
    if (isOlder(orderOf(job), newest)) abort.abort(SUPERSEDED);
  }
}

/** BullMQ keeps it in Redis: the kind of error only, no text of a request. */
const messageOf = (error: unknown): string => (error instanceof Error ? error.name : 'error');
