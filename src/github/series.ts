import { MAX_PULL_COMMITS } from '../base/limits.js';
import type { FilePatch } from '../intake/types.js';
import type { Between } from '../report/checkrun.js';
import { pullDiff } from './diff.js';
import type { PullFile } from './pull.js';
import type { CommitPatch, CommitReview, GitHubClient, PullInfo, RepoRef } from './types.js';

export interface Commits {
  commits: CommitPatch[];
  /** What the reader must know: one sentence each. */
  notes: string[];
}

/**
 * The commits of a pull request with their diffs, oldest first; none when there is only one, or when they can not stand
 * as a series (merges, too many, diffs that GitHub does not show).
 */
export async function readCommits(
  client: GitHubClient,
  repo: RepoRef,
  pull: PullInfo,
): Promise<Commits> {
  if (pull.commits === 1) return { commits: [], notes: [] };
  const none = (why: string): Commits => ({
    commits: [],
    notes: [`The commits were not reviewed one by one: ${why}.`],
  });
  if (pull.commits > MAX_PULL_COMMITS) return none(`${pull.commits} of them`);
  const target = { ...repo, pull_number: pull.number, per_page: 100 };
  const list = await client.paginate(client.rest.pulls.listCommits, target);
  if (list.length <= 1) return { commits: [], notes: [] };
  if (list.length > MAX_PULL_COMMITS) return none(`${list.length} of them`);
  if (list.some((commit) => commit.parents.length > 1)) return none('there are merges among them');
  const commits: CommitPatch[] = [];
  for (const { sha, commit } of list) {
    const files = await commitFiles(client, repo, sha);
    if (files === null) return none(`GitHub does not show all of ${sha.slice(0, 12)}`);
    const [subject, ...rest] = commit.message.split('\n');
    commits.push({ sha, subject, message: rest.join('\n').trim(), files });
  }
  return { commits, notes: [] };
}

/** The diff of one commit, null when a part of it that matters is not shown. */
async function commitFiles(
  client: GitHubClient,
  repo: RepoRef,
  ref: string,
): Promise<FilePatch[] | null> {
  // the default page holds up to 300 files; a patch of the kinds we know touches a handful
  const { data } = await client.rest.repos.getCommit({ ...repo, ref });
  const entries = (data.files ?? []) as PullFile[];
  if (entries.length >= 300) return null;
  const diff = pullDiff(entries, entries.length);
  return diff.unseen.some((file) => file.matters) ? null : diff.files;
}

export interface SeriesResult {
  /** By finding id: the commit that introduces what the whole still has. */
  introducedBy: Map<string, string>;
  between: Between[];
}

/**
 * Who introduced what: `wholeIds` are the findings that the pull request as a whole introduces. Errors that a commit
 * introduces and the whole does not have are listed: a bisection may stop there.
 */
export function readSeries(
  commits: readonly CommitReview[],
  wholeIds: ReadonlySet<string>,
): SeriesResult {
  const out: SeriesResult = { introducedBy: new Map(), between: [] };
  commits.forEach(({ sha, review }, i) => {
    for (const f of review.findings) {
      if (f.change !== 'introduced') continue;
      if (wholeIds.has(f.id)) out.introducedBy.set(f.id, sha);
      else if (f.severity === 'error') {
        const later = commits.slice(i + 1);
        const until = later.find((c) => c.review.findings.some((g) => g.id === f.id && removed(g)));
        const { rule, message } = f;
        out.between.push({ rule, message, by: sha, until: until?.sha ?? null });
      }
    }
  });
  return out;
}

const removed = (f: { change: string; verdict: string }): boolean =>
  f.change === 'fixed' || f.verdict === 'holds';
