import { type BitFootprint, wordsFor } from './bits.js';
import type { Cond, Op } from './op.js';
import { type NodeOrder, orderOf } from './order.js';
import type { CompiledEdge } from './system.js';

type Nodes = readonly (readonly CompiledEdge[])[];

/** A thread's graph in flat arrays, so that walking it many times touches nothing else. */
export interface FlatGraph extends NodeOrder {
  /** Each condition of the guards once, and the operations that have it. */
  conds: Cond[];
  having: number[][];
  /** Conditions that begin with a variable, by that. */
  about: Map<number, number[]>;
  /** Operation (numbered by first appearance) of each edge. */
  ops: Int32Array;
  opCount: number;
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
  const flat = { ...order, ops, opCount: prints.length, words, prints: rows(prints, words) };
  return { ...flat, ...conditions(known.keys()) };
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

function conditions(ops: Iterable<Op>): Pick<FlatGraph, 'conds' | 'having' | 'about'> {
  const ids = new Map<string, number>();
  const conds: Cond[] = [];
  const having: number[][] = [];
  let op = 0;
  for (const { guard } of ops) {
    for (const c of guard) {
      const key = JSON.stringify(c);
      let n = ids.get(key);
      if (n === undefined) {
        n = conds.length;
        ids.set(key, n);
        conds.push(c);
        having.push([]);
      }
      having[n].push(op);
    }
    op++;
  }
  const about = new Map<number, number[]>();
  conds.forEach(({ a }, n) => {
    if (typeof a === 'number' || !('v' in a)) return;
    const list = about.get(a.v);
    if (list) list.push(n);
    else about.set(a.v, [n]);
  });
  return { conds, having, about };
}
