import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type BitFootprint,
  conflict,
  noFootprint,
  uniteFootprint,
} from '../../src/sim/explore/bits.js';
import { type FlatGraph, flatten } from '../../src/sim/explore/flat.js';
import { Futures } from '../../src/sim/explore/futures.js';
import { type CompiledEdge, System } from '../../src/sim/explore/system.js';
import { systems } from '../litmus/generate.js';
import { SEED } from '../litmus/seed.js';

type Nodes = readonly (readonly CompiledEdge[])[];

/** What the edges reachable from `start` do, none of them with a condition that is off. */
function reachable(nodes: Nodes, flat: FlatGraph, off: readonly number[], start: number) {
  const vars = nodes.flat()[0].footprint.reads.length * 32;
  const shut = new Set(off.map((c) => JSON.stringify(flat.conds[c])));
  const out: BitFootprint = noFootprint(vars);
  const seen = new Set([start]);
  for (const n of seen)
    for (const e of nodes[n]) {
      if (e.op.guard.some((c) => shut.has(JSON.stringify(c)))) continue;
      uniteFootprint(out, e.footprint);
      seen.add(e.to);
    }
  return out;
}

describe(`what a thread can still do (seed ${SEED})`, () => {
  it('is what can be reached from where it is, with some conditions off', () => {
    let cut = 0;
    const some = fc.array(fc.nat({ max: 30 }), { maxLength: 6 });
    const property = fc.property(
      systems({ cyclic: true, steps: 8 }),
      some,
      some,
      (spec, first, second) => {
        const sys = new System(spec);
        const nodes = sys.edges[0];
        const flat = flatten(nodes, sys.vars);
        const pick = (list: number[]) => list.filter((c) => c < flat.conds.length);
        const canBeOff = [...new Set(pick([...first, ...second]))].sort((a, b) => a - b);
        const futures = new Futures(flat, canBeOff);
        // one after the other, so that the later ones meet what the earlier ones left
        for (const off of [[], pick(first), pick(second), canBeOff]) {
          const rows = futures.with(off);
          for (let n = 0; n < nodes.length; n++) {
            const expected = reachable(nodes, flat, off, n);
            if (
              off.length &&
              conflictsOf(nodes, expected) < conflictsOf(nodes, all(nodes, flat, n))
            )
              cut++;
            for (const { footprint } of nodes.flat())
              expect(futures.meets(footprint, rows, n)).toBe(conflict(footprint, expected));
          }
        }
      },
    );
    fc.assert(property, { seed: SEED, numRuns: 200 });
    expect(cut).toBeGreaterThan(100);
  });
});

const all = (nodes: Nodes, flat: FlatGraph, n: number) => reachable(nodes, flat, [], n);
const conflictsOf = (nodes: Nodes, f: BitFootprint): number =>
  nodes.flat().filter((e) => conflict(e.footprint, f)).length;
