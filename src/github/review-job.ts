import { ForkloreError } from '../base/errors.js';
import type { PatchReview } from '../judge/types.js';
import { annotationsFor } from '../report/annotations.js';
import { brokenPage, type CheckPage, checkPage } from '../report/checkrun.js';
import type { UnseenFile } from '../report/checkrun-verdict.js';
import { inPageOrder } from '../report/markdown-evidence.js';
import type { Identity } from './bot.js';
import { buttonsFor } from './buttons.js';
import {
  type CheckContext,
  checksAt,
  finishCheck,
  type OpenCheck,
  openCheck,
  openPrefix,
} from './checks.js';
import { type LoadedConfig, loadConfig, type ParseConfig } from './config.js';
import { contentReader } from './contents.js';
import { type PullDiff, pullDiff } from './diff.js';
import { type Dismissal, readConversation } from './dismissals.js';
import { failureReason, httpStatus, isTransient } from './failure.js';
import { ownComments } from './own-comments.js';
import { planComments } from './plan.js';
import { type PostContext, type Posted, postPlan } from './post.js';
import { currentPull, listFiles, mergeBase } from './pull.js';
import { SUPERSEDED } from './queue.js';
import { reproduceLines } from './reproduce.js';
import { readCommits, readSeries } from './series.js';
import type {
  GitHubClient,
  PullInfo,
  PullReview,
  RepoRef,
  ReviewPullRequest,
  World,
} from './types.js';
import { readUnseen } from './unseen.js';

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
interface Run extends ReviewJob {
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
  const listed = pullDiff(await listFiles(client, repo, pull.number), pull.changedFiles);
  const notes: string[] = [];
  const base = await diffBase(client, repo, pull, notes);
  const diff = await readUnseen({ client, repo, base, head: pull.headSha }, listed);
  notes.push(...diff.notes);
  const review = await analyse(run, diff, base, notes);
  const now = await currentPull(client, repo, pull);
  run.signal.throwIfAborted();
  if (now.headSha !== pull.headSha) {
    await finishCheck(context, check, { page: supersededPage(), mark: 'retry' });
    return 'superseded';
  }
  await publish(run, check, { review, diff, base, notes });
  return 'reviewed';
}

interface Result {
  review: PullReview;
  diff: PullDiff;
  base: string;
  notes: string[];
}

async function publish(run: Run, check: OpenCheck, result: Result): Promise<void> {
  const { client, repo, pull, context, config, deps, identity } = run;
  const { review, diff, base } = result;
  const { whole } = review;
  const thread = { client, repo, pull, bot: identity.login };
  const dismissed = withSuppressed(whole, (await readConversation(thread)).dismissed);
  const introduced = whole.findings.filter((f) => f.change === 'introduced');
  const plan = planComments({
    review: whole,
    files: diff.files,
    hidden: diff.hidden,
    complete: diff.unseen.every((file) => !file.matters),
    own: await ownComments(thread),
    dismissed,
    head: pull.headSha,
    comments: config?.comments !== 'none',
  });
  const post: PostContext = {
    ...thread,
    world: deps.world,
    ruleUrl: deps.ruleUrl,
    reproduce: (finding) => reproduceLines(pull, base, finding),
  };
  const posted = await postPlan(post, { plan, introduced, dismissed });
  const open = plan.unsettled.map(
    (c) =>
      `Whether the comment on ${c.marker.finding.slice(0, 4)} still holds could not be settled.`,
  );
  const notes = [...result.notes, ...open, ...posted.notes];
  const page = pageOf(run, { ...result, notes }, posted, dismissed);
  const shown = inPageOrder(whole.findings);
  await finishCheck(context, check, {
    page,
    annotations: annotationsFor(shown, new Set(dismissed.keys())),
    actions: buttonsFor(introduced, dismissed),
    mark: posted.transient ? 'retry' : 'done',
  });
}

/** What the configuration suppresses counts like what was dismissed in the pull request. */
function withSuppressed(
  { findings }: PatchReview,
  dismissed: ReadonlyMap<string, Dismissal>,
): Map<string, Dismissal> {
  const out = new Map(dismissed);
  for (const { id, change, suppressed } of findings)
    if (suppressed && change === 'introduced' && !out.has(id))
      out.set(id, { by: 'forklore.yml', reason: suppressed.reason });
  return out;
}

function pageOf(
  { pull }: Run,
  { review, diff, base, notes }: Result,
  posted: Posted,
  dismissed: ReadonlyMap<string, { by: string; reason: string }>,
): CheckPage {
  const ids = review.whole.findings.filter((f) => f.change === 'introduced').map((f) => f.id);
  const series = readSeries(review.commits, new Set(ids));
  return checkPage({
    review: review.whole,
    unseen: diff.unseen,
    placements: posted.placements,
    notes: [...new Set(notes)],
    dismissed,
    ...series,
    reproduce: review.whole.findings.length > 0 ? reproduceLines(pull, base) : [],
  });
}

/** The merge base; the base branch's head, with a note, when GitHub can not compare the two. */
async function diffBase(
  client: GitHubClient,
  repo: RepoRef,
  pull: PullInfo,
  notes: string[],
): Promise<string> {
  try {
    return await mergeBase(client, repo, pull);
  } catch (error) {
    if (httpStatus(error) !== 404) throw error;
    notes.push('GitHub names no merge base: files are read at the head of the base branch.');
    return pull.baseSha;
  }
}

async function analyse(
  run: Run,
  diff: PullDiff,
  base: string,
  notes: string[],
): Promise<PullReview> {
  const { client, repo, pull, deps, config } = run;
  if (diff.files.length === 0) return { whole: nothingSeen(pull, diff.unseen), commits: [] };
  const series = await readCommits(client, repo, pull);
  notes.push(...series.notes);
  const input = {
    files: diff.files,
    commits: series.commits,
    reader: contentReader(client, repo, base),
    title: pull.title,
    config,
  };
  return withinTime((signal) => deps.review(input, signal), run.signal, deps.timeLimitMs);
}

function nothingSeen(pull: PullInfo, unseen: UnseenFile[]): PatchReview {
  const lost = unseen.some((file) => file.matters);
  return {
    subject: pull.title,
    messageId: null,
    kind: 'patch',
    status: lost ? 'inconclusive' : 'not-applicable',
    reason: lost ? 'GitHub shows no diff of the changed files' : 'no text was changed',
    files: [],
    findings: [],
  };
}

/** Runs `work` until it ends, `outer` aborts or `ms` milliseconds are over; it is told to stop in the latter cases. */
async function withinTime<T>(
  work: (signal: AbortSignal) => Promise<T>,
  outer: AbortSignal,
  ms: number,
): Promise<T> {
  const stop = new AbortController();
  let end = (_: Error) => {};
  const ended = new Promise<never>((_, reject) => {
    end = reject;
  });
  const fail = (message: string) => {
    end(new ForkloreError('limit', message));
    stop.abort();
  };
  const timer = setTimeout(() => fail(`no result after ${Math.round(ms / 1000)} s`), ms);
  const aborted = () => fail('stopped');
  if (outer.aborted) aborted();
  outer.addEventListener('abort', aborted);
  try {
    return await Promise.race([work(stop.signal), ended]);
  } finally {
    clearTimeout(timer);
    outer.removeEventListener('abort', aborted);
  }
}
