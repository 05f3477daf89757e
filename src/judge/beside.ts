import type { Breaches } from '../sim/explore/breach.js';
import type { ScenarioResult } from '../sim/explore/check.js';
import type { Scenario } from '../sim/scenario.js';
import type { Side } from './applies.js';
import { type Exploration, type ExploreOptions, exploreRules } from './explore.js';
import type { Rule } from './rule.js';
import { isCut } from './withheld.js';

/** What a version breaks of a rule: what is new, and what was broken before it, null where that is mended. */
export interface Parted {
  fresh: Exploration;
  old: Exploration | null;
}

/**
 * What a version breaks of a rule besides what the version before broke of it already, and that by itself; null where
 * nothing is new, or where it can not be told: what may have been hidden before is not new. What breaks is compared by
 * kind, not by line (`breachKey`).
 */
export async function besides(
  rule: Rule,
  side: Side,
  after: Exploration,
  before: Exploration,
  o: ExploreOptions,
): Promise<Parted | null> {
  if (after.verdict !== 'violated' || before.verdict !== 'violated') return null;
  if (isCut(side) || before.results.some((r) => !isThrough(r))) return null;
  const known = breachesOf(before.results);
  const now = breachesOf(after.results);
  // a run that ended there told nothing of what followed: what comes to light is not what the patch brings
  if (known.ends.some((key) => !now.keys.includes(key))) return null;
  const more = now.keys.filter((key) => !known.keys.includes(key));
  if (more.length === 0) return null;
  const rest = leaving(rule, before.results, known.keys);
  if (rest.properties.length === 0 || rest.scenarios.length === 0) return null;
  const explored = async (r: Rule) => (await exploreRules([r], side, o)).get(r)!;
  const fresh = await explored(rest);
  if (fresh.verdict !== 'violated') return null;
  const old = await explored({ ...rule, scenarios: passing(rule.scenarios, more) });
  if (old.verdict === 'violated') return { fresh, old };
  return { fresh, old: now.keys.some((key) => known.keys.includes(key)) ? after : null };
}

const isThrough = (r: ScenarioResult): boolean => r.limit === null && r.stuck.length === 0;

function breachesOf(results: readonly ScenarioResult[]): Breaches {
  const all = (of: keyof Breaches) => [...new Set(results.flatMap((r) => r.breaches[of]))].sort();
  return { keys: all('keys'), ends: all('ends') };
}

/**
 * The rule without what is known: keys of breaches, whole properties where a breach has no key, and scenarios with
 * other threads at work in which something failed already (each run ends at the first of what it breaks).
 */
function leaving(rule: Rule, then: readonly ScenarioResult[], known: readonly string[]): Rule {
  const broke = (id: string) => then.some((r) => r.scenario === id && r.counterexample !== null);
  return {
    ...rule,
    properties: rule.properties.filter((p) => !known.includes(p)),
    scenarios: passing(
      rule.scenarios.filter((s) => s.threads.length === 0 || !broke(s.id)),
      known,
    ),
  };
}

/** Scenarios in which breaches are passed over, as far as they have keys. */
function passing(scenarios: readonly Scenario[], keys: readonly string[]): Scenario[] {
  const known = keys.filter((key) => key.includes(' | '));
  return scenarios.map((s) => ({ ...s, known }));
}
