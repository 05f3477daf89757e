import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { ReviewPool } from '../../src/cli/review-pool.js';
import { pullDiff } from '../../src/github/diff.js';
import { reproduceLines } from '../../src/github/reproduce.js';
import type { PullRequest } from '../../src/pull-request.js';
import { filesFromPatch, treeFromFolder } from '../github/stand-in-diff.js';
import { ROOT } from '../support.js';

const THREAD = new URL('../../dist/cli/review-thread.js', import.meta.url);
const tree = treeFromFolder(join(ROOT, 'fixtures/mini-6.12'));
const never = new AbortController().signal;

function pullRequest(mail: string, read: (path: string) => Promise<string | null>): PullRequest {
  const patch = readFileSync(join(ROOT, 'fixtures/mails', mail), 'utf8');
  const entries = filesFromPatch(patch);
  const { files } = pullDiff(entries, entries.length);
  return { title: 't', files, commits: [], reader: { read, label: 'tree' }, config: null };
}

const fromTree = async (path: string): Promise<string | null> => tree[path] ?? null;

describe('ReviewPool', { timeout: 300_000 }, () => {
  let pool: ReviewPool;
  afterEach(() => pool.close());

  it('reviews on a thread: this one goes on meanwhile', async () => {
    pool = new ReviewPool(THREAD);
    let beats = 0;
    const beat = setInterval(() => beats++, 1);
    const { whole } = await pool.review(pullRequest('lock-copy.mbox', fromTree), never);
    clearInterval(beat);
    const introduced = whole.findings.filter((f) => f.change === 'introduced');
    expect(introduced.map((f) => f.rule)).toContain('fork-lock-target');
    expect(beats).toBeGreaterThan(10);
  });

  it('hands on the error of a read as it was', async () => {
    pool = new ReviewPool(THREAD);
    const error = Object.assign(new Error('busy'), { status: 503 });
    const input = pullRequest('lock-copy.mbox', () => Promise.reject(error));
    await expect(pool.review(input, never)).rejects.toBe(error);
  });

  it('ends a review that is told to stop, and does the next one', async () => {
    pool = new ReviewPool(THREAD);
    const stop = new AbortController();
    const endless = () => new Promise<null>(() => {});
    const first = pool.review(pullRequest('lock-copy.mbox', endless), stop.signal);
    stop.abort();
    await expect(first).rejects.toThrow('stopped');
    const { whole } = await pool.review(pullRequest('lock-helper.mbox', fromTree), never);
    expect(whole.status).toBe('reviewed');
  });
});

describe('threads of a ReviewPool', { timeout: 300_000 }, () => {
  it.each([
    [512, 1],
    [1, 3],
  ])(
    'with %i MB of heap after a review as much as may be: %i for three reviews',
    async (most, threads) => {
      const started: Worker[] = [];
      const count = (worker: Worker) => started.push(worker);
      process.on('worker', count);
      const pool = new ReviewPool(THREAD, most);
      for (let k = 0; k < 3; k++) {
        const { whole } = await pool.review(pullRequest('lock-helper.mbox', fromTree), never);
        expect(whole.status).toBe('reviewed');
      }
      process.off('worker', count);
      await pool.close();
      expect(started).toHaveLength(threads);
    },
  );
});

describe('the lines for the reader of a comment', { timeout: 300_000 }, () => {
  const dir = mkdtempSync(join(tmpdir(), 'forklore-reader-'));
  afterAll(() => rmSync(dir, { recursive: true }));
  const run = (command: string) =>
    execFileSync('sh', ['-ec', command], { cwd: dir, encoding: 'utf8', stdio: 'pipe' });

  it('give the same finding, and a file that replays', () => {
    cpSync(join(ROOT, 'fixtures/mini-6.12'), dir, { recursive: true });
    const git = 'git -c user.name=t -c user.email=t@example.org';
    run(`git init -q -b main && git add -A && ${git} commit -qm base`);
    const base = run('git rev-parse HEAD').trim();
    run(`${git} am -q < ${join(ROOT, 'fixtures/mails/lock-copy.mbox')}`);
    const headSha = run('git rev-parse HEAD').trim();
    // "origin" is the repository itself, its pull request 7 the commit above
    run(
      `git update-ref refs/pull/7/head ${headSha} && git remote add origin . && git checkout -q ${base}`,
    );
    const lines = reproduceLines({ number: 7, headSha }, base, { rule: 'fork-lock-target' });
    const own = `${process.execPath} ${join(ROOT, 'dist/cli/main.js')}`;
    writeFileSync(join(dir, 'forklore'), `#!/bin/sh\nexec ${own} "$@"\n`, { mode: 0o755 });
    const report = run(`PATH="$PWD:$PATH"; { ${lines.join('\n')}\n} || [ $? = 1 ]`);
    expect(report).toContain('VIOLATED');
    expect(report).toContain('fork-lock-target');
    const [trace] = readdirSync(join(dir, 'traces'));
    expect(run(`./forklore replay traces/${trace}`)).toContain('fails: ');
  });
});
