import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkScenario } from '../../src/sim/explore/check.js';
import type { Automaton, ThreadGraph } from '../../src/sim/explore/graph.js';
import { searchLone } from '../../src/sim/explore/lone.js';
import { DEADLOCK } from '../../src/sim/explore/search.js';
import { System } from '../../src/sim/explore/system.js';
import { FEATURES_6_12 } from '../../src/sim/kernel/features.js';
import { PROPERTIES, propertyIndex } from '../../src/sim/property/properties.js';
import { checkReplays, explore, PLAIN } from './compare.js';
import { loweredTail } from './fork-programs.js';
import { systems } from './generate.js';
import { SEED } from './seed.js';
import { BROKEN } from './systems.js';
import { DEFECTS, ROUTES } from './teardown-programs.js';

/** A graph once more as what it could have been enumerated from. */
const automatonOf = (g: ThreadGraph): Automaton<number> => ({
  name: g.name,
  initial: 0,
  key: String,
  edges: (n) => g.nodes[n].map((e) => ({ op: e.op, info: e.info, next: () => e.to })),
});

const LIMITS = { maxStates: 1e6, maxNodes: 1e6, expired: () => false };
const one = fc
  .boolean()
  .chain((cyclic) => systems({ cyclic, steps: 6 }))
  .map((spec) => ({ ...spec, threads: [spec.threads[0]], groups: [0], blocks: [[]] }));

describe(`a thread that runs alone (seed ${SEED})`, () => {
  it('breaks what the search of its whole graph finds, in a run that replays', () => {
    let broken = 0;
    fc.assert(
      fc.property(one, (spec) => {
        const sys = new System(spec);
        const lone = { automaton: automatonOf(spec.threads[0]), init: spec.init };
        for (const p of [BROKEN, DEADLOCK]) {
          const whole = explore(sys, PLAIN, [p]).result;
          const o = { ...LIMITS, properties: new Set([p]), otherwise: new Set<number>() };
          const found = searchLone(lone, o);
          expect(found.failure !== null).toBe(whole.failing > 0);
          expect(found.limit).toBeNull();
          if (found.failure) {
            broken++;
            const part = new System({ ...spec, threads: [found.graph] });
            checkReplays(part, found.failure, [p]);
            checkReplays(sys, found.failure, [p]);
          } else expect(found.states).toBe(whole.states);
        }
      }),
      { seed: SEED, numRuns: 300 },
    );
    expect(broken).toBeGreaterThan(30);
  });

  it('looks for the one property only where no other is broken', () => {
    const p = propertyIndex('assertion');
    fc.assert(
      fc.property(one, (spec) => {
        const lone = { automaton: automatonOf(spec.threads[0]), init: spec.init };
        const o = { ...LIMITS, properties: new Set([p]), otherwise: new Set([BROKEN]) };
        const found = searchLone(lone, o);
        const whole = explore(new System(spec), PLAIN, [BROKEN]).result;
        expect(found.failure?.property ?? null).toBe(whole.failing > 0 ? BROKEN : null);
      }),
      { seed: SEED, numRuns: 100 },
    );
  });

  it('names the limit that it met', () => {
    const spec = fc
      .sample(one, { seed: SEED, numRuns: 50 })
      .find((s) => s.threads[0].nodes.length > 3)!;
    const lone = { automaton: automatonOf(spec.threads[0]), init: spec.init };
    const o = { ...LIMITS, properties: new Set<number>(), otherwise: new Set<number>() };
    expect(searchLone(lone, { ...o, maxStates: 1 }).limit).toBe('states');
    expect(searchLone(lone, { ...o, maxNodes: 1 }).limit).toBe('nodes');
  });
});

describe('fork all by itself', () => {
  const all = PROPERTIES.map((p) => p.id);
  it.each(DEFECTS.slice(0, 6))('$name: found by both searches', async (d) => {
    const input = {
      program: await loweredTail(d.change),
      entry: 'dup_mm',
      scenario: ROUTES,
      features: FEATURES_6_12,
      limits: { states: 1e6, nodes: 1e5 },
      properties: all,
    };
    const first = checkScenario({ ...input, stopAtFirst: true });
    const whole = checkScenario({ ...input, stopAtFirst: false });
    expect(first.failing > 0).toBe(whole.failing > 0);
    expect(first.counterexample === null).toBe(whole.counterexample === null);
    expect(first.counterexample?.steps.length ?? 1).toBeGreaterThan(0);
  });

  it('keeps a counterexample in its whole scenario where that is asked for', async () => {
    const input = {
      program: await loweredTail(DEFECTS[0].change),
      entry: 'dup_mm',
      scenario: ROUTES,
      features: FEATURES_6_12,
      limits: { states: 1e6, nodes: 1e5 },
      properties: [DEFECTS[0].property],
      stopAtFirst: false,
    };
    const [small, whole] = [checkScenario(input), checkScenario({ ...input, shrink: false })];
    expect(whole.failing).toBe(small.failing);
    expect(whole.counterexample!.scenario).toBe(ROUTES);
    expect(small.counterexample!.scenario.vmas.length).toBeLessThan(ROUTES.vmas.length);
    expect(small.counterexample!.property).toBe(whole.counterexample!.property);
  });
});
