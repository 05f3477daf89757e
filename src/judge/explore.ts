import { checkScenario, type FailingRun, type ScenarioResult } from '../sim/explore/check.js';
import type { Listing } from '../sim/explore/trace.js';
import type { Features } from '../sim/kernel/features.js';
import type { Primitive } from '../sim/machine/primitive.js';
import type { Mutant } from '../sim/mutate/mutants.js';
import type { Program } from '../sim/program.js';
import { PROPERTIES } from '../sim/property/properties.js';
import { DEFAULT_LIMITS, type Limits } from '../sim/scenario.js';
import type { Pool } from './pool.js';
import type { Rule } from './rule.js';
import type { Verdict } from './types.js';

/** One version of the reviewed code, ready to run. */
export interface Side {
  program: Program;
  features: Features;
  /** Its functions as the reader sees them; kept with the traces. */
  source?: Listing[];
}

/** A mutant with the run that caught it; null where nothing failed. */
export interface TriedMutant {
  rule: string;
  mutant: Mutant;
  run: FailingRun | null;
}

export interface ExploreOptions {
  limits?: Limits;
  /** When to end, in milliseconds since the epoch; explorations that are not through are `bounded`. */
  deadline?: number;
  /** Worker threads for independent scenarios. */
  pool?: Pool;
  /** Told after each exploration. */
  progress?: (rule: string) => void;
  /** Told of each mutant that was tried, caught or not. */
  tried?: (m: TriedMutant) => void;
  /** Models that replace built-in ones. */
  overrides?: Readonly<Record<string, Primitive>>;
}

/** What exploring all scenarios of a rule gave. */
export interface Exploration {
  results: ScenarioResult[];
  verdict: Exclude<Verdict, 'vacuous'>;
  /** The scenario with the counterexample that is shown, or null. */
  worst: ScenarioResult | null;
  states: number;
  failing: number;
}

/** Explores every scenario of a rule (with `stopAtFirst`, only up to the first breach). */
export async function exploreRule(
  rule: Rule,
  side: Side,
  o: ExploreOptions,
  stopAtFirst = false,
): Promise<Exploration> {
  const inputs = rule.scenarios.map((scenario) => ({
    program: side.program,
    entry: rule.applies.entry,
    scenario,
    features: side.features,
    limits: o.limits ?? DEFAULT_LIMITS,
    properties: rule.properties,
    stopAtFirst,
  }));
  // models can not cross to another thread
  if (o.pool && !o.overrides) {
    const { pool, deadline } = o;
    return summarize(await Promise.all(inputs.map((i) => pool.check(i, deadline ?? null))));
  }
  const results: ScenarioResult[] = [];
  for (const input of inputs) {
    const { deadline } = o;
    const r = checkScenario({
      ...input,
      ...(o.overrides ? { overrides: o.overrides } : {}),
      ...(deadline === undefined ? {} : { expired: () => Date.now() > deadline }),
    });
    results.push(r);
    o.progress?.(rule.id);
    if (stopAtFirst && r.failing > 0) break;
  }
  return summarize(results);
}

/** Time is up. */
export const expired = (o: ExploreOptions): boolean =>
  o.deadline !== undefined && Date.now() > o.deadline;

function summarize(results: ScenarioResult[]): Exploration {
  const failing = results.filter((r) => r.counterexample !== null);
  return {
    results,
    verdict: verdictOf(results),
    worst: failing.sort((a, b) => rank(a) - rank(b))[0] ?? null,
    states: results.reduce((n, r) => n + r.states, 0),
    failing: results.reduce((n, r) => n + r.failing, 0),
  };
}

/** Corruption first, then what only an assertion shows; scenarios in the order of the rule. */
function rank(r: ScenarioResult): number {
  const id = PROPERTIES[r.counterexample!.property].id;
  return id === 'assertion' ? 1 : 0;
}

function verdictOf(results: readonly ScenarioResult[]): Exclude<Verdict, 'vacuous'> {
  if (results.some((r) => r.counterexample !== null)) return 'violated';
  if (results.some((r) => r.stuck.length > 0)) return 'inconclusive';
  return results.every((r) => r.exhausted) ? 'holds' : 'bounded';
}
