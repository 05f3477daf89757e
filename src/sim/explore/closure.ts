import type { BitFootprint } from './bits.js';
import type { Cond, Op } from './op.js';
import type { CompiledEdge } from './system.js';

type Nodes = readonly (readonly CompiledEdge[])[];

/** A thread's graph in flat arrays, so that walking it many times touches nothing else. */
export interface FlatGraph {
  /** Each condition of the guards once. */
  conds: Cond[];
  /** For each operation (numbered by first appearance), the indices of its conditions. */
  guards: number[][];
  /** Edges of node `n` are `first[n]` to `first[n + 1]`, with their targets and operations. */
  first: Int32Array;
  to: Int32Array;
  ops: Int32Array;
  /** Two rows of bits for each operation: what it reads or writes, and what it writes or adds to. */
  prints: Uint32Array;
  /** Nodes behind all that they lead to; those of a cycle stand together. */
  order: Int32Array;
  /** For each place in `order`, where the cycle that it is in ends; 0 where the node is in none. */
  cycleEnd: Int32Array;
  /** 32-bit words of one row. */
  words: number;
}

/** Makes the flat form of a graph over `vars` variables. */
export function flatten(nodes: Nodes, vars: number): FlatGraph {
  const words = (vars + 31) >>> 5;
  const first = new Int32Array(nodes.length + 1);
  nodes.forEach((list, n) => {
    first[n + 1] = first[n] + list.length;
  });
  const to = new Int32Array(first[nodes.length]);
  const ops = new Int32Array(first[nodes.length]);
  const known = new Map<Op, number>();
  const prints: BitFootprint[] = [];
  let k = 0;
  for (const list of nodes)
    for (const e of list) {
      let op = known.get(e.op);
      if (op === undefined) {
        op = prints.length;
        known.set(e.op, op);
        prints.push(e.footprint);
      }
      to[k] = e.to;
      ops[k++] = op;
    }
  const graph = { first, to, ops, words, prints: rows(prints, words) };
  return { ...graph, ...guardsOf(known.keys()), ...cycles(first, to) };
}

function rows(prints: readonly BitFootprint[], words: number): Uint32Array {
  const out = new Uint32Array(prints.length * 2 * words);
  prints.forEach(({ reads, writes, adds }, op) => {
    for (let b = 0; b < words; b++) {
      out[op * 2 * words + b] = reads[b] | writes[b];
      out[op * 2 * words + words + b] = writes[b] | adds[b];
    }
  });
  return out;
}

function guardsOf(ops: Iterable<Op>): Pick<FlatGraph, 'conds' | 'guards'> {
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
  return { guards: [...ops].map((op) => op.guard.map(id)), conds };
}

/** Strongly connected parts in reverse topological order (Tarjan). */
function cycles(first: Int32Array, to: Int32Array): Pick<FlatGraph, 'order' | 'cycleEnd'> {
  const n = first.length - 1;
  const order = new Int32Array(n);
  const cycleEnd = new Int32Array(n);
  const index = new Int32Array(n).fill(-1);
  const low = new Int32Array(n);
  const onStack = new Uint8Array(n);
  const taken = first.slice(0, n);
  const stack: number[] = [];
  const work: number[] = [];
  let counter = 0;
  let placed = 0;
  const finish = (root: number): void => {
    const start = placed;
    for (let x = -1; x !== root; ) {
      x = stack.pop()!;
      onStack[x] = 0;
      order[placed++] = x;
    }
    if (placed - start > 1 || leadsTo(root, root)) cycleEnd.fill(placed, start, placed);
  };
  const leadsTo = (a: number, b: number): boolean => {
    for (let k = first[a]; k < first[a + 1]; k++) if (to[k] === b) return true;
    return false;
  };
  for (let root = 0; root < n; root++) {
    if (index[root] >= 0) continue;
    work.push(root);
    while (work.length) {
      const x = work[work.length - 1];
      if (index[x] < 0) {
        index[x] = low[x] = counter++;
        stack.push(x);
        onStack[x] = 1;
      }
      if (taken[x] < first[x + 1]) {
        const next = to[taken[x]++];
        if (index[next] < 0) work.push(next);
        else if (onStack[next]) low[x] = Math.min(low[x], index[next]);
        continue;
      }
      work.pop();
      if (work.length) {
        const up = work[work.length - 1];
        low[up] = Math.min(low[up], low[x]);
      }
      if (low[x] === index[x]) finish(x);
    }
  }
  return { order, cycleEnd };
}

/**
 * What can be done from each node on, over edges none of whose conditions is off: per node two rows of bits, what is
 * read or written, and what is written or added to. One array for all nodes: there are many of these.
 */
export function closure(g: FlatGraph, off: readonly boolean[]): Uint32Array {
  const out = new Uint32Array(g.order.length * 2 * g.words);
  const shut = Uint8Array.from(g.guards, (list) => (list.some((c) => off[c]) ? 1 : 0));
  const { order, cycleEnd } = g;
  for (let k = 0; k < order.length; k++) {
    gather(g, shut, out, order[k]);
    const end = cycleEnd[k];
    if (end === 0) continue;
    for (let more = true, from = k; more; ) {
      more = false;
      for (k = from; k < end; k++) if (gather(g, shut, out, order[k])) more = true;
    }
    k = end - 1;
  }
  return out;
}

/** Adds to a node what its open edges do and lead to; returns whether that was more than before. */
function gather(g: FlatGraph, shut: Uint8Array, out: Uint32Array, n: number): boolean {
  const { first, to, ops, prints } = g;
  const w = 2 * g.words;
  const at = n * w;
  let more = 0;
  for (let k = first[n]; k < first[n + 1]; k++) {
    if (shut[ops[k]] === 1) continue;
    const own = ops[k] * w;
    const next = to[k] * w;
    for (let b = 0; b < w; b++) {
      const old = out[at + b];
      const all = old | prints[own + b] | out[next + b];
      more |= old ^ all;
      out[at + b] = all;
    }
  }
  return more !== 0;
}

/** An operation with footprint `own` and what node `n` of a closure leads to may not be exchanged freely. */
export function meets(own: BitFootprint, future: Uint32Array, n: number): boolean {
  const w = own.reads.length;
  const at = n * 2 * w;
  for (let b = 0; b < w; b++) {
    const rw = future[at + b];
    const wa = future[at + w + b];
    if (((own.writes[b] & (rw | wa)) | (own.reads[b] & wa) | (own.adds[b] & rw)) !== 0) return true;
  }
  return false;
}
