import type { Review } from '../judge/types.js';
import {
  countVerdicts,
  findingLine,
  isNew,
  isOpen,
  isProblem,
  notAnalysed,
  oneLine,
  placeOf,
} from './problems.js';

/** Exit codes of a NIPA test: any other one is a failure. */
export const NIPA_PASS = 0;
export const NIPA_WARNING = 250;
export const NIPA_FAIL = 1;

/** Result of a NIPA test: its exit code and the one line that goes to `$DESC_FD`. */
export interface NipaResult {
  code: typeof NIPA_PASS | typeof NIPA_WARNING | typeof NIPA_FAIL;
  line: string;
}

/** A review as a NIPA test says it. What was not looked at to the end is a warning, never a pass. */
export function nipaResult(review: Review): NipaResult {
  const findings = review.patches.flatMap((p) => p.findings);
  const named = (list: typeof findings) => {
    const [first, ...more] = list;
    const tail = more.length ? ` (and ${more.length} more)` : '';
    return `${first.rule}: ${oneLine(placeOf(first))}: ${findingLine(first)}${tail}`;
  };
  const errors = findings.filter((f) => isNew(f) && f.severity === 'error');
  if (errors.length) return { code: NIPA_FAIL, line: named(errors) };
  const [open] = notAnalysed(review);
  if (open) return { code: NIPA_WARNING, line: `not analysed: ${open.reason}` };
  const others = findings.filter((f) => isProblem(f) || isOpen(f));
  if (others.length) return { code: NIPA_WARNING, line: named(others) };
  const [problem] = review.problems ?? [];
  if (problem) return { code: NIPA_WARNING, line: oneLine(problem.message) };
  if (findings.length === 0)
    return { code: NIPA_PASS, line: 'not applicable: no rule has anything to say' };
  return { code: NIPA_PASS, line: countVerdicts(findings) };
}
