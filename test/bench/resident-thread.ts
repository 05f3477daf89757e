// A thread that answers the questions of `resident.ts`, in the place of the app's `review-thread.ts` and over its messages.
// What that thread keeps between reviews this one keeps, since it is the same code that keeps it.
import { getHeapStatistics } from 'node:v8';
import { parentPort } from 'node:worker_threads';
import type { FromThread, ToThread } from '../../src/cli/review-messages.js';
import { untouchedFile } from '../../src/source/index.js';
import type { ContentReader, SourceFile } from '../../src/source/types.js';
import { FILES, PATCHED, plainFile } from './case-files.js';
import { exploreCase } from './explore-case.js';
import type { Question } from './resident.js';

type Result = Extract<FromThread, { type: 'done' }>['review'];

const send = (message: FromThread) => parentPort?.postMessage(message);
const waiting = new Map<string, (text: string | null) => void>();

const reader: ContentReader = {
  label: 'texts',
  read: (path) =>
    new Promise((resolve) => {
      waiting.set(path, resolve);
      send({ type: 'read', path });
    }),
};

/** The patched file is made anew, the others are those of the tree: a review has them so. */
async function files(): Promise<SourceFile[]> {
  const all = FILES.map(async (path) => {
    if (path !== PATCHED) return untouchedFile(reader, path);
    const text = await reader.read(path);
    return text === null ? null : plainFile(path, text);
  });
  return (await Promise.all(all)).filter((f) => f !== null);
}

async function answer({ c, mode }: Question): Promise<void> {
  const started = performance.now();
  const now = () => performance.now() - started;
  try {
    const explored = await exploreCase(await files(), c, mode, { now });
    const heap = getHeapStatistics().used_heap_size;
    send({ type: 'done', review: explored as unknown as Result, heap });
  } catch (e) {
    send({ type: 'failed', kind: 'bug', message: (e as Error).message });
  }
}

parentPort?.on('message', (message: ToThread) => {
  if (message.type === 'review') void answer(message.input as unknown as Question);
  else if (message.type === 'text') waiting.get(message.path)?.(message.text);
});
