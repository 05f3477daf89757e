import type { ForkNotes } from '../actors/fork.js';
import { PROPERTIES, propertyIndex } from '../property/properties.js';
import type { Limits } from '../scenario.js';
import { buildForkSystem, type ForkSystem, type ForkSystemInput } from './fork-system.js';
import { Search, type SearchResult } from './search.js';
import { type Counterexample, shortest } from './shortest.js';

/** Result of exploring one scenario with one Program. */
export interface ScenarioResult {
  scenario: string;
  states: number;
  transitions: number;
  failing: number;
  exhausted: boolean;
  limit: SearchResult['limit'] | 'nodes';
  counterexample: Counterexample | null;
  /** Some run could not be continued for want of a model. */
  stuck: { reason: string; path: string; line: number | null }[];
  assumptions: string[];
  notes: ForkNotes | null;
  system: ForkSystem | null;
  bytes: number;
}

export interface CheckInput extends ForkSystemInput {
  /** Properties to check, by id. */
  properties: readonly string[];
  /** Stop at the first breach (mutants); else count all and find the shortest. */
  stopAtFirst: boolean;
  expired?: () => boolean;
}

/**
 * An assertion of the kernel is compiled out without its debug option, so runs go on behind it: corruption is looked
 * for first, and a failing assertion is the finding only where nothing worse happens.
 */
export function checkScenario(input: CheckInput): ScenarioResult {
  const fs = buildForkSystem({ ...input, checked: new Set(input.properties) });
  if (!fs) return tooLarge(input.scenario.id);
  const all = new Set(input.properties.map(propertyIndex));
  const assertion = propertyIndex('assertion');
  const corruption = new Set([...all].filter((p) => p !== assertion));
  let found = explore(fs, input, corruption, input.limits);
  let properties: ReadonlySet<number> = corruption;
  if (found.failing === 0 && all.has(assertion) && canFail(fs, assertion)) {
    const again = explore(fs, input, new Set([assertion]), input.limits);
    if (again.failing > 0) {
      found = again;
      properties = new Set([assertion]);
    }
  }
  return {
    scenario: input.scenario.id,
    states: found.states,
    transitions: found.transitions,
    failing: found.failing,
    exhausted: found.exhausted,
    limit: found.limit,
    counterexample: shortest(fs.system, found.failures, properties),
    stuck: [...fs.notes.stuck.values()],
    assumptions: [...fs.notes.assumptions],
    notes: fs.notes,
    system: fs,
    bytes: found.bytes,
  };
}

function explore(
  fs: ForkSystem,
  input: CheckInput,
  properties: Set<number>,
  limits: Limits,
): SearchResult {
  return new Search(fs.system, {
    order: input.stopAtFirst ? 'depth' : 'breadth',
    properties,
    stopAtFirst: input.stopAtFirst,
    maxStates: limits.states,
    ...(input.expired ? { expired: input.expired } : {}),
  }).run();
}

/** Some edge of the forking thread breaks property `p`. */
function canFail(fs: ForkSystem, p: number): boolean {
  return fs.system.spec.threads[0].nodes.some((list) =>
    list.some((e) => e.op.effect.some((f) => f.do === 'fail' && f.property === p)),
  );
}

function tooLarge(scenario: string): ScenarioResult {
  return {
    scenario,
    states: 0,
    transitions: 0,
    failing: 0,
    exhausted: false,
    limit: 'nodes',
    counterexample: null,
    stuck: [],
    assumptions: [],
    notes: null,
    system: null,
    bytes: 0,
  };
}

/** Ids of all properties. */
export const ALL_PROPERTIES: readonly string[] = PROPERTIES.map((p) => p.id);
