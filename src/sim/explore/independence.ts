import {
  type BitFootprint,
  type Bits,
  bits,
  conflict,
  has,
  noFootprint,
  put,
  unite,
  uniteFootprint,
} from './bits.js';
import {
  blocked,
  guardedBy,
  heldAt,
  type Knowledge,
  lockVariables,
  valuesAt,
  writtenBy,
} from './knowledge.js';
import type { Cond } from './op.js';
import type { CompiledEdge, System } from './system.js';

type Nodes = readonly (readonly CompiledEdge[])[];

/** The guards of a thread's edges, each condition once. */
interface Guards {
  conds: Cond[];
  /** For each node and edge, the indices of its conditions. */
  of: number[][][];
}

/** What depends on one thread's graph alone. Graphs of user threads recur in many systems: it is kept with them. */
interface Analysis {
  own: BitFootprint[];
  written: Bits;
  guarded: Bits;
  guards: Guards;
  feedback: boolean[];
  /** By the set of blocked conditions, the future footprint of each node. */
  futures: Map<string, BitFootprint[]>;
}

const analyses = new WeakMap<Nodes, Analysis>();

function analyse(nodes: Nodes, vars: number): Analysis {
  let a = analyses.get(nodes);
  if (!a) {
    a = {
      own: nodes.map((list) => together(list, vars)),
      written: writtenBy(nodes, vars),
      guarded: guardedBy(nodes, vars),
      guards: guardsOf(nodes),
      feedback: feedbackNodes(nodes),
      futures: new Map(),
    };
    analyses.set(nodes, a);
  }
  return a;
}

/**
 * Which threads can be run alone at a state. Thread t may be, when nothing that the others can do before t moves
 * conflicts with t's next operations. What the others can do is closed over their graphs, with those edges left out
 * that t blocks: locks it holds, and guards over variables that only t writes.
 *
 * All of it is static: tables over pairs of nodes, filled on demand.
 */
export class Independence {
  private readonly knowledge: Knowledge[][];
  private readonly threads: Analysis[];
  private readonly tables: Uint8Array[] = [];
  private readonly lookups: (BitFootprint[] | undefined)[][];

  constructor(private readonly sys: System) {
    const { edges, vars } = sys;
    this.threads = edges.map((nodes) => analyse(nodes, vars));
    const looked = bits(vars);
    for (const a of this.threads) unite(looked, a.guarded);
    const held = edges.map((nodes) => heldAt(nodes, looked));
    const locks = lockVariables(edges, held, sys.spec.init);
    this.knowledge = edges.map((nodes, t) => {
      const owned = bits(vars);
      for (let x = 0; x < vars; x++)
        if (has(looked, x) && this.threads.every((a, u) => u === t || !has(a.written, x)))
          put(owned, x);
      const values = valuesAt(nodes, owned, sys.spec.init);
      return nodes.map((_, n) => ({
        values: values[n],
        held: new Set([...held[t][n]].filter((x) => locks[x])),
      }));
    });
    const n = sys.threads;
    this.lookups = [];
    for (let t = 0; t < n; t++)
      for (let u = 0; u < n; u++) {
        this.tables.push(new Uint8Array(t === u ? 0 : edges[t].length * edges[u].length));
        this.lookups.push(t === u ? [] : new Array(edges[t].length));
      }
  }

  /**
   * Thread t may be run alone at this state (given that one of its edges is enabled). Nodes that close a cycle of the
   * thread are never run alone, so that no other thread is put off for ever.
   */
  alone(t: number, nodes: Uint16Array): boolean {
    const n = this.sys.threads;
    const a = nodes[t];
    if (this.threads[t].feedback[a]) return false;
    for (let u = 0; u < n; u++) {
      if (u === t) continue;
      const table = this.tables[t * n + u];
      const at = a * this.sys.edges[u].length + nodes[u];
      let known = table[at];
      if (known === 0) {
        known = conflict(this.threads[t].own[a], this.future(u, t, a)[nodes[u]]) ? 2 : 1;
        table[at] = known;
      }
      if (known === 2) return false;
    }
    return true;
  }

  /** For each node of u: footprint of all that u can do from there while t stands at node `a`. */
  private future(u: number, t: number, a: number): BitFootprint[] {
    const row = this.lookups[t * this.sys.threads + u];
    let f = row[a];
    if (f) return f;
    const k = this.knowledge[t][a];
    const { guards: g, futures } = this.threads[u];
    const off = g.conds.map((c) => blocked(c, k));
    const key = off.map((x) => (x ? '1' : '0')).join('');
    f = futures.get(key);
    if (!f) {
      f = closure(this.sys.edges[u], g, off, this.sys.vars);
      futures.set(key, f);
    }
    row[a] = f;
    return f;
  }
}

function together(list: readonly CompiledEdge[], vars: number): BitFootprint {
  if (list.length === 1) return list[0].footprint;
  const f = noFootprint(vars);
  for (const e of list) uniteFootprint(f, e.footprint);
  return f;
}

function guardsOf(nodes: Nodes): Guards {
  const ids = new Map<string, number>();
  const conds: Cond[] = [];
  const id = (c: Cond): number => {
    const key = JSON.stringify(c);
    let n = ids.get(key);
    if (n === undefined) {
      n = conds.length;
      ids.set(key, n);
      conds.push(c);
    }
    return n;
  };
  return { of: nodes.map((list) => list.map((e) => e.op.guard.map(id))), conds };
}

/** Footprints of everything reachable from each node, over edges none of whose conditions is off. */
function closure(nodes: Nodes, g: Guards, off: readonly boolean[], vars: number): BitFootprint[] {
  const out: BitFootprint[] = new Array(nodes.length);
  const open: CompiledEdge[][] = nodes.map((list, n) =>
    list.filter((_, e) => !g.of[n][e].some((c) => off[c])),
  );
  // strongly connected parts in reverse topological order (Tarjan), each with one footprint
  const index = new Int32Array(nodes.length).fill(-1);
  const low = new Int32Array(nodes.length);
  const onStack = new Uint8Array(nodes.length);
  const stack: number[] = [];
  let counter = 0;
  for (let root = 0; root < nodes.length; root++) {
    if (index[root] >= 0) continue;
    const work: [number, number][] = [[root, 0]];
    while (work.length) {
      const top = work[work.length - 1];
      const n = top[0];
      if (top[1] === 0) {
        index[n] = low[n] = counter++;
        stack.push(n);
        onStack[n] = 1;
      }
      const e = open[n][top[1]++];
      if (e) {
        if (index[e.to] < 0) work.push([e.to, 0]);
        else if (onStack[e.to]) low[n] = Math.min(low[n], index[e.to]);
        continue;
      }
      work.pop();
      if (work.length) {
        const up = work[work.length - 1][0];
        low[up] = Math.min(low[up], low[n]);
      }
      if (low[n] === index[n]) finishPart(n, stack, onStack, open, out, vars);
    }
  }
  return out;
}

function finishPart(
  root: number,
  stack: number[],
  onStack: Uint8Array,
  open: readonly (readonly CompiledEdge[])[],
  out: BitFootprint[],
  vars: number,
): void {
  const f = noFootprint(vars);
  const part: number[] = [];
  let n: number;
  do {
    n = stack.pop()!;
    onStack[n] = 0;
    part.push(n);
    out[n] = f;
  } while (n !== root);
  for (const m of part)
    for (const e of open[m]) {
      uniteFootprint(f, e.footprint);
      if (out[e.to] && out[e.to] !== f) uniteFootprint(f, out[e.to]);
    }
}

/** Nodes with an edge back to a node that is on the path: every cycle of the graph has one. */
function feedbackNodes(nodes: Nodes): boolean[] {
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
