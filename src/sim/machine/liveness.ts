import type { Func, Instr, Operand } from '../program.js';

/** Registers that an instruction reads. */
export const usesOf = (i: Instr): number[] =>
  operandsOf(i).flatMap((o) => ('reg' in o ? [o.reg] : []));

/** Names of functions and globals whose address an instruction uses. */
export const symbolsOf = (i: Instr): string[] =>
  operandsOf(i).flatMap((o) => ('sym' in o ? [o.sym] : []));

function operandsOf(i: Instr): Operand[] {
  const ops: Operand[] = [];
  switch (i.op) {
    case 'move':
    case 'cast':
      ops.push(i.src);
      break;
    case 'bin':
      ops.push(i.a, i.b);
      break;
    case 'un':
      ops.push(i.a);
      break;
    case 'field':
    case 'container':
    case 'load':
      ops.push(i.base);
      break;
    case 'index':
      ops.push(i.base, i.index);
      break;
    case 'store':
      ops.push(i.base, i.src);
      break;
    case 'copy':
      ops.push(i.dstBase, i.srcBase);
      break;
    case 'call':
      ops.push(...i.args);
      if ('value' in i.callee) ops.push(i.callee.value);
      break;
    case 'branch':
      ops.push(i.cond);
      break;
    case 'return':
      if (i.value) ops.push(i.value);
      break;
  }
  return ops;
}

/** Register that an instruction writes, or null. */
export function defOf(i: Instr): number | null {
  return 'dst' in i && typeof i.dst === 'number' ? i.dst : null;
}

/** Index of each label's instruction. */
export function labelsOf(code: readonly Instr[]): Map<number, number> {
  const at = new Map<number, number>();
  code.forEach((i, k) => {
    if (i.op === 'label') at.set(i.id, k);
  });
  return at;
}

/** Successors of the instruction at `k`. */
export function successors(
  code: readonly Instr[],
  labels: Map<number, number>,
  k: number,
): number[] {
  const i = code[k];
  if (i.op === 'jump') return [labels.get(i.to)!];
  if (i.op === 'branch') return [labels.get(i.then)!, labels.get(i.else)!];
  return i.op === 'return' || k + 1 >= code.length ? [] : [k + 1];
}

/**
 * For each instruction, the registers that are live just before it, ascending. Dead registers are left out of state
 * keys, so that paths that differ only in what nobody will read again meet.
 */
export function liveness(f: Func): number[][] {
  const n = f.code.length;
  const labels = labelsOf(f.code);
  const live: Set<number>[] = f.code.map(() => new Set());
  const gen = f.code.map(usesOf);
  const kill = f.code.map(defOf);
  let changed = true;
  while (changed) {
    changed = false;
    for (let k = n - 1; k >= 0; k--) {
      const before = live[k].size;
      for (const s of successors(f.code, labels, k))
        for (const r of live[s]) if (r !== kill[k]) live[k].add(r);
      for (const r of gen[k]) live[k].add(r);
      if (live[k].size !== before) changed = true;
    }
  }
  return live.map((s) => [...s].sort((a, b) => a - b));
}

/** Labels and live registers of a function. */
export interface Flow {
  labels: Map<number, number>;
  live: number[][];
}

/** By the code: versions of a function on other lines share it. */
const flows = new WeakMap<readonly Instr[], Flow>();

/** Labels and live registers of a function, worked out once. */
export function flowOf(f: Func): Flow {
  let flow = flows.get(f.code);
  if (!flow) {
    flow = { labels: labelsOf(f.code), live: liveness(f) };
    flows.set(f.code, flow);
  }
  return flow;
}
