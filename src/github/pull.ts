import type { GitHubClient, PullInfo, RepoRef } from './types.js';

/** The fields of a pull request that an event and the API share. */
export interface PullData {
  number: number;
  title: string;
  user?: { login: string } | null;
  state: string;
  draft?: boolean;
  head: { sha: string };
  base: { sha: string; ref: string };
  changed_files?: number;
  commits?: number;
  updated_at: string;
}

/** Plain data of a pull request as GitHub describes it. */
export function pullInfo(data: PullData): PullInfo {
  return {
    number: data.number,
    title: data.title,
    author: data.user?.login ?? '',
    open: data.state === 'open',
    draft: data.draft === true,
    headSha: data.head.sha,
    baseSha: data.base.sha,
    baseRef: data.base.ref,
    changedFiles: data.changed_files ?? 0,
    commits: data.commits ?? 0,
    updatedAt: data.updated_at,
  };
}

/** The pull request now. GitHub may answer with a state older than the event: then the event counts. */
export async function currentPull(
  client: GitHubClient,
  repo: RepoRef,
  event: PullInfo,
): Promise<PullInfo> {
  const { data } = await client.rest.pulls.get({ ...repo, pull_number: event.number });
  const now = pullInfo(data);
  return now.updatedAt < event.updatedAt ? event : now;
}

/** The commit that the pull request's diff starts from; the base branch may have moved on since. */
export async function mergeBase(
  client: GitHubClient,
  repo: RepoRef,
  pull: PullInfo,
): Promise<string> {
  const { data } = await client.rest.repos.compareCommitsWithBasehead({
    ...repo,
    basehead: `${pull.baseSha}...${pull.headSha}`,
    per_page: 1,
  });
  return data.merge_base_commit.sha;
}

/** The open pull requests whose head is `sha`. Check events of forks do not name theirs. */
export async function pullsWithHead(
  client: GitHubClient,
  repo: RepoRef,
  sha: string,
): Promise<PullInfo[]> {
  const open = await client.paginate(client.rest.pulls.list, {
    ...repo,
    state: 'open',
    per_page: 100,
  });
  return open.filter((pull) => pull.head.sha === sha).map(pullInfo);
}

/** An entry of "list pull requests files", as far as it is used. */
export interface PullFile {
  sha: string | null;
  filename: string;
  previous_filename?: string;
  status: string;
  changes: number;
  /** Missing for binary files, pure renames and files that GitHub finds too large. */
  patch?: string;
}

/** All files of the pull request, at most the 3000 that GitHub lists. */
export async function listFiles(
  client: GitHubClient,
  repo: RepoRef,
  number: number,
): Promise<PullFile[]> {
  return client.paginate(client.rest.pulls.listFiles, {
    ...repo,
    pull_number: number,
    per_page: 100,
  });
}
