import { Worker } from 'node:worker_threads';
import { ForkloreError } from '../base/errors.js';
import type { PullRequest, PullRequestReview } from '../pull-request.js';
import type { FromThread, ToThread } from './review-messages.js';

/** A thread is replaced after so many reviews: what its libraries hold on to must not add up. */
const REVIEWS_A_THREAD = 200;
/** Heap of one thread, in MB; a review that needs more fails, the server goes on. */
const HEAP_MB = 1024;

/** A thread that holds more after a review is replaced: the next review must not be the one that has no room. MB. */
const KEPT_HEAP_MB = HEAP_MB / 2;

interface Thread {
  worker: Worker;
  reviews: number;
}

interface Done {
  review: PullRequestReview;
  heap: number;
}

/**
 * Reviews pull requests on threads of their own, one review a thread. Threads are kept for the next review; one that is
 * told to stop is ended.
 */
export class ReviewPool {
  readonly #idle: Thread[] = [];
  readonly #all = new Set<Worker>();

  constructor(
    readonly script = new URL('./review-thread.js', import.meta.url),
    readonly keptHeapMb = KEPT_HEAP_MB,
  ) {}

  /** Reviews `input`; rejects when `signal` aborts, and with the reader's error when a file can not be read. */
  async review(input: PullRequest, signal: AbortSignal): Promise<PullRequestReview> {
    signal.throwIfAborted();
    const thread = this.#idle.pop() ?? this.#start();
    const { review, heap } = await this.#run(thread.worker, input, signal).catch(
      (error: unknown) => {
        void this.#end(thread.worker);
        throw error;
      },
    );
    const fresh = ++thread.reviews < REVIEWS_A_THREAD && heap <= this.keptHeapMb * 2 ** 20;
    if (fresh) this.#idle.push(thread);
    else void this.#end(thread.worker);
    return review;
  }

  /** Ends all threads. */
  async close(): Promise<void> {
    await Promise.all([...this.#all].map((worker) => this.#end(worker)));
  }

  #start(): Thread {
    const worker = new Worker(this.script, {
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
    });
    this.#all.add(worker);
    return { worker, reviews: 0 };
  }

  async #end(worker: Worker): Promise<void> {
    this.#all.delete(worker);
    await worker.terminate();
  }

  #run(worker: Worker, input: PullRequest, signal: AbortSignal): Promise<Done> {
    const { reader, ...plain } = input;
    const send = (message: ToThread) => worker.postMessage(message);
    let unread: unknown = null;
    return new Promise<Done>((resolve, reject) => {
      const stop = () => end(() => reject(new ForkloreError('limit', 'stopped')));
      const failed = (error: Error) =>
        end(() => reject(new ForkloreError('limit', `the review ended: ${error.message}`)));
      const exited = () => failed(new Error('its thread is gone'));
      const end = (settle: () => void) => {
        signal.removeEventListener('abort', stop);
        worker.off('message', heard).off('error', failed).off('exit', exited);
        settle();
      };
      const read = async (path: string) => {
        try {
          send({ type: 'text', path, text: await reader.read(path) });
        } catch (error) {
          unread ??= error;
          send({ type: 'unread', path, reason: `${path} can not be read` });
        }
      };
      const heard = (message: FromThread) => {
        if (message.type === 'read') void read(message.path);
        else if (message.type === 'done' && unread === null) end(() => resolve(message));
        else if (message.type === 'done') end(() => reject(unread));
        else end(() => reject(unread ?? new ForkloreError(message.kind, message.message)));
      };
      signal.addEventListener('abort', stop);
      worker.on('message', heard).on('error', failed).on('exit', exited);
      send({ type: 'review', input: plain, label: reader.label });
    });
  }
}
