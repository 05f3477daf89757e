import { describe, expect, it } from 'vitest';
import { countTraces } from '../../src/sim/explore/count.js';
import { DEADLOCK } from '../../src/sim/explore/search.js';
import { System } from '../../src/sim/explore/system.js';
import { bruteForce, COMBINATIONS, checkReplays, explore, FULL, PLAIN } from './compare.js';
import { BROKEN, LITMUS, type Litmus } from './systems.js';

const PROPERTIES = [BROKEN, DEADLOCK];

function outcomesOf(l: Litmus, sys: System, terminals: readonly string[]): string[] {
  const at = l.shown.map((name) => sys.spec.names.indexOf(name));
  const values = terminals.map((t) => t.split(' @ ')[0].split(' '));
  return [...new Set(values.map((x) => at.map((k) => x[k]).join(' ')))].sort();
}

describe.each(LITMUS.map((l): [string, Litmus] => [l.name, l]))('%s', (_name, l) => {
  it('has the states and outcomes that are written down for plain search', () => {
    const sys = new System(l.spec());
    const { result, terminals } = explore(sys, PLAIN);
    const reduced = explore(sys, FULL).result;
    expect([result.states, reduced.states]).toEqual([l.states, l.reduced]);
    expect([result.exhausted, result.limit]).toEqual([true, null]);
    expect(outcomesOf(l, sys, terminals)).toEqual([...l.outcomes].sort());
  });

  it('has the schedules and traces that are written down, or refuses to count', () => {
    const sys = new System(l.spec());
    if (l.schedules === null) {
      expect(() => countTraces(sys)).toThrow(/only acyclic/);
      return;
    }
    expect(Number(countTraces(sys, { sleepSets: false }).traces)).toBe(l.schedules);
    expect(Number(countTraces(sys).traces)).toBe(l.traces);
    expect(Number(countTraces(sys, { partialOrder: true }).traces)).toBe(l.traces);
    const all = bruteForce(sys, 100_000);
    expect([all?.states, all?.schedules, all?.traces.size]).toEqual([
      l.states,
      l.schedules,
      l.traces,
    ]);
    expect(all?.terminals).toEqual(explore(sys, PLAIN).terminals);
  });

  it('ends alike, and breaks the same properties, with every combination of reductions', () => {
    const { terminals } = explore(new System(l.spec()), PLAIN);
    for (const c of COMBINATIONS) {
      const sys = new System(l.spec());
      expect(explore(sys, c).terminals, JSON.stringify(c)).toEqual(terminals);
      for (const p of PROPERTIES) {
        const { result } = explore(sys, c, [p]);
        expect([p, result.failing > 0], JSON.stringify(c)).toEqual([p, l.breaks.includes(p)]);
        for (const f of result.failures) checkReplays(sys, f, [p]);
      }
    }
  });

  it('gives the same result twice, schedules too', () => {
    for (const c of COMBINATIONS) {
      const [a, b] = [0, 1].map(() => explore(new System(l.spec()), c, PROPERTIES));
      expect(a).toEqual(b);
    }
  });
});
