import { applies, type Side } from './applies.js';
import { besides } from './beside.js';
import { evaluatorOf } from './evaluators.js';
import { type Exploration, type ExploreOptions, exploreRules, shrunk } from './explore.js';
import { type KeepTrace, makeFinding } from './finding.js';
import { tryMutants } from './mutation.js';
import type { Rule } from './rule.js';
import type { Finding } from './types.js';
import { unanalysed } from './unanalysed.js';
import { behindOthers, movedAway, notAnalysed, unseen, withheld } from './withheld.js';

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
  const seen = [...explored].map(([r, e]): [Rule, Exploration] => {
    const then = before.get(r) ?? null;
    return [r, unseen(movedAway(r, withheld(r, side, e), then, side), then, side)];
  });
  const blind = i.before ? unanalysed(i.before, side, exploring) : [];
  const after = new Map(seen.map(([r, e]) => [r, notAnalysed(behindOthers(e, seen), blind)]));
  // what is shown is shrunk, nothing else
  for (const [r, e] of after) if (e.worst) after.set(r, await shrunk(r, side, e, options));
  const passing = exploring.filter((r) => after.get(r)!.verdict === 'holds');
  const mutation = options.mutants === false ? new Map() : await tryMutants(passing, side, options);
  const findings: (Finding | null)[] = [];
  for (const rule of rules) {
    if (rule.by !== 'exploration') {
      findings.push(evaluatorOf(rule.by)({ ...i, rule }));
      continue;
    }
    const told = {
      ...{ rule, side, after: after.get(rule)!, before: before.get(rule) ?? null },
      beforeProgram: i.before?.program ?? null,
      beforeModel: i.before?.features.model ?? null,
      mutation: mutation.get(rule) ?? null,
      keep: i.keep,
    };
    const parted = told.before && (await besides(rule, side, told.after, told.before, options));
    if (parted) {
      const small = (e: Exploration) => shrunk(rule, side, e, options);
      findings.push(makeFinding({ ...told, after: await small(parted.fresh), ordinal: 1 }));
      if (parted.old) findings.push(makeFinding({ ...told, after: await small(parted.old) }));
    } else findings.push(makeFinding(told));
  }
  return findings.filter((f) => f !== null);
}
