import { afterEach, describe, expect, it } from 'vitest';
import type { RunningServer } from '../../src/github/server.js';
import { readMarker } from '../../src/report/markdown-marker.js';
import { deliver, examplePayload } from '../github/delivery.js';
import type { StandIn } from '../github/stand-in.js';
import { appFor, gitHubWith } from '../github/world.js';
import { ADDED_LINE, clean, fakeReview, introducedAt, REMOVED_LINE } from './fake-review.js';

let hub: StandIn;
let server: RunningServer;

afterEach(async () => {
  await server?.close();
  await hub?.close();
  expect(hub.refused).toEqual([]);
});

/** Delivers and waits until the review is done. */
async function opened(action = 'opened', id?: string): Promise<number> {
  const payload = examplePayload(action);
  payload.pull_request = { ...structuredClone(hub.pull) };
  const response = await deliver(server.url, payload, { id });
  await server.idle();
  return response.status;
}

describe('a pull request that introduces a problem', () => {
  it('gets one review with a comment on the line, and a failed check run', async () => {
    const mergeBase = 'b'.repeat(40);
    hub = await gitHubWith({ mergeBase });
    const fake = fakeReview([introducedAt(ADDED_LINE), ...clean()]);
    server = await appFor(hub, fake.review);
    expect(await opened()).toBe(200);

    expect(hub.reviews).toHaveLength(1);
    const [review] = hub.reviews;
    expect(review).toMatchObject({ event: 'COMMENT', commit_id: hub.pull.head.sha });
    expect(review.comments).toHaveLength(1);
    expect(review.comments[0]).toMatchObject({
      path: 'kernel/fork.c',
      line: ADDED_LINE,
      side: 'RIGHT',
    });
    expect(review.comments[0].body).toContain("**Locks the child's copy, not the parent's VMA.**");
    expect(readMarker(review.comments[0].body)?.head).toBe(hub.pull.head.sha);

    expect(hub.checks).toHaveLength(1);
    expect(hub.checks[0]).toMatchObject({
      name: 'forklore',
      head_sha: hub.pull.head.sha,
      status: 'completed',
      conclusion: 'failure',
      output: { title: '1 problem introduced, 1 rule holds' },
    });

    const [call] = fake.calls;
    expect(call.title).toBe(hub.pull.title);
    expect(call.files.map((f) => f.newPath)).toEqual(['kernel/fork.c']);
    expect(call.reader.label).toContain('bbbbbbbbbbbb');
    const text = await call.reader.read('kernel/fork.c');
    expect(text).toBe(hub.options.trees[mergeBase]['kernel/fork.c']);
    expect(await call.reader.read('kernel/none.c')).toBeNull();
    expect(await call.reader.read('kernel')).toBeNull();
    expect(await call.reader.read('../../secret')).toBeNull();
    expect(await call.reader.read('kernel/fork.c')).toBe(text);
    expect(hub.requests.filter((r) => r.endsWith('/contents/kernel/fork.c'))).toHaveLength(1);
  });

  it('can comment on a removed line', async () => {
    hub = await gitHubWith();
    const location = { path: 'kernel/fork.c', line: REMOVED_LINE, side: 'LEFT' as const };
    server = await appFor(hub, fakeReview([introducedAt(0, { location })]).review);
    await opened('reopened');
    expect(hub.comments).toMatchObject([{ line: REMOVED_LINE, side: 'LEFT' }]);
  });

  it('keeps the rest when one finding lies outside the diff', async () => {
    hub = await gitHubWith();
    const location = { path: 'mm/mmap.c', line: 3, side: 'RIGHT' as const };
    const outside = introducedAt(3, { id: 'ffff000011112222', rule: 'fork-unwind', location });
    server = await appFor(hub, fakeReview([outside, introducedAt(ADDED_LINE)]).review);
    await opened();
    expect(hub.reviews).toHaveLength(1);
    expect(hub.comments).toHaveLength(1);
    expect(hub.checks[0].conclusion).toBe('failure');
    const { title, summary } = hub.checks[0].output!;
    expect(title).toBe('2 problems introduced');
    expect(summary).toContain('the line is not in the diff');
    expect(summary).toContain('#### `fork-unwind` violated, introduced');
    expect(hub.reviews[0].body).toContain('#### `fork-unwind` violated, introduced');
  });

  it('comments on the file when the diff does not show the line', async () => {
    hub = await gitHubWith();
    server = await appFor(hub, fakeReview([introducedAt(3)]).review);
    await opened();
    expect(hub.comments).toMatchObject([
      { path: 'kernel/fork.c', line: null, subject_type: 'file' },
    ]);
    expect(hub.reviews).toMatchObject([{ comments: [] }]);
    expect(hub.checks[0].output!.summary).toContain('commented on the file');
  });

  it('keeps the rest when GitHub refuses one of the lines', async () => {
    hub = await gitHubWith();
    hub.blocked.add('kernel/fork.c:RIGHT:15');
    const refused = introducedAt(15, { id: 'ffff000011112222', rule: 'fork-unwind' });
    server = await appFor(hub, fakeReview([introducedAt(ADDED_LINE), refused]).review);
    await opened();
    expect(hub.reviews).toMatchObject([{ comments: [] }]);
    expect(hub.comments.map((c) => [c.line, c.subject_type])).toEqual([
      [ADDED_LINE, 'line'],
      [null, 'file'],
    ]);
    expect(hub.checks[0].output!.summary).toContain('commented on the file');
    expect(hub.checks[0].output!.summary).toContain('GitHub answered 422');
  });

  it('has it in the overview when no file of the diff could take it', async () => {
    hub = await gitHubWith();
    const location = { path: 'skeleton:6.12', line: null, side: 'RIGHT' as const };
    server = await appFor(hub, fakeReview([introducedAt(0, { location })]).review);
    await opened();
    expect(hub.reviews).toMatchObject([{ comments: [] }]);
    expect(hub.reviews[0].body).toContain('#### `fork-lock-target` violated, introduced');
    expect(hub.checks[0].conclusion).toBe('failure');
  });
});

describe('a pull request without a problem', () => {
  it('gets a green check run and no review', async () => {
    hub = await gitHubWith();
    server = await appFor(hub, fakeReview(clean()).review);
    await opened('synchronize');
    expect(hub.reviews).toHaveLength(0);
    expect(hub.comments).toHaveLength(0);
    expect(hub.checks).toMatchObject([
      { conclusion: 'success', output: { title: 'No problem found in 1 rule' } },
    ]);
    expect(hub.checks[0].output!.text).toContain(
      '612,480 explored states, to the end; none fails.',
    );
  });

  it('is not green when a changed file was not seen', async () => {
    hub = await gitHubWith();
    const big = { ...hub.options.files[0], filename: 'mm/huge.c', patch: undefined };
    hub.options.files.push(big);
    hub.pull.changed_files = 2;
    server = await appFor(hub, fakeReview(clean()).review);
    await opened();
    expect(hub.checks).toMatchObject([
      { conclusion: 'neutral', output: { title: 'No problem found in 1 rule; 1 file not seen' } },
    ]);
    expect(hub.checks[0].output!.text).toContain(
      '`mm/huge.c`: GitHub gives neither a diff nor the file',
    );
  });

  it('is listed page by page', async () => {
    hub = await gitHubWith();
    const [first] = hub.options.files;
    for (let i = 0; i < 129; i++) hub.options.files.push({ ...first, filename: `mm/f${i}.c` });
    hub.pull.changed_files = 130;
    const fake = fakeReview(clean());
    server = await appFor(hub, fake.review);
    await opened();
    expect(fake.calls[0].files).toHaveLength(130);
    expect(hub.checks[0].conclusion).toBe('success');
  });

  it('is neutral when nothing applies', async () => {
    hub = await gitHubWith();
    const over = { status: 'not-applicable' as const, reason: 'no fork or mm file' };
    server = await appFor(hub, fakeReview([], over).review);
    await opened();
    expect(hub.checks).toMatchObject([
      { conclusion: 'neutral', output: { title: 'Not applicable: no fork or mm file' } },
    ]);
  });
});

describe('a draft', () => {
  it('is skipped without a trace', async () => {
    hub = await gitHubWith({
      change: (p) => {
        p.pull_request.draft = true;
      },
    });
    server = await appFor(hub, fakeReview([introducedAt(ADDED_LINE)]).review);
    expect(await opened()).toBe(200);
    expect(hub.requests.filter((r) => /check-runs|reviews|comments/.test(r))).toEqual([]);
  });

  it('is reviewed when it is ready', async () => {
    hub = await gitHubWith();
    server = await appFor(hub, fakeReview([introducedAt(ADDED_LINE)]).review);
    await opened('ready_for_review');
    expect(hub.reviews).toHaveLength(1);
  });

  it('that became one again before its turn is left alone', async () => {
    hub = await gitHubWith();
    server = await appFor(hub, fakeReview([introducedAt(ADDED_LINE)]).review);
    const payload = examplePayload('opened');
    hub.pull.draft = true;
    await deliver(server.url, payload);
    await server.idle();
    expect(hub.checks).toHaveLength(0);
  });
});
