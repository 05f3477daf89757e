import { type BitFootprint, wordsFor } from './bits.js';
import type { Cond, Op } from './op.js';
import { type NodeOrder, orderOf } from './order.js';
import type { CompiledEdge } from './system.js';

type Nodes = readonly (readonly CompiledEdge[])[];

/** A thread's graph in flat arrays, so that walking it many times touches nothing else. */
export interface FlatGraph extends NodeOrder {
  /** Each condition of the guards once. */
  conds: Cond[];
  /** For each operation (numbered by first appearance), the indices of its conditions. */
  guards: number[][];
  /** Operation of each edge. */
  ops: Int32Array;
  /** Two rows of bits for each operation: what it reads or writes, and what it writes or adds to. */
  prints: Uint32Array;
  /** 32-bit words of one row. */
  words: number;
}

/** Makes the flat form of a graph over `vars` variables. */
export function flatten(nodes: Nodes, vars: number): FlatGraph {
  const words = wordsFor(vars);
  const order = orderOf(nodes);
  const ops = new Int32Array(order.to.length);
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
      ops[k++] = op;
    }
  return { ...order, ops, words, prints: rows(prints, words), ...guardsOf(known.keys()) };
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
