import type { Edge, ThreadGraph } from './graph.js';
import type { Op } from './op.js';

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

/** Class of each node: refined until two nodes of a class agree on their operations and on the classes behind them. */
function classes(graph: ThreadGraph): Int32Array {
  const ops = new Map<string, number>();
  const byOp = new Map<Op, number>();
  const opId = (op: Op): number => {
    let id = byOp.get(op);
    if (id === undefined) {
      const key = JSON.stringify(op);
      id = ops.get(key) ?? ops.size;
      ops.set(key, id);
      byOp.set(op, id);
    }
    return id;
  };
  const labels = graph.nodes.map((list) => list.map((e) => opId(e.op)));
  const n = graph.nodes.length;
  let of = new Int32Array(n);
  let count = 0;
  for (;;) {
    const ids = new Map<string, number>();
    const next = new Int32Array(n);
    for (let k = 0; k < n; k++) {
      let key = `${of[k]}${graph.final[k] ? 'f' : ''}${graph.abandoned?.[k] ? 'a' : ''}`;
      const list = graph.nodes[k];
      for (let e = 0; e < list.length; e++) key += `,${labels[k][e]}>${of[list[e].to]}`;
      const id = ids.get(key) ?? ids.size;
      ids.set(key, id);
      next[k] = id;
    }
    of = next;
    if (ids.size === count) return of;
    count = ids.size;
  }
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
