import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countTraces } from '../../src/sim/explore/count.js';
import { DEADLOCK } from '../../src/sim/explore/search.js';
import { System, type SystemSpec } from '../../src/sim/explore/system.js';
import { bruteForce, COMBINATIONS, checkReplays, explore, PLAIN } from './compare.js';
import { describeSpec, systems } from './generate.js';
import { SEED } from './seed.js';
import { BROKEN } from './systems.js';

const check = (arbitrary: fc.Arbitrary<SystemSpec>, runs: number, body: (s: SystemSpec) => void) =>
  fc.assert(
    fc.property(arbitrary, (spec) => {
      try {
        body(spec);
      } catch (e) {
        throw new Error(`${(e as Error).message}\n${describeSpec(spec)}`);
      }
    }),
    { seed: SEED, numRuns: runs },
  );

/** Same ends and same verdicts with every combination of reductions; failures replay. */
function sameResults(spec: SystemSpec): void {
  const { terminals } = explore(new System(spec), PLAIN);
  const sys = new System(spec);
  const verdicts = [BROKEN, DEADLOCK].map((p) => explore(sys, PLAIN, [p]).result.failing > 0);
  for (const c of COMBINATIONS) {
    expect(explore(sys, c).terminals, JSON.stringify(c)).toEqual(terminals);
    [BROKEN, DEADLOCK].forEach((p, k) => {
      const { result } = explore(sys, c, [p]);
      expect(result.failing > 0, `property ${p} with ${JSON.stringify(c)}`).toBe(verdicts[k]);
      for (const f of result.failures) checkReplays(sys, f, [p]);
    });
  }
}

describe(`random systems (seed ${SEED})`, () => {
  it('have as many traces with the reduction as without, and as brute force finds', () => {
    let compared = 0;
    check(systems({ cyclic: false, steps: 5 }), 500, (spec) => {
      const sys = new System(spec);
      const full = countTraces(sys).traces;
      expect(countTraces(sys, { partialOrder: true }).traces).toBe(full);
      const all = bruteForce(sys, 3000);
      if (!all) return;
      compared++;
      expect(Number(full)).toBe(all.traces.size);
      expect(Number(countTraces(sys, { sleepSets: false }).traces)).toBe(all.schedules);
      expect(explore(sys, PLAIN).terminals).toEqual(all.terminals);
    });
    expect(compared).toBeGreaterThan(300);
  });

  it('end alike with and without reductions (acyclic)', () => {
    check(systems({ cyclic: false, steps: 5 }), 150, sameResults);
  });

  it('end alike with and without reductions (with loops)', () => {
    check(systems({ cyclic: true, steps: 4 }), 150, sameResults);
  });
});
