import type { Edge, ThreadGraph } from '../../src/sim/explore/graph.js';
import type { Cond, Effect, Op } from '../../src/sim/explore/op.js';
import { System, type SystemSpec } from '../../src/sim/explore/system.js';

/** One atomic operation: what it waits for, and what it does. */
export const op = (guard: Cond[], ...effect: Effect[]): Op => ({ guard, effect });
export const act = (...effect: Effect[]): Op => ({ guard: [], effect });
export const await_ = (...guard: Cond[]): Op => ({ guard, effect: [] });

/** An edge from node to node. */
export type Arc = [from: number, to: number, op: Op];

/** A thread from its edges; node 0 is the initial one, nodes without edges are final. */
export function thread(name: string, arcs: readonly Arc[]): ThreadGraph {
  const size = 1 + arcs.reduce((n, [a, b]) => Math.max(n, a, b), 0);
  const nodes: Edge[][] = Array.from({ length: size }, () => []);
  arcs.forEach(([from, to, o], k) => {
    const info = { function: name, path: '', line: k + 1, text: `${name} ${from}->${to}` };
    nodes[from].push({ op: o, info, to });
  });
  return { name, nodes, final: nodes.map((e) => e.length === 0) };
}

/** A thread that does one operation after the other. */
export const line = (name: string, ...ops: Op[]): ThreadGraph =>
  thread(
    name,
    ops.map((o, k): Arc => [k, k + 1, o]),
  );

export interface SpecOptions {
  /** Interchangeable threads have equal numbers. */
  groups?: number[];
  /** Variables of each thread. */
  blocks?: number[][];
}

/** A system over `names`, all 0 at the start unless `init` says otherwise. */
export function specOf(
  names: readonly string[],
  threads: readonly ThreadGraph[],
  o: SpecOptions & { init?: number[] } = {},
): SystemSpec {
  return {
    names,
    init: o.init ?? names.map(() => 0),
    threads,
    groups: o.groups ?? threads.map((_, t) => t),
    blocks: o.blocks ?? threads.map(() => []),
  };
}

export const systemOf = (...args: Parameters<typeof specOf>): System => new System(specOf(...args));
