import { readFile } from 'node:fs/promises';
import { Octokit } from '@octokit/rest';
import { ForkloreError } from '../base/errors.js';
import { type Annotation, annotationsFor } from '../report/annotations.js';
import type { CheckPage } from '../report/checkrun.js';
import { analysePull } from './analyse.js';
import { loadConfig } from './config.js';
import { type Payload, routeDelivery } from './events.js';
import { httpStatus } from './failure.js';
import type { PullJob } from './jobs.js';
import { resultPage, withSuppressed } from './publish.js';
import { currentPull } from './pull.js';
import { Runner, type RunnerDeps } from './run.js';
import type { GitHubClient } from './types.js';

/** Login of the comments that a workflow's own token writes. */
const WORKFLOW_LOGIN = 'github-actions[bot]';

export interface WorkflowOptions extends Omit<RunnerDeps, 'clientFor' | 'enqueue'> {
  /** Variables of a GitHub Actions step: GITHUB_TOKEN, GITHUB_EVENT_NAME, GITHUB_EVENT_PATH, GITHUB_API_URL, ... */
  env: NodeJS.ProcessEnv;
  /** The client to use in place of one made of the environment. */
  client?: GitHubClient;
}

/** What a step came to. */
export type StepResult =
  | { kind: 'ignored'; why: string }
  /** Posted on the pull request. */
  | { kind: 'posted'; outcome: string }
  /** The token may only read: the result is for the log and the summary of the step. */
  | { kind: 'read-only'; page: CheckPage; annotations: Annotation[] };

/**
 * The review of the app, as a step of a workflow: for the event that the workflow runs for, with its token. On pull
 * requests from forks that token may only read; then the review is made all the same and handed back.
 */
export async function runStep(options: WorkflowOptions): Promise<StepResult> {
  const { env } = options;
  const client = options.client ?? clientOf(env);
  const payload = await eventOf(env);
  const name = (env.GITHUB_EVENT_NAME ?? '').replace(/^pull_request_target$/, 'pull_request');
  // workflows have no installation; the token stands for it
  const installation = { id: 0 };
  const id = `${env.GITHUB_RUN_ID ?? '0'}-${env.GITHUB_RUN_ATTEMPT ?? '1'}`;
  const routed = routeDelivery({ name, id, payload: { ...payload, installation } }, null);
  if ('ignored' in routed) return { kind: 'ignored', why: routed.ignored };
  const runner = new Runner({
    ...options,
    clientFor: async () => client,
    enqueue: () => Promise.reject(new ForkloreError('bug', 'a step does one job')),
  });
  runner.be({ appId: null, login: WORKFLOW_LOGIN });
  const { signal } = new AbortController();
  try {
    const outcome = await runner.run(routed.job, { signal, last: true });
    return { kind: 'posted', outcome };
  } catch (error) {
    if (httpStatus(error) !== 403 || routed.job.kind !== 'pull') throw error;
    return readOnly(routed.job, client, options);
  }
}

async function readOnly(
  job: PullJob,
  client: GitHubClient,
  deps: WorkflowOptions,
): Promise<StepResult> {
  const repo = { owner: job.owner, repo: job.repo };
  const pull = await currentPull(client, repo, job.event);
  const { config } = await loadConfig(client, repo, deps.parseConfig);
  const { signal } = new AbortController();
  const analysis = await analysePull({ client, repo, pull, config, signal, deps });
  const { findings } = analysis.review.whole;
  const dismissed = withSuppressed(analysis.review.whole, new Map());
  const placements = new Map(
    findings.filter((f) => f.change === 'introduced').map((f) => [f.id, 'read-only'] as const),
  );
  const page = resultPage(pull, analysis, placements, dismissed);
  return {
    kind: 'read-only',
    page,
    annotations: annotationsFor(findings, new Set(dismissed.keys())),
  };
}

function clientOf(env: NodeJS.ProcessEnv): GitHubClient {
  if (!env.GITHUB_TOKEN)
    throw new ForkloreError('usage', 'GITHUB_TOKEN is not set: this runs as a step of a workflow');
  const baseUrl = env.GITHUB_API_URL ?? 'https://api.github.com';
  // a request that fails is said by whoever asked; many a 404 is an answer
  const log = { debug: () => {}, info: () => {}, warn: console.warn, error: () => {} };
  return new Octokit({ auth: env.GITHUB_TOKEN, baseUrl, log });
}

async function eventOf(env: NodeJS.ProcessEnv): Promise<Payload> {
  const path = env.GITHUB_EVENT_PATH;
  if (!path)
    throw new ForkloreError(
      'usage',
      'GITHUB_EVENT_PATH is not set: this runs as a step of a workflow',
    );
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Payload;
  } catch (cause) {
    throw new ForkloreError('usage', `GITHUB_EVENT_PATH: ${path} can not be read as JSON`, {
      cause,
    });
  }
}
