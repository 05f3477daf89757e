import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { pullDiff } from '../../src/github/diff.js';
import { readSeries } from '../../src/github/series.js';
import type { RunningServer } from '../../src/github/server.js';
import type { PatchReview } from '../../src/judge/types.js';
import { reviewPullRequest } from '../../src/pull-request.js';
import { deliver } from '../github/delivery.js';
import type { StandIn } from '../github/stand-in.js';
import { type FileEntry, filesFromPatch, treeFromFolder } from '../github/stand-in-diff.js';
import { appFor, gitHubWith } from '../github/world.js';
import { ROOT } from '../support.js';

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

describe('the commits of a pull request, reviewed for real', { timeout: 300_000 }, () => {
  it('stand one on the other: the second takes back what the first has broken', async () => {
    const tree = treeFromFolder(join(ROOT, TREE));
    const entries = filesFromPatch(readFileSync(join(ROOT, LOCK_COPY), 'utf8'));
    const back = entries.map((e) => ({ ...e, patch: reversed(e.patch!) }));
    const filesOf = (list: FileEntry[]) => pullDiff(list, list.length).files;
    const { whole, commits } = await reviewPullRequest({
      title: 't',
      files: filesOf(entries),
      commits: [
        { sha: 'a', subject: 'break', message: '', files: filesOf(entries) },
        { sha: 'b', subject: 'mend', message: '', files: filesOf(back) },
      ],
      reader: { read: async (path) => tree[path] ?? null, label: 'tree' },
      config: null,
    });
    const change = (review: PatchReview) =>
      review.findings.find((f) => f.rule === 'fork-lock-target')?.change;
    expect([change(whole), ...commits.map((c) => change(c.review))]).toEqual([
      'introduced',
      'introduced',
      'fixed',
    ]);
    const { introducedBy, between } = readSeries(commits, new Set());
    expect(introducedBy.size).toBe(0);
    expect(between.find((b) => b.rule === 'fork-lock-target')).toMatchObject({
      by: 'a',
      until: 'b',
    });
  });
});

/** A patch that takes another one back. */
function reversed(patch: string): string {
  const swap: Record<string, string> = { '+': '-', '-': '+' };
  return patch
    .split('\n')
    .map((line) => {
      const head = /^@@ -(\S+) \+(\S+) @@(.*)$/.exec(line);
      return head
        ? `@@ -${head[2]} +${head[1]} @@${head[3]}`
        : (swap[line[0]] ?? line[0] ?? '') + line.slice(1);
    })
    .join('\n');
}

describe('a pull request, reviewed for real', { timeout: 300_000 }, () => {
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
