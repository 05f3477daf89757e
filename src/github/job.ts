import { ForkloreError } from '../base/errors.js';
import type { PatchReview } from '../judge/types.js';
import { brokenPage, checkPage } from '../report/checkrun.js';
import type { UnseenFile } from '../report/checkrun-verdict.js';
import { type CheckContext, finishCheck, type OpenCheck, openCheck } from './checks.js';
import { contentReader } from './contents.js';
import { type PullDiff, pullDiff } from './diff.js';
import { failureReason, httpStatus } from './failure.js';
import { type Posted, postReview } from './post.js';
import { currentPull, listFiles, mergeBase } from './pull.js';
import type { GitHubClient, PullInfo, RepoRef, ReviewPullRequest, World } from './types.js';

export interface JobDeps {
  review: ReviewPullRequest;
  appId: number | null;
  world: World;
  /** After this many milliseconds a review counts as failed. */
  timeLimitMs: number;
  ruleUrl?: (rule: string) => string;
}

export interface JobInput {
  client: GitHubClient;
  repo: RepoRef;
  /** The pull request as the event showed it. */
  event: PullInfo;
  /** Aborted when a newer head is known. */
  signal: AbortSignal;
}

export type Outcome = 'reviewed' | 'reviewed-before' | 'skipped' | 'superseded';

/**
 * Reviews the pull request's current head and posts the result. Once the check run is open it is always finished: by
 * the result, or neutral with the reason. Throws the error that stopped the review, after that.
 */
export async function reviewPull(input: JobInput, deps: JobDeps): Promise<Outcome> {
  const { client, repo, event } = input;
  const pull = await currentPull(client, repo, event);
  if (pull.draft || !pull.open) return 'skipped';
  const context: CheckContext = { client, repo, pull, appId: deps.appId, world: deps.world };
  const check = await openCheck(context);
  if (check === null) return 'reviewed-before';
  try {
    return await reviewHead(input, deps, context, check);
  } catch (error) {
    const page = brokenPage('Review not finished', `${failureReason(error)}.`);
    await finishCheck(context, check, page, 'retry').catch((second) => {
      throw new AggregateError([error, second], 'the review failed, and its check run stays open');
    });
    throw error;
  }
}

async function reviewHead(
  input: JobInput,
  deps: JobDeps,
  context: CheckContext,
  check: OpenCheck,
): Promise<Outcome> {
  const { client, repo, signal } = input;
  const { pull } = context;
  const diff = pullDiff(await listFiles(client, repo, pull.number), pull.changedFiles);
  const notes = [...diff.notes];
  const base = await diffBase(client, repo, pull, notes);
  const review = await withinTime(analyse(input, deps, pull, diff, base), deps.timeLimitMs);
  const now = await currentPull(client, repo, pull);
  if (signal.aborted || now.headSha !== pull.headSha) {
    const page = brokenPage('Superseded by a newer push', 'A newer head is reviewed instead.');
    await finishCheck(context, check, page, 'retry');
    return 'superseded';
  }
  const { world, ruleUrl } = deps;
  const post = { client, repo, pull, bot: check.bot, world, ruleUrl };
  const posted: Posted = await postReview(post, review.findings, diff.files);
  const page = checkPage({
    review,
    unseen: diff.unseen,
    placements: posted.placements,
    notes: [...notes, ...new Set(posted.notes)],
  });
  await finishCheck(context, check, page, posted.transient ? 'retry' : 'done');
  return 'reviewed';
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
  input: JobInput,
  deps: JobDeps,
  pull: PullInfo,
  diff: PullDiff,
  base: string,
): Promise<PatchReview> {
  if (diff.files.length === 0) return nothingSeen(pull, diff.unseen);
  const reader = contentReader(input.client, input.repo, base);
  return deps.review({ files: diff.files, reader, title: pull.title });
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

async function withinTime<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const seconds = Math.round(ms / 1000);
    timer = setTimeout(
      () => reject(new ForkloreError('limit', `no result after ${seconds} s`)),
      ms,
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
