import { ForkloreError } from '../base/errors.js';

/** One piece of work for one pull request. */
export interface QueueJob {
  /** The pull request. Jobs with the same key never run at the same time. */
  key: string;
  /** The head commit; a job whose key and version are already waiting or running is not added again. */
  version: string;
  /** Sorts two versions of one key: the greater is the newer. */
  order: string;
  /** `signal` aborts when a newer version of the same key was added. */
  run(signal: AbortSignal): Promise<void>;
}

interface Running {
  job: QueueJob;
  abort: AbortController;
}

/**
 * In-process queue: at most `concurrency` jobs at a time, one per key, and of those that wait for the same key only the
 * newest. Jobs report their own errors; one that throws is handed to `onError` and forgotten.
 */
export class WorkQueue {
  readonly #waiting = new Map<string, QueueJob>();
  readonly #running = new Map<string, Running>();
  readonly #idle: (() => void)[] = [];

  constructor(
    readonly options: {
      concurrency: number;
      maxWaiting: number;
      onError: (error: unknown, job: QueueJob) => void;
    },
  ) {}

  /** Jobs waiting and running. */
  get size(): { waiting: number; running: number } {
    return { waiting: this.#waiting.size, running: this.#running.size };
  }

  /** Adds a job, or says why it is not needed. Throws a `limit` error when too many jobs wait. */
  add(job: QueueJob): 'added' | 'replaced' | 'older' | 'duplicate' {
    const running = this.#running.get(job.key);
    const waiting = this.#waiting.get(job.key);
    if (waiting ? waiting.version === job.version : running?.job.version === job.version) {
      return 'duplicate';
    }
    const newest = waiting ?? running?.job;
    if (newest && newest.order > job.order) return 'older';
    if (!waiting && this.#waiting.size >= this.options.maxWaiting) {
      throw new ForkloreError(
        'limit',
        `${this.#waiting.size} reviews are waiting; deliver this again later`,
      );
    }
    this.#waiting.set(job.key, job);
    running?.abort.abort();
    queueMicrotask(() => this.#next());
    return waiting ? 'replaced' : 'added';
  }

  /** Settles when nothing waits and nothing runs. */
  idle(): Promise<void> {
    if (this.#waiting.size + this.#running.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  #next(): void {
    for (const [key, job] of this.#waiting) {
      if (this.#running.size >= this.options.concurrency) return;
      if (this.#running.has(key)) continue;
      this.#waiting.delete(key);
      void this.#start(job);
    }
  }

  async #start(job: QueueJob): Promise<void> {
    const abort = new AbortController();
    this.#running.set(job.key, { job, abort });
    try {
      await job.run(abort.signal);
    } catch (error) {
      this.options.onError(error, job);
    }
    this.#running.delete(job.key);
    this.#next();
    if (this.#waiting.size + this.#running.size === 0) {
      for (const resolve of this.#idle.splice(0)) resolve();
    }
  }
}
