import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createNodeMiddleware, createProbot, type ProbotOctokit } from 'probot';
import { ForkloreError } from '../base/errors.js';
import { type AppOptions, createApp, createQueue } from './app.js';
import { BODY_LIMIT, readBody } from './body.js';
import { PatientOctokit } from './octokit.js';
import type { WorkQueue } from './queue.js';
import { readSettings } from './settings.js';

/** Where GitHub delivers to; app.yml names it too. */
export const WEBHOOK_PATH = '/api/github/webhooks';

export interface ServeOptions extends Omit<AppOptions, 'appId' | 'queue'> {
  /** Variables as Probot knows them: APP_ID, PRIVATE_KEY, WEBHOOK_SECRET, GHE_HOST, ... */
  env: NodeJS.ProcessEnv;
  /** Overrides PORT; 0 takes a free one. */
  port?: number;
  /** The Octokit to use; by default one that waits when GitHub asks for it. */
  octokit?: typeof ProbotOctokit;
  /** Bytes that a delivery may have. */
  bodyLimit?: number;
}

export interface RunningServer {
  /** `http://127.0.0.1:3000`. */
  url: string;
  /** Settles when no review waits or runs. */
  idle(): Promise<void>;
  /** Takes no more deliveries and lets the reviews that were accepted finish. */
  close(): Promise<void>;
}

type Middleware = (
  request: IncomingMessage,
  response: ServerResponse,
  next?: () => void,
) => unknown;

/** Starts the GitHub App on an HTTP server of its own. Throws a `usage` error when the environment is not complete. */
export async function serve(options: ServeOptions): Promise<RunningServer> {
  const settings = readSettings(options.env);
  const probot = createProbot({
    env: options.env,
    overrides: {
      appId: settings.appId,
      privateKey: settings.privateKey,
      secret: settings.webhookSecret,
      webhookPath: WEBHOOK_PATH,
      Octokit: options.octokit ?? PatientOctokit,
    },
  });
  await probot.ready();
  const queue = createQueue(probot.log);
  const app = createApp({ ...options, appId: settings.appId, queue });
  const middleware: Middleware = await createNodeMiddleware(app, {
    probot,
    webhooksPath: WEBHOOK_PATH,
  });
  const limit = options.bodyLimit ?? BODY_LIMIT;
  const server = createServer((request, response) => {
    route(request, response, middleware, queue, limit).catch((error) => {
      probot.log.error({ err: error }, 'request failed');
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  server.requestTimeout = 30_000;
  await listen(server, options.port ?? settings.port, settings.host);
  const { address, port, family } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    idle: () => queue.idle(),
    close: async () => {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      });
      await queue.idle();
    },
  };
}

async function route(
  request: IncomingMessage,
  response: ServerResponse,
  middleware: Middleware,
  queue: WorkQueue,
  limit: number,
): Promise<void> {
  const path = (request.url ?? '').split('?', 1)[0];
  if (path === '/healthz' && (request.method === 'GET' || request.method === 'HEAD')) {
    return answer(response, 200, { status: 'ok', ...queue.size });
  }
  if (path !== WEBHOOK_PATH) return answer(response, 404, { error: 'not found' });
  if (request.method !== 'POST') return answer(response, 405, { error: 'POST only' });
  const body = await readBody(request, limit);
  if (body === null) {
    response.setHeader('connection', 'close');
    return answer(response, 413, { error: `more than ${limit} bytes` });
  }
  request.body = body;
  await middleware(request, response);
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
