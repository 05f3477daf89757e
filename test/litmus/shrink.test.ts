import fc from 'fast-check';
import { expect, it } from 'vitest';
import { shrink, smaller } from '../../src/sim/explore/shrink.js';
import type { Scenario } from '../../src/sim/scenario.js';
import { anon, scenario } from './fork-scenarios.js';
import { SEED } from './seed.js';

/** One thing less at a time, from the start again after each. */
function oneByOne(s: Scenario, fails: (c: Scenario) => boolean): Scenario {
  for (const c of smaller(s)) if (fails(c)) return oneByOne(c, fails);
  return s;
}

const id = (v: { kind: string }): number => Number(v.kind.slice(1));
const vmas = (n: number) =>
  Array.from({ length: n }, (_, k) => ({ ...anon('none'), kind: `V${k}` }));

it(`drops runs of VMAs and is left with what dropping them one by one leaves (seed ${SEED})`, () => {
  let [tries, steps] = [0, 0];
  const needed = fc.uniqueArray(fc.uniqueArray(fc.nat(13), { minLength: 1, maxLength: 3 }), {
    minLength: 1,
    maxLength: 3,
  });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 14 }), needed, (n, sets) => {
      // fails where all VMAs of one of the sets are there
      const fails = (c: Scenario) =>
        sets.some((set) => set.every((k) => c.vmas.some((v) => id(v) === k % n)));
      const s = scenario('many', vmas(n), [], { failures: 1, signal: true });
      const counted = (c: Scenario) => ++tries > 0 && fails(c);
      const slow = oneByOne(s, (c) => ++steps > 0 && fails(c));
      expect(shrink(s, counted)).toEqual(slow);
    }),
    { seed: SEED, numRuns: 300 },
  );
  expect(tries).toBeLessThan(steps);
});
