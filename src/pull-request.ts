import { barePatch } from './intake/bare.js';
import type { FilePatch, Patch } from './intake/types.js';
import { type Config, DEFAULT_CONFIG } from './judge/configuration.js';
import { loadRules } from './judge/load.js';
import type { PatchReview } from './judge/types.js';
import { type ReviewOptions, reviewSeries } from './review.js';
import type { ContentReader } from './source/types.js';

/** A pull request as plain data: its whole diff, its commits, and the tree that the diff starts from. */
export interface PullRequest {
  title: string;
  files: FilePatch[];
  /** Oldest first; empty when they need no review of their own. */
  commits: { sha: string; subject: string; message: string; files: FilePatch[] }[];
  reader: ContentReader;
  /** What the repository wants of its reviews; null: the defaults. */
  config: Config | null;
}

/** Explorations end after this time unless the configuration says otherwise, in seconds (verdict: bounded). */
const TIME_LIMIT_S = 300;

export interface PullRequestReview {
  whole: PatchReview;
  commits: { sha: string; subject: string; review: PatchReview }[];
}

/** Reviews a pull request: the whole diff as one patch, and each commit on top of those before it. */
export async function reviewPullRequest(
  { title, files, commits, reader, config }: PullRequest,
  options: Partial<ReviewOptions> = {},
): Promise<PullRequestReview> {
  const settings = config ?? DEFAULT_CONFIG;
  const deadline = Date.now() + (settings.bounds.seconds ?? TIME_LIMIT_S) * 1000;
  // a reader has no use for files on the server: the comment says how to make them
  const keep = () => '';
  const rules = await loadRules();
  const o = { reader, rules, keep, settings, explore: { deadline }, ...options };
  const [whole] = await reviewAll([barePatch(title, files)], title, o);
  const patches = commits.map((c, i) => ({
    ...barePatch(c.subject, c.files),
    message: c.message,
    index: i + 1,
    total: commits.length,
  }));
  // who introduced what shows without mutants; whether a pass was earned is said of the whole
  const quick = { ...o, explore: { ...o.explore, mutants: false } };
  const each = patches.length > 1 ? await reviewAll(patches, title, quick) : [];
  return {
    whole,
    commits: each.map((review, i) => ({
      sha: commits[i].sha,
      subject: commits[i].subject,
      review,
    })),
  };
}

async function reviewAll(
  patches: Patch[],
  input: string,
  options: ReviewOptions,
): Promise<PatchReview[]> {
  return (await reviewSeries({ input, patches, problems: [] }, options)).patches;
}
