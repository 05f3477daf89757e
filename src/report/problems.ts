import { printable } from '../base/terminal.js';
import type { Finding, PatchReview, Review, Verdict } from '../judge/types.js';

/** Verdicts that are neither a pass nor an accusation. */
const OPEN: readonly Verdict[] = ['bounded', 'vacuous', 'inconclusive'];

/** A problem that the reader wants to hear of: violated, and not put aside by the configuration. */
export const isProblem = (f: Finding): boolean => f.verdict === 'violated' && !f.suppressed;

/** A problem that the patch introduces. */
export const isNew = (f: Finding): boolean => isProblem(f) && f.change === 'introduced';

/** Something was looked at, and not to the end. */
export const isOpen = (f: Finding): boolean => OPEN.includes(f.verdict);

/** One line about a finding: what it says first, and which rule says it. */
export function findingLine(f: Finding): string {
  const [first] = oneLine(f.message).split(/(?<=\.)\s/);
  return first ?? '';
}

/** A line that names the patch when there are several. */
export function patchName(p: PatchReview): string {
  return oneLine(p.subject) || 'patch';
}

/** Patches that were not analysed, each with the reason. */
export function notAnalysed(review: Review): { patch: PatchReview; reason: string }[] {
  return review.patches
    .filter((p) => p.status === 'inconclusive' || p.status === 'failed')
    .map((patch) => ({ patch, reason: oneLine(patch.reason) }));
}

/** Text on one line, safe to print. */
export const oneLine = (text: string): string => printable(text.replace(/\s+/g, ' ').trim());

/** `kernel/fork.c:63`, without the line where there is none. */
export const placeOf = ({ location: { path, line } }: Finding): string =>
  line === null ? path : `${path}:${line}`;

/** `17 rules hold, 1 bounded`: how many findings of each kind there are. */
export function countVerdicts(findings: readonly Finding[]): string {
  const verdicts: Verdict[] = ['violated', 'holds', ...OPEN];
  const aside = findings.filter((f) => f.suppressed).length;
  const counted = verdicts.flatMap((v) => {
    const n = findings.filter((f) => f.verdict === v && !f.suppressed).length;
    if (n === 0) return [];
    return [v === 'holds' ? `${n} ${n === 1 ? 'rule holds' : 'rules hold'}` : `${n} ${v}`];
  });
  return [...counted, ...(aside ? [`${aside} suppressed`] : [])].join(', ');
}
