import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addHi,
  decHi,
  decLo,
  hiOf,
  incHi,
  incLo,
  le,
  loOf,
  lt,
  subHi,
  ULONG_MAX,
  ulong,
} from '../../src/sim/maple/u64.js';

const u64 = fc.oneof(
  fc.bigInt(0n, ULONG_MAX),
  fc.constantFrom(
    0n,
    1n,
    0xffff_ffffn,
    1n << 32n,
    1n << 53n,
    (1n << 53n) - 1n,
    1n << 63n,
    ULONG_MAX,
  ),
);
const wrap = (v: bigint): bigint => BigInt.asUintN(64, v);
const halves = (v: bigint): [number, number] => [hiOf(v), loOf(v)];

describe('unsigned 64-bit pairs', () => {
  it('agree with bigint', () => {
    fc.assert(
      fc.property(u64, u64, (a, b) => {
        const [ah, al] = halves(a);
        const [bh, bl] = halves(b);
        expect(BigInt(ulong(ah, al))).toBe(a);
        expect(lt(ah, al, bh, bl)).toBe(a < b);
        expect(le(ah, al, bh, bl)).toBe(a <= b);
        expect(BigInt(ulong(incHi(ah, al), incLo(al)))).toBe(wrap(a + 1n));
        expect(BigInt(ulong(decHi(ah, al), decLo(al)))).toBe(wrap(a - 1n));
        expect(BigInt(ulong(subHi(ah, al, bh, bl), (al - bl) | 0))).toBe(wrap(a - b));
        expect(BigInt(ulong(addHi(ah, al, bh, bl), (al + bl) | 0))).toBe(wrap(a + b));
      }),
      { numRuns: 2000 },
    );
  });

  it('give a number while it is exact, a bigint beyond', () => {
    expect(ulong(...halves((1n << 53n) - 1n))).toBe(Number.MAX_SAFE_INTEGER);
    expect(ulong(...halves(1n << 53n))).toBe(1n << 53n);
    expect(ulong(-1, -1)).toBe(ULONG_MAX);
  });

  it.each([-1, 0.5, 2 ** 53, Number.NaN, -1n, 1n << 64n])('refuse %s', (v) => {
    expect(() => hiOf(v)).toThrow('no unsigned 64-bit integer');
  });
});
