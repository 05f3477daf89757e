import { checkScenario, type FailingRun, type ScenarioResult } from '../sim/explore/check.js';
import type { Primitive } from '../sim/machine/primitive.js';
import type { Mutant } from '../sim/mutate/mutants.js';
import { PROPERTIES } from '../sim/property/properties.js';
import { DEFAULT_LIMITS, type Limits } from '../sim/scenario.js';
import type { Side } from './applies.js';
import { type Group, groupKey, groupsOf, union } from './plan.js';
import type { Pool } from './pool.js';
import type { Rule } from './rule.js';
import type { Verdict } from './types.js';

export type { Side } from './applies.js';

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
  /** Told of each mutant that was tried for a rule, caught or not. */
  tried?: (m: TriedMutant) => void;
  /** False: counterexamples stay in the scenario in which they were found. */
  shrink?: boolean;
  /** Models that replace built-in ones. */
  overrides?: Readonly<Record<string, Primitive>>;
  /** false: no mutants are tried, and a pass is not looked into. */
  mutants?: boolean;
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

/** Explores one scenario, here or on a worker. */
export async function check(
  group: Pick<Group, 'entry' | 'scenario'>,
  properties: readonly string[],
  side: Side,
  o: ExploreOptions,
  stopAtFirst = false,
): Promise<ScenarioResult> {
  const input = {
    program: side.program,
    entry: group.entry,
    scenario: group.scenario,
    features: side.features,
    limits: o.limits ?? DEFAULT_LIMITS,
    properties,
    stopAtFirst,
    ...(o.shrink === undefined ? {} : { shrink: o.shrink }),
  };
  const { deadline } = o;
  // models can not cross to another thread
  if (o.pool && !o.overrides) return o.pool.check(input, deadline ?? null);
  return checkScenario({
    ...input,
    ...(o.overrides ? { overrides: o.overrides } : {}),
    ...(deadline === undefined ? {} : { expired: () => Date.now() > deadline }),
  });
}

/**
 * Explores every scenario of every rule on one version. Rules with the same scenario share one exploration with the
 * properties of all; where that finds a breach, which ends runs early, each of them is explored by itself. With
 * `stopAtFirst` each exploration ends at its first breach, and nothing is shrunk.
 */
export async function exploreRules(
  rules: readonly Rule[],
  side: Side,
  o: ExploreOptions,
  stopAtFirst = false,
): Promise<Map<Rule, Exploration>> {
  const groups = groupsOf(rules);
  const runs = [...groups.values()].map((g) => () => exploreGroup(g, side, o, stopAtFirst));
  const results = o.pool ? await Promise.all(runs.map((run) => run())) : await oneByOne(runs);
  const byKey = new Map([...groups.keys()].map((key, k) => [key, results[k]]));
  const of = (rule: Rule) =>
    rule.scenarios.map((s) => ({
      ...byKey.get(groupKey(rule, s))!.get(rule)!,
      scenario: s.id,
    }));
  return new Map(rules.map((r) => [r, summarize(of(r))]));
}

async function oneByOne<T>(runs: (() => Promise<T>)[]): Promise<T[]> {
  const out: T[] = [];
  for (const run of runs) out.push(await run());
  return out;
}

async function exploreGroup(
  group: Group,
  side: Side,
  o: ExploreOptions,
  stopAtFirst: boolean,
): Promise<Map<Rule, ScenarioResult>> {
  // what breaks there is looked at once more, rule by rule
  const together = group.rules.length > 1 ? { ...o, shrink: false } : o;
  const shared = await check(group, union(group.rules), side, together, stopAtFirst);
  o.progress?.(group.rules[0].id);
  const out = new Map<Rule, ScenarioResult>();
  for (const rule of group.rules) {
    const alone = group.rules.length > 1 && shared.counterexample !== null;
    const result = alone ? await check(group, rule.properties, side, o, stopAtFirst) : shared;
    if (alone) o.progress?.(rule.id);
    out.set(rule, result);
  }
  return out;
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
