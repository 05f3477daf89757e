import type { IncomingMessage, ServerResponse } from 'node:http';
import { createNodeMiddleware } from 'probot';
import { MAX_DELIVERY_BYTES } from '../base/limits.js';
import { createApp } from './app.js';
import { readBody } from './body.js';
import { failureReason } from './failure.js';
import { type Service, WEBHOOK_PATH } from './service.js';
import { wrongField } from './shape.js';

type Middleware = (
  request: IncomingMessage,
  response: ServerResponse,
  next?: () => void,
) => unknown;

/** Answers HTTP requests for a service: webhooks, /healthz, /metrics. Never rejects. */
export async function createHandler(
  service: Service,
  limit = MAX_DELIVERY_BYTES,
): Promise<(request: IncomingMessage, response: ServerResponse) => Promise<void>> {
  const { settings, queue, seen, metrics, probot, log } = service;
  const onDelivery = (event: string, result: string) => metrics.delivery(event, result);
  const app = createApp({ queue, seen, appId: settings.appId, onDelivery });
  const middleware: Middleware = await createNodeMiddleware(app, {
    probot,
    webhooksPath: WEBHOOK_PATH,
  });
  return async (request, response) => {
    try {
      await route(request, response, { middleware, service, limit });
    } catch (error) {
      metrics.refused('error');
      log.error({ reason: failureReason(error) }, 'request failed');
      if (!response.headersSent) response.writeHead(500);
      response.end();
    }
  };
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
  const { metrics } = service;
  if (await answerFigures(request, response, service)) return;
  const path = (request.url ?? '').split('?', 1)[0];
  if (path !== WEBHOOK_PATH) return answer(response, 404, { error: 'not found' });
  if (request.method !== 'POST') return answer(response, 405, { error: 'POST only' });
  const body = await readBody(request, limit);
  if (body === null) {
    metrics.refused('too-large');
    response.setHeader('connection', 'close');
    return answer(response, 413, { error: `more than ${limit} bytes` });
  }
  const payload = jsonOf(request, body);
  if (payload === undefined) {
    metrics.refused('not-json');
    return answer(response, 400, { error: 'not JSON' });
  }
  const wrong = wrongField(payload);
  if (wrong !== null) {
    metrics.refused('malformed');
    return answer(response, 400, { error: `${wrong} is not what GitHub documents` });
  }
  request.body = body;
  await middleware(request, response);
  if (response.statusCode === 400 || response.statusCode === 401) metrics.refused('bad-signature');
  else if (response.statusCode >= 500) metrics.refused('error');
}

/** Answers /healthz and /metrics; false when something else was asked. */
export async function answerFigures(
  request: IncomingMessage,
  response: ServerResponse,
  { queue, metrics }: Service,
): Promise<boolean> {
  const path = (request.url ?? '').split('?', 1)[0];
  if (request.method !== 'GET' && request.method !== 'HEAD') return false;
  if (path === '/healthz') answer(response, 200, { status: 'ok', ...(await queue.size()) });
  else if (path === '/metrics') {
    response.writeHead(200, { 'content-type': metrics.registry.contentType });
    response.end(await metrics.registry.metrics());
  } else return false;
  return true;
}

/** The body as data; undefined when it is no JSON. */
function jsonOf(request: IncomingMessage, body: string): unknown {
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) return undefined;
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}

export function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
