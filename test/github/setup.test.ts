import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { manifestFor } from '../../src/github/manifest.js';
import { type NewApp, type RunningSetup, startSetup } from '../../src/github/setup.js';
import { ROOT } from './world.js';

let github: Server;
let setup: RunningSetup | null = null;
const asked: string[] = [];

afterEach(() => {
  setup?.close();
  github?.close();
  asked.length = 0;
});

/** A GitHub that exchanges the code "good". */
async function start(org: string | null = null): Promise<{ kept: NewApp[]; address: string }> {
  github = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const good = request.url === '/api/v3/app-manifests/good/conversions';
    const app = {
      id: 7,
      slug: 'forklore',
      pem: 'KEY',
      webhook_secret: 's3',
      html_url: 'https://h/apps/f',
    };
    response.writeHead(good ? 201 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(good ? app : { message: 'Not Found' }));
  });
  await new Promise<void>((resolve) => github.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(github.address() as AddressInfo).port}`;
  const kept: NewApp[] = [];
  setup = await startSetup({
    url: 'https://forklore.example.org',
    org,
    github: address,
    port: 0,
    keep: async (app) => {
      kept.push(app);
    },
  });
  return { kept, address };
}

const unescapeHtml = (text: string): string =>
  text.replace(/&#(\d+);/g, (_, n) => String.fromCharCode(Number(n)));

async function form(): Promise<{ action: URL; manifest: Record<string, unknown> }> {
  const html = await (await fetch(setup!.page)).text();
  const value = (name: string) => unescapeHtml(new RegExp(`${name}="([^"]*)"`).exec(html)![1]);
  return { action: new URL(value('action')), manifest: JSON.parse(value('value')) };
}

describe('the manifest', () => {
  it('says what app.yml says', () => {
    const app = parse(readFileSync(join(ROOT, 'app.yml'), 'utf8'));
    const { redirect_url, ...manifest } = manifestFor(app.url, 'http://x/callback') as Record<
      string,
      object
    >;
    expect(redirect_url).toBe('http://x/callback');
    expect({ ...manifest, default_events: new Set(manifest.default_events as string[]) }).toEqual({
      ...app,
      default_events: new Set(app.default_events),
    });
  });
});

describe('the setup page', () => {
  it('hands the manifest to GitHub and keeps what comes back, once', async () => {
    const { kept, address } = await start('my org');
    const { action, manifest } = await form();
    expect(action.href).toMatch(`${address}/organizations/my%20org/settings/apps/new?state=`);
    expect(manifest).toMatchObject({
      hook_attributes: { url: 'https://forklore.example.org/api/github/webhooks' },
      redirect_url: new URL('/callback', setup!.page).href,
    });
    const state = action.searchParams.get('state');
    const answer = await fetch(new URL(`/callback?code=good&state=${state}`, setup!.page));
    expect(await answer.text()).toContain('https://h/apps/f/installations/new');
    expect(await setup!.done).toMatchObject({ id: 7, webhookSecret: 's3', pem: 'KEY' });
    expect(kept).toHaveLength(1);
  });

  it('takes no answer that it did not ask for', async () => {
    const { kept } = await start();
    for (const query of ['code=good', 'code=good&state=', `code=good&state=${'0'.repeat(32)}`])
      expect((await fetch(new URL(`/callback?${query}`, setup!.page))).status).toBe(400);
    expect([kept, asked]).toEqual([[], []]);
  });

  it('says that GitHub did not take the code', async () => {
    await start();
    const { action } = await form();
    const state = action.searchParams.get('state');
    const answer = await fetch(new URL(`/callback?code=stale&state=${state}`, setup!.page));
    expect(answer.status).toBe(500);
    await expect(setup!.done).rejects.toMatchObject({ status: 404 });
  });
});
