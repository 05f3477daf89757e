import type { FailingRun } from '../sim/explore/check.js';
import { type Mutant, mutantsOf } from '../sim/mutate/mutants.js';
import {
  type Exploration,
  type ExploreOptions,
  expired,
  exploreRule,
  type Side,
} from './explore.js';
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
export async function tryMutants(
  rule: Rule,
  side: Side,
  o: ExploreOptions,
): Promise<MutationResult> {
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
  const run = (m: Mutant) => exploreRule(rule, { ...side, program: m.program }, o, true);
  // with workers all are started at once, else one after the other; they are counted in the same order
  const started = o.pool && !o.overrides ? mutants.map(run) : null;
  for (const [k, m] of mutants.entries()) {
    if (expired(o)) {
      out.unfinished = true;
      break;
    }
    const e = await (started ? started[k] : run(m));
    o.tried?.({ rule: rule.id, mutant: m, run: e.worst?.counterexample ?? null });
    count(out, caughtBy, m, e, rule);
  }
  out.missing = rule.mutants.required
    .filter((r) => !caughtBy.has(`${r.operator} ${r.step}`))
    .map((r) => `${r.operator} ${r.step}`);
  return out;
}

function count(
  out: MutationResult,
  caughtBy: Set<string>,
  m: Mutant,
  e: Exploration,
  rule: Rule,
): void {
  out.tried++;
  const run = e.worst?.counterexample;
  if (!run) {
    out.survivors.push(m.label);
    return;
  }
  out.caught++;
  caughtBy.add(`${m.operator} ${m.step}`);
  if (!out.counterfactual || (isWanted(m, rule) && !isWanted(out.counterfactual.mutant, rule)))
    out.counterfactual = { mutant: m, run };
}

function isWanted(m: Mutant, rule: Rule): boolean {
  const c = rule.mutants.counterfactual;
  return m.operator === c.operator && m.step === c.step;
}
