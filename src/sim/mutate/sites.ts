import { defOf, labelsOf, successors } from '../machine/liveness.js';
import type { CType, Func, Instr, Program, Stmt } from '../program.js';

/** A statement of a function that calls one of the functions a rule is about. */
export interface Site {
  func: string;
  /** Index in `Func.stmts`. */
  stmt: number;
  callee: string;
  /** Indices of the calls in `Func.code`. */
  calls: number[];
}

/** Parts that a run of dup_mm() is made of: a call of one of them is no step, what happens in it is. */
const ROOTS = ['dup_mmap', 'mmput', '__mmput', 'exit_mmap'];

/** Functions of the program that call one of `names` on some path, with the name they lead to. */
function wrappers(program: Program, names: readonly string[]): Map<string, string> {
  const out = new Map<string, string>(names.map((n) => [n, n]));
  let grown = true;
  while (grown) {
    grown = false;
    for (const f of Object.values(program.functions)) {
      if (out.has(f.name)) continue;
      for (const i of f.code)
        if (i.op === 'call' && 'name' in i.callee && out.has(i.callee.name)) {
          out.set(f.name, out.get(i.callee.name)!);
          grown = true;
          break;
        }
    }
  }
  return out;
}

/** Innermost statement that holds instruction `at`. */
function innermost(f: Func, at: number): number {
  let best = -1;
  f.stmts.forEach((s, k) => {
    if (
      s.start <= at &&
      at < s.end &&
      (best < 0 || s.end - s.start <= f.stmts[best].end - f.stmts[best].start)
    )
      best = k;
  });
  return best;
}

/**
 * Statements that call one of `names`, directly or through a function of the program other than `entry`. Calls in the
 * same statement share a site.
 */
export function sitesOf(program: Program, entry: string, names: readonly string[]): Site[] {
  const leads = wrappers(program, names);
  for (const name of [entry, ...ROOTS]) leads.delete(name);
  const out: Site[] = [];
  for (const f of Object.values(program.functions)) {
    const seen = new Map<string, Site>();
    f.code.forEach((i, at) => {
      if (i.op !== 'call' || !('name' in i.callee)) return;
      const callee = leads.get(i.callee.name);
      if (!callee) return;
      const stmt = innermost(f, at);
      if (stmt < 0) return;
      const key = `${stmt} ${callee}`;
      const site = seen.get(key);
      if (site) site.calls.push(at);
      else {
        const made = { func: f.name, stmt, callee, calls: [at] };
        seen.set(key, made);
        out.push(made);
      }
    });
  }
  return out;
}

/** Later siblings of a statement, in order. */
export function laterSiblings(f: Func, stmt: number): number[] {
  const s = f.stmts[stmt];
  return f.stmts
    .map((x, k): [Stmt, number] => [x, k])
    .filter(([x, k]) => k !== stmt && x.parent === s.parent && x.start >= s.end)
    .sort((a, b) => a[0].start - b[0].start)
    .map(([, k]) => k);
}

/** For each instruction, the registers that are set on every path to it. */
export function definitelySet(f: Func): Set<number>[] {
  const labels = labelsOf(f.code);
  const params = new Set(f.params.map((p) => p.reg));
  const sets: (Set<number> | null)[] = f.code.map(() => null);
  if (!f.code.length) return [];
  sets[0] = params;
  const todo = [0];
  while (todo.length) {
    const k = todo.pop()!;
    const after = new Set(sets[k]!);
    const d = defOf(f.code[k]);
    if (d !== null) after.add(d);
    for (const s of successors(f.code, labels, k)) {
      const old = sets[s];
      if (!old) {
        sets[s] = after;
        todo.push(s);
      } else {
        const both = new Set([...old].filter((x) => after.has(x)));
        if (both.size < old.size) {
          sets[s] = both;
          todo.push(s);
        }
      }
    }
  }
  return sets.map((x) => x ?? new Set());
}

/** Same type as far as substitution is concerned. */
export function sameType(a: CType, b: CType): boolean {
  if (a.kind !== b.kind) return false;
  if (a.kind === 'ptr' && b.kind === 'ptr') return sameType(a.to, b.to);
  if (a.kind === 'struct' && b.kind === 'struct') return a.tag === b.tag;
  if (a.kind === 'int' && b.kind === 'int') return a.bits === b.bits && a.signed === b.signed;
  return true;
}

/** Name of the function that an instruction calls, or null. */
export const calleeOf = (i: Instr): string | null =>
  i.op === 'call' && 'name' in i.callee ? i.callee.name : null;
