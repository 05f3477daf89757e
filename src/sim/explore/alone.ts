import type { Edge } from './graph.js';
import { compileEffect, compileGuard } from './system.js';

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
export function reached<S>(
  states: readonly S[],
  edgesOf: (state: S) => Edge[],
  alone: Alone,
  isOver: (step: number) => boolean,
): Reached | null {
  const nodes: (Edge[] | undefined)[] = [];
  const seen = new Set<string>();
  const todo: [number, Uint8Array][] = [[0, Uint8Array.from(alone.init)]];
  let steps = 0;
  while (todo.length) {
    const [n, bytes] = todo.pop()!;
    if (isOver(steps++)) return null;
    nodes[n] ??= edgesOf(states[n]);
    const ways: [number, Uint8Array][] = [];
    for (const { op, to } of nodes[n]) {
      const guard = compileGuard(op);
      if (guard && !guard(bytes)) continue;
      const after = bytes.slice();
      compileEffect(op)?.(after);
      const key = `${to} ${String.fromCharCode(...after)}`;
      if (seen.has(key)) continue;
      seen.add(key);
      ways.push([to, after]);
    }
    todo.push(...ways.reverse());
  }
  return { nodes };
}
