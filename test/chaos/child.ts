import { ProbotOctokit } from 'probot';
import { ReviewPool } from '../../src/cli/review-pool.js';
import { serve } from '../../src/github/server.js';
import type { ReviewInput } from '../../src/github/types.js';
import { work } from '../../src/github/worker.js';
import { DEFAULT_CONFIG } from '../../src/judge/configuration.js';
import { finding, lockFinding, patchReview } from '../report/markdown-samples.js';

/*
 * A server or a worker of the app as a process of its own, for tests that kill it. Real but for the review itself, which
 * finds one problem for each head, and for the pauses of Octokit, which are scaled to milliseconds.
 */

const free = {
  key: () => ({
    schedule: (_: object, f: (...a: unknown[]) => unknown, ...a: unknown[]) => f(...a),
  }),
};
const again = (_s: number, _r: object, _o: object, retries: number): boolean => retries < 3;

export const ScaledOctokit = ProbotOctokit.defaults((options: object) => ({
  ...options,
  throttle: {
    enabled: true,
    global: free,
    auth: free,
    search: free,
    write: free,
    notifications: free,
    retryAfterBaseValue: 10,
    onRateLimit: again,
    onSecondaryRateLimit: again,
  },
  retry: { retryAfterBaseValue: 2 },
})) as typeof ProbotOctokit;

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

const pool = new ReviewPool(new URL(`file://${process.env.REVIEW_THREAD}`));

const options = {
  env: process.env,
  octokit: ScaledOctokit,
  firstPauseMs: 20,
  lockMs: 2000,
  sleep: (ms: number) => wait(ms / 200),
  parseConfig: () => DEFAULT_CONFIG,
  explainRule: async () => ({ text: null, known: [] }),
  review: reviewOf(process.env.REVIEW),
};

function reviewOf(kind: string | undefined) {
  if (kind === 'real') return realReview(pool);
  return kind === 'leak' ? leakingReview : stubReview;
}

/** Fails, and says all that it should not. */
function leakingReview(): Promise<never> {
  return Promise.reject(new Error(`lost ${process.env.LEAK ?? ''}`));
}

/** Reviews on threads, as the product does. */
function realReview(threads: ReviewPool) {
  return (input: ReviewInput, signal: AbortSignal) => threads.review(input, signal);
}

/** Finds one problem for each head: the title of the stand-in's pull requests names it. */
async function stubReview({ title }: { title: string }) {
  await wait(Number(process.env.REVIEW_MS ?? 20));
  const id = title.slice(-16);
  const location = { path: 'kernel/fork.c', line: 14, side: 'RIGHT' as const };
  const findings = [lockFinding({ id, location, subject: title }), finding()];
  return { whole: patchReview({ subject: title, findings }), commits: [] };
}

const stopped = new Promise<void>((resolve) => {
  process.once('SIGTERM', () => resolve());
});

if (process.argv[2] === 'worker') {
  const worker = await work(options);
  process.stdout.write(`ready ${worker.url ?? ''}\n`);
  await stopped;
  await worker.close(5000);
} else {
  const server = await serve({ ...options, works: process.argv[2] !== 'server-only' });
  process.stdout.write(`ready ${server.url}\n`);
  await stopped;
  await server.close(5000);
}
// as the product ends: idle threads would keep the process
await pool.close();
process.exit(0);
