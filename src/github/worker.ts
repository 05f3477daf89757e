import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ForkloreError } from '../base/errors.js';
import { answer, answerFigures } from './handler.js';
import { GRACE_MS, listen, urlOf } from './server.js';
import { createService, type Service, type ServiceOptions } from './service.js';

export interface RunningWorker {
  service: Service;
  /** Where /healthz and /metrics are, when PORT is set. */
  url: string | null;
  /** Takes no more jobs and lets running ones finish, up to `graceMs` milliseconds; then they go to others. */
  close(graceMs?: number): Promise<void>;
}

/** Does jobs from Redis. Throws a `usage` error when the environment is not complete. */
export async function work(options: ServiceOptions): Promise<RunningWorker> {
  if (!options.env.REDIS_URL)
    throw new ForkloreError('usage', 'REDIS_URL is not set: a worker takes its jobs from Redis');
  const service = await createService({ ...options, works: true });
  const server = options.env.PORT ? await serveFigures(service) : null;
  return {
    service,
    url: server && urlOf(server.address() as AddressInfo),
    close: async (graceMs = GRACE_MS) => {
      server?.close();
      server?.closeAllConnections();
      await service.queue.close(graceMs);
    },
  };
}

async function serveFigures(service: Service): Promise<Server> {
  const server = createServer((request, response) => {
    answerFigures(request, response, service)
      .then((known) => known || answer(response, 404, { error: 'not found' }))
      .catch(() => response.destroy());
  });
  await listen(server, service.settings.port, service.settings.host);
  return server;
}
