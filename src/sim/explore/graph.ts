import type { PrivateEvent, PrivatePicture, SourcePlace } from '../kernel/picture.js';
import { type Alone, type Reached, reached } from './alone.js';
import { interned } from './intern.js';
import type { Op } from './op.js';

/** What the reader sees of one step. */
export interface StepInfo {
  /** Function that the step belongs to. */
  function: string;
  path: string;
  line: number | null;
  text: string | ((before: Uint8Array) => string);
  /** Hidden steps (decisions, bookkeeping) are carried out but not shown. */
  hidden?: boolean;
  /** `SourceRef.at` of the statement, where it is part of the program. */
  at?: number;
  /** Who takes the step, where it is not the thread of the graph. */
  thread?: string;
  /** Of a step that breaks something: what had failed before. */
  cause?: string;
}

/** Looks into the private memory of a thread that runs a Program. */
export interface Inspector<S> {
  /** Trees and locks that only this thread touches; null where the state keeps no memory. */
  picture(state: S): PrivatePicture | null;
  /** Where the thread is, innermost function first. */
  stack(state: S): SourcePlace[];
  /** What changes in its trees when it takes an edge, up to where it stops next. */
  between(state: S, edge: number): PrivateEvent[];
}

/**
 * An edge that is there, or is what it is, because of the properties that are checked: `told` is left out where its own
 * is not, `ends` then leads to where the run is given up.
 */
export interface Breach {
  property: string;
  how: 'told' | 'ends';
}

export interface Edge {
  op: Op;
  info: StepInfo;
  breach?: Breach;
  /** Target node. */
  to: number;
}

/** A thread as a finite automaton: its complete private state is the node, its shared accesses are the edges. */
export interface ThreadGraph {
  name: string;
  nodes: Edge[][];
  /** Nodes in which the thread has finished. */
  final: boolean[];
  /** Nodes at which the run was given up (no model, or a breach that is not asked about): nothing is said of what follows. */
  abandoned?: boolean[];
  /** What the thread's private memory looks like at a node, for those who step through a run. */
  describe?: (node: number) => Record<string, string>;
  /** The same for drawing. */
  inspect?: Inspector<number>;
}

/** A thread as a function of its private state; `toGraph` enumerates it. */
export interface Automaton<S> {
  name: string;
  initial: S;
  /** Equal keys mean equal private states. */
  key(state: S): string;
  /** Edges out of a state; none when the thread has finished. */
  /** The run was given up here. */
  abandoned?(state: S): boolean;
  /** Private memory for the reader. */
  describe?(state: S): Record<string, string>;
  /** Private memory for drawing. */
  inspect?: Inspector<S>;
  edges(state: S): { op: Op; info: StepInfo; breach?: Breach; next: () => S }[];
}

/**
 * Enumerates an automaton. Node 0 is the initial one; an automaton with more than `limit` nodes, or one that is not
 * through when the time is over, ends with null. Of a thread that runs alone only the nodes that it can come to are
 * looked at; the others are there as given up. Without `keep` no state is kept, and none can be shown.
 */
export function toGraph<S>(
  a: Automaton<S>,
  limit: number,
  expired: () => boolean = () => false,
  alone: Alone | null = null,
  keep = true,
): ThreadGraph | null {
  const ids = new Map<string, number>();
  const states: (S | undefined)[] = [];
  const abandoned: boolean[] = [];
  const id = (s: S): number => {
    const key = a.key(s);
    let n = ids.get(key);
    if (n === undefined) {
      n = states.length;
      ids.set(key, n);
      states.push(s);
      abandoned.push(a.abandoned?.(s) ?? false);
    }
    return n;
  };
  id(a.initial);
  // each node is asked for once
  const edgesAt = (n: number): Edge[] => {
    const edges = edgesOf(a, states[n]!, id);
    if (!keep) states[n] = undefined;
    return edges;
  };
  const isOver = (n: number) => states.length > limit || (n % 64 === 0 && n > 0 && expired());
  const found = alone
    ? reached(edgesAt, alone, isOver)
    : everyNode(() => states.length, edgesAt, isOver);
  if (!found) return null;
  const { nodes } = found;
  const graph: ThreadGraph = {
    name: a.name,
    nodes: abandoned.map((_, n) => nodes[n] ?? []),
    final: abandoned.map((_, n) => nodes[n]?.length === 0),
    abandoned: abandoned.map((given, n) => !nodes[n] || given),
  };
  if (!keep) return graph;
  const { inspect } = a;
  if (inspect)
    graph.inspect = {
      picture: (node) => inspect.picture(states[node]!),
      stack: (node) => inspect.stack(states[node]!),
      between: (node, edge) => inspect.between(states[node]!, edge),
    };
  if (a.describe) graph.describe = (node) => a.describe!(states[node]!);
  return graph;
}

/** Edges of every node; null when that is too much. */
function everyNode(
  count: () => number,
  edgesAt: (n: number) => Edge[],
  isOver: (n: number) => boolean,
): Pick<Reached, 'nodes'> | null {
  const nodes: Edge[][] = [];
  for (let n = 0; n < count(); n++) {
    if (isOver(n)) return null;
    nodes.push(edgesAt(n));
  }
  return { nodes };
}

/** The edges out of a state, with equal operations as the same object. */
export const edgesOf = <S>(a: Automaton<S>, state: S, id: (s: S) => number): Edge[] =>
  a.edges(state).map(({ op, info, breach, next }) => ({
    op: interned(op),
    info,
    to: id(next()),
    ...(breach ? { breach } : {}),
  }));
