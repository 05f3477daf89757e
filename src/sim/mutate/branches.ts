import { defOf, usesOf } from '../machine/liveness.js';
import type { Func, Stmt } from '../program.js';
import { laterSiblings, type Site } from './sites.js';

const LEAVES = new Set<Stmt['kind']>(['goto', 'return', 'break', 'continue']);

/**
 * What runs when the step of a site fails: the body of the `if` that the step stands in, or of the one right behind it
 * that reads what the step gave. Only a body that leaves its place (goto, return, break, continue) counts; else null.
 */
export function failureBranch(f: Func, site: Site): Stmt | null {
  const test = f.stmts[site.stmt].kind === 'if' ? site.stmt : testBehind(f, site);
  if (test === null) return null;
  const body = f.stmts
    .map((s, k): [Stmt, number] => [s, k])
    .filter(([s]) => s.parent === test && s.start < s.end)
    .sort((a, b) => a[0].start - b[0].start)[0];
  if (!body || site.calls.some((at) => at >= body[0].start)) return null;
  return leaves(f, body[1]) ? body[0] : null;
}

function testBehind(f: Func, site: Site): number | null {
  const [next] = laterSiblings(f, site.stmt);
  if (next === undefined || f.stmts[next].kind !== 'if') return null;
  const { start, end } = f.stmts[site.stmt];
  const given = new Set(f.code.slice(start, end).map(defOf));
  const body = Math.min(...f.stmts.filter((s) => s.parent === next).map((s) => s.start));
  const condition = f.code.slice(f.stmts[next].start, Math.min(body, f.stmts[next].end));
  return condition.some((i) => usesOf(i).some((r) => given.has(r))) ? next : null;
}

function leaves(f: Func, stmt: number): boolean {
  if (LEAVES.has(f.stmts[stmt].kind)) return true;
  return f.stmts.some((s, k) => s.parent === stmt && leaves(f, k));
}
