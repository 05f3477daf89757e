import type { Octokit } from '@octokit/rest';
import type { FilePatch } from '../intake/types.js';
import type { PatchReview } from '../judge/types.js';
import type { ContentReader } from '../source/types.js';

/** The review itself, handed in from above: this folder only fetches and posts. */
export type ReviewPullRequest = (input: {
  files: FilePatch[];
  /** The tree that the pull request's diff starts from. */
  reader: ContentReader;
  title: string;
}) => Promise<PatchReview>;

/** What this folder uses of an Octokit, however it was made. */
export type GitHubClient = Pick<Octokit, 'rest' | 'paginate'>;

export interface RepoRef {
  owner: string;
  repo: string;
}

/** A pull request at one moment, from an event or from the API. */
export interface PullInfo {
  number: number;
  title: string;
  open: boolean;
  draft: boolean;
  headSha: string;
  baseSha: string;
  baseRef: string;
  /** Files that GitHub counts, more perhaps than it lists; 0 when an event does not tell. */
  changedFiles: number;
  /** ISO 8601; orders two states of one pull request. */
  updatedAt: string;
}

/** What a job writes to the log. */
export interface Log {
  info(message: string): void;
  warn(message: string): void;
  error(details: object, message: string): void;
}

/** Parts of the world that tests replace. */
export interface World {
  clock: () => Date;
  /** Waits that many milliseconds. */
  sleep: (ms: number) => Promise<void>;
}
