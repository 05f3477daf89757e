import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ProbotOctokit } from 'probot';
import { failureReason } from './failure.js';
import { manifestFor } from './manifest.js';

export interface SetupOptions {
  /** Where the server will answer, for example https://forklore.example.org. */
  url: string;
  /** Organisation that is to own the app; null: the user. */
  org: string | null;
  /** GitHub's own address: https://github.com, or that of a GitHub Enterprise server. */
  github: string;
  /** Port for this page on 127.0.0.1; 0 takes a free one. */
  port: number;
  /** Keeps what GitHub made; must not overwrite anything. */
  keep: (app: NewApp) => Promise<void>;
}

/** An app that GitHub has just made. */
export interface NewApp {
  id: number;
  slug: string;
  pem: string;
  webhookSecret: string;
  /** Page of the app, where it can be installed. */
  url: string;
}

export interface RunningSetup {
  /** Page to open in a browser. */
  page: string;
  /** Settles when the app is made and kept; rejects with the reason when that failed. */
  done: Promise<NewApp>;
  close(): void;
}

/**
 * GitHub's manifest flow: a page here hands the manifest to GitHub, GitHub makes the app and sends the browser back with
 * a code, and the code is exchanged for the app's id, key and secret.
 */
export async function startSetup(options: SetupOptions): Promise<RunningSetup> {
  const state = randomBytes(16).toString('hex');
  let settle: { resolve: (app: NewApp) => void; reject: (error: unknown) => void };
  const done = new Promise<NewApp>((resolve, reject) => {
    settle = { resolve, reject };
  });
  done.catch(() => {});
  const server = createServer((request, response) => {
    handle(request, response, { ...options, state, base: baseOf(server.address() as AddressInfo) })
      .then((app) => app && settle.resolve(app))
      .catch((error: unknown) => {
        page(response, 500, `<p>${escapeHtml(failureReason(error))}</p>`);
        settle.reject(error);
      });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  return { page: `${baseOf(server.address() as AddressInfo)}/`, done, close: () => server.close() };
}

const baseOf = ({ port }: AddressInfo): string => `http://127.0.0.1:${port}`;

type Flow = SetupOptions & { state: string; base: string };

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  flow: Flow,
): Promise<NewApp | null> {
  const url = new URL(request.url ?? '/', flow.base);
  if (url.pathname === '/') page(response, 200, formFor(flow));
  else if (url.pathname !== '/callback') page(response, 404, '<p>Not found</p>');
  else if (!isState(url.searchParams.get('state'), flow.state))
    page(response, 400, '<p>This answer does not belong to the page that was opened here.</p>');
  else {
    const app = await exchange(url.searchParams.get('code') ?? '', flow.github);
    await flow.keep(app);
    const install = escapeHtml(`${app.url}/installations/new`);
    page(response, 200, `<p>The app is made. <a href="${install}">Install it</a>.</p>`);
    return app;
  }
  return null;
}

function isState(given: string | null, state: string): boolean {
  return given?.length === state.length && timingSafeEqual(Buffer.from(given), Buffer.from(state));
}

function formFor({ github, org, state, url, base }: Flow): string {
  const owner = org === null ? '' : `organizations/${encodeURIComponent(org)}/`;
  const action = `${github}/${owner}settings/apps/new?state=${state}`;
  const manifest = JSON.stringify(manifestFor(url, `${base}/callback`));
  return `<form method="post" action="${escapeHtml(action)}">
<input type="hidden" name="manifest" value="${escapeHtml(manifest)}">
<button>Make the GitHub App</button>
</form>`;
}

/** The code is good for one hour and one use; no other credential is needed. */
async function exchange(code: string, github: string): Promise<NewApp> {
  const own = github === 'https://github.com';
  const baseUrl = own ? 'https://api.github.com' : `${github}/api/v3`;
  const client = new ProbotOctokit({ baseUrl, authStrategy: undefined });
  const { data } = await client.rest.apps.createFromManifest({ code });
  return {
    id: data.id,
    slug: data.slug ?? '',
    pem: data.pem,
    webhookSecret: data.webhook_secret ?? '',
    url: data.html_url,
  };
}

function page(response: ServerResponse, status: number, body: string): void {
  if (response.headersSent) return;
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': "default-src 'none'",
    'referrer-policy': 'no-referrer',
  });
  response.end(`<!doctype html><title>forklore</title>${body}\n`);
}

const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
