import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StateSet } from '../../src/sim/explore/store.js';
import { SEED } from '../litmus/seed.js';

/** The same by a map of texts. */
function check(words: number, states: readonly Int32Array[], capacity: number): void {
  const set = new StateSet(words, capacity);
  const numbers = new Map<string, number>();
  for (const s of states) {
    const key = s.join(' ');
    const known = numbers.get(key);
    const got = set.add(s);
    expect(got).toBe(known === undefined ? numbers.size : -1 - known);
    if (known === undefined) numbers.set(key, numbers.size);
    expect(set.size).toBe(numbers.size);
  }
  const out = new Int32Array(words);
  for (const [key, n] of numbers) {
    set.read(n, out);
    expect(out.join(' ')).toBe(key);
  }
}

describe(`StateSet (seed ${SEED})`, () => {
  it('numbers states as a map of texts does', () => {
    const value = fc.oneof(fc.integer({ min: -2, max: 2 }), fc.integer());
    const input = fc.integer({ min: 1, max: 5 }).chain((words) => {
      const state = fc.array(value, { minLength: words, maxLength: words });
      return fc.tuple(fc.constant(words), fc.array(state, { maxLength: 80 }));
    });
    fc.assert(
      fc.property(input, fc.constantFrom(1, 8, 1024), ([words, list], capacity) =>
        check(
          words,
          list.map((s) => Int32Array.from(s)),
          capacity,
        ),
      ),
      { seed: SEED, numRuns: 300 },
    );
  });

  it('grows far beyond its first capacity, and knows every state again', () => {
    const states = Array.from({ length: 20_000 }, (_, n) => Int32Array.of(n % 7, n >> 3, n));
    const set = new StateSet(3, 1);
    expect(states.every((s, n) => set.add(s) === n)).toBe(true);
    expect(states.every((s, n) => set.add(s) === -1 - n)).toBe(true);
    const out = new Int32Array(3);
    set.read(12_345, out);
    expect([set.size, ...out]).toEqual([20_000, 12_345 % 7, 12_345 >> 3, 12_345]);
  });

  it('keeps states apart that differ in one bit', () => {
    const states = Array.from({ length: 64 }, (_, k) =>
      Int32Array.of(k < 32 ? 1 << k : 0, k < 32 ? 0 : 1 << (k - 32)),
    );
    check(2, states, 1);
  });

  it('does not keep the buffer that it was given', () => {
    const set = new StateSet(1);
    const buffer = Int32Array.of(5);
    set.add(buffer);
    buffer[0] = 6;
    expect(set.add(Int32Array.of(5))).toBe(-1);
    expect(set.add(buffer)).toBe(1);
  });
});
