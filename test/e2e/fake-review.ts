import type { ReviewPullRequest } from '../../src/github/types.js';
import type { Finding, PatchReview } from '../../src/judge/types.js';
import { finding, lockFinding, patchReview } from '../report/markdown-samples.js';

/** The lock moved to the copy: line 14 of the new kernel/fork.c, which the patch adds. */
export const ADDED_LINE = 14;
/** The removed lock: line 11 of the old file. */
export const REMOVED_LINE = 11;

/** An introduced finding on a line of kernel/fork.c. */
export function introducedAt(line: number | null, over: Partial<Finding> = {}): Finding {
  return lockFinding({ location: { path: 'kernel/fork.c', line, side: 'RIGHT' }, ...over });
}

export interface FakeReview {
  review: ReviewPullRequest;
  calls: Parameters<ReviewPullRequest>[0][];
}

/** A review with fixed findings that records what it was given. */
export function fakeReview(findings: Finding[], over: Partial<PatchReview> = {}): FakeReview {
  const calls: FakeReview['calls'] = [];
  const review: ReviewPullRequest = async (input) => {
    calls.push(input);
    return { whole: patchReview({ subject: input.title, findings, ...over }), commits: [] };
  };
  return { review, calls };
}

export const clean = (): Finding[] => [finding()];
