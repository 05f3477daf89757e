import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Fields } from '../../src/sim/machine/fields.js';
import { SEED } from '../litmus/seed.js';

const path = fc.constantFrom('vm_flags', 'mas.index', 'mas.last', 'a[2].b', '__proto__', 'length');
const entry = fc.tuple(path, fc.integer({ min: 0, max: 2 }));

it(`hold what was written last, and copies stay apart (seed ${SEED})`, () => {
  fc.assert(
    fc.property(fc.array(entry), fc.array(entry), (first, then) => {
      const [fields, map] = [Fields.of(first), new Map(first)];
      const copy = fields.copy();
      for (const [name, value] of then) copy.set(name, value);
      const later = new Map([...map, ...then]);
      expect(new Map(fields.entries())).toEqual(map);
      expect(new Map(copy.entries())).toEqual(later);
      expect([fields.size, copy.size]).toEqual([map.size, later.size]);
      for (const [name] of [...first, ...then]) expect(copy.get(name)).toBe(later.get(name));
      const told: [string, unknown][] = [];
      copy.forEach((value, name) => {
        told.push([name, value]);
      });
      expect(told).toEqual(copy.entries());
    }),
    { seed: SEED, numRuns: 500 },
  );
});

it(`have equal keys exactly for equal content, whatever the order of writing (seed ${SEED})`, () => {
  const sorted = (list: [string, number][]) => JSON.stringify([...new Map(list)].sort());
  fc.assert(
    fc.property(fc.array(entry), fc.array(entry), (a, b) => {
      const same = sorted(a) === sorted(b);
      expect(Fields.of(a).key() === Fields.of(b).key()).toBe(same);
      const turned = [...new Map(a)].reverse();
      expect(Fields.of(turned).key()).toBe(Fields.of(a).key());
    }),
    { seed: SEED, numRuns: 1000 },
  );
});

it('never take two objects for equal that are not, also when more shapes are met than are kept', () => {
  const one = Fields.of([['first', 1]]);
  const keys = new Set<string>();
  for (let k = 0; k < 12_000; k++) keys.add(Fields.of([[`field ${k}`, 1]]).key());
  expect(keys.size).toBe(12_000);
  expect(keys.has(one.key())).toBe(false);
  one.set('second', 2);
  expect(one.entries()).toEqual([
    ['first', 1],
    ['second', 2],
  ]);
});
