import { describe, expect, it } from 'vitest';
import { ForkloreError } from '../../src/base/errors.js';
import type { Job } from '../../src/github/jobs.js';
import { ATTEMPTS, type Control, LocalQueue, pauseAfter } from '../../src/github/queue.js';
import { RecentSet } from '../../src/github/recent.js';
import { latch } from './world.js';

/** A review of pull request `number` at `head`, `order` telling newer from older. */
function review(number: number, head: string, order: string): Job {
  const event = {
    number,
    title: 't',
    author: 'a',
    open: true,
    draft: false,
    headSha: head,
    baseSha: 'b',
    baseRef: 'main',
    changedFiles: 1,
    commits: 1,
    updatedAt: order,
  };
  return { kind: 'pull', installation: 1, owner: 'o', repo: 'r', event, again: '' };
}

const command = (number: number, id: number): Job => ({
  kind: 'command',
  installation: 1,
  owner: 'o',
  repo: 'r',
  number,
  comment: { id, thread: false, body: '/forklore help', login: 'x' },
});

const nameOf = (job: Job): string =>
  job.kind === 'pull' ? `#${job.event.number} ${job.event.headSha}` : job.kind;

function harness(concurrency = 1, maxWaiting = 10) {
  const log: string[] = [];
  const errors: unknown[] = [];
  const gates = new Map<string, Promise<void>>();
  const failures = new Map<string, unknown[]>();
  const run = async (job: Job, { signal, last }: Control) => {
    const name = nameOf(job);
    log.push(`start ${name}${last ? ' last' : ''}`);
    await gates.get(name);
    const error = failures.get(name)?.shift();
    if (error) throw error;
    log.push(`end ${name}${signal.aborted ? ` ${signal.reason}` : ''}`);
  };
  const queue = new LocalQueue({
    run,
    concurrency,
    maxWaiting,
    again: (error) => !(error instanceof ForkloreError),
    onError: (error) => errors.push(error),
    firstPauseMs: 1,
  });
  return { log, errors, queue, gates, failures };
}

describe('LocalQueue', () => {
  it('keeps only the newest head of a pull request, and aborts the one that runs', async () => {
    const { log, queue, gates } = harness();
    const gate = latch();
    gates.set('#1 v1', gate.opened);
    expect(await queue.add(review(1, 'v1', '1'))).toBe('added');
    expect(await queue.add(review(1, 'v1', '1'))).toBe('duplicate');
    expect(await queue.add(review(1, 'v2', '2'))).toBe('added');
    expect(await queue.add(review(1, 'v3', '3'))).toBe('replaced');
    expect(await queue.add(review(1, 'v3', '3'))).toBe('duplicate');
    expect(await queue.add(review(1, 'v2', '2'))).toBe('older');
    expect(await queue.size()).toEqual({ waiting: 1, running: 1 });
    gate.open();
    await queue.idle();
    expect(log).toEqual(['start #1 v1', 'end #1 v1 superseded', 'start #1 v3', 'end #1 v3']);
  });

  it('runs one job per pull request and at most as many as allowed', async () => {
    const { log, queue, gates } = harness(2);
    const gate = latch();
    gates.set('#1 v1', gate.opened);
    gates.set('#2 v1', gate.opened);
    await queue.add(review(1, 'v1', '1'));
    await queue.add(command(1, 7));
    await queue.add(review(2, 'v1', '1'));
    await queue.add(review(3, 'v1', '1'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(log).toEqual(['start #1 v1', 'start #2 v1']);
    gate.open();
    await queue.idle();
    expect(log.filter((line) => line.startsWith('end'))).toHaveLength(4);
  });

  it('lets no push drop a command', async () => {
    const { log, queue, gates } = harness();
    const gate = latch();
    gates.set('#1 v1', gate.opened);
    await queue.add(review(1, 'v1', '1'));
    await queue.add(command(1, 7));
    expect(await queue.add(command(1, 7))).toBe('duplicate');
    await queue.add(review(1, 'v2', '2'));
    gate.open();
    await queue.idle();
    expect(log).toContain('end command');
    expect(log).toContain('end #1 v2');
  });

  it('tries again what may pass, a few times, and goes on with the rest', async () => {
    const { log, errors, queue, failures } = harness();
    failures.set('#1 v1', [new Error('a'), new Error('b')]);
    failures.set('#2 v1', [new ForkloreError('input', 'for good')]);
    failures.set(
      '#3 v1',
      Array.from({ length: 20 }, () => new Error('always')),
    );
    for (const number of [1, 2, 3]) await queue.add(review(number, 'v1', '1'));
    await queue.idle();
    const of = (name: string) => log.filter((line) => line.includes(name));
    expect(of('#1')).toEqual(['start #1 v1', 'start #1 v1', 'start #1 v1', 'end #1 v1']);
    expect(of('#2')).toEqual(['start #2 v1']);
    expect(of('#3')).toHaveLength(ATTEMPTS);
    expect(of('#3').at(-1)).toBe('start #3 v1 last');
    expect(errors).toMatchObject([{ message: 'for good' }, { message: 'always' }]);
  });

  it('refuses what it can not hold', async () => {
    const { queue, gates } = harness(1, 1);
    const gate = latch();
    gates.set('#1 v1', gate.opened);
    await queue.add(review(1, 'v1', '1'));
    await Promise.resolve();
    await queue.add(review(2, 'v1', '1'));
    await expect(queue.add(review(3, 'v1', '1'))).rejects.toThrow(/1 jobs are waiting/);
    gate.open();
    await queue.idle();
  });

  it('drops what waits when it closes, and aborts what does not end in time', async () => {
    const { log, queue, gates } = harness();
    const gate = latch();
    gates.set('#1 v1', gate.opened);
    await queue.add(review(1, 'v1', '1'));
    await queue.add(review(2, 'v1', '1'));
    const closed = queue.close(5);
    setTimeout(gate.open, 30);
    await closed;
    expect(log).toEqual(['start #1 v1', 'end #1 v1 closing']);
  });

  it('waits longer each time, within bounds', () => {
    expect([1, 2, 3, 4, 20].map((n) => pauseAfter(n))).toEqual([2000, 4000, 8000, 16_000, 120_000]);
  });
});

describe('RecentSet', () => {
  it('forgets the oldest', async () => {
    const set = new RecentSet(2);
    for (const value of ['a', 'b', 'a', 'c']) await set.add(value);
    expect([await set.has('a'), await set.has('b'), await set.has('c')]).toEqual([
      false,
      true,
      true,
    ]);
    await set.delete('b');
    expect(await set.has('b')).toBe(false);
  });
});
