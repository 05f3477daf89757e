import { ForkloreError } from '../base/errors.js';
import { brokenPage, type CheckPage } from '../report/checkrun.js';
import { analysePull } from './analyse.js';
import type { Identity } from './bot.js';
import {
  type CheckContext,
  checksAt,
  finishCheck,
  type OpenCheck,
  openCheck,
  openPrefix,
} from './checks.js';
import { type LoadedConfig, loadConfig, type ParseConfig } from './config.js';
import { failureReason, isTransient } from './failure.js';
import { publish } from './publish.js';
import { currentPull } from './pull.js';
import { SUPERSEDED } from './queue.js';
import type { GitHubClient, PullInfo, RepoRef, ReviewPullRequest, World } from './types.js';

export interface JobDeps {
  review: ReviewPullRequest;
  parseConfig: ParseConfig;
  world: World;
  /** After this many milliseconds a review counts as failed. */
  timeLimitMs: number;
  ruleUrl?: (rule: string) => string;
}

export interface ReviewJob {
  client: GitHubClient;
  identity: Identity;
  repo: RepoRef;
  /** The pull request as the event showed it. */
  event: PullInfo;
  /** What asks for another review of a head that was reviewed; empty for none. */
  again: string;
  /** Aborted when a newer head is known, or the process has to end. */
  signal: AbortSignal;
  /** No further try follows: what is only GitHub's trouble now leaves a neutral check run, too. */
  last: boolean;
}

export type Outcome = 'reviewed' | 'reviewed-before' | 'skipped' | 'superseded';

/** What one run of a job shares. */
export interface Run extends ReviewJob {
  deps: JobDeps;
  context: CheckContext;
  pull: PullInfo;
  config: LoadedConfig['config'];
}

/**
 * Reviews the pull request's current head and posts the result. Once the check run is open it is always finished: by
 * the result, or neutral with the reason; only when the error may pass and another try follows it stays open. Throws
 * the error that stopped the review, after that.
 */
export async function reviewPull(job: ReviewJob, deps: JobDeps): Promise<Outcome> {
  const { client, repo, identity, again } = job;
  if (isSuperseded(job)) {
    await closeStale(job, deps, job.event, job.event.headSha);
    return 'superseded';
  }
  const pull = await currentPull(client, repo, job.event);
  for (const sha of [job.event.before, job.event.headSha])
    if (sha && sha !== pull.headSha) await closeStale(job, deps, pull, sha);
  if (!pull.open) return 'skipped';
  const place = { client, repo, pull, appId: identity.appId, world: deps.world };
  const loaded = await loadConfig(client, repo, deps.parseConfig).catch((error: unknown) => {
    if (error instanceof ForkloreError) return error;
    throw error;
  });
  if (loaded instanceof ForkloreError)
    return refuseConfig({ ...place, cause: { config: loaded.message, again } }, loaded);
  const { config } = loaded;
  if (pull.draft && !config?.drafts && again === '') return 'skipped';
  const context: CheckContext = { ...place, cause: { config: loaded.hash, again } };
  const check = await openCheck(context);
  if (check === null) return 'reviewed-before';
  try {
    return await reviewHead({ ...job, deps, context, pull, config }, check);
  } catch (error) {
    // whoever stops the process leaves the run open: it is taken over
    if (job.signal.aborted && !isSuperseded(job)) throw error;
    if (isSuperseded(job)) {
      const now = await currentPull(client, repo, pull);
      // the newer state may have the head that is reviewed here: its job takes the run over
      if (now.headSha !== pull.headSha)
        await finishCheck(context, check, { page: supersededPage(), mark: 'retry' });
      return 'superseded';
    }
    if (isTransient(error) && !job.last) throw error;
    const page = brokenPage('Review not finished', `${failureReason(error)}.`);
    await finishCheck(context, check, { page, mark: 'retry' }).catch((second) => {
      throw new AggregateError([error, second], 'the review failed, and its check run stays open');
    });
    throw error;
  }
}

const isSuperseded = ({ signal }: ReviewJob): boolean =>
  signal.aborted && signal.reason === SUPERSEDED;

/** A run that a process left open when it died, on a head that is none any more. */
async function closeStale(
  { client, repo, identity }: ReviewJob,
  { world }: JobDeps,
  pull: PullInfo,
  sha: string,
): Promise<void> {
  const context = {
    client,
    repo,
    pull,
    appId: identity.appId,
    world,
    cause: { config: '', again: '' },
  };
  for (const run of await checksAt(context, sha)) {
    if (run.status === 'completed' || !run.external_id?.startsWith(openPrefix(pull.number)))
      continue;
    const check = { id: run.id, annotated: Number.MAX_SAFE_INTEGER };
    await finishCheck(context, check, { page: supersededPage(), mark: 'retry' });
  }
}

const supersededPage = (): CheckPage =>
  brokenPage('Superseded by a newer push', 'A newer head is reviewed instead.');

/** An invalid configuration is said, never replaced by a default in silence. */
async function refuseConfig(context: CheckContext, error: ForkloreError): Promise<Outcome> {
  const check = await openCheck(context);
  if (check === null) return 'reviewed-before';
  const page = brokenPage('Configuration not understood', `${failureReason(error)}.`);
  await finishCheck(context, check, { page, mark: 'done' });
  return 'reviewed';
}

async function reviewHead(run: Run, check: OpenCheck): Promise<Outcome> {
  const { client, repo, pull, context } = run;
  const result = await analysePull(run);
  const now = await currentPull(client, repo, pull);
  run.signal.throwIfAborted();
  if (now.headSha !== pull.headSha) {
    await finishCheck(context, check, { page: supersededPage(), mark: 'retry' });
    return 'superseded';
  }
  await publish(run, check, result);
  return 'reviewed';
}
