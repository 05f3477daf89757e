import { describe, expect, it } from 'vitest';
import { type QueueJob, WorkQueue } from '../../src/github/queue.js';
import { RecentSet } from '../../src/github/recent.js';
import { latch } from './world.js';

function harness(concurrency = 1, maxWaiting = 10) {
  const log: string[] = [];
  const errors: unknown[] = [];
  const queue = new WorkQueue({ concurrency, maxWaiting, onError: (error) => errors.push(error) });
  const job = (key: string, version: string, order: string, wait?: Promise<void>): QueueJob => ({
    key,
    version,
    order,
    run: async (signal) => {
      log.push(`start ${key} ${version}`);
      await wait;
      log.push(`end ${key} ${version}${signal.aborted ? ' aborted' : ''}`);
    },
  });
  return { log, errors, queue, job };
}

describe('WorkQueue', () => {
  it('keeps only the newest version of a key, and aborts the one that runs', async () => {
    const { log, queue, job } = harness();
    const gate = latch();
    expect(queue.add(job('a', 'v1', '1', gate.opened))).toBe('added');
    await Promise.resolve();
    expect(queue.add(job('a', 'v1', '1'))).toBe('duplicate');
    expect(queue.add(job('a', 'v2', '2'))).toBe('added');
    expect(queue.add(job('a', 'v3', '3'))).toBe('replaced');
    expect(queue.add(job('a', 'v3', '3'))).toBe('duplicate');
    expect(queue.add(job('a', 'v2', '2'))).toBe('older');
    expect(queue.size).toEqual({ waiting: 1, running: 1 });
    gate.open();
    await queue.idle();
    expect(log).toEqual(['start a v1', 'end a v1 aborted', 'start a v3', 'end a v3']);
  });

  it('runs one job per key and at most as many as allowed', async () => {
    const { log, queue, job } = harness(2);
    const gate = latch();
    queue.add(job('a', 'v1', '1', gate.opened));
    await Promise.resolve();
    queue.add(job('a', 'v2', '2'));
    queue.add(job('b', 'v1', '1', gate.opened));
    queue.add(job('c', 'v1', '1'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(log).toEqual(['start a v1', 'start b v1']);
    gate.open();
    await queue.idle();
    expect(log.filter((line) => line.startsWith('end'))).toHaveLength(4);
  });

  it('goes on after a job that throws', async () => {
    const { log, errors, queue, job } = harness();
    const run = () => Promise.reject(new Error('boom'));
    queue.add({ key: 'a', version: 'v1', order: '1', run });
    queue.add(job('b', 'v1', '1'));
    await queue.idle();
    expect(errors).toMatchObject([{ message: 'boom' }]);
    expect(log).toEqual(['start b v1', 'end b v1']);
    await queue.idle();
  });

  it('refuses what it can not hold', async () => {
    const { queue, job } = harness(1, 1);
    const gate = latch();
    queue.add(job('a', 'v1', '1', gate.opened));
    await Promise.resolve();
    queue.add(job('b', 'v1', '1'));
    expect(() => queue.add(job('c', 'v1', '1'))).toThrow(/1 reviews are waiting/);
    gate.open();
    await queue.idle();
  });
});

describe('RecentSet', () => {
  it('forgets the oldest', () => {
    const set = new RecentSet(2);
    expect([set.add('a'), set.add('b'), set.add('a'), set.add('c'), set.add('a')]).toEqual([
      true,
      true,
      false,
      true,
      true,
    ]);
    set.delete('a');
    expect(set.add('a')).toBe(true);
  });
});
