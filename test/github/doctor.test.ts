import { afterEach, describe, expect, it } from 'vitest';
import { examine } from '../../src/github/doctor.js';
import { SECRET } from './delivery.js';
import type { StandIn } from './stand-in.js';
import { APP, gitHubWith, HastyOctokit, KEY } from './world.js';

let hub: StandIn;
afterEach(() => hub?.close());

function env(over: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  return {
    APP_ID: String(APP.id),
    PRIVATE_KEY: KEY.privateKey,
    WEBHOOK_SECRET: SECRET,
    GHE_HOST: hub?.host,
    GHE_PROTOCOL: 'http',
    ...over,
  };
}

const problems = async (over: NodeJS.ProcessEnv = {}, clock?: () => Date): Promise<string[]> => {
  const symptoms = await examine({ env: env(over), octokit: HastyOctokit, clock });
  return symptoms.filter((s) => !s.ok).map((s) => s.text);
};

describe('the doctor', () => {
  it('finds nothing wrong with a good setup', async () => {
    hub = await gitHubWith();
    expect(await problems()).toEqual([]);
    expect(hub.refused).toEqual([]);
  });

  it('stops at an environment that is not complete', async () => {
    hub = await gitHubWith();
    expect(await problems({ WEBHOOK_SECRET: undefined })).toEqual([
      'WEBHOOK_SECRET is not set; set it to the secret of the GitHub App',
    ]);
    expect(hub.requests).toEqual([]);
  });

  it('names permissions and events that are missing', async () => {
    hub = await gitHubWith();
    hub.options.permissions = { contents: 'read', metadata: 'read', checks: 'read' };
    hub.events = ['pull_request'];
    const found = await problems();
    expect(found[0]).toContain('the app lacks pull_requests: write, checks: write');
    expect(found[1]).toContain('not subscribed to check_run, check_suite, issue_comment');
    expect(found[2]).toContain('lacks pull_requests: write');
  });

  it('looks at the webhook and the clock', async () => {
    hub = await gitHubWith();
    hub.hook = {
      url: 'https://x.example/',
      content_type: 'form',
      insecure_ssl: '1',
      secret: undefined,
    };
    const found = await problems({}, () => new Date(Date.now() + 120_000));
    expect(found[0]).toMatch(/the clock here is 1(19|20|21) s ahead/);
    expect(found.slice(1)).toEqual([
      'webhook: its URL is https://x.example/, and does not end with /api/github/webhooks',
      'webhook: its content type is not application/json',
      'webhook: it does not verify TLS certificates',
      'webhook: it has no secret',
    ]);
  });

  it('says that Redis does not answer, and that the key is of another app', async () => {
    hub = await gitHubWith();
    const found = await problems({ REDIS_URL: 'redis://127.0.0.1:1', APP_ID: '12' });
    expect(found[0]).toBe('REDIS_URL: no answer from 127.0.0.1:1');
    expect(found[1]).toContain('is APP_ID the id of the app that the private key belongs to?');
  });
});
