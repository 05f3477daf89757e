import type { Func, Instr, Operand } from '../program.js';
import { defOf, usesOf } from './liveness.js';

/** Register numbers of a function in terms of the base's, found pair by pair of instructions. */
export class Renaming {
  /** For each register the base's number, -1 while it is not known. */
  private readonly to: Int32Array;
  private readonly taken = new Set<number>();

  constructor(
    private readonly base: Func,
    func: Func,
  ) {
    this.to = new Int32Array(func.regs).fill(-1);
    if (base.params.length === func.params.length)
      for (const [k, p] of func.params.entries()) this.set(p.reg, base.params[k].reg);
  }

  /** Takes both instructions, equal but for registers, for the same; false, and nothing is taken, where they can not be. */
  fit(base: Instr, other: Instr): boolean {
    const [there, here] = [registersOf(base), registersOf(other)];
    const fresh: number[] = [];
    for (const [k, r] of here.entries()) {
      if (this.to[r] === there[k]) continue;
      if (this.to[r] < 0 && !this.taken.has(there[k])) {
        this.set(r, there[k]);
        fresh.push(r);
        continue;
      }
      for (const x of fresh) this.unset(x);
      return false;
    }
    return true;
  }

  /** The function with the base's numbers; registers that the base has not get numbers of their own. */
  apply(func: Func): Func {
    // beyond the numbers of both, so that no two registers become one
    let fresh = Math.max(this.base.regs, func.regs);
    const to = [...this.to].map((r, k) => (r >= 0 ? r : this.taken.has(k) ? fresh++ : k));
    if (to.every((r, k) => r === k)) return func;
    const regs = Math.max(this.base.regs, ...to.map((r) => r + 1));
    const named = <T extends { reg: number }>(x: T): T => ({ ...x, reg: to[x.reg] });
    return {
      ...{ ...func, regs },
      params: func.params.map(named),
      vars: func.vars.map(named),
      code: func.code.map((i) => renamed(i, to)),
    };
  }

  private set(r: number, base: number): void {
    this.to[r] = base;
    this.taken.add(base);
  }

  private unset(r: number): void {
    this.taken.delete(this.to[r]);
    this.to[r] = -1;
  }
}

function registersOf(i: Instr): number[] {
  const def = defOf(i);
  return def === null ? usesOf(i) : [def, ...usesOf(i)];
}

function renamed(i: Instr, to: readonly number[]): Instr {
  const op = (o: Operand): Operand => ('reg' in o ? { reg: to[o.reg] } : o);
  const dst = 'dst' in i && typeof i.dst === 'number' ? { dst: to[i.dst] } : {};
  switch (i.op) {
    case 'move':
    case 'cast':
      return { ...i, ...dst, src: op(i.src) };
    case 'bin':
      return { ...i, ...dst, a: op(i.a), b: op(i.b) };
    case 'un':
      return { ...i, ...dst, a: op(i.a) };
    case 'field':
    case 'container':
    case 'load':
      return { ...i, ...dst, base: op(i.base) };
    case 'index':
      return { ...i, ...dst, base: op(i.base), index: op(i.index) };
    case 'store':
      return { ...i, base: op(i.base), src: op(i.src) };
    case 'copy':
      return { ...i, dstBase: op(i.dstBase), srcBase: op(i.srcBase) };
    case 'call': {
      const callee = 'value' in i.callee ? { value: op(i.callee.value) } : i.callee;
      return { ...i, ...dst, callee, args: i.args.map(op) };
    }
    case 'branch':
      return { ...i, cond: op(i.cond) };
    case 'return':
      return { ...i, value: i.value && op(i.value) };
    default:
      return { ...i, ...dst };
  }
}
