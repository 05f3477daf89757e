import { type Exploration, type ExploreOptions, exploreRule, type Side } from './explore.js';
import { type KeepTrace, makeFinding } from './finding.js';
import { type MutationResult, tryMutants } from './mutation.js';
import type { Rule } from './rule.js';
import type { Finding } from './types.js';

export interface EvaluateInput {
  rule: Rule;
  /** null where the version before could not be rebuilt. */
  before: Side | null;
  after: Side;
  options: ExploreOptions;
  keep: KeepTrace;
}

/** The rule has something to say about this tree. */
export function applies(rule: Rule, side: Side): boolean {
  const unless = rule.applies.unless;
  return unless?.vmaLock === undefined || unless.vmaLock !== side.features.vmaLock;
}

/**
 * Explores a rule's scenarios before and after the patch, and, where nothing fails after it, on mutants of the patched
 * program: a pass counts only when the same runs catch what the rule is about.
 */
export async function evaluateRule(i: EvaluateInput): Promise<Finding> {
  const [after, before] = await Promise.all([
    exploreRule(i.rule, i.after, i.options),
    exploreBefore(i),
  ]);
  const mutation: MutationResult | null =
    after.verdict === 'holds' ? await tryMutants(i.rule, i.after, i.options) : null;
  return makeFinding({ rule: i.rule, side: i.after, after, before, mutation, keep: i.keep });
}

async function exploreBefore(i: EvaluateInput): Promise<Exploration | null> {
  if (!i.before || !applies(i.rule, i.before)) return null;
  return exploreRule(i.rule, i.before, i.options);
}
