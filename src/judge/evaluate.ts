import { applies, type Side } from './applies.js';
import { evaluatorOf } from './evaluators.js';
import { type Exploration, type ExploreOptions, exploreRules, shrunk } from './explore.js';
import { type KeepTrace, makeFinding } from './finding.js';
import { tryMutants } from './mutation.js';
import type { Rule } from './rule.js';
import type { Finding } from './types.js';

export interface EvaluateInput {
  rules: readonly Rule[];
  /** null where the version before could not be rebuilt. */
  before: Side | null;
  after: Side;
  /** Commit message of the patch. */
  message: string;
  options: ExploreOptions;
  keep: KeepTrace;
}

/**
 * The findings of all rules that apply, in the order of the rules. Their scenarios are explored before and after the
 * patch, and, where nothing fails after it, on mutants of the patched program: a pass counts only when the same runs
 * catch what the rule is about.
 */
export async function evaluateRules(i: EvaluateInput): Promise<Finding[]> {
  const { after: side, options } = i;
  const rules = i.rules.filter((r) => applies(r, side));
  const exploring = rules.filter((r) => r.by === 'exploration');
  const then = i.before === null ? [] : exploring.filter((r) => applies(r, i.before!));
  const [explored, before] = await Promise.all([
    exploreRules(exploring, side, options),
    i.before && then.length ? exploreRules(then, i.before, options) : new Map(),
  ]);
  const after = new Map([...explored].map(([r, e]) => [r, withheld(r, side, e)]));
  // what is shown is shrunk, nothing else
  for (const [r, e] of after) if (e.worst) after.set(r, await shrunk(r, side, e, options));
  const passing = exploring.filter((r) => after.get(r)!.verdict === 'holds');
  const mutation = options.mutants === false ? new Map() : await tryMutants(passing, side, options);
  const findings = rules.map((rule) => {
    if (rule.by !== 'exploration') return evaluatorOf(rule.by)({ ...i, rule });
    return makeFinding({
      rule,
      side,
      after: after.get(rule)!,
      before: before.get(rule) ?? null,
      beforeProgram: i.before?.program ?? null,
      mutation: mutation.get(rule) ?? null,
      keep: i.keep,
    });
  });
  return findings.filter((f) => f !== null);
}

/**
 * No pass where the rule looks at functions that the patch changes and does not show. Of a dup_mmap() that is cut short
 * nothing is claimed at all: what follows the cut is not the author's.
 */
function withheld(rule: Rule, side: Side, e: Exploration): Exploration {
  const lost = (rule.applies.whole ?? []).filter((name) => side.partial?.includes(name));
  const cut = lost.includes('dup_mmap') && e.verdict === 'violated';
  if (lost.length === 0 || (e.verdict !== 'holds' && !cut)) return e;
  const reason = `the patch shows only a part of ${lost.map((name) => `${name}()`).join(', ')}`;
  const [first, ...rest] = e.results;
  const stuck = [...first.stuck, { reason, path: '', line: null }];
  return { ...e, verdict: 'inconclusive', worst: null, results: [{ ...first, stuck }, ...rest] };
}
