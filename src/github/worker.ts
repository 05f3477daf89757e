import { ForkloreError } from '../base/errors.js';
import { GRACE_MS } from './server.js';
import { createService, type Service, type ServiceOptions } from './service.js';

export interface RunningWorker {
  service: Service;
  /** Takes no more jobs and lets running ones finish, up to `graceMs` milliseconds; then they go to others. */
  close(graceMs?: number): Promise<void>;
}

/** Does jobs from Redis. Throws a `usage` error when the environment is not complete. */
export async function work(options: ServiceOptions): Promise<RunningWorker> {
  if (!options.env.REDIS_URL)
    throw new ForkloreError('usage', 'REDIS_URL is not set: a worker takes its jobs from Redis');
  const service = await createService({ ...options, works: true });
  return { service, close: (graceMs = GRACE_MS) => service.queue.close(graceMs) };
}
