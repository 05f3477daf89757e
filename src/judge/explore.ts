import {
  checkTogether,
  type FailingRun,
  type ScenarioResult,
  shrinkRun,
} from '../sim/explore/check.js';
import type { KnownSteps } from '../sim/machine/known-steps.js';
import type { Primitive } from '../sim/machine/primitive.js';
import type { Mutant } from '../sim/mutate/mutants.js';
import { PROPERTIES } from '../sim/property/properties.js';
import { DEFAULT_LIMITS, type Limits } from '../sim/scenario.js';
import type { Side } from './applies.js';
import { type Group, groupKey, groupsOf } from './plan.js';
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
  /** What executing versions of one program has shown; not used on worker threads. */
  steps?: KnownSteps;
  /** Worker threads for independent scenarios. */
  pool?: Pool;
  /** Told after each exploration. */
  progress?: (rule: string) => void;
  /** Told of each mutant that was tried for a rule, caught or not. */
  tried?: (m: TriedMutant) => void;
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
  /** Rules that report the breaches behind which nothing could be looked at, for a verdict `bounded`. */
  behind?: string[];
}

/**
 * Explores one scenario for each of several sets of properties, here or on a worker. Counterexamples stay in the
 * scenario in which they were found.
 */
export async function check(
  group: Pick<Group, 'entry' | 'scenario'>,
  sets: readonly (readonly string[])[],
  side: Side,
  o: ExploreOptions,
  stopAtFirst = false,
): Promise<ScenarioResult[]> {
  const input = { ...inputOf(group, side, o), stopAtFirst };
  const deadline = o.deadline ?? null;
  // models can not cross to another thread
  const results =
    o.pool && !o.overrides
      ? await o.pool.run({ do: 'check', input, sets, deadline })
      : checkTogether({ ...input, ...hereOnly(o) }, sets);
  return results.map((r) => ({ ...r, counterexample: from(group.entry, r.counterexample) }));
}

/** A run with the function that it starts from. */
const from = <R extends FailingRun | null>(entry: string, run: R): R => run && { ...run, entry };

const inputOf = (
  { entry, scenario }: Pick<Group, 'entry' | 'scenario'>,
  { program, features }: Side,
  { limits = DEFAULT_LIMITS }: ExploreOptions,
) => ({ program, entry, scenario, features, limits });

const hereOnly = ({ overrides, deadline, steps }: ExploreOptions) => ({
  ...(steps ? { steps } : {}),
  ...(overrides ? { overrides } : {}),
  ...(deadline === undefined ? {} : { expired: () => Date.now() > deadline }),
});

/**
 * Explores every scenario of every rule on one version. Rules with the same scenario share one exploration; what it
 * says of each of them is what exploring for its own properties alone would. With `stopAtFirst` each exploration ends
 * at its first breach.
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
  const sets = group.rules.map((r) => r.properties);
  const results = await check(group, sets, side, o, stopAtFirst);
  o.progress?.(group.rules[0].id);
  return new Map(group.rules.map((rule, k) => [rule, results[k]]));
}

/** The exploration with the counterexample that is shown in the smallest scenario that was found to show it. */
export async function shrunk(
  rule: Rule,
  side: Side,
  e: Exploration,
  o: ExploreOptions,
): Promise<Exploration> {
  const full = e.worst?.counterexample;
  if (!full) return e;
  const { entry = rule.applies.entry } = full;
  const input = {
    ...inputOf({ entry, scenario: full.scenario }, side, o),
    properties: rule.properties,
  };
  const deadline = o.deadline ?? null;
  const counterexample =
    o.pool && !o.overrides
      ? await o.pool.run({ do: 'shrink', input, run: full, deadline })
      : shrinkRun({ ...input, ...hereOnly(o) }, full);
  return { ...e, worst: { ...e.worst!, counterexample: from(entry, counterexample) } };
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
