import {
  type BitFootprint,
  type Bits,
  bits,
  has,
  noFootprint,
  put,
  unite,
  uniteFootprint,
} from './bits.js';
import { type FlatGraph, flatten } from './flat.js';
import { Futures, type Rows } from './futures.js';
import {
  blockedBy,
  guardedBy,
  heldAt,
  type Knowledge,
  lockVariables,
  valuesAt,
  writtenBy,
} from './knowledge.js';
import type { CompiledEdge, System } from './system.js';

type Nodes = readonly (readonly CompiledEdge[])[];

/** What depends on one thread's graph alone. Graphs of user threads recur in many systems: it is kept with them. */
interface Analysis {
  own: BitFootprint[];
  written: Bits;
  guarded: Bits;
  flat: FlatGraph;
  /** For all conditions that others could block in some system so far; null: not needed yet. */
  futures: Futures | null;
}

const analyses = new WeakMap<Nodes, Analysis>();

function analyse(nodes: Nodes, vars: number): Analysis {
  let a = analyses.get(nodes);
  if (!a) {
    a = {
      own: nodes.map((list) => together(list, vars)),
      written: writtenBy(nodes, vars),
      guarded: guardedBy(nodes, vars),
      flat: flatten(nodes, vars),
      futures: null,
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
  private readonly feedback: boolean[][];
  private readonly knowledge: Knowledge[][];
  private readonly threads: Analysis[];
  private readonly futures: Futures[];
  /** By pair of threads, what the second can do while that is known of the first. */
  private readonly known: Map<Knowledge, Rows>[] = [];
  private readonly tables: Uint8Array[] = [];
  private readonly lookups: (Rows | undefined)[][];

  constructor(private readonly sys: System) {
    const { edges, vars } = sys;
    this.lookups = [];
    this.feedback = edges.map(feedbackNodes);
    if (edges.length === 1) {
      // nobody is there to interfere
      this.threads = [];
      this.knowledge = [];
      this.futures = [];
      return;
    }
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
      // nodes at which the same is known share one object, so that its consequences are worked out once
      const same = new Map<string, Knowledge>();
      const heldOf = byIdentity((all: ReadonlySet<number>) => {
        const list = [...all].filter((x) => locks[x]).sort((a, b) => a - b);
        return { held: new Set(list), key: list.join() };
      });
      const valuesKey = byIdentity((all: ReadonlyMap<number, number>) =>
        [...all].sort((a, b) => a[0] - b[0]).join(),
      );
      return nodes.map((_, n) => {
        const h = heldOf(held[t][n]);
        const key = `${h.key};${valuesKey(values[n])}`;
        let k = same.get(key);
        if (!k) {
          k = { values: values[n], held: h.held };
          same.set(key, k);
        }
        return k;
      });
    });
    const n = sys.threads;
    for (let t = 0; t < n; t++)
      for (let u = 0; u < n; u++) {
        this.tables.push(new Uint8Array(t === u ? 0 : edges[t].length * edges[u].length));
        this.lookups.push(t === u ? [] : new Array(edges[t].length));
        this.known.push(new Map());
      }
    this.futures = edges.map((_, u) => this.futuresOf(u));
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
        known = this.futures[u].meets(this.threads[t].own[a], this.future(u, t, a), nodes[u])
          ? 2
          : 1;
        table[at] = known;
      }
      if (known === 2) return false;
    }
    return true;
  }

  /** For each node of u: footprint of all that u can do from there while t stands at node `a`. */
  private future(u: number, t: number, a: number): Rows {
    const pair = t * this.sys.threads + u;
    const row = this.lookups[pair];
    let f = row[a];
    if (!f) {
      const k = this.knowledge[t][a];
      f = this.known[pair].get(k);
      if (!f) {
        f = this.futures[u].with(blockedBy(k, this.threads[u].flat));
        this.known[pair].set(k, f);
      }
      row[a] = f;
    }
    return f;
  }

  /** What thread u can do, whatever the others block. */
  private futuresOf(u: number): Futures {
    const a = this.threads[u];
    const off = new Set<number>();
    this.knowledge.forEach((nodes, t) => {
      if (t === u) return;
      for (const k of new Set(nodes)) for (const c of blockedBy(k, a.flat)) off.add(c);
    });
    if (!a.futures?.covers(off)) {
      for (const c of a.futures?.canBeOff ?? []) off.add(c);
      a.futures = new Futures(
        a.flat,
        [...off].sort((x, y) => x - y),
      );
    }
    return a.futures;
  }
}

/** `f`, worked out once for each object: neighbouring nodes share them. */
function byIdentity<K extends object, V>(f: (key: K) => V): (key: K) => V {
  const known = new Map<K, V>();
  return (key) => {
    let value = known.get(key);
    if (value === undefined) {
      value = f(key);
      known.set(key, value);
    }
    return value;
  };
}

function together(list: readonly CompiledEdge[], vars: number): BitFootprint {
  if (list.length === 1) return list[0].footprint;
  const f = noFootprint(vars);
  for (const e of list) uniteFootprint(f, e.footprint);
  return f;
}

const feedbacks = new WeakMap<Nodes, boolean[]>();

/** Nodes with an edge back to a node that is on the path: every cycle of the graph has one. Kept with the graph. */
function feedbackNodes(nodes: Nodes): boolean[] {
  const known = feedbacks.get(nodes);
  if (known) return known;
  const out = nodes.map(() => false);
  feedbacks.set(nodes, out);
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
