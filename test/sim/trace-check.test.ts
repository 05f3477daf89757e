import { describe, expect, it } from 'vitest';
import { isProgram, isScenario } from '../../src/sim/explore/trace-check.js';

/** A branch; written this way since a `then` member makes an object look like a promise. */
const branch = (cond: unknown, to: number) =>
  Object.fromEntries([
    ['op', 'branch'],
    ['cond', cond],
    ['then', to],
    ['else', to],
    ['ref', 0],
  ]);

const int = { kind: 'int', bits: 32, signed: true };
const func = (code: unknown[], over: object = {}) => ({
  functions: {
    f: {
      name: 'f',
      params: [],
      result: int,
      regs: 2,
      vars: [],
      refs: [{ path: 'x.c', line: 1, patchLine: null, changed: false, text: '' }],
      code,
      stmts: [],
      path: 'x.c',
      line: 1,
      ...over,
    },
  },
  notes: [],
});

describe('the program of a trace', () => {
  it('is taken when every instruction stays within its function', () => {
    const code = [
      { op: 'label', id: 3, ref: 0 },
      { op: 'bin', dst: 1, fn: '+', a: { reg: 0 }, b: { imm: 1n }, type: int, ref: 0 },
      branch({ reg: 1 }, 3),
      { op: 'return', value: null, ref: 0 },
    ];
    expect(isProgram(func(code))).toBe(true);
  });

  it.each([
    ['a register past the last', { op: 'move', dst: 2, src: { imm: 0 }, ref: 0 }],
    ['a jump to nowhere', { op: 'jump', to: 7, ref: 0 }],
    ['a branch to nowhere', branch({ imm: 1 }, 7)],
    ['a place without an entry', { op: 'return', value: null, ref: 1 }],
    ['an operation that is none', { op: 'constructor', ref: 0 }],
    ['an operand that is none', { op: 'return', value: 'x', ref: 0 }],
    [
      'a type of 7 bits',
      { op: 'cast', dst: 0, src: { imm: 0 }, type: { ...int, bits: 7 }, ref: 0 },
    ],
  ])('is refused with %s', (_what, instruction) => {
    expect(isProgram(func([instruction]))).toBe(false);
  });

  it('is refused with more registers than any function has', () => {
    expect(isProgram(func([], { regs: 1e9 }))).toBe(false);
  });
});

describe('the scenario of a trace', () => {
  const vma = { kind: 'anon', flags: ['VM_READ'], anonVma: true, pages: ['writable'] };
  const scenario = {
    id: 'x',
    vmas: [vma],
    threads: [],
    failures: 0,
    signal: false,
    faultFailures: false,
  };
  it.each([
    ['as a rule may ask for', {}, true],
    ['with four threads', { threads: Array(4).fill({ accesses: 1 }) }, false],
    ['with a thousand failures', { failures: 1000 }, false],
    ['without VMAs', { vmas: [] }, false],
    ['with a page of no known state', { vmas: [{ ...vma, pages: ['?'] }] }, false],
  ])('%s', (_what, over, right) => {
    expect(isScenario({ ...scenario, ...over })).toBe(right);
  });
});
