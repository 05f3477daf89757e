import type { Edge, ThreadGraph } from './graph.js';
import type { Op } from './op.js';
import { orderOf } from './order.js';

const kept = new WeakMap<ThreadGraph, ThreadGraph>();

/**
 * The graph with nodes merged that no run can tell apart: the same operations in the same order, leading to merged
 * nodes again. A schedule of the merged graph is one of the full graph, edge for edge; only the texts of steps are those
 * of one representative, so a run is shown on the full graph.
 */
export function quotient(graph: ThreadGraph): ThreadGraph {
  let q = kept.get(graph);
  if (!q) {
    q = merge(graph, classes(graph));
    kept.set(graph, q);
  }
  return q;
}

/** Class of each node: two nodes of a class agree on their operations and on the classes behind them. */
function classes(graph: ThreadGraph): Int32Array {
  const ids = new Map<Op, number>();
  const labels = graph.nodes.map((list) =>
    list.map((e) => {
      const id = ids.get(e.op) ?? ids.size;
      if (id === ids.size) ids.set(e.op, id);
      return id;
    }),
  );
  const { order, cycleEnd } = orderOf(graph.nodes);
  const cyclic = cycleEnd.some((end) => end > 0);
  let of = new Int32Array(graph.nodes.length);
  // without a cycle, what is behind a node has its class already: once through is enough
  if (!cyclic) {
    divide(graph, labels, order, of, of);
    return of;
  }
  for (let count = 0; ; ) {
    const next = new Int32Array(of.length);
    const now = divide(graph, labels, order, of, next);
    of = next;
    if (now === count) return of;
    count = now;
  }
}

/** Writes a class for each node to `next`, by the classes in `of` of what is behind it; returns how many there are. */
function divide(
  graph: ThreadGraph,
  labels: readonly (readonly number[])[],
  order: Int32Array,
  of: Int32Array,
  next: Int32Array,
): number {
  const ids = new Map<string, number>();
  for (const n of order) {
    // refined: what was told apart stays apart
    let key = of === next ? '' : `${of[n]}`;
    if (graph.final[n]) key += 'f';
    if (graph.abandoned?.[n]) key += 'a';
    const list = graph.nodes[n];
    for (let e = 0; e < list.length; e++) key += `,${labels[n][e]}>${of[list[e].to]}`;
    let id = ids.get(key);
    if (id === undefined) {
      id = ids.size;
      ids.set(key, id);
    }
    next[n] = id;
  }
  return ids.size;
}

function merge(graph: ThreadGraph, of: Int32Array): ThreadGraph {
  // numbered by first appearance, so that node 0 stays the initial one
  const number = new Map<number, number>();
  const first: number[] = [];
  of.forEach((c, k) => {
    if (!number.has(c)) {
      number.set(c, first.length);
      first.push(k);
    }
  });
  const nodes = first.map((k) =>
    graph.nodes[k].map((e): Edge => ({ ...e, to: number.get(of[e.to])! })),
  );
  const q: ThreadGraph = { name: graph.name, nodes, final: first.map((k) => graph.final[k]) };
  if (graph.abandoned) q.abandoned = first.map((k) => graph.abandoned![k]);
  return q;
}
