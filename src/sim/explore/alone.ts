import type { Edge } from './graph.js';
import { allSatisfied, carryOut } from './op.js';
import { StateSet } from './store.js';

/** How a thread is enumerated that no other one disturbs. */
export interface Alone {
  /** Shared variables at the start. */
  init: readonly number[];
}

/** Edges of the nodes that were looked at. */
export interface Reached {
  nodes: (Edge[] | undefined)[];
}

/**
 * Enumerates a thread that runs alone: with the shared variables at hand only those private states are looked at that
 * some run comes to. Null over the limit, or when the time is over.
 */
export function reached(
  edgesAt: (node: number) => Edge[],
  alone: Alone,
  isOver: (step: number) => boolean,
): Reached | null {
  const nodes: (Edge[] | undefined)[] = [];
  const vars = (alone.init.length + 3) >>> 2;
  // shared variables, then the private state
  const seen = new StateSet(vars + 1);
  const [from, to] = [new Int32Array(vars + 1), new Int32Array(vars + 1)];
  const [before, after] = [new Uint8Array(from.buffer), new Uint8Array(to.buffer)];
  before.set(alone.init);
  const todo = [seen.add(from)];
  let steps = 0;
  while (todo.length) {
    if (isOver(steps++)) return null;
    seen.read(todo.pop()!, from);
    const n = from[vars];
    nodes[n] ??= edgesAt(n);
    const ways: number[] = [];
    for (const e of nodes[n]) {
      if (!allSatisfied(e.op.guard, before)) continue;
      to.set(from);
      carryOut(e.op.effect, after);
      to[vars] = e.to;
      const id = seen.add(to);
      if (id >= 0) ways.push(id);
    }
    todo.push(...ways.reverse());
  }
  return { nodes };
}
