import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { conflict } from '../../src/sim/explore/bits.js';
import { interned } from '../../src/sim/explore/intern.js';
import {
  type Cond,
  type Effect,
  type Expr,
  evaluate,
  footprintOf,
  type Op,
  type Place,
  satisfied,
  when,
} from '../../src/sim/explore/op.js';
import { hashOf, sameOp } from '../../src/sim/explore/same-op.js';
import { type CompiledEdge, System } from '../../src/sim/explore/system.js';
import { specOf, thread } from '../litmus/graphs.js';
import { SEED } from '../litmus/seed.js';

/** Variables 0..5 hold any byte; 6 and 7 hold 0..2 and index the arrays [0..2] and [3..5]. */
const VARS = 8;
const byte = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constantFrom(254, 255));
const index: fc.Arbitrary<Expr> = fc.oneof(
  fc.integer({ min: 0, max: 2 }),
  fc.constantFrom({ v: 6 }, { v: 7 }),
  fc.constantFrom<Expr>({ base: 6, size: 2, index: 0 }, { base: 6, size: 2, index: 1 }),
);
const place: fc.Arbitrary<Place> = fc.oneof(
  fc.integer({ min: 0, max: 5 }).map((v) => ({ v })),
  fc.tuple(fc.constantFrom(0, 3), index).map(([base, i]) => ({ base, size: 3, index: i })),
);
const expr: fc.Arbitrary<Expr> = fc.oneof(byte, place, fc.constantFrom({ v: 6 }, { v: 7 }));
const cond: fc.Arbitrary<Cond> = fc.record({
  cmp: fc.constantFrom('==', '!=', '<'),
  a: expr,
  b: expr,
});
const { effect } = fc.letrec<{ effect: Effect }>((tie) => ({
  effect: fc.oneof(
    { maxDepth: 2 },
    fc.record({ do: fc.constant('set'), at: place, to: expr }),
    fc.record({ do: fc.constant('add'), at: place, by: fc.constantFrom(1, -1, 7) }),
    fc.record({ do: fc.constant('fail'), property: fc.integer({ min: 0, max: 30 }) }),
    fc
      .tuple(
        fc.array(cond, { maxLength: 2 }),
        fc.array(tie('effect'), { maxLength: 2 }),
        fc.array(tie('effect'), { maxLength: 2 }),
      )
      .map(([c, a, b]) => when(c, a, b)),
  ) as fc.Arbitrary<Effect>,
}));
const op: fc.Arbitrary<Op> = fc.record({
  guard: fc.array(cond, { maxLength: 2 }),
  effect: fc.array(effect, { maxLength: 3 }),
});
const state = fc
  .tuple(
    fc.array(byte, { minLength: 6, maxLength: 6 }),
    fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 2, maxLength: 2 }),
  )
  .map(([a, b]) => Uint8Array.from([...a, ...b]));

const edgeOf = (o: Op): CompiledEdge =>
  new System(specOf(Array(VARS).fill('x'), [thread('t', [[0, 1, o]])])).edges[0][0][0];

/** An edge that has been used so often that it has become code. */
function compile(o: Op): CompiledEdge {
  const e = edgeOf(o);
  const s = new Uint8Array(VARS);
  for (let k = 0; k < 20; k++) {
    e.guard?.(s);
    e.apply?.(s.slice());
  }
  return e;
}

/** Runs a compiled operation: whether it is enabled, the state after it and the breaches. */
function run(e: CompiledEdge, s: Uint8Array) {
  const after = s.slice();
  const enabled = e.guard === null || e.guard(s);
  return { enabled, breaches: enabled ? (e.apply?.(after) ?? 0) : 0, after };
}

/** The same by direct interpretation. */
function interpret(o: Op, s: Uint8Array) {
  const after = s.slice();
  let breaches = 0;
  const at = (p: Place) => ('v' in p ? p.v : p.base + evaluate(p.index, after));
  const go = (list: Effect[]): void => {
    for (const e of list)
      if (e.do === 'set') after[at(e.at)] = evaluate(e.to, after);
      else if (e.do === 'add') after[at(e.at)] = (after[at(e.at)] + e.by) & 255;
      else if (e.do === 'fail') breaches |= 1 << e.property;
      else go(e.when.every((c) => satisfied(c, after)) ? e.then : (e.else ?? []));
  };
  const enabled = o.guard.every((c) => satisfied(c, s));
  if (enabled) go(o.effect);
  return { enabled, breaches, after };
}

const property = <T extends [unknown, ...unknown[]]>(p: fc.IPropertyWithHooks<T>) =>
  fc.assert(p, { seed: SEED, numRuns: 1500 });

describe(`operations (seed ${SEED})`, () => {
  it('do when compiled what they say', () => {
    property(
      fc.property(op, state, (o, s) => {
        expect(run(edgeOf(o), s)).toEqual(interpret(o, s));
        expect(run(compile(o), s)).toEqual(interpret(o, s));
      }),
    );
  });

  it('change only what their footprint writes or adds to', () => {
    property(
      fc.property(op, state, (o, s) => {
        const f = footprintOf(o);
        const { after } = run(compile(o), s);
        for (let x = 0; x < VARS; x++)
          if (after[x] !== s[x]) expect(f.writes.has(x) || f.adds.has(x)).toBe(true);
      }),
    );
  });

  it('depend only on what their footprint reads', () => {
    property(
      fc.property(op, state, state, (o, s, other) => {
        const f = footprintOf(o);
        const t = s.map((x, k) => (f.reads.has(k) ? x : other[k]));
        const [a, b] = [run(compile(o), s), run(compile(o), t)];
        expect([b.enabled, b.breaches]).toEqual([a.enabled, a.breaches]);
        for (let x = 0; x < VARS; x++) {
          const same = a.after[x] === b.after[x];
          const moved = ((a.after[x] - s[x]) & 255) === ((b.after[x] - t[x]) & 255);
          // what is read, or overwritten, comes out alike; what is not, or only added to, moves alike
          if (f.reads.has(x)) expect(same).toBe(true);
          else if (f.writes.has(x)) expect(same || moved).toBe(true);
          else expect(moved).toBe(true);
        }
      }),
    );
  });

  it('commute where their footprints do not conflict', () => {
    let commuting = 0;
    property(
      fc.property(op, op, state, (x, y, s) => {
        const [a, b] = [compile(x), compile(y)];
        if (conflict(a.footprint, b.footprint)) return;
        commuting++;
        const [first, second] = [run(a, s), run(b, s)];
        const [ab, ba] = [run(b, first.after), run(a, second.after)];
        expect([ab.enabled, ba.enabled]).toEqual([second.enabled, first.enabled]);
        expect([ab.breaches, ba.breaches]).toEqual([second.breaches, first.breaches]);
        expect(ab.after).toEqual(ba.after);
      }),
    );
    expect(commuting).toBeGreaterThan(100);
  });

  it('keep adds apart from writes', () => {
    const f = footprintOf({
      guard: [{ cmp: '<', a: { v: 1 }, b: 4 }],
      effect: [
        { do: 'add', at: { v: 0 }, by: 1 },
        { do: 'set', at: { base: 3, size: 2, index: { v: 6 } }, to: { v: 2 } },
      ],
    });
    expect([[...f.reads].sort(), [...f.writes].sort(), [...f.adds]]).toEqual([
      [1, 2, 6],
      [3, 4],
      [0],
    ]);
  });
});

describe('operations of the same content', () => {
  // as they were written: what is equal as text is one operation
  const text = (x: Op) => JSON.stringify(x);
  const copy = (x: Op): Op => JSON.parse(text(x));
  /** An operation, and one in which one number or comparison is another. */
  const near = fc.tuple(op, fc.nat()).map(([a, at]) => {
    const numbers = [...text(a).matchAll(/\d+|"[=!<]=?"/g)];
    const m = numbers[at % Math.max(1, numbers.length)];
    if (!m) return [a, a] as const;
    const other = m[0].startsWith('"') ? (m[0] === '"<"' ? '"=="' : '"<"') : `${Number(m[0]) + 1}`;
    const b = text(a).slice(0, m.index) + other + text(a).slice(m.index + m[0].length);
    return [a, JSON.parse(b) as Op] as const;
  });

  it('are the same, and no others', () => {
    fc.assert(
      fc.property(fc.oneof(fc.tuple(op, op), near), ([a, b]) => {
        expect(sameOp(a, b)).toBe(text(a) === text(b));
        expect(sameOp(a, copy(a))).toBe(true);
        expect(hashOf(copy(a))).toBe(hashOf(a));
      }),
      { seed: SEED, numRuns: 2000 },
    );
  });

  it('are one object once they are interned', () => {
    fc.assert(
      fc.property(fc.array(op, { maxLength: 8 }), (list) => {
        const one = list.map(interned);
        list.forEach((x, k) => {
          expect(interned(copy(x))).toBe(one[k]);
          expect(text(one[k])).toBe(text(x));
        });
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  it('have hashes that tell most of them apart', () => {
    const ops = fc.sample(op, { seed: SEED, numRuns: 2000 });
    const texts = new Set(ops.map(text)).size;
    expect(new Set(ops.map(hashOf)).size).toBeGreaterThan(texts * 0.99);
  });
});
