import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createNodeMiddleware } from 'probot';
import { ForkloreError } from '../base/errors.js';
import { createApp } from './app.js';
import { BODY_LIMIT, readBody } from './body.js';
import { failureReason } from './failure.js';
import { LocalQueue } from './queue.js';
import { recover } from './recover.js';
import { createService, type Service, type ServiceOptions, WEBHOOK_PATH } from './service.js';

/** How long accepted reviews may go on when the server is told to stop, in milliseconds. */
export const GRACE_MS = 25_000;

export interface ServeOptions extends ServiceOptions {
  /** Overrides PORT; 0 takes a free one. */
  port?: number;
  /** Bytes that a delivery may have. */
  bodyLimit?: number;
  /** Look for work that was lost while nothing ran; on by default. */
  recover?: boolean;
}

export interface RunningServer {
  /** `http://127.0.0.1:3000`. */
  url: string;
  service: Service;
  /** Settles when no job waits or runs in this process, and the search for lost work is over. */
  idle(): Promise<void>;
  /** Takes no more deliveries and lets running reviews finish, up to `graceMs` milliseconds. */
  close(graceMs?: number): Promise<void>;
}

type Middleware = (
  request: IncomingMessage,
  response: ServerResponse,
  next?: () => void,
) => unknown;

/** Starts the GitHub App on an HTTP server of its own. Throws a `usage` error when the environment is not complete. */
export async function serve(options: ServeOptions): Promise<RunningServer> {
  const service = await createService({ works: true, ...options });
  const { settings, queue, seen, metrics, probot, log } = service;
  const onDelivery = (event: string, result: string) => metrics.delivery(event, result);
  const app = createApp({ queue, seen, appId: settings.appId, onDelivery });
  const middleware: Middleware = await createNodeMiddleware(app, {
    probot,
    webhooksPath: WEBHOOK_PATH,
  });
  const limit = options.bodyLimit ?? BODY_LIMIT;
  const server = createServer((request, response) => {
    route(request, response, { middleware, service, limit }).catch((error) => {
      metrics.refused('error');
      log.error({ reason: failureReason(error) }, 'request failed');
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  server.requestTimeout = 30_000;
  await listen(server, options.port ?? settings.port, settings.host);
  const stop = new AbortController();
  const recovered = options.recover === false ? Promise.resolve() : recover(service, stop.signal);
  return {
    url: urlOf(server.address() as AddressInfo),
    service,
    idle: async () => {
      await recovered;
      if (queue instanceof LocalQueue) await queue.idle();
    },
    close: async (graceMs = GRACE_MS) => {
      stop.abort();
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      server.closeIdleConnections();
      await closed;
      await queue.close(graceMs);
    },
  };
}

function urlOf({ address, port, family }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

interface Routing {
  middleware: Middleware;
  service: Service;
  limit: number;
}

async function route(
  request: IncomingMessage,
  response: ServerResponse,
  { middleware, service, limit }: Routing,
): Promise<void> {
  const { metrics, queue } = service;
  const path = (request.url ?? '').split('?', 1)[0];
  const reads = request.method === 'GET' || request.method === 'HEAD';
  if (path === '/healthz' && reads)
    return answer(response, 200, { status: 'ok', ...(await queue.size()) });
  if (path === '/metrics' && reads) {
    response.writeHead(200, { 'content-type': metrics.registry.contentType });
    response.end(await metrics.registry.metrics());
    return;
  }
  if (path !== WEBHOOK_PATH) return answer(response, 404, { error: 'not found' });
  if (request.method !== 'POST') return answer(response, 405, { error: 'POST only' });
  const body = await readBody(request, limit);
  if (body === null) {
    metrics.refused('too-large');
    response.setHeader('connection', 'close');
    return answer(response, 413, { error: `more than ${limit} bytes` });
  }
  if (!isJson(request, body)) {
    metrics.refused('not-json');
    return answer(response, 400, { error: 'not JSON' });
  }
  request.body = body;
  await middleware(request, response);
  if (response.statusCode === 400 || response.statusCode === 401) metrics.refused('bad-signature');
  else if (response.statusCode >= 500) metrics.refused('error');
}

function isJson(request: IncomingMessage, body: string): boolean {
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) return false;
  try {
    JSON.parse(body);
    return true;
  } catch {
    return false;
  }
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      reject(
        new ForkloreError('usage', `can not listen on ${host}:${port}: ${cause.message}`, {
          cause,
        }),
      );
    });
    server.listen(port, host, resolve);
  });
}
