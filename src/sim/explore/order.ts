/** The edges of a graph in flat arrays, and its nodes in an order for walking it. */
export interface NodeOrder {
  /** Edges of node `n` are `first[n]` to `first[n + 1]`. */
  first: Int32Array;
  /** Target of each edge. */
  to: Int32Array;
  /** Nodes behind all that they lead to; those of a cycle stand together. */
  order: Int32Array;
  /** For each place in `order`, where the cycle that it is in ends; 0 where the node is in none. */
  cycleEnd: Int32Array;
}

const known = new WeakMap<object, NodeOrder>();

/** The order of a graph's nodes; kept with the graph. */
export function orderOf(nodes: readonly (readonly { to: number }[])[]): NodeOrder {
  let o = known.get(nodes);
  if (!o) {
    const first = new Int32Array(nodes.length + 1);
    nodes.forEach((list, n) => {
      first[n + 1] = first[n] + list.length;
    });
    const to = new Int32Array(first[nodes.length]);
    let k = 0;
    for (const list of nodes) for (const e of list) to[k++] = e.to;
    o = { first, to, ...cycles(first, to) };
    known.set(nodes, o);
  }
  return o;
}

/** Strongly connected parts in reverse topological order (Tarjan). */
function cycles(first: Int32Array, to: Int32Array): Pick<NodeOrder, 'order' | 'cycleEnd'> {
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
