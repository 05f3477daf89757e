import { ForkloreError } from '../base/errors.js';
import { idOf, type Job, laneOf, orderOf } from './jobs.js';

/** What becomes of a job that is handed in. */
export type Added = 'added' | 'replaced' | 'older' | 'duplicate';

/** How a job is told to stop, and whether it is tried again when it fails. */
export interface Control {
  /** Aborts with reason SUPERSEDED when a newer state of the pull request is known. */
  signal: AbortSignal;
  last: boolean;
}

/** Does a job. A rejection with an error that `again` accepts makes another try later. */
export type RunJob = (job: Job, control: Control) => Promise<void>;

/** Work that waits, in this process or in Redis. */
export interface JobQueue {
  /** Adds a job, or says why it is not needed. Rejects with a `limit` error when too many wait. */
  add(job: Job): Promise<Added>;
  size(): Promise<{ waiting: number; running: number }>;
  /** Takes nothing new, gives what runs `graceMs` milliseconds, then aborts it. */
  close(graceMs: number): Promise<void>;
}

/** Tries of one job, and the pause after the first one that failed: it doubles each time, up to two minutes. */
export const ATTEMPTS = 6;
export const FIRST_PAUSE_MS = 2000;
const LONGEST_PAUSE_MS = 120_000;

/** Milliseconds to wait after the `attempt`-th try (1, 2, ...). */
export function pauseAfter(attempt: number, first = FIRST_PAUSE_MS): number {
  return Math.min(LONGEST_PAUSE_MS, first * 2 ** (attempt - 1));
}

/** A job that hears this was made pointless by a newer state of its pull request. */
export const SUPERSEDED = 'superseded';

export interface LocalOptions {
  run: RunJob;
  concurrency: number;
  maxWaiting: number;
  /** Whether an error may pass. */
  again: (error: unknown) => boolean;
  onError: (error: unknown, job: Job) => void;
  firstPauseMs?: number;
}

interface Entry {
  job: Job;
  id: string;
  lane: string;
  order: string | null;
  attempt: number;
}

/**
 * Queue of one process: at most `concurrency` jobs at a time, one per lane; of the reviews of one pull request only the
 * newest waits, and one that runs for an older state is aborted.
 */
export class LocalQueue implements JobQueue {
  #waiting: Entry[] = [];
  readonly #running = new Map<string, { entry: Entry; abort: AbortController }>();
  readonly #paused = new Map<Entry, NodeJS.Timeout>();
  readonly #idle: (() => void)[] = [];
  #closed = false;

  constructor(readonly options: LocalOptions) {}

  async size(): Promise<{ waiting: number; running: number }> {
    return { waiting: this.#waiting.length + this.#paused.size, running: this.#running.size };
  }

  async add(job: Job): Promise<Added> {
    const entry = { job, id: idOf(job), lane: laneOf(job), order: orderOf(job), attempt: 1 };
    const running = this.#running.get(entry.lane);
    const others = [...this.#waiting, ...this.#paused.keys()];
    const live = running && !running.abort.signal.aborted ? [running.entry, ...others] : others;
    if (live.some((e) => e.id === entry.id)) return 'duplicate';
    const older = (e: Entry) => e.lane === entry.lane && isOlder(e.order, entry.order);
    if (live.some((e) => e.lane === entry.lane && isOlder(entry.order, e.order))) return 'older';
    const replaced = others.filter(older);
    if (replaced.length === 0 && others.length >= this.options.maxWaiting)
      throw new ForkloreError(
        'limit',
        `${others.length} jobs are waiting; deliver this again later`,
      );
    for (const e of replaced) this.#drop(e);
    this.#waiting.push(entry);
    if (running && older(running.entry)) running.abort.abort(SUPERSEDED);
    queueMicrotask(() => this.#next());
    return replaced.length > 0 ? 'replaced' : 'added';
  }

  /** Settles when nothing waits and nothing runs. */
  idle(): Promise<void> {
    if (this.#empty()) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  async close(graceMs: number): Promise<void> {
    this.#closed = true;
    this.#waiting = [];
    for (const e of [...this.#paused.keys()]) this.#drop(e);
    const late = setTimeout(() => {
      for (const { abort } of this.#running.values()) abort.abort('closing');
    }, graceMs);
    this.#settle();
    await this.idle();
    clearTimeout(late);
  }

  #empty(): boolean {
    return this.#waiting.length + this.#paused.size + this.#running.size === 0;
  }

  #drop(entry: Entry): void {
    clearTimeout(this.#paused.get(entry));
    this.#paused.delete(entry);
    this.#waiting = this.#waiting.filter((e) => e !== entry);
  }

  #next(): void {
    for (const entry of [...this.#waiting]) {
      if (this.#running.size >= this.options.concurrency) return;
      if (this.#running.has(entry.lane)) continue;
      this.#drop(entry);
      void this.#start(entry);
    }
  }

  async #start(entry: Entry): Promise<void> {
    const abort = new AbortController();
    this.#running.set(entry.lane, { entry, abort });
    const last = entry.attempt >= ATTEMPTS;
    try {
      await this.options.run(entry.job, { signal: abort.signal, last });
    } catch (error) {
      if (!last && !abort.signal.aborted && !this.#closed && this.options.again(error))
        this.#pause(entry);
      else if (!abort.signal.aborted) this.options.onError(error, entry.job);
    }
    this.#running.delete(entry.lane);
    this.#next();
    this.#settle();
  }

  #pause(entry: Entry): void {
    const ms = pauseAfter(entry.attempt, this.options.firstPauseMs);
    const timer = setTimeout(() => {
      this.#paused.delete(entry);
      this.#waiting.push({ ...entry, attempt: entry.attempt + 1 });
      this.#next();
    }, ms);
    this.#paused.set(entry, timer);
  }

  #settle(): void {
    if (this.#empty()) for (const resolve of this.#idle.splice(0)) resolve();
  }
}

/** Whether a state of a pull request is older than another; jobs without an order are never. */
export function isOlder(a: string | null, b: string | null): boolean {
  return a !== null && b !== null && a < b;
}
