import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { causalPast } from '../../src/sim/explore/causal.js';
import { eq, fail, set, v, when } from '../../src/sim/explore/op.js';
import { fewerSwitches } from '../../src/sim/explore/reorder.js';
import { replay } from '../../src/sim/explore/replay.js';
import { type Choice, DEADLOCK } from '../../src/sim/explore/search.js';
import { shortest } from '../../src/sim/explore/shortest.js';
import { System } from '../../src/sim/explore/system.js';
import { explore, FULL, stateText } from '../litmus/compare.js';
import { systems } from '../litmus/generate.js';
import { act, line, op, systemOf, thread } from '../litmus/graphs.js';
import { SEED } from '../litmus/seed.js';
import { BROKEN } from '../litmus/systems.js';

const ONLY = new Set([BROKEN]);
const none: ReadonlySet<number> = new Set();

/** A run of a system, steered by numbers: up to `picks.length` steps, or to its end. */
function walk(sys: System, picks: readonly number[]): Choice[] {
  const b = sys.initial();
  const out: Choice[] = [];
  for (const pick of picks) {
    const choices: Choice[] = [];
    for (let t = 0; t < sys.threads; t++)
      for (const [e, edge] of sys.edges[t][b.nodes[t]].entries())
        if (!edge.guard || edge.guard(b.bytes)) choices.push({ thread: t, edge: e });
    if (!choices.length) break;
    const c = choices[pick % choices.length];
    const edge = sys.edges[c.thread][b.nodes[c.thread]][c.edge];
    b.nodes[c.thread] = edge.to;
    edge.apply?.(b.bytes);
    out.push(c);
  }
  return out;
}

const switches = (s: readonly Choice[]): number =>
  s.filter((c, k) => k > 0 && c.thread !== s[k - 1].thread).length;

const runs = fc.tuple(
  systems({ cyclic: true, steps: 5 }),
  fc.array(fc.nat({ max: 5 }), { minLength: 1, maxLength: 14 }),
);
const property = (body: (sys: System, schedule: Choice[]) => void): void =>
  fc.assert(
    fc.property(runs, ([spec, picks]) => {
      const sys = new System(spec);
      const schedule = walk(sys, picks);
      if (schedule.length) body(sys, schedule);
    }),
    { seed: SEED, numRuns: 600 },
  );

describe(`schedules of random systems (seed ${SEED})`, () => {
  it('replay as they were made, with every state on the way', () => {
    property((sys, schedule) => {
      const r = replay(sys, schedule, none);
      expect(r.refused).toBeNull();
      expect(r.steps.map((s) => s.thread)).toEqual(schedule.map((c) => c.thread));
      r.steps.forEach((s, k) => {
        const next = r.steps[k + 1]?.before ?? r.end.bytes.slice(0, sys.vars);
        expect(s.after).toEqual(next);
      });
      expect(r.steps.at(-1)?.nodes).toEqual([...r.end.nodes]);
    });
  });

  it('cut to what the last step depends on replay, and the last step does the same', () => {
    let shorter = 0;
    property((sys, schedule) => {
      const cut = causalPast(sys, schedule);
      if (cut.length < schedule.length) shorter++;
      const [a, b] = [replay(sys, schedule, ONLY), replay(sys, cut, none)];
      if (a.refused !== null) return;
      expect(b.refused).toBeNull();
      expect(b.steps.at(-1)?.text).toBe(a.steps.at(-1)?.text);
      expect(replay(sys, cut, ONLY).property).toBe(a.property);
      // what the last step changes, it changes in the same way
      const [x, y] = [a.steps.at(-1)!, b.steps.at(-1)!];
      for (let k = 0; k < sys.vars; k++)
        if (x.after[k] !== x.before[k] && x.before[k] === y.before[k])
          expect(y.after[k]).toBe(x.after[k]);
    });
    expect(shorter).toBeGreaterThan(15);
  });

  it('put in another order with fewer switches end in the same state', () => {
    let fewer = 0;
    property((sys, schedule) => {
      const other = fewerSwitches(sys, schedule);
      const [a, b] = [replay(sys, schedule, none), replay(sys, other, none)];
      expect(b.refused).toBeNull();
      expect(stateText(sys, b.end)).toBe(stateText(sys, a.end));
      expect(other.at(-1)).toEqual(schedule.at(-1));
      if (switches(other) < switches(schedule)) fewer++;
    });
    expect(fewer).toBeGreaterThan(15);
  });

  it('with one choice changed are refused or run differently', () => {
    property((sys, schedule) => {
      const at = schedule.length - 1;
      const a = replay(sys, schedule, none);
      for (const other of [
        { thread: schedule[at].thread, edge: schedule[at].edge + 1 },
        { thread: (schedule[at].thread + 1) % sys.threads, edge: 0 },
      ]) {
        const b = replay(sys, [...schedule.slice(0, at), other], none);
        // the line of a step is the number of its edge in the thread
        const step = (r: typeof a) => [r.steps[at].thread, r.steps[at].info.line];
        if (b.refused === null) expect(step(b)).not.toEqual(step(a));
        else expect(b.steps.length).toBe(at);
      }
    });
  });
});

describe('replay()', () => {
  const two = () =>
    systemOf(
      ['x'],
      [line('a', act(set(0, 1)), act(fail(BROKEN)), act(set(0, 2))), line('b', op([eq(v(0), 1)]))],
    );
  const at = (thread: number, edge = 0): Choice => ({ thread, edge });

  it.each([
    ['a thread that there is not', [at(2)], /step 1: no such choice/],
    ['an edge that there is not', [at(0, 1)], /step 1: no such choice/],
    ['a thread that is blocked', [at(1)], /step 1: b is blocked/],
    ['a thread that has finished', [at(0), at(1), at(1)], /step 3: no such choice/],
    ['a step after the breach', [at(0), at(0), at(0)], /step 3: the run has ended before/],
  ])('refuses %s', (_name, schedule, message) => {
    expect(replay(two(), schedule, ONLY).refused).toMatch(message);
  });

  it('goes on over a breach that is not asked for', () => {
    expect(replay(two(), [at(0), at(0), at(0)], none)).toMatchObject({
      refused: null,
      property: -1,
    });
  });

  it('sees a deadlock only where nobody can move and somebody has not finished', () => {
    const stuck = () => systemOf(['x'], [line('a', act()), line('b', op([eq(v(0), 1)]))]);
    const asked = new Set([DEADLOCK]);
    expect(replay(stuck(), [], asked).property).toBe(-1);
    expect(replay(stuck(), [at(0)], asked).property).toBe(DEADLOCK);
    expect(replay(two(), [at(0), at(0), at(0), at(1)], asked).property).toBe(-1);
  });
});

describe('shortest()', () => {
  it('leaves out what the failing step does not depend on, and hidden steps do not count', () => {
    const sys = systemOf(
      ['x', 'y'],
      [
        line('noise', act(set(1, 1)), act(set(1, 2))),
        thread('fails', [
          [0, 1, act(set(0, 1))],
          [1, 2, act(when([eq(v(0), 1)], [fail(BROKEN)]))],
        ]),
      ],
    );
    sys.spec.threads[1].nodes[0][0].info.hidden = true;
    const noise = { thread: 0, edge: 0 };
    const own = { thread: 1, edge: 0 };
    const best = shortest(sys, [{ property: BROKEN, schedule: [noise, own, noise, own] }], ONLY);
    expect(best).toEqual({ property: BROKEN, schedule: [own, own], shown: 1 });
  });

  it('returns nothing for a schedule that does not fail, and the shorter of two that do', () => {
    const sys = systemOf(['x'], [line('a', act(fail(BROKEN)), act(fail(BROKEN)))]);
    const one = { property: BROKEN, schedule: [{ thread: 0, edge: 0 }] };
    const lie = { property: 3, schedule: [{ thread: 0, edge: 0 }] };
    expect(shortest(sys, [lie], ONLY)).toBeNull();
    expect(shortest(sys, [lie, one], ONLY)?.schedule).toEqual(one.schedule);
    expect(shortest(sys, [], ONLY)).toBeNull();
  });

  it('returns a run that fails for every failure that a search finds', () => {
    fc.assert(
      fc.property(systems({ cyclic: true, steps: 4 }), (spec) => {
        const sys = new System(spec);
        const { failures } = explore(sys, FULL, [BROKEN]).result;
        const best = shortest(sys, failures, ONLY);
        expect(best === null).toBe(failures.length === 0);
        if (best) expect(replay(sys, best.schedule, ONLY).property).toBe(BROKEN);
      }),
      { seed: SEED, numRuns: 200 },
    );
  });
});
