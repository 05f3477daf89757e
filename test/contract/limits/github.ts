import type { IncomingMessage } from 'node:http';
import { expect } from 'vitest';
import * as limits from '../../../src/base/limits.js';
import { readBody } from '../../../src/github/body.js';
import { parseCommands } from '../../../src/github/commands.js';
import { contentReader } from '../../../src/github/contents.js';
import { routeDelivery } from '../../../src/github/events.js';
import type { Job } from '../../../src/github/jobs.js';
import { planComments } from '../../../src/github/plan.js';
import { LocalQueue } from '../../../src/github/queue.js';
import { readCommits } from '../../../src/github/series.js';
import type { GitHubClient, PullInfo } from '../../../src/github/types.js';
import { readUnseen } from '../../../src/github/unseen.js';
import { parseDiff } from '../../../src/intake/index.js';
import { startRedis } from '../../chaos/process.js';
import { deliver, exampleEvent } from '../../github/delivery.js';
import { appFor, gitHubWith, HastyOctokit } from '../../github/world.js';
import { lockFinding, patchReview, pullReview } from '../../report/markdown-samples.js';

const REPO = { owner: 'o', repo: 'r' };

/** GitHub that answers every request for a file with `text`. */
const client = (text: string) =>
  new HastyOctokit({
    request: {
      fetch: async () =>
        new Response(text, { headers: { 'content-type': 'application/vnd.github.raw+json' } }),
    },
  }) as unknown as GitHubClient;

const job = (k: number): Job => ({
  ...{ kind: 'sha', installation: 1, ...REPO },
  ...{ sha: String(k).padStart(40, '0'), again: 'x' },
});

async function unseen(text: string, count: number) {
  const withheld = Array.from({ length: count }, (_, k) => ({
    ...{ sha: null, filename: `mm/f${k}.c`, status: 'added', changes: 1 },
  }));
  const diff = { files: [], unseen: [], notes: [], hidden: new Set<string>(), withheld };
  const place = { client: client(text), repo: REPO, base: 'a'.repeat(40), head: 'b'.repeat(40) };
  const out = await readUnseen(place, diff as unknown as Parameters<typeof readUnseen>[1]);
  return { read: out.files.length, lost: out.unseen };
}

/** Crossings of the limits of the GitHub App. */
export const GITHUB: Record<string, () => unknown> = {
  async MAX_DELIVERY_BYTES() {
    const hub = await gitHubWith();
    const server = await appFor(hub, async () => pullReview());
    try {
      const body = { pad: 'x'.repeat(limits.MAX_DELIVERY_BYTES) };
      expect((await deliver(server.url, body)).status).toBe(413);
      expect(hub.requests).toEqual([]);
    } finally {
      await server.close();
      await hub.close();
    }
  },
  async MAX_DRAINED_BYTES() {
    const length = String(limits.MAX_DRAINED_BYTES + 1);
    const told = { headers: { 'content-length': length } } as IncomingMessage;
    expect(await readBody(told)).toBeNull();
    const piece = Buffer.alloc(2 ** 20);
    let sent = 0;
    async function* endless() {
      for (;;) {
        sent += piece.length;
        yield piece;
      }
    }
    const untold = Object.assign(endless(), { headers: {} }) as unknown as IncomingMessage;
    expect(await readBody(untold)).toBeNull();
    expect(sent).toBeLessThan(limits.MAX_DRAINED_BYTES + 2 * piece.length);
  },
  async MAX_PULL_COMMITS() {
    const commits = limits.MAX_PULL_COMMITS + 1;
    const read = await readCommits(client(''), REPO, { number: 1, commits } as PullInfo);
    expect(read.commits).toEqual([]);
    expect(read.notes).toEqual([`The commits were not reviewed one by one: ${commits} of them.`]);
  },
  async MAX_READ_FILES() {
    const reader = contentReader(client('x'), REPO, 'a'.repeat(40));
    for (let i = 0; i < limits.MAX_READ_FILES; i++) await reader.read(`f${i}`);
    await expect(reader.read('one-more')).rejects.toThrow(/more than 400 files/);
  },
  async MAX_COMPARED_FILES() {
    const { read, lost } = await unseen('int x;\n', limits.MAX_COMPARED_FILES + 1);
    expect(read).toBe(limits.MAX_COMPARED_FILES);
    expect(lost).toMatchObject([{ path: `mm/f${limits.MAX_COMPARED_FILES}.c`, matters: true }]);
  },
  async MAX_COMPARED_CHARS() {
    const { read, lost } = await unseen('x'.repeat(limits.MAX_COMPARED_CHARS + 1), 1);
    expect([read, lost[0].reason]).toEqual([
      0,
      'GitHub gives no diff, and the file is too large to be compared',
    ]);
  },
  MAX_COMMENT_CHARS() {
    const payload = exampleEvent('issue_comment', 'created') as {
      comment: { body: string };
      issue: { pull_request?: object };
    };
    payload.issue.pull_request = {};
    const routed = (pad: number) => {
      payload.comment.body = `${'x'.repeat(pad)}\n/forklore review`;
      return routeDelivery({ name: 'issue_comment', id: 'd', payload: payload as never }, null);
    };
    expect(routed(10)).toHaveProperty('job');
    expect(routed(limits.MAX_COMMENT_CHARS)).toEqual({ ignored: 'no command' });
  },
  MAX_COMMANDS() {
    const all = parseCommands('/forklore review\n'.repeat(limits.MAX_COMMANDS + 1));
    expect(all).toHaveLength(limits.MAX_COMMANDS);
  },
  MAX_REASON_CHARS() {
    const reason = 'x'.repeat(limits.MAX_REASON_CHARS + 1);
    const [command] = parseCommands(`/forklore dismiss ${'a'.repeat(16)} ${reason}`);
    expect(command).toMatchObject({ name: 'dismiss', reason: reason.slice(1) });
  },
  MAX_COMMENTS() {
    const { files } = parseDiff(
      '--- a/kernel/fork.c\n+++ b/kernel/fork.c\n@@ -14 +14 @@\n-\ta();\n+\tb();\n',
    );
    const location = { path: 'kernel/fork.c', line: 14, side: 'RIGHT' as const };
    const findings = Array.from({ length: limits.MAX_COMMENTS + 1 }, (_, k) =>
      lockFinding({ id: String(k).padStart(16, '0'), location, change: 'introduced' }),
    );
    const plan = planComments({
      ...{ review: patchReview({ findings }), files, hidden: new Set(), complete: true },
      ...{ own: [], dismissed: new Map(), head: 'a'.repeat(40), comments: true },
    });
    expect(plan.drafts).toHaveLength(limits.MAX_COMMENTS);
    expect([...plan.standing.values()]).toContain('over-limit');
  },
  async MAX_WAITING_JOBS() {
    let end = () => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const queue = new LocalQueue({
      ...{ run: () => ended, concurrency: 1, maxWaiting: limits.MAX_WAITING_JOBS },
      ...{ again: () => false, onError: () => {} },
    });
    for (let k = 0; k <= limits.MAX_WAITING_JOBS; k++) await queue.add(job(k));
    await expect(queue.add(job(-1))).rejects.toThrow(/jobs are waiting/);
    end();
    await queue.close(0);
  },
  async MAX_REDIS_JOBS() {
    const redis = await startRedis();
    if (redis === null) return expect(process.env.CI).toBeUndefined();
    const { openRedis } = await import('../../../src/github/redis-queue.js');
    const { queue } = await openRedis({
      ...{ url: redis.url, run: async () => {}, concurrency: 1, works: false },
      ...{ again: () => false, onError: () => {}, warn: () => {}, maxWaiting: 2 },
    });
    try {
      await queue.add(job(1));
      await queue.add(job(2));
      await expect(queue.add(job(3))).rejects.toThrow('jobs are waiting; deliver this again later');
    } finally {
      await queue.close(0);
      await redis.stop();
    }
  },
};
