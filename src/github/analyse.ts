import { ForkloreError } from '../base/errors.js';
import type { PatchReview } from '../judge/types.js';
import type { UnseenFile } from '../report/checkrun-verdict.js';
import { contentReader } from './contents.js';
import { type PullDiff, pullDiff } from './diff.js';
import { httpStatus } from './failure.js';
import { listFiles, mergeBase } from './pull.js';
import type { Run } from './review-job.js';
import { readCommits } from './series.js';
import type { GitHubClient, PullInfo, PullReview, RepoRef } from './types.js';
import { readUnseen } from './unseen.js';

/** A pull request read and reviewed: nothing is posted yet. */
export interface Analysis {
  review: PullReview;
  diff: PullDiff;
  /** Commit that the diff starts from. */
  base: string;
  /** What the reader must know about the run itself, one sentence each. */
  notes: string[];
}

/** What reading and reviewing needs. */
export type AnalysisInput = Pick<Run, 'client' | 'repo' | 'pull' | 'config' | 'signal' | 'deps'>;

/** Reads the diff, the files and the commits of a pull request and reviews them. */
export async function analysePull(run: AnalysisInput): Promise<Analysis> {
  const { client, repo, pull } = run;
  const listed = pullDiff(await listFiles(client, repo, pull.number), pull.changedFiles);
  const notes: string[] = [];
  const base = await diffBase(client, repo, pull, notes);
  const diff = await readUnseen({ client, repo, base, head: pull.headSha }, listed);
  notes.push(...diff.notes);
  const review = await analyse(run, diff, base, notes);
  return { review, diff, base, notes };
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
  run: AnalysisInput,
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
