import { once } from 'node:events';
import { ForkloreError } from '../base/errors.js';
import type { RunnerDeps } from '../github/run.js';
import { serve } from '../github/server.js';
import { work } from '../github/worker.js';
import { parseConfig } from '../judge/config.js';
import { loadRules } from '../judge/load.js';
import { ReviewPool } from './review-pool.js';
import { explainRule } from './rule-prose.js';

interface Out {
  write(text: string): void;
}

/** What the app needs of the stages below: reviews on threads of their own. */
export async function reviewParts(
  pool: ReviewPool,
): Promise<Pick<RunnerDeps, 'review' | 'parseConfig' | 'explainRule'>> {
  const ids = (await loadRules()).map((rule) => rule.id);
  return {
    review: (input, signal) => pool.review(input, signal),
    parseConfig: (name, text) => parseConfig(name, text, ids),
    explainRule,
  };
}

/** `forklore serve`: answers GitHub's webhooks until it is told to stop; accepted reviews are finished first. */
export async function runServe(flags: { work: boolean }, out: Out): Promise<void> {
  if (!flags.work && !process.env.REDIS_URL)
    throw new ForkloreError('usage', '--no-work: without REDIS_URL nobody would do the jobs');
  const pool = new ReviewPool();
  const server = await serve({ ...(await reviewParts(pool)), env: process.env, works: flags.work });
  out.write(`forklore: listening on ${server.url}\n`);
  await stopped();
  await server.close();
  await end(pool);
}

/** `forklore worker`: does the jobs that servers have put into Redis, until it is told to stop. */
export async function runWorker(out: Out): Promise<void> {
  const pool = new ReviewPool();
  const worker = await work({ ...(await reviewParts(pool)), env: process.env });
  out.write('forklore: waiting for jobs\n');
  await stopped();
  await worker.close();
  await end(pool);
}

/** A request that waits to be sent again would keep the process for minutes. */
async function end(pool: ReviewPool): Promise<never> {
  await pool.close();
  process.exit(0);
}

/** A second signal ends the process at once. */
async function stopped(): Promise<void> {
  await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
}
