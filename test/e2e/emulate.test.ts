import { request as ask, createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createEmulator, type Emulator } from 'emulate';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RunningServer, serve } from '../../src/github/server.js';
import { deliver, SECRET } from '../github/delivery.js';
import { APP, HastyOctokit, KEY, PARTS } from '../github/world.js';
import { fakeReview, introducedAt } from './fake-review.js';

/*
 * An independent GitHub: tokens, webhook signatures, check runs and comments of the conversation are its own. It knows
 * no diffs of pull requests, so nothing is commented on a line here; the stand-in is for that.
 */

let github: Emulator;
let front: Server;
let app: RunningServer;

/** The app thinks of GitHub Enterprise: its API lies below /api/v3, that of the emulator does not. */
function startFront(): Promise<Server> {
  const server = createServer((request, response) => {
    const url = new URL((request.url ?? '').replace(/^\/api\/v3/, ''), github.url);
    const onward = ask(url, { method: request.method, headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    request.pipe(onward);
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

const portOf = (server: Server) => (server.address() as AddressInfo).port;

beforeAll(async () => {
  const free = createServer();
  const [appPort, port] = await new Promise<number[]>((resolve) => {
    const other = createServer();
    free.listen(0, '127.0.0.1', () =>
      other.listen(0, '127.0.0.1', () => {
        const ports = [portOf(free), portOf(other)];
        free.close(() => other.close(() => resolve(ports)));
      }),
    );
  });
  github = await createEmulator({
    service: 'github',
    port,
    seed: {
      tokens: { user_token: { login: 'octocat', scopes: ['repo', 'user'] } },
      github: {
        users: [{ login: 'octocat' }],
        repos: [{ owner: 'octocat', name: 'linux', auto_init: true }],
        apps: [
          {
            app_id: APP.id,
            slug: APP.slug,
            name: APP.slug,
            private_key: KEY.privateKey,
            webhook_url: `http://127.0.0.1:${appPort}/api/github/webhooks`,
            webhook_secret: SECRET,
            permissions: {
              contents: 'read',
              pull_requests: 'write',
              checks: 'write',
              metadata: 'read',
              issues: 'write',
            },
            events: ['pull_request', 'issue_comment', 'check_run', 'check_suite'],
            installations: [
              { installation_id: 100, account: 'octocat', repository_selection: 'all' },
            ],
          },
        ],
      },
    },
  });
  front = await startFront();
  app = await serve({
    ...PARTS,
    review: fakeReview([
      introducedAt(null, { location: { path: 'x.c', line: null, side: 'RIGHT' } }),
    ]).review,
    env: {
      NODE_ENV: 'production',
      APP_ID: String(APP.id),
      PRIVATE_KEY: KEY.privateKey,
      WEBHOOK_SECRET: SECRET,
      GHE_HOST: `127.0.0.1:${portOf(front)}`,
      GHE_PROTOCOL: 'http',
      LOG_LEVEL: process.env.LOG_LEVEL ?? 'silent',
    },
    port: appPort,
    octokit: HastyOctokit,
    firstPauseMs: 1,
    sleep: async () => {},
    recover: false,
  });
});

afterAll(async () => {
  await app?.close();
  await github?.close();
  front?.closeAllConnections();
  await new Promise((resolve) => front?.close(resolve));
});

/** What the emulator answers; only what is looked at is named. */
interface Answer {
  object: { sha: string };
  head: { sha: string };
  number: number;
  check_runs: { status: string; conclusion: string }[];
}

async function call<T = Answer>(method: string, path: string, body?: object): Promise<T> {
  const response = await fetch(`${github.url}/repos/octocat/linux${path}`, {
    method,
    headers: { authorization: 'token user_token', 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
  });
  const data = (await response.json()) as T;
  if (!response.ok)
    throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(data)}`);
  return data;
}

/** Waits until the emulator holds what `look` looks for. */
async function eventually<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (let i = 0; i < 100; i++) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('it never came');
}

const metrics = async () => (await fetch(`${app.url}/metrics`)).text();

it('an independent GitHub signs the webhook, issues the token and keeps check run and answer', async () => {
  const { object } = await call('GET', '/git/ref/heads/main');
  await call('POST', '/git/refs', { ref: 'refs/heads/topic', sha: object.sha });
  await call('PUT', '/contents/x.c', {
    message: 'x',
    content: Buffer.from('int x;\n').toString('base64'),
    branch: 'topic',
  });
  const pull = await call('POST', '/pulls', { title: 'fork: x', head: 'topic', base: 'main' });
  const run = await eventually(async () => {
    const { check_runs } = await call('GET', `/commits/${pull.head.sha}/check-runs`);
    return check_runs.find((r) => r.status === 'completed');
  });
  expect(run).toMatchObject({ name: 'forklore', head_sha: pull.head.sha });
  expect(['neutral', 'failure']).toContain(run.conclusion);

  const comment = await call('POST', `/issues/${pull.number}/comments`, { body: '/forklore help' });
  await eventually(async () =>
    (await metrics()).includes('event="issue_comment"') ? 1 : undefined,
  );
  // the emulator's event does not say that the issue is a pull request, as GitHub's does: this one does
  await deliver(
    app.url,
    {
      action: 'created',
      comment,
      issue: { number: pull.number, pull_request: {} },
      repository: { name: 'linux', full_name: 'octocat/linux', owner: { login: 'octocat' } },
      sender: { login: 'octocat', type: 'User' },
      installation: { id: 100 },
    },
    { event: 'issue_comment' },
  );
  const answer = await eventually(async () => {
    const comments = await call<{ body: string }[]>('GET', `/issues/${pull.number}/comments`);
    return comments.find((c) => c.body.includes('/forklore dismiss <id>'));
  });
  expect(answer.body).toMatch(/<!-- forklore:1 reply=\d+ -->$/);
  expect(await metrics()).not.toContain('result="bad-signature"');
}, 60_000);
