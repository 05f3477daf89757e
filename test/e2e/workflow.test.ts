import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { commandLine } from '../../src/cli/action.js';
import { runStep, type StepResult } from '../../src/github/workflow.js';
import type { Finding } from '../../src/judge/types.js';
import { exampleEvent, examplePayload } from '../github/delivery.js';
import type { StandIn } from '../github/stand-in.js';
import { gitHubWith, PARTS } from '../github/world.js';
import { ADDED_LINE, fakeReview, introducedAt } from './fake-review.js';

const dir = mkdtempSync(join(tmpdir(), 'forklore-action-'));
afterAll(() => rmSync(dir, { recursive: true }));

let hub: StandIn;
afterEach(async () => {
  await hub.close();
  expect(hub.refused).toEqual([]);
});

async function step(name: string, payload: object, findings: Finding[]): Promise<StepResult> {
  const file = join(dir, 'event.json');
  writeFileSync(file, JSON.stringify(payload));
  hub.tokens.add('ghs_step');
  return runStep({
    ...PARTS,
    review: fakeReview(findings).review,
    world: { clock: () => new Date('2024-01-02T03:04:05Z'), sleep: async () => {} },
    timeLimitMs: 10_000,
    env: {
      GITHUB_TOKEN: 'ghs_step',
      GITHUB_API_URL: `http://${hub.host}/api/v3`,
      GITHUB_EVENT_NAME: name,
      GITHUB_EVENT_PATH: file,
    },
  });
}

/** GitHub, where our comments are those of the workflow's own token. */
async function withWorkflowToken(): Promise<StandIn> {
  hub = await gitHubWith();
  hub.options.app.slug = 'github-actions';
  return hub;
}

function opened(): object {
  const { installation: _, ...payload } = examplePayload('opened');
  return { ...payload, pull_request: structuredClone(hub.pull) };
}

describe('a step of a workflow', () => {
  it('posts the same review as the app, once', async () => {
    await withWorkflowToken();
    const findings = [introducedAt(ADDED_LINE)];
    for (const name of ['pull_request', 'pull_request_target'])
      await step(name, opened(), findings);
    expect(hub.comments).toMatchObject([{ line: ADDED_LINE }]);
    expect(hub.checks).toMatchObject([{ conclusion: 'failure' }]);
  });

  it('hands the review back when the token may only read', async () => {
    await withWorkflowToken();
    hub.options.permissions = {
      contents: 'read',
      pull_requests: 'read',
      checks: 'read',
      metadata: 'read',
    };
    const result = await step('pull_request', opened(), [introducedAt(ADDED_LINE)]);
    expect(result).toMatchObject({
      kind: 'read-only',
      page: { conclusion: 'failure' },
      annotations: [{ path: 'kernel/fork.c', start_line: ADDED_LINE }],
    });
    const { summary } = (result as Extract<StepResult, { kind: 'read-only' }>).page;
    expect(summary).toContain('the token may not write to the pull request');
    expect(hub.checks).toEqual([]);
  });

  it('hears commands', async () => {
    await withWorkflowToken();
    await step('pull_request', opened(), [introducedAt(ADDED_LINE)]);
    const id = hub.say('Codertocat', '/forklore dismiss a90b wrong');
    const payload = exampleEvent('issue_comment', 'created') as { comment: object; issue: object };
    const user = { login: 'Codertocat', type: 'User' };
    payload.comment = { ...payload.comment, id, body: '/forklore dismiss a90b wrong', user };
    payload.issue = { number: hub.pull.number, pull_request: {} };
    await step('issue_comment', { ...payload, sender: user }, [introducedAt(ADDED_LINE)]);
    expect(hub.conversation.at(-1)?.body).toContain('Dismissed `a90b`');
    expect(hub.checks.at(-1)).toMatchObject({ conclusion: 'neutral' });
  });

  it('ignores what is not its business', async () => {
    await withWorkflowToken();
    expect(
      await step('push', { ref: 'x', repository: hub.options.payload.repository }, []),
    ).toMatchObject({
      kind: 'ignored',
    });
  });
});

describe('commandLine', () => {
  it('lets no text end the command', () => {
    const line = commandLine({
      path: 'a,b:c.c',
      start_line: 3,
      end_line: 3,
      annotation_level: 'failure',
      title: 't: 100%',
      message: 'x\n::set-env name=A::b',
    });
    expect(line).toBe(
      '::error file=a%2Cb%3Ac.c,line=3,endLine=3,title=t%3A 100%25::x%0A::set-env name=A::b\n',
    );
  });
});
