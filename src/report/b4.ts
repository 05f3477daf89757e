import { printableJson } from '../base/terminal.js';
import type { Finding, PatchReview, Review } from '../judge/types.js';
import {
  countVerdicts,
  findingLine,
  isNew,
  isOpen,
  isProblem,
  oneLine,
  placeOf,
} from './problems.js';
import { renderText } from './text.js';

/** An entry of the list that b4's `review-perpatch-check-cmd` expects (b4 0.15 and newer). */
export interface B4Check {
  tool: string;
  status: 'pass' | 'warn' | 'fail';
  summary: string;
  /** A page to open; empty where there is none. */
  url: string;
  /** The text report of the patch. */
  details: string;
}

/**
 * The checks of the patches as b4 reads them: one entry a patch, `[]` when nothing applies. `fail`: an error was
 * introduced. `warn`: another problem, or something was not looked at to the end. `pass`: every rule that applies holds.
 */
export function renderB4(review: Review): string {
  const checks = review.patches.flatMap((p) => checkOf(p, review));
  return printableJson(checks);
}

function checkOf(p: PatchReview, review: Review): B4Check[] {
  if (p.status === 'not-applicable') return [];
  const details = renderText({ ...review, patches: [p], problems: [], seconds: undefined });
  const check = (status: B4Check['status'], summary: string): B4Check[] => [
    { tool: 'forklore', status, summary, url: '', details },
  ];
  if (p.status !== 'reviewed') return check('warn', `not analysed: ${oneLine(p.reason)}`);
  const errors = p.findings.filter((f) => isNew(f) && f.severity === 'error');
  if (errors.length) return check('fail', summaryOf(errors));
  const others = p.findings.filter((f) => isProblem(f) || isOpen(f));
  if (others.length) return check('warn', summaryOf(others));
  return check('pass', countVerdicts(p.findings));
}

function summaryOf(findings: readonly Finding[]): string {
  const [first, ...more] = findings;
  const tail = more.length ? ` (and ${more.length} more)` : '';
  return `${oneLine(placeOf(first))}: ${findingLine(first)}${tail}`;
}
