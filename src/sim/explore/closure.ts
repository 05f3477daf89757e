import type { BitFootprint } from './bits.js';
import type { Cond } from './op.js';
import type { CompiledEdge } from './system.js';

type Nodes = readonly (readonly CompiledEdge[])[];

/** The guards of a thread's edges, each condition once. */
export interface Guards {
  conds: Cond[];
  /** For each node and edge, the indices of its conditions. */
  of: number[][][];
}

/**
 * What can be done from each node on, over edges none of whose conditions is off: per node two rows of bits, what is
 * read or written, and what is written or added to. One array for all nodes: there are many of these.
 */
export function closure(
  nodes: Nodes,
  g: Guards,
  off: readonly boolean[],
  vars: number,
): Uint32Array {
  return new Closure(nodes, g, off, (vars + 31) >>> 5).run();
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

/** Strongly connected parts in reverse topological order (Tarjan), each with one footprint. */
class Closure {
  private readonly out: Uint32Array;
  private readonly index: Int32Array;
  private readonly low: Int32Array;
  private readonly onStack: Uint8Array;
  private readonly ready: Uint8Array;
  private readonly stack: number[] = [];

  constructor(
    private readonly nodes: Nodes,
    private readonly g: Guards,
    private readonly off: readonly boolean[],
    private readonly w: number,
  ) {
    const n = nodes.length;
    this.out = new Uint32Array(n * 2 * w);
    this.index = new Int32Array(n).fill(-1);
    this.low = new Int32Array(n);
    this.onStack = new Uint8Array(n);
    this.ready = new Uint8Array(n);
  }

  run(): Uint32Array {
    const { nodes, index, low, onStack, stack } = this;
    const taken = new Int32Array(nodes.length);
    const work: number[] = [];
    let counter = 0;
    for (let root = 0; root < nodes.length; root++) {
      if (index[root] >= 0) continue;
      work.push(root);
      while (work.length) {
        const n = work[work.length - 1];
        if (index[n] < 0) {
          index[n] = low[n] = counter++;
          stack.push(n);
          onStack[n] = 1;
        }
        if (taken[n] < nodes[n].length) {
          const e = taken[n]++;
          if (!this.open(n, e)) continue;
          const to = nodes[n][e].to;
          if (index[to] < 0) work.push(to);
          else if (onStack[to]) low[n] = Math.min(low[n], index[to]);
          continue;
        }
        work.pop();
        if (work.length) {
          const up = work[work.length - 1];
          low[up] = Math.min(low[up], low[n]);
        }
        if (low[n] === index[n]) this.finish(n);
      }
    }
    return this.out;
  }

  private open(n: number, e: number): boolean {
    for (const c of this.g.of[n][e]) if (this.off[c]) return false;
    return true;
  }

  private finish(root: number): void {
    const { stack, out, w } = this;
    let from = stack.length - 1;
    while (stack[from] !== root) from--;
    const first = root * 2 * w;
    for (let k = from; k < stack.length; k++) {
      const n = stack[k];
      this.onStack[n] = 0;
      this.nodes[n].forEach((edge, e) => {
        if (this.open(n, e)) this.unite(first, edge);
      });
    }
    for (let k = from; k < stack.length; k++) {
      this.ready[stack[k]] = 1;
      if (k > from) out.copyWithin(stack[k] * 2 * w, first, first + 2 * w);
    }
    stack.length = from;
  }

  /** Adds an edge and, where that is known already, what lies behind it. */
  private unite(at: number, edge: CompiledEdge): void {
    const { out, w } = this;
    const { reads, writes, adds } = edge.footprint;
    for (let b = 0; b < w; b++) {
      out[at + b] |= reads[b] | writes[b];
      out[at + w + b] |= writes[b] | adds[b];
    }
    if (!this.ready[edge.to]) return;
    const to = edge.to * 2 * w;
    for (let b = 0; b < 2 * w; b++) out[at + b] |= out[to + b];
  }
}
