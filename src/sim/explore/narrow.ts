import type { Edge, ThreadGraph } from './graph.js';
import { interned } from './intern.js';
import { TAU } from './op.js';

/**
 * The forking thread's graph as it would have been enumerated for the properties `asked` (ids) alone, which are some of
 * those that it was enumerated for: breaches of others are not told, and those that end a run give it up. Nodes keep
 * their numbers.
 */
export function narrowed(graph: ThreadGraph, asked: ReadonlySet<string>): ThreadGraph {
  const isLeftOut = (e: Edge): boolean => e.breach !== undefined && !asked.has(e.breach.property);
  if (!graph.nodes.some((list) => list.some(isLeftOut))) return graph;
  // one more node: where runs are given up
  const given = graph.nodes.length;
  const nodes = graph.nodes.map((_, n) => edgesAt(graph, n, isLeftOut, given));
  return {
    name: graph.name,
    nodes: [...nodes, []],
    final: [...graph.final, true],
    abandoned: [...(graph.abandoned ?? graph.final.map(() => false)), true],
  };
}

/** Edges of a node that tells nothing which is left out: it does what the first node behind that does. */
function edgesAt(
  graph: ThreadGraph,
  node: number,
  isLeftOut: (e: Edge) => boolean,
  given: number,
): Edge[] {
  let list = graph.nodes[node];
  // such an edge is the only one of its node
  while (list.length === 1 && list[0].breach?.how === 'told' && isLeftOut(list[0]))
    list = graph.nodes[list[0].to];
  return list.map((e) => {
    if (e.breach?.how !== 'ends' || !isLeftOut(e)) return e;
    const { breach: _, ...rest } = e;
    return { ...rest, op: interned(TAU), to: given };
  });
}
