import type { Finding, PatchReview } from '../judge/types.js';
import { plural } from './markdown-evidence.js';
import { shorten, visible } from './markdown-text.js';

/** GitHub: the title of a check run's output. */
export const TITLE_LIMIT = 255;

export type Conclusion = 'success' | 'failure' | 'neutral';

/** A file of the pull request that the review did not see, and why. */
export interface UnseenFile {
  path: string;
  reason: string;
  /** The file's text changed, so the review is incomplete; false for binary files. */
  matters: boolean;
}

export interface CheckVerdict {
  conclusion: Conclusion;
  /** Plain text, at most 255 characters. */
  title: string;
}

export interface VerdictInput {
  review: PatchReview;
  unseen: UnseenFile[];
  /** Ids of introduced findings that somebody called wrong. */
  dismissed?: ReadonlySet<string>;
  /** Problems that one commit introduces and a later one of the same pull request removes. */
  between?: number;
}

/**
 * Conclusion and title of the check run. `failure`: an error was introduced. `success`: every rule that applies was
 * settled on everything that changed. Everything else is `neutral`, and the title says why; a dismissed problem and one
 * that later commits remove are neutral, too.
 */
export function checkVerdict(input: VerdictInput): CheckVerdict {
  const { review, unseen, dismissed = new Set(), between = 0 } = input;
  const all = review.findings.filter((f) => f.change === 'introduced');
  const introduced = all.filter((f) => !dismissed.has(f.id));
  const missing = unseen.filter((file) => file.matters).length;
  const tail = missing === 0 ? '' : `; ${plural(missing, 'file')} not seen`;
  if (introduced.length > 0) {
    const failure = introduced.some((f) => f.severity === 'error');
    const gone = all.length - introduced.length;
    const title = problems(review, introduced) + (gone === 0 ? '' : `, ${gone} dismissed`);
    return verdict(failure ? 'failure' : 'neutral', title + tail);
  }
  if (all.length > 0)
    return verdict('neutral', `${plural(all.length, 'problem')} dismissed${tail}`);
  if (review.status !== 'reviewed') return verdict('neutral', notReviewed(review) + tail);
  if (review.findings.length === 0)
    return verdict('neutral', `Not analysed: no rule applies${tail}`);
  const open = review.findings.filter((f) => !settled(f));
  if (open.length > 0) return verdict('neutral', unsettled(review, open) + tail);
  if (between > 0) {
    const title = `${plural(between, 'problem')} introduced and removed again between commits`;
    return verdict('neutral', title + tail);
  }
  const warned = rules(review.findings.filter(isWarning));
  if (warned > 0)
    return verdict('neutral', `${clean(review)}, ${plural(warned, 'warning')}${tail}`);
  return verdict(missing === 0 ? 'success' : 'neutral', clean(review) + tail);
}

function verdict(conclusion: Conclusion, title: string): CheckVerdict {
  return { conclusion, title: shorten(visible(title), TITLE_LIMIT) };
}

/** Violated before as well as now is settled, too; violated now with the state before unknown is not. */
function settled(finding: Finding): boolean {
  const known = finding.change === 'existing' || finding.change === 'introduced';
  return finding.verdict === 'holds' || (finding.verdict === 'violated' && known);
}

/** A rule that holds and has something to say all the same, such as what a patch costs. */
function isWarning(finding: Finding): boolean {
  return finding.verdict === 'holds' && finding.change === 'none' && finding.severity !== 'note';
}

function rules(findings: Finding[]): number {
  return new Set(findings.map((f) => f.rule)).size;
}

/** Rules all of whose findings hold. */
function holding(review: PatchReview): number {
  const broken = new Set(review.findings.filter((f) => f.verdict !== 'holds').map((f) => f.rule));
  return rules(review.findings.filter((f) => !broken.has(f.rule)));
}

function problems(review: PatchReview, introduced: Finding[]): string {
  const open = rules(review.findings.filter((f) => !settled(f)));
  const hold = holding(review);
  const parts = [`${plural(introduced.length, 'problem')} introduced`];
  if (hold > 0) parts.push(`${plural(hold, 'rule')} ${hold === 1 ? 'holds' : 'hold'}`);
  if (open > 0) parts.push(`${open} not settled`);
  return parts.join(', ');
}

function clean(review: PatchReview): string {
  const fixed = review.findings.filter((f) => f.change === 'fixed').length;
  const existing = review.findings.filter((f) => f.change === 'existing').length;
  const total = rules(review.findings);
  const suffix = fixed === 0 ? '' : `, ${fixed} fixed`;
  if (existing === 0) return `No problem found in ${plural(total, 'rule')}${suffix}`;
  const hold = holding(review);
  return `No problem introduced, ${existing} existing, ${plural(hold, 'rule')} ${hold === 1 ? 'holds' : 'hold'}${suffix}`;
}

function unsettled(review: PatchReview, open: Finding[]): string {
  const kinds = ['violated', 'inconclusive', 'bounded', 'vacuous']
    .map((kind) => [kind, open.filter((f) => f.verdict === kind).length] as const)
    .filter(([, n]) => n > 0)
    .map(([kind, n]) => `${n} ${kind}`);
  return `Not settled: ${rules(open)} of ${plural(rules(review.findings), 'rule')} (${kinds.join(', ')})`;
}

function notReviewed(review: PatchReview): string {
  const reason = review.reason === '' ? 'no reason given' : review.reason;
  if (review.status === 'not-applicable' && !review.notRun) return `Not applicable: ${reason}`;
  if (review.notRun) return `Not analysed: ${reason}`;
  if (review.status === 'inconclusive') return `Not analysed: ${reason}`;
  return `Review failed: ${reason}`;
}
