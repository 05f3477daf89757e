import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, type TestContext } from 'vitest';
import type { RunningServer } from '../../src/github/server.js';
import type { ReviewPullRequest } from '../../src/github/types.js';
import { deliver } from '../github/delivery.js';
import type { StandIn } from '../github/stand-in.js';
import { appFor, gitHubWith, ROOT } from '../github/world.js';

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

/** The product's own review; the test is skipped where it, or what it reads, is not there. */
async function realReview(ctx: TestContext, patch: string): Promise<ReviewPullRequest> {
  const source = join(ROOT, 'src/review.ts');
  for (const path of [source, join(ROOT, patch), join(ROOT, TREE)]) {
    if (!existsSync(path)) ctx.skip(`${path.slice(ROOT.length + 1)} is not there`);
  }
  const module = (await import(source)) as { reviewDiff: ReviewPullRequest };
  return module.reviewDiff;
}

/** Delivers the pull request that holds `patch` on the miniature tree, and waits for the review. */
async function openPull(ctx: TestContext, patch: string): Promise<StandIn> {
  const review = await realReview(ctx, patch);
  hub = await gitHubWith({ patch, tree: TREE });
  server = await appFor(hub, review);
  const response = await deliver(server.url, hub.options.payload);
  expect(response.status).toBe(200);
  await server.idle();
  return hub;
}

describe('a pull request, reviewed for real', () => {
  it('that locks the copy gets a comment on the line that does', async (ctx) => {
    const { checks, comments, reviews, pull } = await openPull(ctx, LOCK_COPY);
    expect(checks).toMatchObject([{ status: 'completed', conclusion: 'failure' }]);
    expect(reviews).toMatchObject([{ event: 'COMMENT', commit_id: pull.head.sha }]);
    const lock = comments.find((c) => c.body.includes('`fork-lock-target`'));
    expect(lock).toMatchObject({ path: 'kernel/fork.c' });
    expect(lock!.body).toContain('```mermaid');
    expect(lock!.body).toContain('forklore replay ');
  });

  it('that moves the lock into a helper gets no comment', async (ctx) => {
    const { checks, comments, reviews } = await openPull(ctx, LOCK_HELPER);
    expect(comments).toEqual([]);
    expect(reviews).toEqual([]);
    expect(checks[0].status).toBe('completed');
    expect(checks[0].conclusion).not.toBe('failure');
  });
});
