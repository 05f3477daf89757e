import type { Patch } from './intake/types.js';
import type { Finding, PatchReview } from './judge/types.js';
import { titleOf } from './works.js';

/** A patch with its review. */
export interface Reviewed {
  patch: Patch;
  review: PatchReview;
}

/**
 * The reviews of a version, each compared with the same patch (by title, else by number) of the version before: which
 * problems are gone, which are still there, which are new. Where the new version was not analysed nothing is said.
 */
export function versusOlder(
  now: readonly Reviewed[],
  then: readonly Reviewed[],
  version: number,
): PatchReview[] {
  return now.map(({ patch, review }) => {
    const old = patch.version > version ? counterpart(patch, now, then) : undefined;
    if (!old || review.files.length === 0) return review;
    const versus = compare(review, old.review, version);
    const since = sentence(versus, review, old.review);
    // A patch that nothing applies to is one line of a report: what it mends must stand in that.
    const aside = review.status === 'not-applicable' && versus.fixed.length > 0;
    const reason = aside ? `${since}; ${review.reason}` : review.reason;
    return { ...review, reason, versus, notes: [...(review.notes ?? []), since] };
  });
}

function counterpart(patch: Patch, now: readonly Reviewed[], then: readonly Reviewed[]) {
  const patches = then.filter((r) => r.patch.kind === 'patch');
  const title = (r: Reviewed) => titleOf(r.patch) === titleOf(patch);
  const taken = (r: Reviewed) => now.some((n) => titleOf(n.patch) === titleOf(r.patch));
  return (
    patches.find(title) ??
    patches.find((r) => r.patch.index === patch.index && r.patch.total === patch.total && !taken(r))
  );
}

type Versus = NonNullable<PatchReview['versus']>;

const isProblem = (f: Finding): boolean => f.verdict === 'violated' && f.change !== 'existing';

function compare(now: PatchReview, then: PatchReview, version: number): Versus {
  const before = new Set(then.findings.filter(isProblem).map((f) => f.id));
  const current = new Set(now.findings.filter(isProblem).map((f) => f.id));
  const known = now.status === 'reviewed' || now.status === 'not-applicable';
  const open = new Set(now.findings.filter((f) => f.verdict !== 'holds').map((f) => f.id));
  return {
    version,
    fixed: [...before].filter((id) => known && !open.has(id)),
    still: [...before].filter((id) => current.has(id)),
    new: [...current].filter((id) => !before.has(id)),
  };
}

function sentence(v: Versus, now: PatchReview, then: PatchReview): string {
  const rule = (id: string) =>
    [...now.findings, ...then.findings].find((f) => f.id === id)?.rule ?? id;
  const part = (ids: string[], word: string) =>
    ids.length === 0
      ? []
      : [`${ids.map((id) => `${rule(id)} (${id.slice(0, 4)})`).join(', ')} ${word}`];
  const parts = [...part(v.fixed, 'fixed'), ...part(v.still, 'still there'), ...part(v.new, 'new')];
  const lost = then.findings.filter(isProblem).length > v.fixed.length + v.still.length;
  if (lost) parts.push('the rest could not be compared');
  return `since v${v.version}: ${parts.join('; ') || 'nothing fixed, nothing new'}`;
}
