import type { Edge } from './graph.js';
import { type Effect, evaluate, satisfied } from './op.js';

/** How a thread is enumerated that no other one disturbs. */
export interface Alone {
  /** Shared variables at the start. */
  init: readonly number[];
  /** Enumeration may end once one of these properties is broken. */
  until: ReadonlySet<number>;
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
      if (!op.guard.every((c) => satisfied(c, bytes))) continue;
      const after = bytes.slice();
      const broken = carryOut(op.effect, after);
      if (broken.some((p) => alone.until.has(p))) return { nodes };
      const key = `${to} ${String.fromCharCode(...after)}`;
      if (seen.has(key)) continue;
      seen.add(key);
      ways.push([to, after]);
    }
    todo.push(...ways.reverse());
  }
  return { nodes };
}

/** Carries effects out on the shared variables; returns the properties that they break. */
function carryOut(effects: readonly Effect[], s: Uint8Array): number[] {
  return effects.flatMap((e) => {
    if (e.do === 'fail') return [e.property];
    if (e.do === 'if')
      return carryOut(e.when.every((c) => satisfied(c, s)) ? e.then : (e.else ?? []), s);
    const at = 'v' in e.at ? e.at.v : e.at.base + evaluate(e.at.index, s);
    if (e.do === 'set') s[at] = evaluate(e.to, s);
    else s[at] += e.by;
    return [];
  });
}
