import type { CType, Func, Instr, Operand } from '../program.js';
import { flowOf, successors } from './liveness.js';
import { Renaming } from './renaming.js';

/** A version of a function, in the terms of another version of it, the base. */
export interface Aligned {
  /** The function with the base's numbers for the registers that both have; what it does is the same. */
  func: Func;
  /** For each of its instructions, and for its end, what it stands for in the base; -1 where there is none. */
  toBase: Int32Array;
  /** For each instruction of the base, and for its end, what stands for it; -1 where there is none. */
  fromBase: Int32Array;
  /**
   * For each of these of the base, 1 where this version has it, goes on from it to what stands for where the base
   * goes on, and reads the same registers from there on.
   */
  same: Uint8Array;
}

/** Pairs of instructions in the part that differs that are compared at most. */
const MOST_PAIRS = 1_000_000;

/** A function as its own base. */
export function alone(func: Func): Aligned {
  const n = func.code.length + 1;
  const self = Int32Array.from({ length: n }, (_, k) => k);
  return { func, toBase: self, fromBase: self, same: new Uint8Array(n).fill(1) };
}

/**
 * Finds the instructions that two versions of a function have in common: the same operation on the same registers, by
 * one renaming of registers for all of the function. What does not fit the renaming is taken for different.
 */
export function align(base: Func, func: Func): Aligned {
  if (base.code === func.code) return alone(func);
  const names = new Renaming(base, func);
  const toBase = new Int32Array(func.code.length + 1).fill(-1);
  const fromBase = new Int32Array(base.code.length + 1).fill(-1);
  toBase[func.code.length] = base.code.length;
  fromBase[base.code.length] = func.code.length;
  for (const [b, f] of common(base.code, func.code))
    if (names.fit(base.code[b], func.code[f])) {
      toBase[f] = b;
      fromBase[b] = f;
    }
  const renamed = names.apply(func);
  return { func: renamed, toBase, fromBase, same: sameIn(base, renamed, toBase, fromBase) };
}

function sameIn(base: Func, func: Func, toBase: Int32Array, fromBase: Int32Array): Uint8Array {
  const same = new Uint8Array(base.code.length + 1);
  same[base.code.length] = 1;
  const [there, here] = [flowOf(base), flowOf(func)];
  const params = base.params.map((p) => p.reg).join() === func.params.map((p) => p.reg).join();
  for (let b = 0; b < base.code.length; b++) {
    const f = fromBase[b];
    if (f < 0 || (b === 0 && (f !== 0 || !params))) continue;
    const next = successors(base.code, there.labels, b);
    const own = successors(func.code, here.labels, f);
    const alike =
      next.length === own.length &&
      next.every((to, k) => toBase[own[k]] === to) &&
      there.live[b].join() === here.live[f].join();
    if (alike) same[b] = 1;
  }
  return same;
}

/** Pairs (base, other) of instructions of the same shape, in order: the most that can be had. */
function common(base: readonly Instr[], other: readonly Instr[]): [number, number][] {
  const [a, b] = [base.map(shapeOf), other.map(shapeOf)];
  const pairs: [number, number][] = [];
  let first = 0;
  while (first < a.length && first < b.length && a[first] === b[first])
    pairs.push([first, first++]);
  let last = 0;
  while (
    last < Math.min(a.length, b.length) - first &&
    a[a.length - 1 - last] === b[b.length - 1 - last]
  )
    last++;
  pairs.push(
    ...longest(a.slice(first, a.length - last), b.slice(first, b.length - last)).map(
      ([x, y]): [number, number] => [x + first, y + first],
    ),
  );
  for (let k = last; k > 0; k--) pairs.push([a.length - k, b.length - k]);
  return pairs;
}

/** The longest common subsequence, as pairs of indices. */
function longest(a: readonly string[], b: readonly string[]): [number, number][] {
  if (a.length * b.length > MOST_PAIRS) return [];
  const width = b.length + 1;
  const best = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      best[i * width + j] =
        a[i] === b[j]
          ? best[(i + 1) * width + j + 1] + 1
          : Math.max(best[(i + 1) * width + j], best[i * width + j + 1]);
  const pairs: [number, number][] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i] === b[j]) pairs.push([i++, j++]);
    else if (best[(i + 1) * width + j] >= best[i * width + j + 1]) i++;
    else j++;
  }
  return pairs;
}

const shapes = new WeakMap<Instr, string>();

/** All that an instruction says but registers, labels and its place in the source. */
function shapeOf(i: Instr): string {
  let s = shapes.get(i);
  if (s === undefined) {
    s = shape(i);
    shapes.set(i, s);
  }
  return s;
}

function shape(i: Instr): string {
  switch (i.op) {
    case 'move':
      return `move ${operand(i.src)}`;
    case 'bin':
      return `${i.fn} ${operand(i.a)} ${operand(i.b)} ${typeOf(i.type)}`;
    case 'un':
      return `un ${i.fn} ${operand(i.a)} ${typeOf(i.type)}`;
    case 'cast':
      return `cast ${operand(i.src)} ${typeOf(i.type)}`;
    case 'local':
      return `local ${i.name} ${typeOf(i.type)}`;
    case 'field':
    case 'container':
      return `${i.op} ${operand(i.base)} ${i.path}`;
    case 'index':
      return `index ${operand(i.base)} ${operand(i.index)}`;
    case 'load':
      return `load ${operand(i.base)} ${i.path} ${typeOf(i.type)}`;
    case 'store':
      return `store ${operand(i.base)} ${i.path} ${operand(i.src)} ${typeOf(i.type)}`;
    case 'copy':
      return `copy ${operand(i.dstBase)} ${operand(i.srcBase)} ${typeOf(i.type)}`;
    case 'call': {
      const callee = 'name' in i.callee ? i.callee.name : `*${operand(i.callee.value)}`;
      const result = i.dst === null ? '' : 'to ';
      return `call ${result}${callee}(${i.args.map(operand).join()}) ${typeOf(i.type)}`;
    }
    case 'branch':
      return `branch ${operand(i.cond)}`;
    case 'return':
      return `return ${i.value ? operand(i.value) : ''}`;
    case 'unmodelled':
      return `unmodelled ${i.what}`;
    default:
      return i.op;
  }
}

function operand(o: Operand): string {
  if ('reg' in o) return 'r';
  if ('sym' in o) return `$${o.sym}`;
  return typeof o.imm === 'bigint' ? `${o.imm}n` : String(o.imm);
}

function typeOf(t: CType): string {
  switch (t.kind) {
    case 'int':
      return `${t.signed ? 's' : 'u'}${t.bits}`;
    case 'ptr':
      return `*${typeOf(t.to)}`;
    case 'struct':
      return t.tag;
    case 'array':
      return `${typeOf(t.of)}[${t.length}]`;
    default:
      return t.kind;
  }
}
