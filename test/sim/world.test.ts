import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Ptr, pointer, type Value } from '../../src/sim/machine/value.js';
import { join, World } from '../../src/sim/machine/world.js';
import { SEED } from '../litmus/seed.js';

/** The plain model: every world has maps of its own. */
type Plain = Map<string, Value>[];
const clone = (p: Plain): Plain => p.map((m) => new Map(m));

const PATHS = ['a', 'ab', 'a.b', 'a.c', 'a[0]', 'a[1].b', 'b'];
type Command =
  | { do: 'fork'; world: number }
  | { do: 'create'; world: number }
  | { do: 'put'; world: number; obj: number; path: string; value: number }
  | { do: 'copy'; world: number; obj: number; to: number; path: string; at: string };

const nat = fc.nat({ max: 7 });
const path = fc.constantFrom(...PATHS);
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ do: fc.constant('fork' as const), world: nat }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('create' as const), world: nat }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('put' as const),
      world: nat,
      obj: nat,
      path,
      value: fc.nat({ max: 2 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('copy' as const),
      world: nat,
      obj: nat,
      to: nat,
      path: fc.constantFrom('', ...PATHS),
      at: fc.constantFrom('', 'x'),
    }),
  },
);

function copyPlain(p: Plain, from: Ptr, to: Ptr): void {
  for (const [k, value] of [...p[from.obj]]) {
    const below = k === from.path || /^[.[]/.test(k.slice(from.path.length));
    if (from.path && !(k.startsWith(from.path) && below)) continue;
    const rest = from.path ? k.slice(from.path.length).replace(/^\./, '') : k;
    p[to.obj].set(join(to.path, rest), value);
  }
}

function apply(c: Command, worlds: World[], plain: Plain[]): void {
  const n = c.world % worlds.length;
  const [w, p] = [worlds[n], plain[n]];
  if (c.do === 'fork') {
    worlds.push(new World(w));
    plain.push(clone(p));
  } else if (c.do === 'create') {
    w.create('k', 'name', [['a', 9]]);
    p.push(new Map([['a', 9]]));
  } else if (c.do === 'put') {
    const obj = c.obj % p.length;
    w.put(pointer(obj, ''), c.path, c.value);
    p[obj].set(c.path, c.value);
  } else {
    const [from, to] = [pointer(c.obj % p.length, c.path), pointer(c.to % p.length, c.at)];
    w.copy(to, from);
    copyPlain(p, from, to);
  }
}

const text = (p: Plain): string =>
  JSON.stringify(p.map((m) => [...m].sort(([a], [b]) => (a < b ? -1 : 1))));

describe(`worlds that share until they write (seed ${SEED})`, () => {
  it('behave as if each had memory of its own, and have equal keys when they are equal', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 40 }), (commands) => {
        const worlds = [new World()];
        const plain: Plain[] = [[]];
        apply({ do: 'create', world: 0 }, worlds, plain);
        for (const c of commands) {
          apply(c, worlds, plain);
          // keys are kept with objects: ask often, so that a stale one would show
          for (const w of worlds) w.memoryKey();
        }
        const texts = plain.map(text);
        worlds.forEach((w, n) => {
          plain[n].forEach((m, obj) => {
            expect(new Map(w.objs[obj].fields.entries())).toEqual(m);
          });
          worlds.forEach((other, k) => {
            expect(w.memoryKey() === other.memoryKey()).toBe(texts[n] === texts[k]);
          });
        });
      }),
      { seed: SEED, numRuns: 400 },
    );
  });

  it('keep their call stacks apart', () => {
    const w = new World();
    const func = { name: 'f' } as never;
    w.enter(func, [1, 2], null);
    w.top().pc = 1;
    const other = new World(w);
    other.top().regs[0] = 7;
    other.top().pc = 5;
    expect([w.frames[0].regs[0], w.frames[0].pc]).toEqual([1, 1]);
    // and so does the one that was copied from
    const third = new World(w);
    w.top().regs[1] = 9;
    expect(third.frames[0].regs).toEqual([1, 2]);
    w.top().regs[1] = 2;
    const key = (x: World, live: number) =>
      x.stackKey(
        () => [live],
        (f) => `${f.func.name}:${f.pc}`,
      );
    expect(key(w, 1)).not.toBe(key(other, 1));
    other.top().pc = 1;
    // register 0 differs, but nobody will read it
    expect(key(w, 1)).toBe(key(other, 1));
    expect(key(w, 0)).not.toBe(key(other, 0));
  });
});
