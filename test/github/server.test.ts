import { request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { PatientOctokit } from '../../src/github/octokit.js';
import type { RunningServer } from '../../src/github/server.js';
import { serve } from '../../src/github/server.js';
import { pullReview } from '../report/markdown-samples.js';
import { appKey, deliver, examplePayload } from './delivery.js';
import type { StandIn } from './stand-in.js';
import { appFor, gitHubWith, HastyOctokit, PARTS } from './world.js';

let hub: StandIn;
let server: RunningServer;

afterEach(async () => {
  await server?.close();
  await hub?.close();
});

async function start(bodyLimit?: number): Promise<void> {
  hub = await gitHubWith();
  server = await appFor(hub, async () => pullReview(), { bodyLimit });
}

describe('deliveries', () => {
  it('without or with a wrong signature are refused before anything happens', async () => {
    await start();
    const payload = examplePayload('opened');
    const signatures = [null, '', 'sha256=00', `sha256=${'0'.repeat(64)}`, 'sha1=abc'];
    for (const signature of signatures) {
      const response = await deliver(server.url, payload, { signature });
      expect([400, 401]).toContain(response.status);
    }
    await server.idle();
    expect(hub.requests).toEqual([]);
  });

  it('that are not JSON are refused', async () => {
    await start();
    expect((await deliver(server.url, '{"action":')).status).toBe(400);
  });

  it('of other events and actions are accepted and ignored', async () => {
    await start();
    expect(
      (await deliver(server.url, { action: 'created' }, { event: 'issue_comment' })).status,
    ).toBe(200);
    expect((await deliver(server.url, examplePayload('labeled'))).status).toBe(200);
    const orphan = examplePayload('opened');
    delete orphan.installation;
    expect((await deliver(server.url, orphan)).status).toBe(200);
    await server.idle();
    expect(hub.requests).toEqual([]);
  });

  it('beyond the size limit are refused, told or not', async () => {
    await start(1000);
    expect((await deliver(server.url, { pad: 'x'.repeat(2000) })).status).toBe(413);
    const status = await new Promise((resolve, reject) => {
      const post = request(`${server.url}/api/github/webhooks`, { method: 'POST' }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      post.on('error', reject);
      post.write('x'.repeat(600));
      post.end('x'.repeat(600));
    });
    expect(status).toBe(413);
  });
});

describe('the server', () => {
  it('answers /healthz and nothing else', async () => {
    await start();
    const health = await fetch(`${server.url}/healthz`);
    expect(await health.json()).toEqual({ status: 'ok', waiting: 0, running: 0 });
    expect((await fetch(`${server.url}/probot`)).status).toBe(404);
    expect((await fetch(`${server.url}/api/github/webhooks`)).status).toBe(405);
  });

  it('says that the port is taken', async () => {
    await start();
    const port = Number(new URL(server.url).port);
    const env = {
      NODE_ENV: 'test',
      APP_ID: '1',
      PRIVATE_KEY: appKey().privateKey,
      LOG_LEVEL: 'silent' as const,
    };
    const second = serve({
      ...PARTS,
      review: async () => pullReview(),
      env,
      port,
      octokit: HastyOctokit,
    });
    await expect(second).rejects.toThrow(/can not listen on 127\.0\.0\.1:\d+: .*EADDRINUSE/);
  });
});

describe('PatientOctokit', () => {
  it('waits and tries again after a secondary rate limit', async () => {
    let calls = 0;
    const slow = () =>
      new Response(JSON.stringify({ message: 'You have exceeded a secondary rate limit' }), {
        status: 403,
        headers: { 'content-type': 'application/json', 'retry-after': '1' },
      });
    const fetched = async () => {
      if (calls++ === 0) return slow();
      return new Response('{}', { headers: { 'content-type': 'application/json' } });
    };
    const octokit = new PatientOctokit({ request: { fetch: fetched } });
    const { status } = await octokit.request('GET /meta');
    expect([status, calls]).toEqual([200, 2]);
  });
});
