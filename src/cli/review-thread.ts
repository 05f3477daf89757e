import { getHeapStatistics } from 'node:v8';
import { parentPort } from 'node:worker_threads';
import { ForkloreError } from '../base/errors.js';
import { reviewPullRequest } from '../pull-request.js';
import type { ContentReader } from '../source/types.js';
import type { FromThread, ToThread } from './review-messages.js';

/*
 * A thread that reviews pull requests one at a time, so that a long exploration does not keep the server from answering.
 * Files are asked of the other side: it has the network.
 */

const send = (message: FromThread) => parentPort?.postMessage(message);

interface Waiting {
  promise: Promise<string | null>;
  resolve: (text: string | null) => void;
  reject: (error: Error) => void;
}

const reads = new Map<string, Waiting>();

function ask(path: string): Promise<string | null> {
  const known = reads.get(path);
  if (known) return known.promise;
  let settle: Pick<Waiting, 'resolve' | 'reject'> = { resolve: () => {}, reject: () => {} };
  const promise = new Promise<string | null>((resolve, reject) => {
    settle = { resolve, reject };
  });
  reads.set(path, { promise, ...settle });
  send({ type: 'read', path });
  return promise;
}

async function review({ input, label }: Extract<ToThread, { type: 'review' }>): Promise<void> {
  reads.clear();
  const reader: ContentReader = { read: ask, label };
  try {
    const review = await reviewPullRequest({ ...input, reader });
    send({ type: 'done', review, heap: getHeapStatistics().used_heap_size });
  } catch (error) {
    const kind = error instanceof ForkloreError ? error.kind : 'bug';
    const message = error instanceof Error ? error.message : String(error);
    send({ type: 'failed', kind, message });
  }
}

parentPort?.on('message', (message: ToThread) => {
  if (message.type === 'review') void review(message);
  else if (message.type === 'text') reads.get(message.path)?.resolve(message.text);
  else reads.get(message.path)?.reject(new ForkloreError('input', message.reason));
});
