import { printableJson } from '../base/terminal.js';
import type { Finding, PatchReview, Review } from '../judge/types.js';
import { isOpen, isProblem, notAnalysed, oneLine, placeOf } from './problems.js';

type RdSeverity = 'ERROR' | 'WARNING' | 'INFO';

/**
 * Reviewdog's Diagnostic Format: one diagnostic for each violation, and one of severity INFO for each rule or patch that
 * was not looked at to the end. Rules that hold are not mentioned.
 */
export function renderRdjson(review: Review): string {
  const diagnostics = review.patches.flatMap((p) => p.findings.flatMap(diagnostic));
  for (const { patch, reason } of notAnalysed(review)) diagnostics.push(unread(patch, reason));
  const source = { name: 'forklore' };
  return printableJson({ source, diagnostics });
}

const SEVERITY: Record<Finding['severity'], RdSeverity> = {
  error: 'ERROR',
  warning: 'WARNING',
  note: 'INFO',
};

function diagnostic(f: Finding) {
  if (!isProblem(f) && !isOpen(f)) return [];
  const steps = f.evidence.counterexample?.steps ?? [];
  // a line of the version before is not in the file that reviewdog looks at
  const line = f.location.side === 'RIGHT' ? f.location.line : null;
  return [
    {
      message: f.verdict === 'violated' ? f.message : `${f.verdict}: ${f.message}`,
      location: {
        path: f.location.path,
        ...(line === null ? {} : { range: { start: { line } } }),
      },
      severity: isOpen(f) ? ('INFO' as const) : SEVERITY[f.severity],
      code: { value: f.rule },
      original_output: [
        `${oneLine(placeOf(f))} ${f.verdict} (${f.change})`,
        ...steps.map((s, k) => `${k + 1}. ${s.thread}: ${oneLine(s.text)}`),
      ].join('\n'),
    },
  ];
}

function unread(p: PatchReview, reason: string): ReturnType<typeof diagnostic>[0] {
  return {
    message: `not analysed: ${reason}`,
    location: { path: p.files[0]?.path ?? '' },
    severity: 'INFO',
    code: { value: 'not-analysed' },
    original_output: `${oneLine(p.subject)}: ${p.status}`,
  };
}
