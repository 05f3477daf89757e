import { describe, expect, it } from 'vitest';
import { Prng } from '../../src/base/prng.js';

describe('the generator', () => {
  it('gives a pinned sequence', () => {
    const r = new Prng(42);
    expect(Array.from({ length: 6 }, () => r.next())).toEqual(GOLDEN);
  });

  it('stays below its bound and reaches every value', () => {
    const r = new Prng(7);
    const seen = new Set(Array.from({ length: 400 }, () => r.below(5)));
    expect([...seen].sort()).toEqual([0, 1, 2, 3, 4]);
  });
});

const GOLDEN = [847936618, 893415751, 3393032624, 2180834394, 1350328659, 1924803457];
