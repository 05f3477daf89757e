import { afterEach, describe, expect, it } from 'vitest';
import type { RunningServer } from '../../src/github/server.js';
import { reviewPullRequest } from '../../src/pull-request.js';
import { deliver } from '../github/delivery.js';
import type { StandIn } from '../github/stand-in.js';
import { appFor, gitHubWith } from '../github/world.js';

const TREE = 'fixtures/mini-6.12';
const LOCK_COPY = 'fixtures/mails/lock-copy.mbox';
const LOCK_HELPER = 'fixtures/mails/lock-helper.mbox';

let hub: StandIn | undefined;
let server: RunningServer | undefined;

afterEach(async () => {
  await server?.close();
  await hub?.close();
  expect(hub?.refused ?? []).toEqual([]);
  hub = undefined;
  server = undefined;
});

/** Delivers the pull request that holds `patch` on the miniature tree, and waits for the review. */
async function openPull(patch: string): Promise<StandIn> {
  hub = await gitHubWith({ patch, tree: TREE });
  server = await appFor(hub, (input) => reviewPullRequest(input));
  const response = await deliver(server.url, hub.options.payload);
  expect(response.status).toBe(200);
  await server.idle();
  return hub;
}

describe('a pull request, reviewed for real', () => {
  it('that locks the copy gets a comment on the line that does', async () => {
    const { checks, comments, reviews, pull } = await openPull(LOCK_COPY);
    expect(checks).toMatchObject([{ status: 'completed', conclusion: 'failure' }]);
    expect(reviews).toMatchObject([{ event: 'COMMENT', commit_id: pull.head.sha }]);
    const lock = comments.find((c) => c.body.includes('`fork-lock-target`'));
    expect(lock).toMatchObject({ path: 'kernel/fork.c' });
    expect(lock!.body).toContain('```mermaid');
    expect(lock!.body).toContain('--rule fork-lock-target --traces traces');
  });

  it('that moves the lock into a helper gets no comment', async () => {
    const { checks, comments, reviews } = await openPull(LOCK_HELPER);
    expect(comments).toEqual([]);
    expect(reviews).toEqual([]);
    expect(checks[0].status).toBe('completed');
    expect(checks[0].conclusion).toBe('success');
  });
});
