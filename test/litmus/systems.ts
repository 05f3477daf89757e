import { add, eq, fail, ne, set, v, when } from '../../src/sim/explore/op.js';
import { DEADLOCK } from '../../src/sim/explore/search.js';
import type { SystemSpec } from '../../src/sim/explore/system.js';
import { act, await_, line, op, specOf, thread } from './graphs.js';

/** Index of the property that the systems below break where they break one. */
export const BROKEN = 1;

export interface Litmus {
  name: string;
  spec: () => SystemSpec;
  /** States of plain search. */
  states: number;
  /** States with all reductions. */
  reduced: number;
  /** Maximal schedules and traces; null where runs can be endless. */
  schedules: number | null;
  traces: number | null;
  /** Outcomes: values of `shown` at the end, over all terminal states. */
  shown: string[];
  outcomes: string[];
  /** Properties that can break. */
  breaks: number[];
}

const lock = (x: number, ...more: Parameters<typeof act>) => op([eq(v(x), 0)], set(x, 1), ...more);
const unlock = (x: number) => act(set(x, 0));

/** Reads x into the private state and then writes x + 1: a read-modify-write in two steps. */
const increment = (name: string) =>
  thread(name, [
    [0, 1, await_(eq(v(0), 0))],
    [0, 2, await_(eq(v(0), 1))],
    [1, 3, act(set(0, 1))],
    [2, 3, act(set(0, 2))],
  ]);

export const LITMUS: Litmus[] = [
  {
    // Writer d=1; f=1. Reader a=f; b=d. States by (steps of writer, steps of reader): reader at 0: 3; at 1: 1+1+2
    // (after f=1 the read may have been before or after it); at 2: 1+2+3. Schedules C(4,2) = 6. Traces: the reader
    // sees f, or not f but d, or neither.
    name: 'message passing',
    spec: () =>
      specOf(
        ['data', 'flag', 'a', 'b'],
        [
          line('writer', act(set(0, 1)), act(set(1, 1))),
          line('reader', act(set(2, v(1))), act(set(3, v(0)))),
        ],
      ),
    states: 13,
    reduced: 6,
    schedules: 6,
    traces: 3,
    shown: ['a', 'b'],
    outcomes: ['0 0', '0 1', '1 1'],
    breaks: [],
  },
  {
    // x=1; a=y against y=1; b=x. Sequential consistency: not both reads see 0. Same grid as above: 3 + 4 + 6 states.
    name: 'store buffering',
    spec: () =>
      specOf(
        ['x', 'y', 'a', 'b'],
        [
          line('left', act(set(0, 1)), act(set(2, v(1)))),
          line('right', act(set(1, 1)), act(set(3, v(0)))),
        ],
      ),
    states: 13,
    reduced: 6,
    schedules: 6,
    traces: 3,
    shown: ['a', 'b'],
    outcomes: ['0 1', '1 0', '1 1'],
    breaks: [],
  },
  {
    // Two writers, two readers that read x and y in opposite orders. Sequential consistency: the readers never
    // disagree on which write came first (1 0 1 0 is missing of the sixteen). 6!/(2! 2!) = 180 schedules. Traces: every
    // read lies before or after the write of its variable, 2^4, less the one combination that would be circular.
    // States by writes done: none 3 x 3; x only 5 x 4 (the first reader tells two values apart twice, the second once);
    // y only 20; both 7 x 7 - 1.
    name: 'independent reads of independent writes',
    spec: () =>
      specOf(
        ['x', 'y', 'a', 'b', 'c', 'd'],
        [
          line('write x', act(set(0, 1))),
          line('write y', act(set(1, 1))),
          line('read xy', act(set(2, v(0))), act(set(3, v(1)))),
          line('read yx', act(set(4, v(1))), act(set(5, v(0)))),
        ],
      ),
    states: 97,
    reduced: 37,
    schedules: 180,
    traces: 15,
    shown: ['a', 'b', 'c', 'd'],
    outcomes: [...Array(16).keys()]
      .map((n) => [n >> 3, (n >> 2) & 1, (n >> 1) & 1, n & 1].join(' '))
      .filter((o) => o !== '1 0 1 0'),
    breaks: [],
  },
  {
    // Read then write, twice. Schedules C(4,2) = 6: RWrw rwRW (x=2), and RrWw RrwW rRWw rRwW (x=1), of which the first
    // and third, and the second and fourth, differ in the order of two reads: 4 traces. States: start;
    // one or both have read (3); one has written, the other at its start or with 0 or 1 read (2 x 3); two ends.
    name: 'lost update',
    spec: () => specOf(['x'], [increment('one'), increment('two')]),
    states: 12,
    reduced: 6,
    schedules: 6,
    traces: 4,
    shown: ['x'],
    outcomes: ['1', '2'],
    breaks: [],
  },
  {
    // The same under a lock: whoever takes it first runs through. Start, then for each of the two orders 4 + 4 steps,
    // less the common end.
    name: 'update under a lock',
    spec: () => {
      const t = (name: string) =>
        thread(name, [
          [0, 1, lock(1)],
          [1, 2, await_(eq(v(0), 0))],
          [1, 3, await_(eq(v(0), 1))],
          [2, 4, act(set(0, 1))],
          [3, 4, act(set(0, 2))],
          [4, 5, unlock(1)],
        ]);
      return specOf(['x', 'lock'], [t('one'), t('two')]);
    },
    states: 16,
    reduced: 2,
    schedules: 2,
    traces: 2,
    shown: ['x'],
    outcomes: ['2'],
    breaks: [],
  },
  {
    // Adds commute: a 3 x 3 grid, six schedules, one trace.
    name: 'commuting adds',
    spec: () =>
      specOf(
        ['n'],
        [line('one', act(add(0, 1)), act(add(0, 1))), line('two', act(add(0, 2)), act(add(0, 3)))],
      ),
    states: 9,
    reduced: 2,
    schedules: 6,
    traces: 1,
    shown: ['n'],
    outcomes: ['7'],
    breaks: [],
  },
  {
    // A reader of the sum tells the adds apart: it may come before, between (after either) or after them. Four states
    // before it; after it each add is undone, done before or done after: 3 x 3.
    name: 'adds and a reader',
    spec: () =>
      specOf(
        ['n', 'seen'],
        [line('one', act(add(0, 1))), line('two', act(add(0, 2))), line('read', act(set(1, v(0))))],
      ),
    states: 13,
    reduced: 7,
    schedules: 6,
    traces: 4,
    shown: ['seen'],
    outcomes: ['0', '1', '2', '3'],
    breaks: [],
  },
  {
    // A then B against B then A. Stuck after A of one and B of the other: two orders of independent steps, one trace.
    // One thread first: its release of the outer lock commutes with the other's first lock: two schedules, one trace,
    // for each. States by steps (one, two): two at 0 or 4: 5 each; two at 1
    // (holds B): one not at 2; two at 2 (both): one at 0 or 4; two at 3 (B still): one at 0, 1 or 4: 5+5+4+2+3.
    name: 'two locks in opposite orders',
    spec: () =>
      specOf(
        ['A', 'B'],
        [
          line('one', lock(0), lock(1), unlock(1), unlock(0)),
          line('two', lock(1), lock(0), unlock(0), unlock(1)),
        ],
      ),
    states: 19,
    reduced: 5,
    schedules: 6,
    traces: 3,
    shown: ['A', 'B'],
    outcomes: ['0 0', '1 1'],
    breaks: [DEADLOCK],
  },
  {
    // The same order in both: no deadlock; the second lock is never contended. One first: A B b a, where the other's
    // A must wait for a: one schedule each.
    name: 'two locks in the same order',
    spec: () =>
      specOf(
        ['A', 'B'],
        [
          line('one', lock(0), lock(1), unlock(1), unlock(0)),
          line('two', lock(0), lock(1), unlock(1), unlock(0)),
        ],
      ),
    states: 16,
    reduced: 2,
    schedules: 2,
    traces: 2,
    shown: ['A', 'B'],
    outcomes: ['0 0'],
    breaks: [],
  },
  peterson('peterson', false),
  peterson('peterson with the turn set first', true),
  {
    // Two readers (count up, read, count down) and a writer that needs no reader and no writer. Readers commute with
    // each other in all steps, so a trace says for each reader whether it comes before or after the writer: 4.
    // Schedules: both readers on one side C(6,3) = 20, twice; one on each side 1, twice. States: writer not yet 4 x 4;
    // inside (two places) each reader at its start or end: 8; after it 5 x 5 (the end with 0 seen or 1 seen).
    name: 'reader-writer lock',
    spec: () => {
      const reader = (name: string, to: number) =>
        line(name, op([eq(v(0), 0)], add(1, 1)), act(set(to, v(2))), act(add(1, -1)));
      return specOf(
        ['writer', 'readers', 'x', 'a', 'b'],
        [
          line('writer', op([eq(v(0), 0), eq(v(1), 0)], set(0, 1)), act(set(2, 1)), unlock(0)),
          reader('first', 3),
          reader('second', 4),
        ],
      );
    },
    states: 49,
    reduced: 7,
    schedules: 42,
    traces: 4,
    shown: ['a', 'b'],
    outcomes: ['0 0', '0 1', '1 0', '1 1'],
    breaks: [],
  },
  {
    // Waits in a loop of its own until the flag is set. The states: flag and data of the setter (3) with the waiter in
    // its loop, then after the flag: through the loop, and done.
    name: 'spin until a flag is set',
    spec: () =>
      specOf(
        ['flag', 'data', 'seen'],
        [
          line('setter', act(set(1, 7)), act(set(0, 1))),
          thread('spinner', [
            [0, 0, await_(eq(v(0), 0))],
            [0, 1, await_(eq(v(0), 1))],
            [1, 2, act(set(2, v(1)))],
          ]),
        ],
      ),
    states: 5,
    reduced: 4,
    schedules: null,
    traces: null,
    shown: ['seen'],
    outcomes: ['7'],
    breaks: [],
  },
  {
    // A thread that never stops and touches nothing may not put the other off for ever.
    name: 'a loop without end beside a failure',
    spec: () =>
      specOf(
        ['x'],
        [
          thread('looper', [
            [0, 1, act()],
            [1, 0, act()],
          ]),
          line('failing', act(set(0, 1)), act(fail(BROKEN))),
        ],
      ),
    states: 6,
    reduced: 2,
    schedules: null,
    traces: null,
    shown: ['x'],
    outcomes: [],
    breaks: [BROKEN],
  },
  {
    // Three alike, each two steps on its own variable: 3^3 states (10 up to exchange), 6!/2!^3 = 90 schedules.
    name: 'three threads alike',
    spec: () =>
      specOf(
        ['a', 'b', 'c'],
        [0, 1, 2].map((k) => line(`t${k}`, act(set(k, 1)), act(set(k, 2)))),
        { groups: [0, 0, 0], blocks: [[0], [1], [2]] },
      ),
    states: 27,
    reduced: 2,
    schedules: 90,
    traces: 1,
    shown: ['a', 'b', 'c'],
    outcomes: ['2 2 2'],
    breaks: [],
  },
  {
    // Three alike that take a ticket under a lock and remember it: 3! schedules, none commute. States: with nobody inside
    // the orders of 0, 1, 2, 3 threads that are done, 1+3+6+6; one inside at two places after 0, 1, 2 others: 6+12+12.
    name: 'three threads alike under a lock',
    spec: () =>
      specOf(
        ['lock', 'n', 'a', 'b', 'c'],
        [2, 3, 4].map((own) => line(`t${own}`, lock(0, set(own, v(1))), act(add(1, 1)), unlock(0))),
        { groups: [0, 0, 0], blocks: [[2], [3], [4]] },
      ),
    states: 46,
    reduced: 3,
    schedules: 6,
    traces: 6,
    shown: ['n'],
    outcomes: ['3'],
    breaks: [],
  },
  {
    // The second waits for a variable that only the first writes: until then nothing that the first does is disturbed.
    name: 'hand-over',
    spec: () =>
      specOf(
        ['ready', 'x', 'seen'],
        [
          line('giver', act(set(1, 1)), act(set(1, 2)), act(set(0, 1))),
          line('taker', await_(ne(v(0), 0)), act(set(2, v(1))), act(set(1, 9))),
        ],
      ),
    states: 7,
    reduced: 2,
    schedules: 1,
    traces: 1,
    shown: ['x', 'seen'],
    outcomes: ['9 2'],
    breaks: [],
  },
];

/**
 * flag=1; turn=other; wait until the other's flag is down or it is my turn; enter; leave; flag down. Traces: either goes
 * first, and enters because the other's flag is down or because the other gave it the turn: 4. Schedules (9 for each):
 * by the flag, the other's first two steps fall among leave and clear, 6; by the turn, its steps are done by then, 3.
 * With the turn set first both can be inside. The brute-force oracle of the tests has the same numbers.
 */
function peterson(name: string, wrong: boolean): Litmus {
  const [turn, inside] = [2, 3];
  const t = (me: number) => {
    const first = [act(set(me, 1)), act(set(turn, 1 - me))];
    if (wrong) first.reverse();
    return thread(`t${me}`, [
      [0, 1, first[0]],
      [1, 2, first[1]],
      [2, 3, op([eq(v(1 - me), 0)], when([ne(v(inside), 0)], [fail(BROKEN)]), add(inside, 1))],
      [2, 3, op([eq(v(turn), me)], when([ne(v(inside), 0)], [fail(BROKEN)]), add(inside, 1))],
      [3, 4, act(add(inside, -1))],
      [4, 5, act(set(me, 0))],
    ]);
  };
  return {
    name,
    spec: () => specOf(['flag0', 'flag1', 'turn', 'inside'], [t(0), t(1)]),
    states: wrong ? 61 : 34,
    reduced: wrong ? 21 : 14,
    schedules: wrong ? 78 : 18,
    traces: wrong ? 10 : 4,
    shown: ['inside'],
    outcomes: ['0'],
    breaks: wrong ? [BROKEN] : [],
  };
}
