import { invariant } from '../../base/errors.js';
import { type BitFootprint, noFootprint, put, wordsFor } from './bits.js';
import type { ThreadGraph } from './graph.js';
import { allSatisfied, applyCode, carryOut, footprintOf, guardCode, type Op } from './op.js';

/** Shared variables with their initial values, and the threads. */
export interface SystemSpec {
  names: readonly string[];
  init: readonly number[];
  threads: readonly ThreadGraph[];
  /** Threads with equal group numbers are interchangeable: same graph, and `blocks` says which variables permute. */
  groups: readonly number[];
  /** Variables that belong to each thread, in the same order for threads of one group. */
  blocks: readonly (readonly number[])[];
}

export interface CompiledEdge {
  op: Op;
  to: number;
  /** True where the guard holds; null when it always does. */
  guard: ((s: Uint8Array) => boolean) | null;
  /** Carries the effect out; returns the breached properties, bit `1 << index` for each. */
  apply: ((s: Uint8Array) => number) | null;
  footprint: BitFootprint;
}

type Guard = (s: Uint8Array) => boolean;
type Apply = (s: Uint8Array) => number;

/** The function for each text, once; and by operation, so that the text is made once. */
const functions = new Map<string, unknown>();
/** Constants of patches make new ones: a long-lived process must not keep those of all reviews. */
const MAX_FUNCTIONS = 20_000;
const guards = new WeakMap<Op, Guard>();
const effects = new WeakMap<Op, Apply>();

// The generated code is made of variable numbers and constants of ours only: no text of the input reaches it.
function functionOf(code: string): unknown {
  let f = functions.get(code);
  if (!f) {
    f = new Function('s', code);
    if (functions.size >= MAX_FUNCTIONS) functions.clear();
    functions.set(code, f);
  }
  return f;
}

/** True where the guard of an operation holds; null when it always does. */
function compileGuard(op: Op): Guard | null {
  if (op.guard.length === 0) return null;
  let f = guards.get(op);
  if (!f) {
    f = functionOf(`return ${guardCode(op)};`) as Guard;
    guards.set(op, f);
  }
  return f;
}

/** Carries an operation out; returns the breached properties, bit `1 << index` for each. Null: it does nothing. */
function compileEffect(op: Op): Apply | null {
  if (op.effect.length === 0) return null;
  let f = effects.get(op);
  if (!f) {
    f = functionOf(`let f=0;${applyCode(op)}return f;`) as Apply;
    effects.set(op, f);
  }
  return f;
}

const compiled = new WeakMap<ThreadGraph, CompiledEdge[][]>();

/** The edges of a graph in executable form; kept with the graph, which may be part of several systems. */
function compileGraph(t: ThreadGraph, vars: number): CompiledEdge[][] {
  let c = compiled.get(t);
  if (!c) {
    c = t.nodes.map((list) => list.map((e) => executable(e.op, e.to, vars)));
    compiled.set(t, c);
  }
  return c;
}

/** Uses of an edge for which making code of it does not pay. */
const FEW = 12;

/** Code is made of what runs often: a short search takes few of the edges, and those a few times. */
function executable(op: Op, to: number, vars: number): CompiledEdge {
  const e: CompiledEdge = {
    op,
    to,
    guard: guards.get(op) ?? null,
    apply: effects.get(op) ?? null,
    footprint: bitFootprint(op, vars),
  };
  if (op.guard.length && !e.guard) {
    let uses = 0;
    e.guard = (s) => {
      if (++uses <= FEW) return allSatisfied(op.guard, s);
      e.guard = compileGuard(op)!;
      return e.guard(s);
    };
  }
  if (op.effect.length && !e.apply) {
    let uses = 0;
    e.apply = (s) => {
      if (++uses <= FEW) return carryOut(op.effect, s);
      e.apply = compileEffect(op)!;
      return e.apply(s);
    };
  }
  return e;
}

const footprints = new WeakMap<Op, BitFootprint>();

function bitFootprint(op: Op, vars: number): BitFootprint {
  let b = footprints.get(op);
  if (b?.reads.length !== wordsFor(vars)) {
    b = noFootprint(vars);
    const f = footprintOf(op);
    for (const x of f.reads) put(b.reads, x);
    for (const x of f.writes) put(b.writes, x);
    for (const x of f.adds) put(b.adds, x);
    footprints.set(op, b);
  }
  return b;
}

/**
 * The threads compiled for exploration. A state is one byte per variable, then two bytes per thread for its node, padded
 * to whole 32-bit words.
 */
export class System {
  readonly vars: number;
  readonly nodeBase: number;
  readonly words: number;
  readonly edges: CompiledEdge[][][];
  constructor(readonly spec: SystemSpec) {
    this.vars = spec.init.length;
    this.nodeBase = this.vars + (this.vars & 1);
    this.words = (this.nodeBase + 2 * spec.threads.length + 3) >>> 2;
    this.edges = spec.threads.map((t) => {
      invariant(t.nodes.length < 65536, `thread ${t.name} has too many nodes`);
      return compileGraph(t, this.vars);
    });
  }

  get threads(): number {
    return this.spec.threads.length;
  }

  /** A fresh buffer for one state, in its three views. */
  buffer(): StateBuffer {
    const words = new Int32Array(this.words);
    const bytes = new Uint8Array(words.buffer);
    const nodes = new Uint16Array(words.buffer, this.nodeBase, this.threads);
    return { words, bytes, nodes };
  }

  /** The initial state. */
  initial(): StateBuffer {
    const b = this.buffer();
    b.bytes.set(this.spec.init);
    return b;
  }

  /** Every thread has finished, or one was given up. */
  finished(b: StateBuffer): boolean {
    for (let t = 0; t < this.threads; t++)
      if (this.spec.threads[t].abandoned?.[b.nodes[t]]) return true;
    for (let t = 0; t < this.threads; t++)
      if (!this.spec.threads[t].final[b.nodes[t]]) return false;
    return true;
  }
}

export interface StateBuffer {
  words: Int32Array;
  /** Variables first. */
  bytes: Uint8Array;
  /** Node of each thread. */
  nodes: Uint16Array;
}

/** A set of property indices as the bits that an effect returns. */
export const propertyBits = (properties: ReadonlySet<number>): number =>
  [...properties].reduce((bits, p) => bits | (1 << p), 0);

/** The first property of a set given as bits; -1 for the empty set. */
export const firstProperty = (bits: number): number => (bits ? 31 - Math.clz32(bits & -bits) : -1);
