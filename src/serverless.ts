import type { IncomingMessage, ServerResponse } from 'node:http';
import { ForkloreError } from './base/errors.js';
import { createHandler } from './github/handler.js';
import { createService } from './github/service.js';

/**
 * A webhook handler for platforms that stop a process after its answer: it puts the work into Redis and answers, workers
 * elsewhere do it. Throws a `usage` error when the environment is not complete.
 */
export function webhookHandler(
  env: NodeJS.ProcessEnv,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  if (!env.REDIS_URL)
    throw new ForkloreError('usage', 'REDIS_URL is not set: the work has to wait somewhere');
  const none = () => Promise.reject(new ForkloreError('bug', 'this process does no jobs'));
  const opened = createService({
    env,
    works: false,
    review: none,
    explainRule: none,
    parseConfig: () => {
      throw new ForkloreError('bug', 'this process does no jobs');
    },
  }).then((service) => createHandler(service));
  // who calls hears of it; nobody has called yet
  opened.catch(() => {});
  return async (request, response) => (await opened)(request, response);
}
