// A process that runs already: questions come in by node's channel between processes, its review threads answer them.
// Argument: the script of the threads.
import { once } from 'node:events';
import { pathToFileURL } from 'node:url';
import { ReviewPool } from '../../src/cli/review-pool.js';
import type { PullRequest } from '../../src/pull-request.js';
import type { Case, Mode } from './cases.js';
import type { Explored } from './explore-case.js';

/** One question, with the texts that it is about. */
export interface Question {
  c: Case;
  mode: Mode;
  texts: Record<string, string>;
}

/** What the process has used: processor seconds of all its threads for this answer, and its peak memory in MB so far. */
export interface Used {
  cpu: number;
  megabytes: number;
}

export type Answer = ({ explored: Explored } & Used) | { error: string };

/** Answers until the other side is gone. Started without a channel it does nothing. */
export async function main(argv: readonly string[]): Promise<void> {
  if (!process.send) return;
  const pool = new ReviewPool(pathToFileURL(argv[2]));
  process.on('message', (question: Question) => {
    void answer(pool, question).then((a) => process.send!(a));
  });
  process.send('ready');
  await once(process, 'disconnect');
  await pool.close();
}

/** Asks a thread as the app asks for a review: the question crosses at once, each file when the thread reads it. */
async function answer(pool: ReviewPool, { c, mode, texts }: Question): Promise<Answer> {
  const reader = { read: async (path: string) => texts[path] ?? null, label: 'texts' };
  const input = { c, mode, reader } as unknown as PullRequest;
  const before = process.cpuUsage();
  try {
    const explored = await pool.review(input, new AbortController().signal);
    const { user, system } = process.cpuUsage(before);
    const used = { cpu: (user + system) / 1e6, megabytes: process.resourceUsage().maxRSS / 1024 };
    return { explored: explored as unknown as Explored, ...used };
  } catch (e) {
    return { error: (e as Error).message };
  }
}
