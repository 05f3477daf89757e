import type { Finding, Review } from '../judge/types.js';
import { findingLine, isOpen, isProblem, notAnalysed, oneLine, placeOf } from './problems.js';

/**
 * One line for each problem, `path:line: ERROR: text [rule]`, the form of `checkpatch.pl --terse` that editors and b4's
 * `--check` read. What was not looked at to the end is a WARNING; nothing is printed for a clean patch.
 */
export function renderTerse(review: Review): string {
  const lines = [
    ...(review.problems ?? []).map((p) => `${oneLine(p.input)}: WARNING: ${oneLine(p.message)}`),
    ...notAnalysed(review).map(({ patch, reason }) => {
      const path = patch.files[0]?.path ?? '-';
      return `${oneLine(path)}: WARNING: not analysed: ${reason} [forklore]`;
    }),
    ...review.patches.flatMap((p) => p.findings.flatMap(line)),
  ];
  return lines.map((l) => `${l}\n`).join('');
}

function line(f: Finding): string[] {
  const level = levelOf(f);
  if (level === null) return [];
  const open = f.verdict === 'violated' ? '' : `${f.verdict}: `;
  return [`${oneLine(placeOf(f))}: ${level}: ${open}${findingLine(f)} [${f.rule}]`];
}

/** ERROR for what the patch introduces at that severity, WARNING for the rest that a reader must know, else null. */
function levelOf(f: Finding): 'ERROR' | 'WARNING' | null {
  if (isOpen(f)) return 'WARNING';
  if (!isProblem(f)) return null;
  return f.change === 'introduced' && f.severity === 'error' ? 'ERROR' : 'WARNING';
}
