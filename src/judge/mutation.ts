import type { FailingRun } from '../sim/explore/check.js';
import { type Mutant, mutantsOf } from '../sim/mutate/mutants.js';
import { type ExploreOptions, exploreRule, type Side } from './explore.js';
import type { Rule } from './rule.js';

/** What the mutants of a program that holds showed. */
export interface MutationResult {
  tried: number;
  caught: number;
  survivors: string[];
  /** Time ran out before all were tried. */
  unfinished: boolean;
  /** Required edits that were not caught: the rule proves nothing then. */
  missing: string[];
  counterfactual: { mutant: Mutant; run: FailingRun } | null;
}

/** Runs the rule against generic edits of the program; each stops at its first breach. */
export function tryMutants(rule: Rule, side: Side, o: ExploreOptions): MutationResult {
  const mutants = mutantsOf(side.program, rule.applies.entry, rule.mutants);
  const out: MutationResult = {
    tried: 0,
    caught: 0,
    survivors: [],
    unfinished: false,
    missing: [],
    counterfactual: null,
  };
  const caughtBy = new Set<string>();
  for (const m of mutants) {
    if (o.expired?.()) {
      out.unfinished = true;
      break;
    }
    const e = exploreRule(rule, { ...side, program: m.program }, o, true);
    out.tried++;
    if (!e.worst?.counterexample) {
      out.survivors.push(m.label);
      continue;
    }
    out.caught++;
    caughtBy.add(`${m.operator} ${m.step}`);
    const wanted =
      m.operator === rule.mutants.counterfactual.operator &&
      m.step === rule.mutants.counterfactual.step;
    if (!out.counterfactual || (wanted && !isWanted(out.counterfactual.mutant, rule)))
      out.counterfactual = { mutant: m, run: e.worst.counterexample };
  }
  out.missing = rule.mutants.required
    .filter((r) => !caughtBy.has(`${r.operator} ${r.step}`))
    .map((r) => `${r.operator} ${r.step}`);
  return out;
}

function isWanted(m: Mutant, rule: Rule): boolean {
  const c = rule.mutants.counterfactual;
  return m.operator === c.operator && m.step === c.step;
}
