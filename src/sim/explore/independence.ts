import {
  type BitFootprint,
  bits,
  conflict,
  has,
  noFootprint,
  put,
  uniteFootprint,
} from './bits.js';
import { type Cond, footprintOf, type Op } from './op.js';
import type { System } from './system.js';

/** What is certain about a thread at one of its nodes, as long as it does not move. */
interface Knowledge {
  /** Values of variables that no other thread writes. */
  values: Map<number, number>;
  /** Locks that it holds: a guard `lock == 0` of another thread stays false. */
  held: Set<number>;
  /** Interned identity, so that nodes with equal knowledge share results. */
  id: number;
}

/**
 * Which threads can be run alone at a state. Thread t may be, when nothing that the others can do before t moves
 * conflicts with t's next operations. What the others can do is closed over their graphs, with those edges left out
 * that t blocks: locks it holds, and guards over variables that only t writes.
 *
 * All of it is static: tables over pairs of nodes, filled on demand.
 */
export class Independence {
  private readonly writers: Set<number>[] = [];
  private readonly knowledge: Knowledge[][];
  private readonly own: BitFootprint[][];
  private readonly tables: Uint8Array[];
  private readonly closures = new Map<string, BitFootprint>();
  private readonly feedback: boolean[][];
  private readonly lockVars: boolean[];

  constructor(private readonly sys: System) {
    this.writers = sys.spec.init.map(() => new Set());
    sys.edges.forEach((nodes, t) => {
      for (const list of nodes)
        for (const e of list)
          for (let x = 0; x < sys.vars; x++)
            if (has(e.footprint.writes, x) || has(e.footprint.adds, x)) this.writers[x].add(t);
    });
    this.lockVars = this.findLocks();
    const ids = new Map<string, number>();
    this.knowledge = sys.edges.map((_, t) => this.learn(t, ids));
    this.own = sys.edges.map((nodes) =>
      nodes.map((list) => {
        const f = noFootprint(sys.vars);
        for (const e of list) uniteFootprint(f, e.footprint);
        return f;
      }),
    );
    this.feedback = sys.edges.map((_, t) => this.feedbackNodes(t));
    const n = sys.threads;
    this.tables = new Array(n * n);
    for (let t = 0; t < n; t++)
      for (let u = 0; u < n; u++)
        this.tables[t * n + u] = new Uint8Array(
          t === u ? 0 : sys.edges[t].length * sys.edges[u].length,
        );
  }

  /**
   * Thread t may be run alone at this state (given that one of its edges is enabled). Nodes that close a cycle of the
   * thread are never run alone, so that no other thread is put off for ever.
   */
  alone(t: number, nodes: Uint16Array): boolean {
    const n = this.sys.threads;
    const a = nodes[t];
    if (this.feedback[t][a]) return false;
    for (let u = 0; u < n; u++) {
      if (u === t) continue;
      const table = this.tables[t * n + u];
      const at = a * this.sys.edges[u].length + nodes[u];
      let known = table[at];
      if (known === 0) {
        known = conflict(this.own[t][a], this.future(u, nodes[u], t, this.knowledge[t][a])) ? 2 : 1;
        table[at] = known;
      }
      if (known === 2) return false;
    }
    return true;
  }

  /** Footprint of all that thread u can do from `node` while t, of which `k` is known, stands still. */
  private future(u: number, node: number, t: number, k: Knowledge): BitFootprint {
    const key = `${t}.${k.id}.${u}.${node}`;
    let f = this.closures.get(key);
    if (f) return f;
    f = noFootprint(this.sys.vars);
    const seen = new Set([node]);
    const todo = [node];
    while (todo.length) {
      for (const e of this.sys.edges[u][todo.pop()!]) {
        // an edge that t blocks is not taken, but what it waits for is t's to change, not u's
        if (e.op.guard.some((c) => this.blocked(c, k))) continue;
        uniteFootprint(f, e.footprint);
        if (!seen.has(e.to)) {
          seen.add(e.to);
          todo.push(e.to);
        }
      }
    }
    this.closures.set(key, f);
    return f;
  }

  private blocked(c: Cond, k: Knowledge): boolean {
    if (typeof c.a === 'number' || !('v' in c.a)) return false;
    if (c.cmp === '==' && c.b === 0 && k.held.has(c.a.v)) return true;
    const a = k.values.get(c.a.v);
    const b = typeof c.b === 'number' ? c.b : 'v' in c.b ? k.values.get(c.b.v) : undefined;
    if (a === undefined || b === undefined) return false;
    return c.cmp === '==' ? a !== b : c.cmp === '!=' ? a === b : a >= b;
  }

  /**
   * Lock variables: set to 1 only under a guard that they are 0, set to 0 or counted down only by who holds them. The
   * check is on all graphs, so a program that releases what it does not hold makes its lock an ordinary variable.
   */
  private findLocks(): boolean[] {
    const ok = this.sys.spec.init.map((x) => x === 0);
    this.sys.edges.forEach((nodes, t) => {
      const held = this.heldSets(t);
      nodes.forEach((list, n) => {
        for (const e of list) {
          for (const x of indirect(e.op)) ok[x] = false;
          for (const f of e.op.effect) {
            if (f.do === 'set' && 'v' in f.at) {
              const x = f.at.v;
              if (f.to === 0) ok[x] &&= held[n].has(x);
              else if (f.to !== 1 || !guardsZero(e.op.guard, x)) ok[x] = false;
            } else if (f.do === 'add' && 'v' in f.at && f.by < 0)
              ok[f.at.v] &&= held[n].has(f.at.v);
          }
        }
      });
    });
    return ok;
  }

  /** Variables that thread t holds as locks at each of its nodes, on every path. */
  private heldSets(t: number): Set<number>[] {
    const nodes = this.sys.edges[t];
    const held: (Set<number> | null)[] = nodes.map(() => null);
    held[0] = new Set();
    const todo = [0];
    while (todo.length) {
      const n = todo.pop()!;
      for (const e of nodes[n]) {
        const after = new Set(held[n]!);
        for (const f of e.op.effect) {
          if (f.do === 'set' && 'v' in f.at) {
            if (f.to === 1 && guardsZero(e.op.guard, f.at.v)) after.add(f.at.v);
            else after.delete(f.at.v);
          } else if (f.do === 'add' && 'v' in f.at) {
            if (f.by > 0) after.add(f.at.v);
            else after.delete(f.at.v);
          }
        }
        const old = held[e.to];
        const next = old ? new Set([...old].filter((x) => after.has(x))) : after;
        if (!old || next.size < old.size) {
          held[e.to] = next;
          todo.push(e.to);
        }
      }
    }
    return held.map((h) => h ?? new Set());
  }

  /** Constant values of the variables that only t writes, and its locks, at each node. */
  private learn(t: number, ids: Map<string, number>): Knowledge[] {
    const nodes = this.sys.edges[t];
    const held = this.heldSets(t);
    const mine = bits(this.sys.vars);
    this.writers.forEach((w, x) => {
      if (w.size === 0 || (w.size === 1 && w.has(t))) put(mine, x);
    });
    const values: (Map<number, number> | null)[] = nodes.map(() => null);
    values[0] = new Map();
    this.sys.spec.init.forEach((x, k) => {
      if (has(mine, k)) values[0]!.set(k, x);
    });
    const todo = [0];
    while (todo.length) {
      const n = todo.pop()!;
      for (const e of nodes[n]) {
        const after = transfer(values[n]!, e.op);
        const old = values[e.to];
        if (!old) {
          values[e.to] = after;
          todo.push(e.to);
        } else {
          let changed = false;
          for (const [x, val] of old)
            if (after.get(x) !== val) {
              old.delete(x);
              changed = true;
            }
          if (changed) todo.push(e.to);
        }
      }
    }
    return nodes.map((_, n) => {
      const locks = new Set([...held[n]].filter((x) => this.lockVars[x]));
      const vals = values[n] ?? new Map<number, number>();
      const key = `${[...vals].join(' ')}|${[...locks].sort().join(' ')}`;
      let id = ids.get(key);
      if (id === undefined) {
        id = ids.size;
        ids.set(key, id);
      }
      return { values: vals, held: locks, id };
    });
  }

  /** Nodes with an edge back to a node that is on the path: every cycle of the graph has one. */
  private feedbackNodes(t: number): boolean[] {
    const nodes = this.sys.edges[t];
    const out = nodes.map(() => false);
    const state = new Uint8Array(nodes.length);
    const stack: [number, number][] = [[0, 0]];
    state[0] = 1;
    while (stack.length) {
      const top = stack[stack.length - 1];
      const e = nodes[top[0]][top[1]++];
      if (!e) {
        state[top[0]] = 2;
        stack.pop();
      } else if (state[e.to] === 1) out[top[0]] = true;
      else if (state[e.to] === 0) {
        state[e.to] = 1;
        stack.push([e.to, 0]);
      }
    }
    return out;
  }
}

function guardsZero(guard: readonly Cond[], x: number): boolean {
  return guard.some(
    (c) => c.cmp === '==' && c.b === 0 && typeof c.a !== 'number' && 'v' in c.a && c.a.v === x,
  );
}

const indirectOf = new WeakMap<Op, Set<number>>();

/** Variables that an operation writes through an index or under a condition. */
function indirect(op: Op): Set<number> {
  let out = indirectOf.get(op);
  if (!out) {
    const f = footprintOf({
      guard: [],
      effect: op.effect.filter(
        (e) => e.do === 'if' || ((e.do === 'set' || e.do === 'add') && !('v' in e.at)),
      ),
    });
    out = new Set([...f.writes, ...f.adds]);
    indirectOf.set(op, out);
  }
  return out;
}

function transfer(before: Map<number, number>, op: Op): Map<number, number> {
  const after = new Map(before);
  for (const x of indirect(op)) after.delete(x);
  for (const f of op.effect) {
    if ((f.do !== 'set' && f.do !== 'add') || !('v' in f.at)) continue;
    if (f.do === 'set' && typeof f.to === 'number' && !indirect(op).has(f.at.v))
      after.set(f.at.v, f.to);
    else after.delete(f.at.v);
  }
  return after;
}
