import { Worker } from 'node:worker_threads';
import { ForkloreError } from '../base/errors.js';
import type { FailingRun, ScenarioResult } from '../sim/explore/check.js';
import type { Task } from './worker.js';

/** What each kind of task gives. */
interface Results {
  check: ScenarioResult[];
  shrink: FailingRun;
}
type Result = Results[Task['do']];

interface Waiting {
  message: { id: number; task: Task };
  resolve: (r: Result) => void;
  reject: (e: Error) => void;
}

type Answer = { id: number } & ({ result: Result } | { error: string });

/**
 * Explores independent scenarios on worker threads. Results are those of the same call on this thread; only the time
 * differs. Threads start when there is work and end with `close`.
 */
export class Pool {
  private readonly idle: Worker[] = [];
  private readonly all: Worker[] = [];
  private readonly queue: Waiting[] = [];
  private next = 0;

  constructor(
    private readonly size: number,
    private readonly script = new URL('./worker.js', import.meta.url),
  ) {}

  /** Explores one scenario, or shrinks a run, on some worker. */
  run<K extends Task['do']>(task: Task & { do: K }): Promise<Results[K]> {
    return new Promise<Result>((resolve, reject) => {
      this.queue.push({ message: { id: this.next++, task }, resolve, reject });
      this.dispatch();
    }) as Promise<Results[K]>;
  }

  /** Ends all workers; what is still queued is refused. */
  async close(): Promise<void> {
    for (const w of this.queue.splice(0)) w.reject(new ForkloreError('bug', 'the pool was closed'));
    await Promise.all(this.all.map((w) => w.terminate()));
  }

  private dispatch(): void {
    while (this.queue.length && (this.idle.length || this.all.length < this.size)) {
      const worker = this.idle.pop() ?? this.start();
      this.give(worker, this.queue.shift()!);
    }
  }

  private start(): Worker {
    const worker = new Worker(this.script);
    this.all.push(worker);
    return worker;
  }

  private give(worker: Worker, job: Waiting): void {
    const answered = (a: Answer) => {
      worker.off('error', failed);
      this.idle.push(worker);
      this.dispatch();
      if ('result' in a) job.resolve(a.result);
      else job.reject(new ForkloreError('bug', `in a worker: ${a.error}`));
    };
    const failed = (e: Error) => {
      worker.off('message', answered);
      this.all.splice(this.all.indexOf(worker), 1);
      job.reject(new ForkloreError('bug', `a worker ended: ${e.message}`, { cause: e }));
      this.dispatch();
    };
    worker.once('message', answered);
    worker.once('error', failed);
    worker.postMessage(job.message);
  }
}
