import { printableJson } from '../base/terminal.js';
import { VERSION } from '../base/version.js';
import type { Finding, PatchReview, Review } from '../judge/types.js';
import { isOpen, notAnalysed, oneLine } from './problems.js';
import { codeFlow, physical } from './sarif-flow.js';

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json';

/**
 * SARIF 2.1.0. A violation is a result; `baselineState` tells an introduced one from one that was there before. What
 * was not looked at to the end, and what holds, is a notification of the run: viewers take every result for a problem.
 */
export function renderSarif(review: Review): string {
  const findings = review.patches.flatMap((p) => p.findings);
  const rules = [...new Set(findings.map((f) => f.rule))].sort();
  const run = {
    tool: {
      driver: {
        name: 'forklore',
        semanticVersion: VERSION,
        rules: rules.map((id) => ({ id, name: pascal(id) })),
      },
    },
    columnKind: 'utf16CodeUnits',
    invocations: [
      {
        executionSuccessful: (review.problems ?? []).length === 0,
        toolExecutionNotifications: notifications(review),
      },
    ],
    results: findings.filter((f) => f.verdict === 'violated').map((f) => result(f, rules)),
  };
  return printableJson({ $schema: SCHEMA, version: '2.1.0', runs: [run] });
}

const pascal = (id: string): string =>
  id.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase());

const BASELINE = { introduced: 'new', existing: 'unchanged' } as const;

function result(f: Finding, rules: readonly string[]) {
  const steps = f.evidence.counterexample?.steps ?? [];
  return {
    ruleId: f.rule,
    ruleIndex: rules.indexOf(f.rule),
    kind: 'fail',
    level: f.severity,
    message: { text: f.message },
    locations: [{ physicalLocation: physical(f.location.path, lineAfter(f)) }],
    partialFingerprints: { 'forkloreFinding/v1': f.id },
    ...(f.change === 'introduced' || f.change === 'existing'
      ? { baselineState: BASELINE[f.change] }
      : {}),
    ...(f.suppressed
      ? { suppressions: [{ kind: 'external', justification: f.suppressed.reason }] }
      : {}),
    ...(steps.length ? { codeFlows: [codeFlow(steps)] } : {}),
    properties: {
      change: f.change,
      model: f.evidence.model,
      states: f.evidence.states,
      failing: f.evidence.failing,
      exhausted: f.evidence.exhausted,
    },
  };
}

/** A line that the patch takes away is in no file that a viewer has. */
const lineAfter = (f: Finding): number | null =>
  f.location.side === 'RIGHT' ? f.location.line : null;

function notifications(review: Review) {
  const note = (level: 'none' | 'note' | 'warning', text: string, rule?: string) => ({
    level,
    message: { text },
    ...(rule === undefined ? {} : { associatedRule: { id: rule } }),
  });
  const title = (p: PatchReview) => oneLine(p.subject) || 'patch';
  return [
    ...(review.problems ?? []).map((p) => note('warning', `${p.input}: ${p.message}`)),
    ...notAnalysed(review).map(({ patch, reason }) =>
      note('warning', `${title(patch)}: not analysed: ${reason}`),
    ),
    ...review.patches.flatMap((p) =>
      p.findings
        .filter((f) => f.verdict !== 'violated')
        .map((f) => note(isOpen(f) ? 'warning' : 'none', `${f.verdict}: ${f.message}`, f.rule)),
    ),
  ];
}
