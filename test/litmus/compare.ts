import { conflict } from '../../src/sim/explore/bits.js';
import { replay } from '../../src/sim/explore/replay.js';
import {
  type Failure,
  Search,
  type SearchOptions,
  type SearchResult,
} from '../../src/sim/explore/search.js';
import { canonicalize } from '../../src/sim/explore/symmetry.js';
import type { StateBuffer, System } from '../../src/sim/explore/system.js';

export type Reductions = Required<
  Pick<SearchOptions, 'partialOrder' | 'corridors' | 'symmetry' | 'order'>
>;

/** Every combination of the three reductions, in both orders. Plain search comes first. */
export const COMBINATIONS: Reductions[] = (['depth', 'breadth'] as const).flatMap((order) =>
  [0, 1, 2, 3, 4, 5, 6, 7].map((bits) => ({
    partialOrder: (bits & 1) !== 0,
    corridors: (bits & 2) !== 0,
    symmetry: (bits & 4) !== 0,
    order,
  })),
);
export const PLAIN = COMBINATIONS[0];
export const FULL: Reductions = {
  partialOrder: true,
  corridors: true,
  symmetry: true,
  order: 'breadth',
};

export interface Explored {
  result: SearchResult;
  /** States in which nothing can move, shared variables and nodes, sorted; threads that are alike are sorted too. */
  terminals: string[];
}

/** Text of a state. */
export const stateText = (sys: System, b: StateBuffer): string =>
  `${b.bytes.slice(0, sys.vars).join(' ')} @ ${[...b.nodes].join(' ')}`;

/** Runs one search to its end. `properties`: indices of those that count (none: every run goes on to its end). */
export function explore(
  sys: System,
  reductions: Reductions,
  properties: readonly number[] = [],
): Explored {
  const terminals = new Set<string>();
  const result = new Search(sys, {
    ...reductions,
    properties: new Set(properties),
    stopAtFirst: false,
    maxStates: 2_000_000,
    terminal: (s) => {
      const copy = sys.buffer();
      copy.words.set(s.words);
      canonicalize(sys, copy);
      terminals.add(stateText(sys, copy));
    },
  }).run();
  return { result, terminals: [...terminals].sort() };
}

/** The failure's schedule runs, and ends in the breach it was kept for. Throws otherwise. */
export function checkReplays(sys: System, f: Failure, properties: readonly number[]): void {
  const r = replay(sys, f.schedule, new Set(properties));
  if (r.refused !== null || r.property !== f.property)
    throw new Error(`schedule ends in ${r.property}, ${r.refused ?? 'not refused'}`);
}

export interface BruteForce {
  states: number;
  schedules: number;
  /** One canonical form for each trace. */
  traces: Set<string>;
  terminals: string[];
}

/**
 * Oracle for small acyclic systems (null beyond `limit` schedules): writes every schedule down, and gives each the normal form of its trace (Foata:
 * layers of independent steps). Shares with the product only the footprints.
 */
export function bruteForce(sys: System, limit: number): BruteForce | null {
  const traces = new Set<string>();
  const terminals = new Set<string>();
  const states = new Set<string>();
  let schedules = 0;
  const run: { name: string; thread: number; footprint: Parameters<typeof conflict>[0] }[] = [];
  const visit = (b: StateBuffer): boolean => {
    states.add(stateText(sys, b));
    let moved = false;
    for (let t = 0; t < sys.threads; t++)
      for (const [e, edge] of sys.edges[t][b.nodes[t]].entries()) {
        if (edge.guard && !edge.guard(b.bytes)) continue;
        moved = true;
        const next = sys.buffer();
        next.words.set(b.words);
        next.nodes[t] = edge.to;
        edge.apply?.(next.bytes);
        run.push({ name: `${t}.${b.nodes[t]}.${e}`, thread: t, footprint: edge.footprint });
        const ok = visit(next);
        run.pop();
        if (!ok) return false;
      }
    if (moved) return true;
    if (++schedules > limit) return false;
    traces.add(foata(run));
    const end = sys.buffer();
    end.words.set(b.words);
    canonicalize(sys, end);
    terminals.add(stateText(sys, end));
    return true;
  };
  if (!visit(sys.initial())) return null;
  return { states: states.size, schedules, traces, terminals: [...terminals].sort() };
}

function foata(
  run: readonly { name: string; thread: number; footprint: Parameters<typeof conflict>[0] }[],
): string {
  const layer: number[] = [];
  run.forEach((s, k) => {
    let at = 0;
    for (let j = 0; j < k; j++)
      if (run[j].thread === s.thread || conflict(run[j].footprint, s.footprint))
        at = Math.max(at, layer[j] + 1);
    layer.push(at);
  });
  const layers: string[][] = [];
  run.forEach((s, k) => {
    layers[layer[k]] ??= [];
    layers[layer[k]].push(s.name);
  });
  return layers.map((l) => l.sort().join(',')).join(';');
}
