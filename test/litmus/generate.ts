import fc from 'fast-check';
import {
  add,
  type Cond,
  type Effect,
  type Expr,
  eq,
  fail,
  ne,
  type Op,
  set,
  v,
  when,
} from '../../src/sim/explore/op.js';
import type { SystemSpec } from '../../src/sim/explore/system.js';
import { type Arc, specOf, thread } from './graphs.js';
import { BROKEN } from './systems.js';

/** x and y are also the array [x, y]; `i` (0 or 1) indexes it; L is used as a lock, rightly or not; n is a counter. */
export const NAMES = ['x', 'y', 'i', 'L', 'n'] as const;
const [X, Y, I, L, N] = [0, 1, 2, 3, 4];

const value = fc.integer({ min: 0, max: 2 });
const plain = fc.constantFrom(X, Y);
const element = { base: X, size: 2, index: v(I) };
const source: fc.Arbitrary<Expr> = fc.oneof(
  value,
  fc.constantFrom<Expr>(v(X), v(Y), v(N), element),
);
const cond: fc.Arbitrary<Cond> = fc.oneof(
  fc.tuple(plain, value).map(([a, b]) => eq(v(a), b)),
  fc.tuple(plain, value).map(([a, b]) => ne(v(a), b)),
  fc.tuple(fc.constantFrom(X, Y, N), value).map(([a, b]): Cond => ({ cmp: '<', a: v(a), b })),
  fc.constantFrom(eq(v(X), v(Y)), eq(v(I), 0), eq(v(I), 1), eq(v(L), 0), eq(v(L), 1), ne(v(L), 0)),
  value.map((b) => eq(element, b)),
);

function effect(counts: boolean): fc.Arbitrary<Effect> {
  const write = fc.oneof(
    fc.tuple(plain, source).map(([a, e]) => set(a, e)),
    source.map((e) => set(element, e)),
    fc.constantFrom(0, 1).map((b) => set(I, b)),
    fc.constantFrom(set(L, 0), set(L, 1)),
  );
  const count = fc.oneof(
    fc.constantFrom(1, 2, 255, -1).map((by) => add(N, by)),
    fc.constantFrom(1, -1, 2, -2, 255).map((by) => add(L, by)),
    fc.constantFrom(1, 2).map((by) => add(element, by)),
  );
  const simple = counts ? fc.oneof({ weight: 3, arbitrary: write }, count) : write;
  return fc.oneof(
    { weight: 5, arbitrary: simple },
    fc.tuple(cond, simple, simple).map(([c, a, b]) => when([c], [a], [b])),
    cond.map((c) => when([c], [fail(BROKEN)])),
  );
}

function operation(counts: boolean): fc.Arbitrary<Op> {
  return fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        guard: fc.array(cond, { maxLength: 1 }),
        effect: fc.array(effect(counts), { maxLength: 2 }),
      }),
    },
    { weight: 2, arbitrary: fc.constant<Op>({ guard: [eq(v(L), 0)], effect: [set(L, 1)] }) },
    { weight: 2, arbitrary: fc.constant<Op>({ guard: [], effect: [set(L, 0)] }) },
    ...(counts
      ? [
          {
            weight: 2,
            arbitrary: fc
              .constantFrom(1, -1)
              .map((by): Op => ({ guard: [], effect: [add(L, by)] })),
          },
        ]
      : []),
  );
}

interface Shape {
  length: number;
  extra: [number, number, Op][];
  ops: Op[];
}

function graph(cyclic: boolean, maxLength: number): fc.Arbitrary<Shape> {
  const o = operation(!cyclic);
  const at = fc.nat({ max: maxLength - 1 });
  return fc.record({
    length: fc.integer({ min: 1, max: maxLength }),
    ops: fc.array(o, { minLength: maxLength, maxLength }),
    extra: fc.array(fc.tuple(at, at, o), { maxLength: cyclic ? 2 : 1 }),
  });
}

/** A chain of operations, with a few more edges: forward only where the graph must be acyclic. */
function arcs(s: Shape, cyclic: boolean): Arc[] {
  const chain = s.ops.slice(0, s.length).map((o, k): Arc => [k, k + 1, o]);
  const more = s.extra.flatMap(([a, b, o]): Arc[] => {
    const from = a % s.length;
    return [[from, cyclic ? b % (s.length + 1) : from + 1 + (b % (s.length - from)), o]];
  });
  return [...chain, ...more];
}

/** The effects with every plain variable that is written replaced by `x`. */
function ownWrites(effects: readonly Effect[], x: number): Effect[] {
  return effects.map((e): Effect => {
    if (e.do === 'if') return when(e.when, ownWrites(e.then, x), ownWrites(e.else ?? [], x));
    if (e.do === 'fail' || !('v' in e.at) || e.at.v > Y) return e;
    return { ...e, at: { v: x } };
  });
}

/** The shape with one variable of its own: others look at what only it writes. */
function owning(s: Shape, x: number): Shape {
  const own = (o: Op): Op => ({ guard: o.guard, effect: ownWrites(o.effect, x) });
  return {
    ...s,
    ops: s.ops.map(own),
    extra: s.extra.map(([a, b, o]) => [a, b, own(o)]),
  };
}

export interface GenerateOptions {
  cyclic: boolean;
  /** Steps of a thread at most. */
  steps: number;
}

/** Random systems of two or three threads; some threads are alike. */
export function systems(o: GenerateOptions): fc.Arbitrary<SystemSpec> {
  const shapes = fc.oneof(
    fc.array(graph(o.cyclic, o.steps), { minLength: 2, maxLength: 2 }),
    fc.array(graph(o.cyclic, Math.max(2, o.steps - 1)), { minLength: 3, maxLength: 3 }),
  );
  const init = fc.array(fc.constantFrom(0, 0, 0, 1), { minLength: 5, maxLength: 5 });
  return fc
    .tuple(shapes, fc.constantFrom('any', 'alike', 'owning'), init)
    .map(([list, kind, init]) => {
      const used =
        kind === 'alike'
          ? [list[0], ...list.slice(0, -1)]
          : kind === 'owning'
            ? list.map((s, t) => owning(s, [X, Y, N][t]))
            : list;
      return specOf(
        NAMES,
        used.map((s, t) => thread(`t${t}`, arcs(s, o.cyclic))),
        { groups: used.map((_, t) => (kind === 'alike' && t < 2 ? 0 : t)), init },
      );
    });
}

/** Text of a system, for the report of a failing case. */
export function describeSpec(spec: SystemSpec): string {
  const threads = spec.threads.map((t) =>
    t.nodes
      .flatMap((list, n) => list.map((e) => `${n}->${e.to} ${JSON.stringify(e.op)}`))
      .join('\n  '),
  );
  return `init ${spec.init.join(' ')}\n${threads.map((t, k) => `t${k}:\n  ${t}`).join('\n')}`;
}
