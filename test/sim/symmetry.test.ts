import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalize } from '../../src/sim/explore/symmetry.js';
import type { StateBuffer, System } from '../../src/sim/explore/system.js';
import { act, line, systemOf } from '../litmus/graphs.js';
import { SEED } from '../litmus/seed.js';

/** One thread of its own, then four alike with two variables each; variable 0 belongs to nobody. */
const GROUPS = [9, 1, 1, 1, 1];
const system = (groups: number[] = GROUPS): System =>
  systemOf(
    Array.from({ length: 9 }, (_, k) => `v${k}`),
    GROUPS.map((_, t) => line(`t${t}`, ...Array.from({ length: 4 }, () => act()))),
    { groups, blocks: [[], [1, 2], [3, 4], [5, 6], [7, 8]] },
  );

const alike = fc.array(fc.tuple(fc.nat({ max: 3 }), fc.nat({ max: 2 }), fc.nat({ max: 2 })), {
  minLength: 4,
  maxLength: 4,
});

function fill(sys: System, own: [number, number], threads: readonly number[][]): StateBuffer {
  const b = sys.buffer();
  b.bytes[0] = own[0];
  b.nodes[0] = own[1];
  threads.forEach(([node, x, y], k) => {
    b.nodes[k + 1] = node;
    b.bytes[1 + 2 * k] = x;
    b.bytes[2 + 2 * k] = y;
  });
  return b;
}
const threadsOf = (b: StateBuffer): number[][] =>
  [0, 1, 2, 3].map((k) => [b.nodes[k + 1], b.bytes[1 + 2 * k], b.bytes[2 + 2 * k]]);

describe(`canonicalize() (seed ${SEED})`, () => {
  it('gives every arrangement of threads that are alike the same state', () => {
    const sys = system();
    fc.assert(
      fc.property(alike, fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }), (list, order) => {
        const a = fill(sys, [7, 2], list);
        const b = fill(
          sys,
          [7, 2],
          order.map((k) => list[k]),
        );
        canonicalize(sys, a);
        canonicalize(sys, b);
        expect(a.words).toEqual(b.words);
        expect([a.bytes[0], a.nodes[0]]).toEqual([7, 2]);
        expect(canonicalize(sys, a)).toBeNull();
      }),
      { seed: SEED, numRuns: 500 },
    );
  });

  it('says which thread stands where', () => {
    const sys = system();
    fc.assert(
      fc.property(alike, (list) => {
        const b = fill(sys, [0, 0], list);
        const order = canonicalize(sys, b) ?? [0, 1, 2, 3, 4];
        expect(order[0]).toBe(0);
        expect(threadsOf(b)).toEqual(order.slice(1).map((from) => list[from - 1]));
      }),
      { seed: SEED, numRuns: 500 },
    );
  });

  it('leaves threads of different groups where they are', () => {
    const sys = system([0, 1, 2, 2, 3]);
    const b = fill(
      sys,
      [0, 0],
      [
        [3, 0, 0],
        [2, 1, 1],
        [1, 2, 2],
        [0, 0, 0],
      ],
    );
    expect(canonicalize(sys, b)).toEqual([0, 1, 3, 2, 4]);
    expect(threadsOf(b)).toEqual([
      [3, 0, 0],
      [1, 2, 2],
      [2, 1, 1],
      [0, 0, 0],
    ]);
  });
});
