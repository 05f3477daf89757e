import type { Octokit } from '@octokit/rest';
import type { FilePatch } from '../intake/types.js';
import type { Config } from '../judge/configuration.js';
import type { PatchReview } from '../judge/types.js';
import type { ContentReader } from '../source/types.js';

/** One commit of a pull request, as a patch on top of the one before it. */
export interface CommitPatch {
  sha: string;
  /** First line of the commit message. */
  subject: string;
  /** The rest of the commit message. */
  message: string;
  files: FilePatch[];
}

/** What a review gets: plain data, and a reader of the tree that the diff starts from. */
export interface ReviewInput {
  title: string;
  /** The whole diff of the pull request. */
  files: FilePatch[];
  /** Its commits in order; empty when they need no review of their own (a single one). */
  commits: CommitPatch[];
  /** The tree that the pull request's diff starts from. */
  reader: ContentReader;
  /** The repository's configuration as its loader returned it; null without one. */
  config: Config | null;
}

export interface CommitReview {
  sha: string;
  subject: string;
  review: PatchReview;
}

/** What a review returns: the pull request as one patch, and each commit on top of its predecessors. */
export interface PullReview {
  whole: PatchReview;
  commits: CommitReview[];
}

/**
 * The review itself, handed in from above: this folder only fetches and posts. It ends early, with an error, when
 * `signal` aborts.
 */
export type ReviewPullRequest = (input: ReviewInput, signal: AbortSignal) => Promise<PullReview>;

/** What this folder uses of an Octokit, however it was made. */
export type GitHubClient = Pick<Octokit, 'rest' | 'paginate' | 'graphql'>;

export interface RepoRef {
  owner: string;
  repo: string;
}

/** A pull request at one moment, from an event or from the API. */
export interface PullInfo {
  number: number;
  title: string;
  /** Login of its author. */
  author: string;
  open: boolean;
  draft: boolean;
  headSha: string;
  baseSha: string;
  baseRef: string;
  /** Files that GitHub counts, more perhaps than it lists; 0 when an event does not tell. */
  changedFiles: number;
  /** Commits that GitHub counts; 0 when an event does not tell. */
  commits: number;
  /** Head before the push that the event tells of; absent for other events. */
  before?: string;
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
