import type { ExploreOptions } from '../../judge/explore.js';
import type { KeepTrace } from '../../judge/finding.js';
import type { Rule } from '../../judge/rule.js';
import type { Finding, PatchReview } from '../../judge/types.js';
import { reviewSeries } from '../../review.js';
import type { ContentReader } from '../../source/types.js';
import { type Example, isAt } from './example.js';

/** What came of one example, for one rule. */
export interface ExampleResult {
  file: string;
  expected: 'fires' | 'silent';
  ok: boolean;
  /** What happened, in words. */
  told: string;
  states: number;
  /** Length of the shown run, null where nothing fails. */
  steps: number | null;
  mutants: { tried: number; caught: number; survivors: string[] } | null;
  seconds: number;
}

export interface RunOptions {
  reader: ContentReader | null;
  keep: KeepTrace;
  explore?: ExploreOptions;
}

/** Reviews an example with one rule and compares with what its annotations say. */
export async function runExample(
  example: Example,
  rule: Rule,
  o: RunOptions,
): Promise<ExampleResult> {
  const started = performance.now();
  const series = { input: example.name, patches: example.patches, problems: [] };
  const { patches } = await reviewSeries(series, { ...o, rules: [rule], suggest: false });
  const findings = patches.flatMap((p) => p.findings);
  const expected = example.kind === 'bad' ? 'fires' : 'silent';
  const outcome = expected === 'fires' ? fires(example, rule, findings) : silent(example, rule);
  const told = outcome ?? (expected === 'silent' ? keeps(findings, rule) : null);
  const shown = findings.find((f) => f.verdict === 'violated') ?? findings[0];
  const { evidence } = shown ?? {};
  return {
    file: example.name,
    expected,
    ok: told === null,
    told: told === null ? asExpected(expected, rule) : `${told}${whyNot(findings, patches)}`,
    states: evidence?.states ?? 0,
    steps: evidence?.counterexample?.steps.length ?? null,
    mutants: evidence?.mutants.tried
      ? { survivors: [], ...evidence.mutants, tried: evidence.mutants.tried }
      : null,
    seconds: (performance.now() - started) / 1000,
  };
}

const asExpected = (expected: ExampleResult['expected'], rule: Rule): string => {
  if (expected === 'silent') return 'holds as expected';
  return rule.by === 'exploration' ? 'VIOLATED as expected' : `${rule.severity} as expected`;
};

/** Why the example did not fire as its annotations say; null when it did. */
function fires(example: Example, rule: Rule, findings: readonly Finding[]): string | null {
  const wanted = example.annotations.filter((a) => a.says === 'fires' && a.rule === rule.id);
  if (wanted.length === 0) return `no line says "fires: ${rule.id}"`;
  // a rule that does not explore warns, and never says violated
  const found =
    rule.by === 'exploration'
      ? findings.filter((f) => f.verdict === 'violated' && isNew(f))
      : findings.filter((f) => f.severity === rule.severity);
  if (found.length === 0) return 'does not fire';
  const off = found.find((f) => !wanted.some((a) => isAt(f, a)));
  if (!off) return null;
  const { path, line, side } = off.location;
  return `fires at ${path}:${line ?? '?'}${side === 'LEFT' ? ' (removed)' : ''}, which no line says`;
}

/** A warning of a cost, or a breach that was not there before (a whole file has no before). */
const isNew = (f: Finding): boolean => f.change === 'introduced' || f.change === 'none';

function silent(example: Example, rule: Rule): string | null {
  const said = example.annotations.some((a) => a.says === 'silent' && a.rule === rule.id);
  return said ? null : `no line says "silent: ${rule.id}"`;
}

function keeps(findings: readonly Finding[], rule: Rule): string | null {
  if (findings.length === 0) return 'the rule has nothing to say';
  if (rule.by !== 'exploration' && findings.some((f) => f.severity === rule.severity))
    return 'fires';
  const other = findings.find((f) => f.verdict !== 'holds');
  if (!other) return null;
  return other.verdict === 'violated' ? 'fires' : `is ${other.verdict}`;
}

function whyNot(findings: readonly Finding[], patches: readonly PatchReview[]): string {
  const f = findings.find((x) => x.verdict !== 'holds') ?? findings[0];
  const why = f ? f.message : patches.map((p) => p.reason).find((r) => r !== '');
  return why ? `: ${why}` : '';
}
