import { serve } from '../github/server.js';
import { pullRequestReviewer } from '../review.js';
import { traceKeeper } from './traces.js';

/** `forklore serve`: answers GitHub's webhooks until it is told to stop; accepted reviews are finished first. */
export async function runServe(out: { write(text: string): void }): Promise<void> {
  const server = await serve({ review: pullRequestReviewer(traceKeeper(null)), env: process.env });
  out.write(`forklore: listening on ${server.url}\n`);
  const stop = () => {
    void server.close();
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}
