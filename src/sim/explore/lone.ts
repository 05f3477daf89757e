import type { Automaton, Edge, ThreadGraph } from './graph.js';
import { interned } from './intern.js';
import { allSatisfied, carryOut } from './op.js';
import { DEADLOCK, type Failure } from './search.js';
import { StateSet } from './store.js';
import { firstProperty, propertyBits } from './system.js';

/** A thread that has the machine for itself, and the shared memory that it starts with. */
export interface Lone<S> {
  automaton: Automaton<S>;
  init: readonly number[];
}

export interface LoneOptions {
  /** Properties (by index) whose breach counts. */
  properties: ReadonlySet<number>;
  /** Properties whose breach counts only where none of the others is broken. */
  otherwise: ReadonlySet<number>;
  maxStates: number;
  maxNodes: number;
  expired: () => boolean;
}

export interface LoneResult {
  failure: Failure | null;
  /** What was enumerated of the thread: with every step of the failing run. */
  graph: ThreadGraph;
  states: number;
  transitions: number;
  limit: 'states' | 'time' | 'nodes' | null;
  bytes: number;
}

/** A state on the path that is looked at. */
interface Step {
  /** Number of the state, its private part, and the edge that is taken next. */
  id: number;
  node: number;
  edge: number;
  moved: boolean;
}

/**
 * Looks for the first breach of a thread that runs alone, depth first and enumerating no more of the thread than that
 * takes. Without a breach everything is looked at, as `Search` would on the whole graph.
 */
export function searchLone<S>(lone: Lone<S>, o: LoneOptions): LoneResult {
  return new LoneSearch(lone, o).run();
}

class LoneSearch<S> {
  private readonly ids = new Map<string, number>();
  /** Private states, until they are looked at. */
  private readonly privates: (S | undefined)[] = [];
  private readonly abandoned: boolean[] = [];
  private readonly nodes: (Edge[] | undefined)[] = [];
  private readonly nexts: ((() => S) | undefined)[][] = [];
  private readonly set: StateSet;
  /** Shared variables, then the private state. */
  private readonly words: Int32Array;
  private readonly bytes: Uint8Array;
  private readonly path: Step[] = [];
  private transitions = 0;
  private otherwise: Failure | null = null;

  constructor(
    private readonly lone: Lone<S>,
    private readonly o: LoneOptions,
  ) {
    this.words = new Int32Array(((lone.init.length + 3) >>> 2) + 1);
    this.bytes = new Uint8Array(this.words.buffer);
    this.set = new StateSet(this.words.length);
  }

  run(): LoneResult {
    const { o, set, path } = this;
    this.bytes.set(this.lone.init);
    this.enter(this.id(this.lone.automaton.initial));
    for (let n = 1; path.length > 0; n++) {
      const failure = this.advance(path[path.length - 1]);
      if (failure) return this.result(failure, null);
      if (set.size > o.maxStates) return this.result(this.otherwise, 'states');
      if (this.privates.length > o.maxNodes) return this.result(this.otherwise, 'nodes');
      if (n % 64 === 0 && o.expired()) return this.result(this.otherwise, 'time');
    }
    return this.result(this.otherwise, null);
  }

  private id(s: S): number {
    const key = this.lone.automaton.key(s);
    let n = this.ids.get(key);
    if (n === undefined) {
      n = this.privates.length;
      this.ids.set(key, n);
      this.privates.push(s);
      this.abandoned.push(this.lone.automaton.abandoned?.(s) ?? false);
    }
    return n;
  }

  /** Goes on with the shared variables in `words` at private state `node`, unless that was looked at before. */
  private enter(node: number): void {
    this.words[this.words.length - 1] = node;
    const id = this.set.add(this.words);
    if (id >= 0) this.path.push({ id, node, edge: 0, moved: false });
  }

  private edges(node: number): Edge[] {
    let list = this.nodes[node];
    if (!list) {
      const made = this.lone.automaton.edges(this.privates[node]!);
      this.privates[node] = undefined;
      list = made.map(({ op, info }) => ({ op: interned(op), info, to: -1 }));
      this.nodes[node] = list;
      this.nexts[node] = made.map((e) => e.next);
    }
    return list;
  }

  /** Takes the next edge of the last state on the path, or leaves the state. */
  private advance(at: Step): Failure | null {
    const { o, path, bytes } = this;
    const list = this.edges(at.node);
    if (at.edge === list.length) {
      const stuck = !at.moved && list.length > 0 && o.properties.has(DEADLOCK);
      if (stuck) return this.failure(DEADLOCK, path.length - 1);
      path.pop();
      return null;
    }
    const e = at.edge++;
    const { op } = list[e];
    this.set.read(at.id, this.words);
    if (!allSatisfied(op.guard, bytes)) return null;
    at.moved = true;
    this.transitions++;
    const breach = carryOut(op.effect, bytes);
    const counted = breach & propertyBits(o.properties);
    if (counted) return this.failure(firstProperty(counted), path.length);
    const other = breach & propertyBits(o.otherwise);
    if (other) this.otherwise ??= this.failure(firstProperty(other), path.length);
    if (list[e].to < 0) {
      list[e].to = this.id(this.nexts[at.node][e]!());
      this.nexts[at.node][e] = undefined;
    }
    this.enter(list[e].to);
    return null;
  }

  /** The run along the first `steps` states of the path; each has its edge taken already. */
  private failure(property: number, steps: number): Failure {
    const schedule = this.path.slice(0, steps).map((s) => ({ thread: 0, edge: s.edge - 1 }));
    return { property, schedule };
  }

  private result(failure: Failure | null, limit: LoneResult['limit']): LoneResult {
    const { automaton } = this.lone;
    // an edge that was not taken belongs to no run that is shown
    const nodes = this.abandoned.map((_, n) =>
      (this.nodes[n] ?? []).map((e) => ({ ...e, to: Math.max(e.to, 0) })),
    );
    return {
      failure,
      graph: {
        name: automaton.name,
        nodes,
        final: nodes.map((list) => list.length === 0),
        abandoned: this.abandoned,
      },
      states: this.set.size,
      transitions: this.transitions,
      limit,
      bytes: this.set.bytes,
    };
  }
}
