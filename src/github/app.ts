import { setTimeout as wait } from 'node:timers/promises';
import type { ApplicationFunction } from 'probot';
import { type JobDeps, reviewPull } from './job.js';
import { pullInfo } from './pull.js';
import { WorkQueue } from './queue.js';
import { RecentSet } from './recent.js';
import type { GitHubClient, Log, PullInfo, RepoRef, ReviewPullRequest } from './types.js';

/** GitHub keeps deliveries for three days; a busy installation sees a few thousand pull request events in that time. */
const REMEMBERED_DELIVERIES = 10_000;
const TEN_MINUTES = 600_000;

export interface AppOptions {
  /** Reviews the files of one pull request. */
  review: ReviewPullRequest;
  /** Our app's id, to tell its check runs from those of others. */
  appId?: number;
  /** The queue to use, so that a server can wait for it. */
  queue?: WorkQueue;
  clock?: () => Date;
  sleep?: (ms: number) => Promise<void>;
  /** Milliseconds for one review; ten minutes by default. */
  timeLimitMs?: number;
  /** Page that explains a rule; comments have no link without it. */
  ruleUrl?: (rule: string) => string;
}

/** The queue of one process. `log` hears of jobs that failed. */
export function createQueue(log?: Pick<Log, 'error'>): WorkQueue {
  return new WorkQueue({
    concurrency: 2,
    maxWaiting: 1000,
    onError: (error, job) => log?.error({ err: error }, `review of ${job.key} failed`),
  });
}

/**
 * The Probot app. It answers each delivery at once and reviews in the background: one review at a time for a pull
 * request, the newest head first in line. A delivery that GitHub repeats is done again only when it failed.
 */
export function createApp(options: AppOptions): ApplicationFunction {
  const deps: JobDeps = {
    review: options.review,
    appId: options.appId ?? null,
    world: {
      clock: options.clock ?? (() => new Date()),
      sleep: options.sleep ?? ((ms) => wait(ms)),
    },
    timeLimitMs: options.timeLimitMs ?? TEN_MINUTES,
    ruleUrl: options.ruleUrl,
  };
  const deliveries = new RecentSet(REMEMBERED_DELIVERIES);
  return (app) => {
    const queue = options.queue ?? createQueue(app.log);
    app.on(
      [
        'pull_request.opened',
        'pull_request.synchronize',
        'pull_request.reopened',
        'pull_request.ready_for_review',
      ],
      async ({ id, payload, octokit, log }) => {
        const repo: RepoRef = {
          owner: payload.repository.owner.login,
          repo: payload.repository.name,
        };
        const event = pullInfo(payload.pull_request);
        if (event.draft) return;
        if (!payload.installation)
          return log.warn('pull request event without an installation: ignored');
        if (!deliveries.add(id)) return log.info('delivered before: ignored');
        try {
          const input = { client: octokit as GitHubClient, repo, event };
          const forget = () => deliveries.delete(id);
          const result = queue.add(job(input, deps, log, forget));
          log.info(`${repo.owner}/${repo.repo}#${event.number}: ${result}`);
        } catch (error) {
          deliveries.delete(id);
          throw error;
        }
      },
    );
  };
}

function job(
  input: { client: GitHubClient; repo: RepoRef; event: PullInfo },
  deps: JobDeps,
  log: Log,
  forget: () => void,
) {
  const { repo, event } = input;
  const key = `${repo.owner}/${repo.repo}#${event.number}`;
  const run = async (signal: AbortSignal) => {
    try {
      const outcome = await reviewPull({ ...input, signal }, deps);
      log.info(`${key} at ${event.headSha}: ${outcome}`);
    } catch (error) {
      forget();
      throw error;
    }
  };
  return { key, version: event.headSha, order: event.updatedAt, run };
}
