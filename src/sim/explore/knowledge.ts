import { type Bits, bits, has, meet, put, unite } from './bits.js';
import type { FlatGraph } from './flat.js';
import { type Cond, footprintOf, type Op } from './op.js';
import { orderOf } from './order.js';
import type { CompiledEdge } from './system.js';

type Nodes = readonly (readonly CompiledEdge[])[];

/** What is certain about a thread at one of its nodes, as long as it does not move. */
export interface Knowledge {
  /** Values of variables that no other thread writes, as far as others look at them. */
  values: ReadonlyMap<number, number>;
  /** Locks that it holds: a guard `lock == 0` of another thread stays false. */
  held: ReadonlySet<number>;
}

/** Variables that the edges of a thread may write or add to. */
export function writtenBy(nodes: Nodes, vars: number): Bits {
  const out = bits(vars);
  for (const list of nodes)
    for (const e of list) {
      unite(out, e.footprint.writes);
      unite(out, e.footprint.adds);
    }
  return out;
}

/** Variables that the guards of a thread look at. */
export function guardedBy(nodes: Nodes, vars: number): Bits {
  const out = bits(vars);
  const visit = (c: Cond) => {
    for (const x of footprintOf({ guard: [c], effect: [] }).reads) put(out, x);
  };
  const seen = new Set<Op>();
  for (const list of nodes)
    for (const e of list) {
      if (seen.has(e.op)) continue;
      seen.add(e.op);
      for (const c of e.op.guard) visit(c);
    }
  return out;
}

function guardsZero(guard: readonly Cond[], x: number): boolean {
  return guard.some(
    (c) => c.cmp === '==' && c.b === 0 && typeof c.a !== 'number' && 'v' in c.a && c.a.v === x,
  );
}

const indirectOf = new WeakMap<Op, Set<number>>();

/** Variables that an operation writes through an index or under a condition. */
export function indirect(op: Op): ReadonlySet<number> {
  let out = indirectOf.get(op);
  if (!out) {
    const effect = op.effect.filter(
      (e) => e.do === 'if' || ((e.do === 'set' || e.do === 'add') && !('v' in e.at)),
    );
    const f = footprintOf({ guard: [], effect });
    out = new Set([...f.writes, ...f.adds]);
    indirectOf.set(op, out);
  }
  return out;
}

/** Forward data flow over a thread's graph: the value at a node is met over all paths to it. */
function flow<T>(
  nodes: Nodes,
  start: T,
  step: (before: T, e: CompiledEdge) => T,
  join: (a: T, b: T) => T | null,
): (T | null)[] {
  const at: (T | null)[] = nodes.map(() => null);
  if (nodes.length === 0) return at;
  at[0] = start;
  const { order, cycleEnd } = orderOf(nodes);
  const cyclic = cycleEnd.some((end) => end > 0);
  // from the start on, so that a node is left when all that leads to it has been looked at; cycles go round again
  for (let more = true; more; ) {
    more = false;
    for (let k = order.length - 1; k >= 0; k--) {
      const n = order[k];
      const before = at[n];
      if (before === null) continue;
      const list = nodes[n];
      for (let i = 0; i < list.length; i++) {
        const e = list[i];
        const after = step(before, e);
        const old = at[e.to];
        const next = old === null ? after : join(old, after);
        if (next === null) continue;
        at[e.to] = next;
        more = cyclic;
      }
    }
  }
  return at;
}

/** Of the variables in `watched`: those that the thread holds as locks at each node, on every path. */
export function heldAt(nodes: Nodes, watched: Bits): ReadonlySet<number>[] {
  const none: ReadonlySet<number> = new Set();
  const step = (before: ReadonlySet<number>, e: CompiledEdge): ReadonlySet<number> => {
    if (!meet(e.footprint.writes, watched) && !meet(e.footprint.adds, watched)) return before;
    const after = new Set(before);
    for (const f of e.op.effect) {
      if ((f.do !== 'set' && f.do !== 'add') || !('v' in f.at)) continue;
      const taken = f.do === 'set' ? f.to === 1 && guardsZero(e.op.guard, f.at.v) : f.by > 0;
      if (taken && has(watched, f.at.v)) after.add(f.at.v);
      else after.delete(f.at.v);
    }
    return after;
  };
  const join = (a: ReadonlySet<number>, b: ReadonlySet<number>) => {
    if (a === b) return null;
    let both: Set<number> | null = null;
    a.forEach((x) => {
      if (!b.has(x)) (both ??= new Set(a)).delete(x);
    });
    return both;
  };
  return flow(nodes, none, step, join).map((h) => h ?? none);
}

/** Of the variables in `owned` (written by nobody else): their values at each node, where all paths agree. */
export function valuesAt(
  nodes: Nodes,
  owned: Bits,
  init: readonly number[],
): ReadonlyMap<number, number>[] {
  const start = new Map(
    init.map((x, k): [number, number] => [k, x & 255]).filter(([k]) => has(owned, k)),
  );
  type Values = ReadonlyMap<number, number>;
  const step = (before: Values, e: CompiledEdge): Values => {
    if (!meet(e.footprint.writes, owned) && !meet(e.footprint.adds, owned)) return before;
    const after = new Map(before);
    const hidden = indirect(e.op);
    for (const x of hidden) after.delete(x);
    for (const f of e.op.effect) {
      if ((f.do !== 'set' && f.do !== 'add') || !('v' in f.at) || !has(owned, f.at.v)) continue;
      if (f.do === 'set' && typeof f.to === 'number' && !hidden.has(f.at.v))
        after.set(f.at.v, f.to & 255);
      else after.delete(f.at.v);
    }
    return after;
  };
  const join = (a: Values, b: Values) => {
    if (a === b) return null;
    let same: Map<number, number> | null = null;
    a.forEach((val, x) => {
      if (b.get(x) !== val) (same ??= new Map(a)).delete(x);
    });
    return same;
  };
  return flow<Values>(nodes, start, step, join).map((m) => m ?? new Map());
}

/**
 * Variables used as locks in all graphs: they start at 0, are set to 1 only under a guard that they are 0 or counted up
 * by 1, and are set back or counted down by 1 only by who holds them; an operation touches one at most once. A program
 * that releases what it does not hold makes its lock an ordinary variable, and so does setting back what others count.
 */
export function lockVariables(
  threads: readonly Nodes[],
  held: readonly (readonly ReadonlySet<number>[])[],
  init: readonly number[],
): boolean[] {
  const ok = init.map((x) => x === 0);
  const counted = new Set<number>();
  const setBack = new Set<number>();
  const look = (op: Op, holds: ReadonlySet<number>) => {
    for (const x of indirect(op)) ok[x] = false;
    const touched = new Set<number>();
    for (const f of op.effect) {
      if ((f.do !== 'set' && f.do !== 'add') || !('v' in f.at)) continue;
      const x = f.at.v;
      if (touched.has(x)) ok[x] = false;
      touched.add(x);
      if (f.do === 'add') {
        counted.add(x);
        ok[x] &&= f.by === 1 || (f.by === -1 && holds.has(x));
      } else if (f.to === 0) {
        setBack.add(x);
        ok[x] &&= holds.has(x);
      } else if (f.to !== 1 || !guardsZero(op.guard, x)) ok[x] = false;
    }
  };
  threads.forEach((nodes, t) => {
    nodes.forEach((list, n) => {
      for (const e of list) look(e.op, held[t][n]);
    });
  });
  return ok.map((good, x) => good && !(counted.has(x) && setBack.has(x)));
}

/** Conditions of a graph, by index, that can not become true while the thread of which `k` is known stands still. */
export function blockedBy(k: Knowledge, g: Pick<FlatGraph, 'conds' | 'about'>): Set<number> {
  const out = new Set<number>();
  const look = (x: number) => {
    for (const c of g.about.get(x) ?? []) if (blocked(g.conds[c], k)) out.add(c);
  };
  k.held.forEach(look);
  for (const x of k.values.keys()) look(x);
  return out;
}

function blocked(c: Cond, k: Knowledge): boolean {
  if (typeof c.a === 'number' || !('v' in c.a)) return false;
  if (c.cmp === '==' && c.b === 0 && k.held.has(c.a.v)) return true;
  const a = k.values.get(c.a.v);
  const b = typeof c.b === 'number' ? c.b : 'v' in c.b ? k.values.get(c.b.v) : undefined;
  if (a === undefined || b === undefined) return false;
  return c.cmp === '==' ? a !== b : c.cmp === '!=' ? a === b : a >= b;
}
