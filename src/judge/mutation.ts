import type { FailingRun } from '../sim/explore/check.js';
import { isEdit, type Mutant, mutantsOf } from '../sim/mutate/mutants.js';
import { PROPERTIES } from '../sim/property/properties.js';
import { check, type ExploreOptions, expired, type Side } from './explore.js';
import { type Group, groupsOf, union } from './plan.js';
import type { Edit, Rule } from './rule.js';

/** What the mutants of a program that holds showed of one rule. */
export interface MutationResult {
  tried: number;
  caught: number;
  /** Labels of mutants that break no property of any rule. */
  survivors: string[];
  /** Labels of mutants that break properties of other rules only. */
  elsewhere: string[];
  /** Time ran out before all were tried. */
  unfinished: boolean;
  /** Why the rule proves nothing: required edits that were not caught, or no edit caught at all. */
  missing: string[];
  counterfactual: { mutant: Mutant; run: FailingRun } | null;
  /** Each mutant with the run that caught it, null where none did. */
  runs: { mutant: Mutant; run: FailingRun | null }[];
}

/** Mutants of one entry, with the rules that each is about. */
interface Plan {
  entry: string;
  groups: Group[];
  mutants: { mutant: Mutant; rules: Set<Rule> }[];
}

/** The runs that caught a mutant, by rule. */
type Catches = Map<Rule, FailingRun>;

/**
 * Runs rules that hold against generic edits of the program. Each edit is made once and explored once in each scenario,
 * up to its first breach, which is credited to every rule that asked for what broke; what a required edit breaks may be
 * hidden by a breach of another rule, so that one is tried again for its rule alone.
 */
export async function tryMutants(
  rules: readonly Rule[],
  side: Side,
  o: ExploreOptions,
): Promise<Map<Rule, MutationResult>> {
  const out = new Map(rules.map((r) => [r, emptyResult()]));
  for (const plan of plansOf(rules, side)) {
    const tries = plan.mutants.map((m) => () => tryMutant(m, plan, side, o));
    // with workers all are started at once, else one after the other; they are counted in the same order
    const started = o.pool && !o.overrides ? tries.map((t) => t()) : null;
    for (const [k, m] of plan.mutants.entries()) {
      const catches = expired(o) ? null : await (started ? started[k] : tries[k]());
      for (const rule of m.rules) {
        count(out.get(rule)!, m.mutant, rule, catches);
        const run = catches?.get(rule) ?? null;
        if (catches) o.tried?.({ rule: rule.id, mutant: m.mutant, run });
      }
      if (catches) o.progress?.([...m.rules][0].id);
    }
  }
  for (const [rule, result] of out) result.missing = missingOf(rule, result);
  return out;
}

const emptyResult = (): MutationResult => ({
  tried: 0,
  caught: 0,
  survivors: [],
  elsewhere: [],
  unfinished: false,
  missing: [],
  counterfactual: null,
  runs: [],
});

/** One enumeration for all rules of an entry. */
function plansOf(rules: readonly Rule[], side: Side): Plan[] {
  return [...new Set(rules.map((r) => r.applies.entry))].map((entry) => {
    const of = rules.filter((r) => r.applies.entry === entry);
    const all = <T>(list: (r: Rule) => readonly T[]) => [...new Set(of.flatMap((r) => list(r)))];
    const plan = {
      steps: all((r) => r.mutants.steps),
      operators: all((r) => r.mutants.operators),
      past: all((r) => r.mutants.past ?? []),
    };
    const anywhere = of.some((r) => r.mutants.past === undefined);
    const mutants = mutantsOf(side.program, entry, { ...plan, anywhere })
      .map((mutant) => ({ mutant, rules: new Set(of.filter((r) => isAbout(mutant, r))) }))
      .filter((m) => m.rules.size > 0);
    return { entry, groups: [...groupsOf(of).values()], mutants };
  });
}

function isAbout(m: Mutant, { mutants }: Rule): boolean {
  if (!mutants.operators.some((operator) => isEdit(m, operator, mutants.steps))) return false;
  if (m.operator !== 'move' || mutants.past === undefined) return true;
  return m.past.some((name) => mutants.past!.includes(name));
}

async function tryMutant(
  { mutant, rules }: Plan['mutants'][0],
  plan: Plan,
  side: Side,
  o: ExploreOptions,
): Promise<Catches> {
  const mutated = { ...side, program: mutant.program };
  const catches: Catches = new Map();
  const open = (g: Group) => g.rules.filter((r) => rules.has(r) && !catches.has(r));
  for (const group of plan.groups) {
    const asking = open(group);
    if (asking.length) await tryIn(group, asking, mutated, o, catches);
  }
  const again = [...rules].filter((r) => !catches.has(r) && catches.size && mustCatch(r, mutant));
  for (const rule of again)
    for (const group of plan.groups)
      if (group.rules.includes(rule) && !catches.has(rule))
        await tryIn(group, [rule], mutated, o, catches);
  return catches;
}

async function tryIn(
  group: Group,
  asking: readonly Rule[],
  side: Side,
  o: ExploreOptions,
  catches: Catches,
): Promise<void> {
  const [{ counterexample }] = await check(group, [union(asking)], side, o, true);
  if (!counterexample) return;
  const { id } = PROPERTIES[counterexample.property];
  for (const rule of asking) if (rule.properties.includes(id)) catches.set(rule, counterexample);
}

/** The rule's pass hangs on this mutant: a required edit, or any edit where none is required. */
const mustCatch = ({ mutants }: Rule, m: Mutant): boolean =>
  mutants.required.length === 0 || mutants.required.some((r) => isEdit(m, r.operator, r.step));

function count(out: MutationResult, m: Mutant, rule: Rule, catches: Catches | null): void {
  if (!catches) {
    out.unfinished = true;
    return;
  }
  const run = catches.get(rule) ?? null;
  out.tried++;
  out.runs.push({ mutant: m, run });
  if (!run) {
    (catches.size ? out.elsewhere : out.survivors).push(m.label);
    return;
  }
  out.caught++;
  if (!out.counterfactual || (isWanted(m, rule) && !isWanted(out.counterfactual.mutant, rule)))
    out.counterfactual = { mutant: m, run };
}

function isWanted(m: Mutant, { mutants: { counterfactual: c } }: Rule): boolean {
  return c !== undefined && isEdit(m, c.operator, c.step);
}

function missingOf({ mutants }: Rule, result: MutationResult): string[] {
  const caught = result.runs.filter((r) => r.run !== null).map((r) => r.mutant);
  const tried = result.runs.map((r) => r.mutant);
  const missing = mutants.required
    .filter((r) => !caught.some((m) => isEdit(m, r.operator, r.step)))
    .filter((r) => !r.whenCalled || tried.some((m) => isEdit(m, r.operator, r.step)))
    .map(nameOf);
  if (missing.length || caught.length) return missing;
  return [tried.length ? 'any edit' : `none of ${mutants.steps.join(', ')} is called`];
}

const nameOf = ({ operator, step }: Edit): string =>
  `${operator} ${typeof step === 'string' ? step : step.join(' or ')}`;
