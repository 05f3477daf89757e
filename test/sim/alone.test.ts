import { beforeAll, describe, expect, it } from 'vitest';
import { loadRules } from '../../src/judge/load.js';
import { forkingThread } from '../../src/sim/actors/fork.js';
import { toGraph } from '../../src/sim/explore/graph.js';
import { searchLone } from '../../src/sim/explore/lone.js';
import { Search } from '../../src/sim/explore/search.js';
import { System } from '../../src/sim/explore/system.js';
import { FEATURES_6_12 } from '../../src/sim/kernel/features.js';
import { Shared } from '../../src/sim/kernel/shared.js';
import { type Mutant, mutantsOf } from '../../src/sim/mutate/mutants.js';
import type { Program } from '../../src/sim/program.js';
import { PROPERTIES, propertyIndex } from '../../src/sim/property/properties.js';
import type { Scenario } from '../../src/sim/scenario.js';
import { lowered } from '../litmus/fork-programs.js';

let program: Program;
let mutants: Mutant[];
let scenarios: Scenario[];
beforeAll(async () => {
  program = await lowered();
  const steps = ['copy_page_range', 'vm_area_free', 'flush_tlb_mm', 'mmap_write_unlock'];
  mutants = mutantsOf(program, 'dup_mmap', { steps, operators: ['delete', 'drop-branch'] });
  const all = (await loadRules()).flatMap((r) => r.scenarios);
  const some = all.filter((s) => s.id === 'two-leaves' || s.id === 'every-kind');
  scenarios = [...new Map(some.map((s) => [s.id, s])).values()];
});

const assertion = propertyIndex('assertion');
const wanted = new Set(PROPERTIES.map((_, k) => k).filter((p) => p !== assertion));

/** The forking thread alone, enumerated in one of two ways, and what a search of that says. */
function searched(p: Program, scenario: Scenario, how: 'all' | 'alone') {
  const shared = new Shared(scenario, FEATURES_6_12);
  const o = { program: p, entry: 'dup_mmap', shared, features: FEATURES_6_12 };
  const alone = how === 'all' ? null : { init: shared.init };
  const graph = toGraph(forkingThread(o).automaton, 100_000, undefined, alone)!;
  const system = new System({
    names: shared.names,
    init: shared.init,
    threads: [graph],
    groups: [0],
    blocks: [[]],
  });
  const search = {
    order: 'depth',
    properties: wanted,
    stopAtFirst: false,
    maxStates: 100_000,
  } as const;
  const { states, failing, exhausted } = new Search(system, search).run();
  const known = graph.nodes.filter((_, n) => !graph.abandoned![n]).length;
  return { states, failing, exhausted, known };
}

/** The first breach that the search finds which enumerates as it goes. */
function firstOf(p: Program, scenario: Scenario) {
  const shared = new Shared(scenario, FEATURES_6_12);
  const { automaton } = forkingThread({
    program: p,
    entry: 'dup_mmap',
    shared,
    features: FEATURES_6_12,
  });
  return searchLone(
    { automaton, init: shared.init },
    {
      properties: wanted,
      otherwise: new Set(),
      maxStates: 100_000,
      maxNodes: 100_000,
      expired: () => false,
    },
  ).failure;
}

describe('a thread that runs alone', () => {
  it('is searched to the same result in fewer private states', () => {
    for (const scenario of scenarios)
      for (const p of [program, ...mutants.map((m) => m.program)]) {
        const { known: every, ...all } = searched(p, scenario, 'all');
        const { known, ...alone } = searched(p, scenario, 'alone');
        expect(alone).toEqual(all);
        expect(known).toBeLessThanOrEqual(every);
      }
    expect(searched(program, scenarios[0], 'alone').known).toBeLessThan(
      searched(program, scenarios[0], 'all').known,
    );
  });

  it('is found to break something, up to the first breach, where it does', () => {
    let broken = 0;
    for (const scenario of scenarios)
      for (const p of [program, ...mutants.map((m) => m.program)]) {
        const { failing } = searched(p, scenario, 'all');
        expect(firstOf(p, scenario) !== null).toBe(failing > 0);
        broken += failing > 0 ? 1 : 0;
      }
    expect(broken).toBeGreaterThan(3);
  });
});
