import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mmTreeFlags, treeWith } from '../../src/sim/kernel/tree-value.js';
import { binary, keyOf, pointer, symbol, unary, wrap } from '../../src/sim/machine/value.js';
import type { BinaryOp, IntType, UnaryOp } from '../../src/sim/program.js';
import { SEED } from '../litmus/seed.js';
import { tempFolder } from '../support.js';

const TYPES: IntType[] = ([8, 16, 32, 64] as const).flatMap((bits) =>
  [false, true].map((signed): IntType => ({ kind: 'int', bits, signed })),
);
const OPS: BinaryOp[] = ['+', '-', '*', '/', '%', '&', '|', '^', '==', '!=', '<', '<=', '>', '>='];
const EDGES = [0n, 1n, 2n, 12n, 127n, 128n, 255n, 256n, 32767n, 65535n, 2n ** 31n, 2n ** 32n]
  .concat([2n ** 53n, 2n ** 63n, 2n ** 64n])
  .flatMap((x) => [x - 1n, x, x + 1n, -x]);
const type = fc.constantFrom(...TYPES);
const integer = fc.oneof(
  fc.constantFrom(...EDGES),
  fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n }),
);

const inType = (x: bigint, t: IntType): bigint =>
  t.signed ? BigInt.asIntN(t.bits, x) : BigInt.asUintN(t.bits, x);
/** As the machine keeps it: a number while it is exact. */
const given = (x: bigint): number | bigint =>
  x >= -(2n ** 53n) + 1n && x < 2n ** 53n ? Number(x) : x;
const exact = (x: number | bigint | null): bigint | null => (x === null ? null : BigInt(x));

function oracle(fn: BinaryOp, a: bigint, b: bigint): bigint | null {
  const yes = (x: boolean) => (x ? 1n : 0n);
  switch (fn) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return b === 0n ? null : a / b;
    case '%':
      return b === 0n ? null : a % b;
    case '&':
      return a & b;
    case '|':
      return a | b;
    case '^':
      return a ^ b;
    case '<<':
      return a << b;
    case '>>':
      return a >> b;
    case '==':
      return yes(a === b);
    case '!=':
      return yes(a !== b);
    case '<':
      return yes(a < b);
    case '<=':
      return yes(a <= b);
    case '>':
      return yes(a > b);
    case '>=':
      return yes(a >= b);
  }
}

const property = <T extends [unknown, ...unknown[]]>(p: fc.IPropertyWithHooks<T>) =>
  fc.assert(p, { seed: SEED, numRuns: 3000 });

describe(`integers of the machine against BigInt (seed ${SEED})`, () => {
  it('wrap to their type, and stay numbers while they are exact', () => {
    property(
      fc.property(integer, type, (x, t) => {
        const w = wrap(given(x), t);
        expect(BigInt(w)).toBe(inType(x, t));
        expect(typeof w).toBe(typeof given(inType(x, t)));
      }),
    );
  });

  it('calculate and compare as C does', () => {
    property(
      fc.property(fc.constantFrom(...OPS), integer, integer, type, (fn, x, y, t) => {
        const [a, b] = [inType(x, t), inType(y, t)];
        const r = oracle(fn, a, b);
        const compares = ['==', '!=', '<', '<=', '>', '>='].includes(fn);
        const expected = r === null || compares ? r : inType(r, t);
        expect(exact(binary(fn, given(x), given(y), t))).toBe(expected);
      }),
    );
  });

  it('shift within their width', () => {
    property(
      fc.property(fc.constantFrom<BinaryOp>('<<', '>>'), integer, fc.nat(), type, (fn, x, n, t) => {
        const by = n % t.bits;
        const expected = inType(oracle(fn, inType(x, t), BigInt(by))!, t);
        expect(exact(binary(fn, given(x), by, t))).toBe(expected);
      }),
    );
    expect(binary('<<', 1, 64, TYPES[7])).toBeNull();
    expect(binary('>>', 1, -1, TYPES[7])).toBeNull();
  });

  it('negate and complement', () => {
    property(
      fc.property(fc.constantFrom<UnaryOp>('-', '~', '!'), integer, type, (fn, x, t) => {
        const a = inType(x, t);
        const expected = fn === '!' ? (a === 0n ? 1n : 0n) : inType(fn === '-' ? -a : ~a, t);
        expect(BigInt(unary(fn, given(fn === '!' ? a : x), t))).toBe(expected);
      }),
    );
  });

  it('is 0 or 1 as a boolean', () => {
    const bool: IntType = { kind: 'int', bits: 1, signed: false };
    expect([0, 1, 2, -1, 2n ** 63n].map((x) => wrap(x, bool))).toEqual([0, 1, 1, 1, 1]);
  });

  it('is unsigned and 64 bits wide as a pointer', () => {
    const ptr = { kind: 'ptr', to: { kind: 'void' } } as const;
    expect([5, -1].map((x) => wrap(x, ptr))).toEqual([5, 2n ** 64n - 1n]);
  });
});

describe('keys of values', () => {
  it('tell values apart, and pointers are interned', () => {
    const values = [0, 1, -1, 2n ** 60n, undefined, pointer(1, ''), pointer(1, 'a'), symbol('a')];
    const trees = [
      [],
      [{ first: 1, last: 2, entry: pointer(1, '') }],
      [{ first: 1, last: 2, entry: pointer(2, '') }],
    ];
    const keys = [...values, ...trees.map((t) => treeWith(t, mmTreeFlags(true)))].map(keyOf);
    expect(new Set(keys).size).toBe(keys.length);
    expect(pointer(1, 'a')).toBe(pointer(1, 'a'));
    expect(symbol('x')).toBe(symbol('x'));
  });
});

const cType = (t: IntType): string => `${t.signed ? '' : 'u'}int${t.bits}_t`;
const cast = (x: bigint, t: IntType): string => {
  const u = `0x${BigInt.asUintN(64, x).toString(16)}ULL`;
  return `(${cType(t)})${u}`;
};

/** Both operands of `t`, the result cast to `t` (comparisons: int): what the front end gives the machine. */
function program(cases: readonly { fn: BinaryOp; a: bigint; b: bigint; t: IntType }[]): string {
  const lines = cases.map(({ fn, a, b, t }) => {
    const right = fn === '<<' || fn === '>>' ? `(int)${b}` : cast(b, t);
    return `\tprintf("%lld\\n", (long long)(${cType(t)})(${cast(a, t)} ${fn} ${right}));`;
  });
  return `#include <stdint.h>\n#include <stdio.h>\nint main(void)\n{\n${lines.join('\n')}\n\treturn 0;\n}\n`;
}

describe('a sample against gcc', () => {
  const gcc = spawnSync('gcc', ['--version']).status === 0;
  it(`gives the same values (seed ${SEED})`, (ctx) => {
    if (!gcc) ctx.skip('gcc is not installed');
    const wide = TYPES.filter((t) => t.bits >= 32);
    const one = fc
      .record({
        fn: fc.constantFrom<BinaryOp>(...OPS, '<<', '>>'),
        a: integer,
        b: integer,
        t: fc.constantFrom(...wide),
      })
      .map((c) =>
        c.fn === '<<' || c.fn === '>>' ? { ...c, b: BigInt.asUintN(6, c.b) % BigInt(c.t.bits) } : c,
      )
      // division by zero and of the least by -1 have no value in C
      .filter((c) => !['/', '%'].includes(c.fn) || ![0n, -1n].includes(inType(c.b, c.t)));
    const cases = fc.sample(one, { seed: SEED, numRuns: 400 });
    const folder = tempFolder();
    writeFileSync(join(folder, 'ops.c'), program(cases));
    execFileSync('gcc', ['-fwrapv', '-w', '-o', 'ops', 'ops.c'], { cwd: folder });
    const out = execFileSync(join(folder, 'ops'), { encoding: 'utf8' }).trim().split('\n');
    cases.forEach(({ fn, a, b, t }, k) => {
      const got = binary(fn, given(a), given(b), t)!;
      const text = `${inType(a, t)} ${fn} ${inType(b, t)} as ${cType(t)}`;
      expect(BigInt.asIntN(64, BigInt(got)), text).toBe(BigInt(out[k]));
    });
  });
});
