import { describe, expect, it } from 'vitest';
import type { ThreadGraph } from '../../src/sim/explore/graph.js';
import { add, type Cond, eq, fail, type Op, set, v, when } from '../../src/sim/explore/op.js';
import { replay } from '../../src/sim/explore/replay.js';
import { COMBINATIONS, checkReplays, explore, FULL, PLAIN, type Reductions } from './compare.js';
import { act, line, op, systemOf, thread } from './graphs.js';

describe('a step that breaks several properties', () => {
  const both = () => systemOf(['x'], [line('t', act(fail(3), fail(1), fail(5)))]);

  it.each([1, 3, 5])('is found when only property %i is asked for', (p) => {
    const { result } = explore(both(), FULL, [p]);
    expect(result.failures.map((f) => f.property)).toEqual([p]);
    checkReplays(both(), result.failures[0], [p]);
  });

  it('is named after the first of those asked for, in the order of the list', () => {
    expect(explore(both(), FULL, [5, 3]).result.failures[0].property).toBe(3);
    expect(replay(both(), [{ thread: 0, edge: 0 }], new Set([5, 3])).property).toBe(3);
    expect(explore(both(), FULL, [0, 2, 4, 6]).result.failing).toBe(0);
  });
});

describe('several properties at once', () => {
  it('keep the verdict with every reduction, though not always every property', () => {
    const make = () => systemOf([], [line('a', act(fail(1))), line('b', act(fail(3)))]);
    const broken = (c: Reductions) =>
      new Set(explore(make(), c, [1, 3]).result.failures.map((f) => f.property));
    expect(broken(PLAIN)).toEqual(new Set([1, 3]));
    // the first thread fails all by itself, which ends the run before the second has moved
    expect(broken(FULL)).toEqual(new Set([1]));
    for (const c of COMBINATIONS) {
      expect(broken(c).size).toBeGreaterThan(0);
      for (const p of [1, 3]) expect(explore(make(), c, [p]).result.failing).toBeGreaterThan(0);
    }
  });
});

describe('the count of transitions', () => {
  it('does not include walking the schedules of failures again', () => {
    const make = () =>
      systemOf(
        ['x'],
        [line('t', act(set(0, 1)), act(set(0, 2)), act(when([eq(v(0), 2)], [fail(1)])))],
      );
    expect(explore(make(), PLAIN, []).result.transitions).toBe(3);
    expect(explore(make(), PLAIN, [1]).result.transitions).toBe(3);
  });
});

/** What the static analysis of locks and of variables with one writer may not conclude. */
describe('no thread is run alone on the strength of', () => {
  const same = (make: () => ReturnType<typeof systemOf>) => {
    const plain = explore(make(), PLAIN);
    for (const c of COMBINATIONS)
      expect(explore(make(), c).terminals, JSON.stringify(c)).toEqual(plain.terminals);
    return plain.terminals.length;
  };
  const take = op([eq(v(0), 0)], set(0, 1));

  it('a lock that is set back by one thread and counted by another', () => {
    // t2 counts up, t0 sets back to 0 what it took before: t1 gets in while t2 still counts
    const t2 = line('t2', act(add(0, 1)), act(add(0, -1)), take);
    const make = () => systemOf(['L'], [line('t0', take, act(set(0, 0))), line('t1', take), t2]);
    expect(same(make)).toBeGreaterThan(1);
  });

  // takes L in some way, writes x and reads it back: 7 in y says that somebody came between
  const holder = (take: Op) => line('a', take, act(set(1, 1)), act(set(2, v(1))));
  const intruder = (guard: Cond) => line('c', op([guard], set(1, 7)));
  const between = (take: Op, other: ThreadGraph, guard: Cond, L = 0) => {
    const make = () =>
      systemOf(['L', 'x', 'y'], [holder(take), other, intruder(guard)], { init: [L, 0, 0] });
    same(make);
    const ends = explore(make(), PLAIN).terminals;
    expect(ends.some((t) => t.split(' ')[2] === '7')).toBe(true);
  };
  const free = eq(v(0), 0);

  it('a count that is lowered by more than it was raised', () => {
    between(act(add(0, 1)), line('b', act(add(0, 1)), act(add(0, -2))), free);
  });

  it('a count that one step lowers twice', () => {
    between(act(add(0, 1)), line('b', act(add(0, 1)), act(add(0, -1), add(0, -1))), free);
  });

  it('a count that is raised by 255, which is one down', () => {
    between(act(add(0, 1)), line('b', act(add(0, 255))), free);
  });

  it('a count that does not start at 0', () => {
    between(act(add(0, 1)), line('b'), free, 255);
  });

  it('a lock for a guard that waits until it is taken', () => {
    between(take, line('b'), eq(v(0), 1));
  });

  it('a value that was set under a condition', () => {
    // own is 1 or 2 when x is written: the waiter for 2 must not be taken for blocked
    const a = line(
      'a',
      act(when([eq(v(2), 1)], [set(0, 2)], [set(0, 1)])),
      act(set(1, 1)),
      act(set(1, 2)),
    );
    const b = line('b', op([eq(v(0), 2)], set(1, 7)));
    const c = line('c', act(set(2, 1)));
    same(() => systemOf(['own', 'x', 'y'], [a, b, c]));
  });

  it('a constant that does not fit a byte', () => {
    // 300 is 44, and -1 is 255
    const a = line('a', act(set(0, 300)), act(set(1, 1)), act(set(0, -1)), act(set(1, 2)));
    const waits = (n: number) => line(`w${n}`, op([eq(v(0), n)], set(1, n)));
    same(() => systemOf(['own', 'x'], [a, waits(44), waits(255)]));
  });

  it('a loop of its own', () => {
    const loop = thread('loop', [
      [0, 1, act()],
      [1, 0, act()],
      [0, 2, op([eq(v(0), 1)])],
    ]);
    expect(same(() => systemOf(['x'], [loop, line('t', act(set(0, 1)))]))).toBe(1);
  });
});
