import { afterEach, describe, expect, it } from 'vitest';
import { ATTEMPTS } from '../../src/github/queue.js';
import type { RunningServer } from '../../src/github/server.js';
import { markerLine } from '../../src/report/markdown-marker.js';
import { deliver, examplePayload } from '../github/delivery.js';
import type { StandIn } from '../github/stand-in.js';
import { appFor, gitHubWith, latch } from '../github/world.js';
import { pullReview } from '../report/markdown-samples.js';
import { ADDED_LINE, clean, fakeReview, introducedAt } from './fake-review.js';

let hub: StandIn;
let server: RunningServer;

afterEach(async () => {
  await server?.close();
  await hub?.close();
  expect(hub.refused).toEqual([]);
});

async function deliverNow(action = 'opened', id?: string): Promise<number> {
  const payload = examplePayload(action);
  payload.pull_request = structuredClone(hub.pull);
  const response = await deliver(server.url, payload, { id });
  return response.status;
}

async function opened(action = 'opened', id?: string): Promise<void> {
  expect(await deliverNow(action, id)).toBe(200);
  await server.idle();
}

const LATER = '2019-05-15T16:00:00Z';
const NEW_HEAD = 'c'.repeat(40);

describe('nothing is posted twice', () => {
  it('when a delivery is repeated, another event comes, or the server starts anew', async () => {
    hub = await gitHubWith();
    const fake = fakeReview([introducedAt(ADDED_LINE)]);
    server = await appFor(hub, fake.review);
    await opened('opened', 'same');
    await opened('opened', 'same');
    await opened('reopened');
    await server.close();
    server = await appFor(hub, fake.review);
    await opened('opened', 'same');
    expect(hub.reviews).toHaveLength(1);
    expect(hub.comments).toHaveLength(1);
    expect(hub.checks).toHaveLength(1);
    expect(fake.calls).toHaveLength(1);
  });

  it('when the check run is gone but the comments are there', async () => {
    hub = await gitHubWith();
    server = await appFor(hub, fakeReview([introducedAt(ADDED_LINE)]).review);
    await opened();
    hub.checks.length = 0;
    await opened('reopened');
    expect(hub.comments).toHaveLength(1);
    expect(hub.checks).toMatchObject([{ conclusion: 'failure' }]);
  });

  it('when the answer to a review was lost on the way', async () => {
    hub = await gitHubWith();
    hub.failNext('POST', /\/reviews$/, 502, true);
    hub.failNext('POST', /\/check-runs$/, 502, true);
    server = await appFor(hub, fakeReview([introducedAt(ADDED_LINE)]).review);
    await opened();
    expect(hub.reviews).toHaveLength(1);
    expect(hub.checks).toMatchObject([{ conclusion: 'failure' }]);
  });

  it('when a new push still has the finding', async () => {
    hub = await gitHubWith();
    server = await appFor(hub, fakeReview([introducedAt(ADDED_LINE)]).review);
    await opened();
    hub.push(NEW_HEAD, LATER);
    await opened('synchronize');
    expect(hub.comments).toHaveLength(1);
    expect(hub.checks.map((c) => [c.head_sha, c.conclusion])).toEqual([
      [examplePayload('opened').pull_request.head.sha, 'failure'],
      [NEW_HEAD, 'failure'],
    ]);
    expect(hub.checks[1].output!.summary).toContain('commented on an earlier push');
  });

  it('but a marker in a comment of somebody else does not silence a finding', async () => {
    hub = await gitHubWith();
    const head = hub.pull.head.sha;
    const body = markerLine({ finding: introducedAt(1).id, head });
    hub.comments.push({
      id: 1,
      path: 'kernel/fork.c',
      line: ADDED_LINE,
      original_line: ADDED_LINE,
      start_line: null,
      start_side: null,
      subject_type: 'line',
      side: 'RIGHT',
      commit_id: head,
      body,
      user: { login: 'mallory', type: 'User' },
    });
    server = await appFor(hub, fakeReview([introducedAt(ADDED_LINE)]).review);
    await opened();
    expect(hub.reviews).toHaveLength(1);
  });
});

describe('trouble', () => {
  it('leaves a neutral check run with the reason, and the delivery can be repeated', async () => {
    hub = await gitHubWith();
    let broken = true;
    server = await appFor(hub, async () => {
      if (broken) throw new TypeError('cannot read x of undefined\n  at @somebody');
      return pullReview({ findings: [introducedAt(ADDED_LINE)] });
    });
    await opened('opened', 'same');
    expect(hub.reviews).toHaveLength(0);
    expect(hub.checks).toMatchObject([
      { status: 'completed', conclusion: 'neutral', output: { title: 'Review not finished' } },
    ]);
    expect(hub.checks[0].output!.summary).toBe('internal error: cannot read x of undefined.');
    broken = false;
    await opened('opened', 'same');
    expect(hub.reviews).toHaveLength(1);
    expect(hub.checks.at(-1)).toMatchObject({ conclusion: 'failure' });
  });

  it('of GitHub while reading is named', async () => {
    hub = await gitHubWith();
    for (let i = 0; i < ATTEMPTS; i++) hub.failNext('GET', /\/files$/, 500);
    server = await appFor(hub, fakeReview(clean()).review);
    await opened();
    expect(hub.checks[0].conclusion).toBe('neutral');
    expect(hub.checks[0].output!.summary).toMatch(/GitHub answered 500 to GET `.*\/files/);
  });

  it('with posting is made good by the next try', async () => {
    hub = await gitHubWith();
    for (let i = 0; i < 4; i++) hub.failNext('POST', /\/reviews$/, 503);
    server = await appFor(hub, fakeReview([introducedAt(ADDED_LINE)]).review);
    await opened();
    expect(hub.reviews).toHaveLength(1);
    expect(hub.checks).toMatchObject([{ conclusion: 'failure' }]);
    expect(hub.checks[0].output!.summary).toContain('commented on the line');
  });

  it('with posting for good still shows the finding; the next delivery uses the same check run', async () => {
    hub = await gitHubWith();
    for (let i = 0; i < 4 * ATTEMPTS; i++) hub.failNext('POST', /\/reviews$/, 503);
    server = await appFor(hub, fakeReview([introducedAt(ADDED_LINE)]).review);
    await opened();
    expect(hub.checks).toMatchObject([{ conclusion: 'failure' }]);
    expect(hub.checks[0].output!.summary).toContain('GitHub did not take the comment');
    await opened('reopened');
    expect(hub.reviews).toHaveLength(1);
    expect(hub.checks).toHaveLength(1);
    expect(hub.checks[0].output!.summary).toContain('commented on the line');
  });

  it('of a review that does not end is cut off', async () => {
    hub = await gitHubWith();
    server = await appFor(hub, () => new Promise(() => {}), { timeLimitMs: 1000 });
    await opened();
    expect(hub.checks[0].conclusion).toBe('neutral');
    expect(hub.checks[0].output!.summary).toBe('no result after 1 s.');
  });

  it('that left a check run open is repaired by the next try, not doubled', async () => {
    hub = await gitHubWith();
    hub.failNext('PATCH', /\/check-runs\//, 500);
    server = await appFor(hub, fakeReview([introducedAt(ADDED_LINE)]).review);
    await opened();
    expect(hub.checks).toMatchObject([{ status: 'completed', conclusion: 'failure' }]);
    expect(hub.comments).toHaveLength(1);
    expect(hub.reviews).toHaveLength(1);
  });
});

describe('a push while the review runs', () => {
  it('is answered at once; the old head posts nothing, the new one is reviewed', async () => {
    hub = await gitHubWith();
    const gate = latch();
    const started = latch();
    let runs = 0;
    server = await appFor(hub, async () => {
      if (runs++ === 0) {
        started.open();
        await gate.opened;
      }
      return pullReview({ findings: [introducedAt(ADDED_LINE)] });
    });
    const oldHead = hub.pull.head.sha;
    expect(await deliverNow()).toBe(200);
    await started.opened;
    hub.push(NEW_HEAD, LATER);
    expect(await deliverNow('synchronize')).toBe(200);
    gate.open();
    await server.idle();
    expect(hub.reviews.map((r) => r.commit_id)).toEqual([NEW_HEAD]);
    expect(hub.checks.map((c) => [c.head_sha, c.conclusion, c.output?.title])).toEqual([
      [oldHead, 'neutral', 'Superseded by a newer push'],
      [NEW_HEAD, 'failure', '1 problem introduced'],
    ]);
  });

  it('is reviewed at the current head when the event is an old one', async () => {
    hub = await gitHubWith();
    const late = examplePayload('opened');
    hub.push(NEW_HEAD, LATER);
    server = await appFor(hub, fakeReview([introducedAt(ADDED_LINE)]).review);
    await deliver(server.url, late);
    await server.idle();
    expect(hub.reviews.map((r) => r.commit_id)).toEqual([NEW_HEAD]);
  });
});
