import { invariant } from '../../base/errors.js';
import { type ForkNotes, type LockSite, type Stuck, stuckFor } from '../actors/notes.js';
import type { SourceRef } from '../program.js';
import { PROPERTIES, propertyIndex } from '../property/properties.js';
import type { Scenario } from '../scenario.js';
import { type Breaches, breachesIn } from './breach.js';
import { type ShownStep, shownSteps } from './display.js';
import { buildForkSystem, type ForkSystem, type ForkSystemInput, loneFork } from './fork-system.js';
import { searchLone } from './lone.js';
import { failsOf } from './op.js';
import { replay } from './replay.js';
import { type Choice, DEADLOCK, Search, type SearchResult } from './search.js';
import { shortest } from './shortest.js';
import { shrink } from './shrink.js';

/** A run that breaks a property, in the smallest scenario that was found to show it. */
export interface FailingRun {
  property: number;
  scenario: Scenario;
  /** The function that it starts from, where whoever asked has noted it. */
  entry?: string;
  schedule: Choice[];
  /** Ids of the properties that were checked. */
  checked: string[];
  steps: ShownStep[];
}

/** What the program did in a scenario, whatever the verdict. */
export interface RunFacts {
  locks: LockSite[];
  /** Names of the modelled functions that ran, with the places of their calls. */
  calls: [string, SourceRef[]][];
}

/** Result of exploring one scenario with one Program. Plain data: it may cross to another thread. */
export interface ScenarioResult {
  scenario: string;
  states: number;
  transitions: number;
  failing: number;
  exhausted: boolean;
  limit: SearchResult['limit'] | 'nodes';
  counterexample: FailingRun | null;
  /** What breaks in all its runs, to be compared with another version. */
  breaches: Breaches;
  /** Some run could not be continued for want of a model. */
  stuck: Stuck[];
  assumptions: string[];
  facts: RunFacts;
  /** Memory of the state set. */
  bytes: number;
}

export interface CheckInput extends ForkSystemInput {
  /** Properties to check, by id. */
  properties: readonly string[];
  /** Stop at the first breach (mutants); else count all, find the shortest and shrink the scenario. */
  stopAtFirst: boolean;
  /** False: the counterexample stays in the whole scenario. */
  shrink?: boolean;
}

/** States that one attempt to shrink a scenario may take. */
const SHRINK_STATES = 100_000;

/**
 * Explores one scenario. An assertion of the kernel is compiled out without its debug option, so runs go on behind it:
 * corruption is looked for first, and a failing assertion is the finding only where nothing worse happens.
 */
export function checkScenario(input: CheckInput): ScenarioResult {
  const [r] = checkTogether(input, [input.properties]);
  const run = r.counterexample;
  if (!run || input.stopAtFirst || input.shrink === false) return r;
  return { ...r, counterexample: shrinkRun(input, run) };
}

/**
 * Explores one scenario for each of several sets of properties (ids), as `checkScenario` would with that set, but for
 * the shrinking. The threads are enumerated once for all; sets that ask for the same of what can break share a search.
 */
export function checkTogether(
  input: Omit<CheckInput, 'properties'>,
  sets: readonly (readonly string[])[],
): ScenarioResult[] {
  const every = { ...input, properties: [...new Set(sets.flat())] };
  if (input.stopAtFirst && input.scenario.threads.length === 0) {
    const all = checkLone(every);
    const shared = sets.length === 1 || all.counterexample === null;
    return sets.map((properties) => (shared ? all : checkLone({ ...input, properties })));
  }
  const fs = buildForkSystem({ ...input, checked: new Set(every.properties), keep: false });
  if (!fs) {
    const none = tooLarge(input.scenario.id, input.expired?.() ? 'time' : 'nodes');
    return sets.map(() => none);
  }
  const all = searched(fs, every);
  // nothing is told that some of them would not ask about
  if (all.found.failing === 0 || sets.length === 1)
    return sets.map((properties) => resultOf({ ...input, properties }, all));
  const breakable = canBreak(fs);
  const byAsked = new Map<string, Searched>();
  return sets.map((properties) => {
    const own = { ...input, properties };
    const key = properties.filter((p) => breakable.has(propertyIndex(p))).join();
    const s = byAsked.get(key) ?? searched(fs.narrowed(new Set(properties)), own);
    byAsked.set(key, s);
    return resultOf(own, s);
  });
}

/** A system with what was found in it, and the properties that were looked for when it was. */
interface Searched {
  fs: ForkSystem;
  found: SearchResult;
  properties: ReadonlySet<number>;
}

function searched(fs: ForkSystem, input: CheckInput): Searched {
  const all = new Set(input.properties.map(propertyIndex));
  const assertion = propertyIndex('assertion');
  const corruption = new Set([...all].filter((p) => p !== assertion));
  const found = explore(fs, input, corruption);
  if (found.failing === 0 && all.has(assertion) && canBreak(fs).has(assertion)) {
    const properties = new Set([assertion]);
    const again = explore(fs, input, properties);
    if (again.failing > 0) return { fs, found: again, properties };
    // a pass of the first search says nothing of what the second did not get to
    if (!again.exhausted)
      return {
        ...{ fs, properties: corruption },
        found: { ...found, exhausted: false, limit: again.limit },
      };
  }
  return { fs, found, properties: corruption };
}

const resultOf = (input: CheckInput, { fs, found, properties }: Searched): ScenarioResult => ({
  scenario: input.scenario.id,
  states: found.states,
  transitions: found.transitions,
  failing: found.failing,
  exhausted: found.exhausted,
  limit: found.limit,
  counterexample: failingRun(fs, input, found, properties),
  breaches: breachesOf(fs, input, found),
  ...noted(fs.notes, input.properties),
  bytes: found.bytes,
});

/** Next to other threads a property stands for all that can break of it. */
function breachesOf(fs: ForkSystem, input: CheckInput, found: SearchResult): Breaches {
  const broken = new Set(found.failures.map((f) => PROPERTIES[f.property].id));
  if (broken.size === 0) return { keys: [], ends: [] };
  const alone = input.scenario.threads.length === 0;
  const own = alone ? breachesIn(fs.fork.nodes, new Set(input.properties)) : { keys: [], ends: [] };
  const told = new Set(own.keys.map((key) => key.split(' | ')[0]));
  return { ...own, keys: [...own.keys, ...[...broken].filter((id) => !told.has(id))] };
}

const noted = (
  notes: ForkNotes,
  properties: readonly string[],
): Pick<ScenarioResult, 'stuck' | 'assumptions' | 'facts'> => ({
  stuck: stuckFor(notes, new Set(properties)),
  assumptions: [...notes.assumptions],
  facts: {
    locks: [...notes.locks.values()],
    calls: [...notes.calls].map(([name, refs]) => [name, [...refs]]),
  },
});

/** The first breach of fork all by itself, enumerating no more of it than that takes. */
function checkLone(input: CheckInput): ScenarioResult {
  const lone = loneFork({ ...input, checked: new Set(input.properties) });
  const all = input.properties.map(propertyIndex);
  const assertion = propertyIndex('assertion');
  const r = searchLone(lone, {
    properties: new Set(all.filter((p) => p !== assertion)),
    otherwise: new Set(all.filter((p) => p === assertion)),
    maxStates: input.limits.states,
    maxNodes: input.limits.nodes,
    expired: input.expired ?? (() => false),
  });
  const { failure: f } = r;
  const shown = (): ShownStep[] => {
    const run = replay(lone.system(r.graph), f!.schedule, new Set([f!.property]));
    invariant(run.property === f!.property, 'a failing schedule does not replay');
    return shownSteps(run, 1);
  };
  return {
    scenario: input.scenario.id,
    states: r.states,
    transitions: r.transitions,
    failing: f ? 1 : 0,
    exhausted: f === null && r.limit === null,
    limit: r.limit,
    counterexample: f && {
      property: f.property,
      scenario: input.scenario,
      schedule: f.schedule,
      checked: [...input.properties].sort(),
      steps: shown(),
    },
    breaches: { keys: [], ends: [] },
    ...noted(lone.notes, input.properties),
    bytes: r.bytes,
  };
}

function failingRun(
  fs: ForkSystem,
  input: CheckInput,
  found: SearchResult,
  properties: ReadonlySet<number>,
): FailingRun | null {
  const first = shortest(fs.merged, found.failures, properties);
  invariant(first !== null || found.failures.length === 0, 'a failing schedule does not replay');
  if (!first) return null;
  const only = new Set([first.property]);
  return {
    property: first.property,
    scenario: input.scenario,
    schedule: first.schedule,
    checked: [...input.properties].sort(),
    steps: shownSteps(replay(fs.system, first.schedule, only), fs.system.threads),
  };
}

/** The same breach in the smallest scenario that was found to show it: the run itself where there is no smaller one. */
export function shrinkRun(
  input: Omit<CheckInput, 'stopAtFirst' | 'shrink'>,
  full: FailingRun,
): FailingRun {
  const only = new Set([full.property]);
  const at = (scenario: Scenario) =>
    buildForkSystem({ ...input, scenario, checked: new Set(input.properties), keep: false });
  const fails = (scenario: Scenario): boolean => {
    if (scenario.threads.length === 0) return failsAlone(input, scenario, full.property);
    const small = at(scenario);
    if (!small || input.expired?.()) return false;
    const o = {
      order: 'depth',
      properties: only,
      stopAtFirst: true,
      maxStates: SHRINK_STATES,
    } as const;
    return new Search(small.merged, o).run().failing > 0;
  };
  const scenario = shrink(full.scenario, fails);
  if (scenario === full.scenario) return full;
  const small = at(scenario)!;
  const { failures } = explore(small, { ...input, stopAtFirst: false }, only, true);
  const run = shortest(small.merged, failures, only);
  if (!run) return full;
  return {
    property: run.property,
    scenario,
    schedule: run.schedule,
    checked: full.checked,
    steps: shownSteps(replay(small.system, run.schedule, only), small.system.threads),
  };
}

function failsAlone(
  input: ForkSystemInput & { properties: readonly string[] },
  scenario: Scenario,
  property: number,
): boolean {
  const lone = loneFork({ ...input, scenario, checked: new Set(input.properties) });
  const r = searchLone(lone, {
    properties: new Set([property]),
    otherwise: new Set(),
    maxStates: SHRINK_STATES,
    maxNodes: input.limits.nodes,
    expired: input.expired ?? (() => false),
  });
  return r.failure !== null;
}

/** `enough`: no further than it takes to find the failures that are looked at for the shortest. */
function explore(
  fs: ForkSystem,
  input: CheckInput,
  properties: ReadonlySet<number>,
  enough = false,
): SearchResult {
  return new Search(fs.merged, {
    order: input.stopAtFirst ? 'depth' : 'breadth',
    properties,
    stopAtFirst: input.stopAtFirst,
    enough,
    maxStates: input.limits.states,
    ...(input.expired ? { expired: input.expired } : {}),
  }).run();
}

/** Properties (by index) that some run might break, as far as the threads' operations say. */
function canBreak(fs: ForkSystem): Set<number> {
  const ops = new Set(
    fs.merged.spec.threads.flatMap((t) => t.nodes.flatMap((list) => list.map((e) => e.op))),
  );
  return new Set([DEADLOCK, ...[...ops].flatMap((op) => failsOf(op))]);
}

function tooLarge(scenario: string, limit: 'nodes' | 'time'): ScenarioResult {
  return {
    scenario,
    states: 0,
    transitions: 0,
    failing: 0,
    exhausted: false,
    limit,
    counterexample: null,
    breaches: { keys: [], ends: [] },
    stuck: [],
    assumptions: [],
    facts: { locks: [], calls: [] },
    bytes: 0,
  };
}

/** Ids of all properties. */
export const ALL_PROPERTIES: readonly string[] = PROPERTIES.map((p) => p.id);
