import { describe, expect, it } from 'vitest';
import { countTraces } from '../../src/sim/explore/count.js';
import { add, eq, set, v } from '../../src/sim/explore/op.js';
import { act, await_, line, systemOf, thread } from './graphs.js';

describe('countTraces()', () => {
  it('refuses a system whose runs can be endless', () => {
    const spin = thread('spin', [
      [0, 0, await_(eq(v(0), 0))],
      [0, 1, await_(eq(v(0), 1))],
    ]);
    const sys = systemOf(['x'], [spin, line('t', act(set(0, 1)))]);
    for (const partialOrder of [false, true])
      for (const sleepSets of [false, true])
        expect(() => countTraces(sys, { partialOrder, sleepSets })).toThrow(/only acyclic systems/);
  });

  it('accepts a loop in a thread that no run goes round for ever', () => {
    // goes round once for each step of the other: 0 to 3 times, seen or not
    const loop = thread('loop', [
      [0, 1, await_(eq(v(0), 1))],
      [1, 0, act(set(0, 0))],
      [0, 2, await_(eq(v(0), 2))],
    ]);
    const sys = systemOf(['x'], [loop, line('t', act(set(0, 1)), act(set(0, 2)))]);
    // 1 2; 1 (in) 2 0 stuck; 1 (in) 0 2; the read and the write of x never commute
    expect(Number(countTraces(sys).traces)).toBe(3);
    expect(Number(countTraces(sys, { partialOrder: true }).traces)).toBe(3);
  });

  it('gives up at its limit, by name', () => {
    const grid = systemOf(
      ['a', 'b'],
      [0, 1].map((x) => line(`t${x}`, ...Array.from({ length: 20 }, () => act(add(x, 1))))),
    );
    expect(() => countTraces(grid, { maxStates: 100 })).toThrow(/more than 100 states/);
  });

  it('counts schedules exactly beyond what a number holds', () => {
    const t = (x: number) => line(`t${x}`, ...Array.from({ length: 30 }, () => act(add(x, 1))));
    const sys = systemOf(['a', 'b'], [t(0), t(1)]);
    // C(60, 30)
    expect(countTraces(sys, { sleepSets: false }).traces).toBe(118264581564861424n);
    expect(countTraces(sys).traces).toBe(1n);
    expect(countTraces(sys, { partialOrder: true }).pairs).toBe(61);
  });
});
