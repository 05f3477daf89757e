import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { labelsOf, liveness, successors } from '../../src/sim/machine/liveness.js';
import type { Func, Instr, IntType, Operand } from '../../src/sim/program.js';
import { SEED } from '../litmus/seed.js';

const LONG: IntType = { kind: 'int', bits: 64, signed: true };
const reg = (n: number): Operand => ({ reg: n });

const funcOf = (code: Instr[], regs = 4): Func => ({
  name: 'f',
  params: [],
  result: LONG,
  regs,
  vars: [],
  refs: [],
  code,
  stmts: [],
  path: '',
  line: null,
});

const move = (dst: number, src: Operand): Instr => ({ op: 'move', dst, src, ref: 0 });
const plus = (dst: number, a: number, b: number): Instr => ({
  op: 'bin',
  dst,
  fn: '+',
  a: reg(a),
  b: reg(b),
  type: LONG,
  ref: 0,
});
const label = (id: number): Instr => ({ op: 'label', id, ref: 0 });
const branch = (cond: number, then: number, other: number): Instr => ({
  op: 'branch',
  cond: reg(cond),
  then,
  else: other,
  ref: 0,
});
const ret = (n: number): Instr => ({ op: 'return', value: reg(n), ref: 0 });

describe('liveness()', () => {
  it('follows branches, and a register dies at its last use', () => {
    const f = funcOf([
      branch(0, 0, 1), // 0
      label(0),
      move(2, reg(1)), // 2
      ret(2),
      label(1),
      ret(3), // 5
    ]);
    expect(liveness(f)).toEqual([[0, 1, 3], [1], [1], [2], [3], [3]]);
  });

  it('keeps a register alive round a loop', () => {
    const f = funcOf([label(0), plus(1, 1, 2), branch(1, 0, 1), label(1), ret(3)]);
    expect(liveness(f).slice(0, 3)).toEqual([
      [1, 2, 3],
      [1, 2, 3],
      [1, 2, 3],
    ]);
  });

  it('counts what a call, a store and a copy use, and a call through a pointer', () => {
    const type = { kind: 'void' } as const;
    const f = funcOf(
      [
        { op: 'store', base: reg(0), path: 'a', src: reg(1), type, ref: 0 },
        { op: 'copy', dstBase: reg(2), srcBase: reg(3), type, ref: 0 },
        { op: 'call', dst: 4, callee: { value: reg(5) }, args: [reg(6), { imm: 1 }], type, ref: 0 },
        { op: 'return', value: null, ref: 0 },
      ],
      7,
    );
    expect(liveness(f)).toEqual([[0, 1, 2, 3, 5, 6], [2, 3, 5, 6], [5, 6], []]);
  });
});

/** Random code over four registers; jumps and branches go to one of three labels. */
const line = fc.oneof(
  fc.tuple(fc.nat({ max: 3 }), fc.nat({ max: 3 })).map(([d, s]) => move(d, reg(s))),
  fc.tuple(fc.nat({ max: 3 }), fc.nat({ max: 5 })).map(([d, n]) => move(d, { imm: n })),
  fc
    .tuple(fc.nat({ max: 3 }), fc.nat({ max: 3 }), fc.nat({ max: 3 }))
    .map(([d, a, b]) => plus(d, a, b)),
  fc
    .tuple(fc.nat({ max: 3 }), fc.nat({ max: 2 }), fc.nat({ max: 2 }))
    .map(([c, a, b]) => branch(c, a, b)),
  fc.nat({ max: 2 }).map((to): Instr => ({ op: 'jump', to, ref: 0 })),
);
const code = fc.array(line, { minLength: 2, maxLength: 12 }).chain((list) =>
  fc
    .tuple(
      fc.array(fc.nat({ max: list.length }), { minLength: 3, maxLength: 3 }),
      fc.nat({ max: 3 }),
    )
    .map(([places, result]) => {
      const out = [...list];
      places.forEach((at, id) => {
        out.splice(at, 0, label(id));
      });
      return [...out, ret(result)];
    }),
);

const PARITY = 1;
/** Result after at most `fuel` steps, or where the run then stands. `at` sees the registers before each instruction. */
function run(list: Instr[], regs: number[], pc: number, fuel: number, at?: (pc: number) => void) {
  const labels = labelsOf(list);
  const value = (o: Operand) => ('reg' in o ? regs[o.reg] : 'imm' in o ? Number(o.imm) : 0);
  for (let n = 0; n < fuel; n++) {
    at?.(pc);
    const i = list[pc];
    if (i.op === 'return') return value(i.value!);
    if (i.op === 'move') regs[i.dst] = value(i.src);
    if (i.op === 'bin') regs[i.dst] = (value(i.a) + value(i.b)) % 1000;
    if (i.op === 'jump') pc = labels.get(i.to)!;
    else if (i.op === 'branch') pc = labels.get(value(i.cond) & PARITY ? i.then : i.else)!;
    else pc++;
  }
  return 'still running';
}

describe(`live registers of random code (seed ${SEED})`, () => {
  it('are all that the rest of the run depends on', () => {
    let compared = 0;
    fc.assert(
      fc.property(code, fc.array(fc.nat({ max: 9 }), { minLength: 8, maxLength: 8 }), (list, x) => {
        const live = liveness(funcOf(list));
        const regs = x.slice(0, 4);
        const stops: [number, number[]][] = [];
        const result = run(list, regs, 0, 60, (pc) => stops.push([pc, [...regs]]));
        if (result === 'still running') return;
        for (const [pc, at] of stops) {
          const other = at.map((value, r) => (live[pc].includes(r) ? value : x[4 + r] + 100));
          expect(run(list, other, pc, 60)).toBe(result);
          compared++;
        }
      }),
      { seed: SEED, numRuns: 500 },
    );
    expect(compared).toBeGreaterThan(300);
  });

  it('lead only to instructions that there are', () => {
    fc.assert(
      fc.property(code, (list) => {
        const labels = labelsOf(list);
        list.forEach((_, k) => {
          for (const s of successors(list, labels, k)) expect(list[s]).toBeDefined();
        });
      }),
      { seed: SEED, numRuns: 100 },
    );
  });
});
