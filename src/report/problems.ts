import { printable } from '../base/terminal.js';
import type { Finding, PatchReview, Review, Verdict } from '../judge/types.js';

/** Verdicts that are neither a pass nor an accusation. */
const OPEN: readonly Verdict[] = ['bounded', 'vacuous', 'inconclusive'];

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

/** `17 rules hold, 1 bounded`: what a list of findings says that accuses nobody. */
export function countVerdicts(findings: readonly Finding[]): string {
  const verdicts: Verdict[] = ['violated', 'holds', ...OPEN];
  const counted = verdicts.flatMap((v) => {
    const n = findings.filter((f) => f.verdict === v).length;
    if (n === 0) return [];
    return [v === 'holds' ? `${n} ${n === 1 ? 'rule holds' : 'rules hold'}` : `${n} ${v}`];
  });
  return counted.join(', ');
}
