import { ForkloreError, invariant } from '../../base/errors.js';
import { aloneStep } from './ample.js';
import { conflict } from './bits.js';
import { Independence } from './independence.js';
import { StateSet } from './store.js';
import type { CompiledEdge, StateBuffer, System } from './system.js';

export interface CountOptions {
  /** Runs that differ only in the order of independent steps count once; without, every schedule counts. Default true. */
  sleepSets?: boolean;
  /** Expand as the search does with its partial-order reduction. Default false: every thread at every state. */
  partialOrder?: boolean;
  /** Pairs of state and sleep set that may be kept. Default one million. */
  maxStates?: number;
}

export interface TraceCount {
  /** Maximal runs, up to commuting independent steps (Mazurkiewicz traces). A step that breaks a property goes on. */
  traces: bigint;
  /** Pairs of state and sleep set met. */
  pairs: number;
}

/**
 * Counts the traces of an acyclic system, by memoising on (state, sleep set). A reduction that is right leaves the
 * number as it is. Throws a `limit` error where there are too many states and an `input` error where runs can be endless.
 */
export function countTraces(sys: System, o: CountOptions = {}): TraceCount {
  return new Counter(sys, o).count();
}

/** A state, then for each thread the bit set of those of its edges (by number at its node) that are asleep. */
interface Key {
  state: StateBuffer;
  asleep: Int32Array;
}

class Counter {
  private readonly set: StateSet;
  private readonly counts: (bigint | null)[] = [];
  private readonly independence: Independence | null;
  private readonly key: Int32Array;

  constructor(
    private readonly sys: System,
    private readonly o: CountOptions,
  ) {
    this.set = new StateSet(sys.words + sys.threads);
    this.key = new Int32Array(sys.words + sys.threads);
    this.independence = o.partialOrder ? new Independence(sys) : null;
    for (const list of sys.edges.flat()) invariant(list.length <= 31, 'too many edges at a node');
  }

  count(): TraceCount {
    const start = { state: this.sys.initial(), asleep: new Int32Array(this.sys.threads) };
    return { traces: this.from(start), pairs: this.set.size };
  }

  /** Traces from here on that no sleeping step begins. */
  private from(k: Key): bigint {
    this.key.set(k.state.words);
    this.key.set(k.asleep, this.sys.words);
    const id = this.set.add(this.key);
    if (id < 0) {
      const known = this.counts[-1 - id];
      if (known === null) throw new ForkloreError('input', 'only acyclic systems can be counted');
      return known;
    }
    if (this.set.size > (this.o.maxStates ?? 1_000_000))
      throw new ForkloreError('limit', `more than ${this.set.size - 1} states to count`);
    this.counts.push(null);
    const n = this.expand(k);
    this.counts[id] = n;
    return n;
  }

  private expand(k: Key): bigint {
    const { sys } = this;
    const step = this.independence ? aloneStep(sys, this.independence, k.state) : -1;
    const alone = step < 0 ? -1 : step >>> 16;
    const asleep = k.asleep.slice();
    let total = 0n;
    let moved = false;
    for (let t = alone < 0 ? 0 : alone; t < (alone < 0 ? sys.threads : alone + 1); t++) {
      const list = sys.edges[t][k.state.nodes[t]];
      for (const [e, edge] of list.entries()) {
        if (edge.guard !== null && !edge.guard(k.state.bytes)) continue;
        moved = true;
        if (asleep[t] & (1 << e)) continue;
        total += this.from(this.after(k.state, asleep, t, edge));
        if (this.o.sleepSets !== false) asleep[t] |= 1 << e;
      }
    }
    return moved ? total : 1n;
  }

  private after(s: StateBuffer, asleep: Int32Array, t: number, edge: CompiledEdge): Key {
    const { sys } = this;
    const state = sys.buffer();
    state.words.set(s.words);
    state.nodes[t] = edge.to;
    edge.apply?.(state.bytes);
    const still = new Int32Array(sys.threads);
    for (let u = 0; u < sys.threads; u++) {
      if (u === t || asleep[u] === 0) continue;
      for (const [e, other] of sys.edges[u][s.nodes[u]].entries())
        if (asleep[u] & (1 << e) && !conflict(other.footprint, edge.footprint)) still[u] |= 1 << e;
    }
    return { state, asleep: still };
  }
}
