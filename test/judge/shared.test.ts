import { beforeAll, describe, expect, it } from 'vitest';
import { evaluateRules } from '../../src/judge/evaluate.js';
import { exploreRules } from '../../src/judge/explore.js';
import { loadRules } from '../../src/judge/load.js';
import { tryMutants } from '../../src/judge/mutation.js';
import { groupsOf } from '../../src/judge/plan.js';
import type { Rule } from '../../src/judge/rule.js';
import { buildForkSystem } from '../../src/sim/explore/fork-system.js';
import { Search } from '../../src/sim/explore/search.js';
import { FEATURES_6_12 } from '../../src/sim/kernel/features.js';
import type { Program } from '../../src/sim/program.js';
import { propertyIndex } from '../../src/sim/property/properties.js';
import { DEFAULT_LIMITS } from '../../src/sim/scenario.js';
import { edit, LOCK, lowered } from '../litmus/fork-programs.js';

let lock: Rule;
let correct: Program;
let unlocked: Program;
/** Rules over the scenarios of fork-lock-target that ask for less than it does. */
let flush: Rule;
let deadlock: Rule;

beforeAll(async () => {
  lock = (await loadRules()).find((r) => r.id === 'fork-lock-target')!;
  const steps = { ...lock.mutants, steps: ['flush_tlb_mm'], required: [] };
  flush = { ...lock, id: 'flush', properties: ['shared-writable'], mutants: steps };
  deadlock = { ...lock, id: 'deadlock', properties: ['deadlock'], mutants: steps };
  correct = await lowered();
  unlocked = await lowered((t) => edit(t, LOCK, ''));
});

const side = (program: Program) => ({ program, features: FEATURES_6_12 });

describe('rules with equal scenarios', () => {
  it('are one group, whatever the scenario is called', () => {
    const renamed = {
      ...flush,
      scenarios: flush.scenarios.map((s) => ({ ...s, id: `my ${s.id}` })),
    };
    const groups = [...groupsOf([lock, renamed, deadlock]).values()];
    expect(groups.map((g) => g.rules.map((r) => r.id))).toEqual(
      lock.scenarios.map(() => ['fork-lock-target', 'flush', 'deadlock']),
    );
  });

  it('are explored once where nothing breaks', async () => {
    let told = 0;
    const found = await exploreRules([lock, flush], side(correct), { progress: () => told++ });
    expect(told).toBe(lock.scenarios.length);
    expect(found.get(flush)).toMatchObject({ verdict: 'holds', states: found.get(lock)!.states });
  });

  it('have verdicts of their own where something breaks: those of each rule alone', async () => {
    const rules = [lock, flush, deadlock];
    for (const program of [correct, unlocked]) {
      const found = await exploreRules(rules, side(program), {});
      for (const rule of rules) {
        const alone = (await exploreRules([rule], side(program), {})).get(rule)!;
        expect(found.get(rule)!.verdict, rule.id).toBe(alone.verdict);
        expect(found.get(rule)!.results.map((r) => r.counterexample)).toEqual(
          alone.results.map((r) => r.counterexample),
        );
      }
    }
  });
});

describe('a breach at the end of a run that failed', () => {
  it('does not make a failed fork look like one that succeeded', async () => {
    const SETUP = '\t\tif (is_vm_hugetlb_page(copy))\n\t\t\thugetlb_dup_vma_private(copy);\n';
    const COPY = '\t\tif (!(copy->vm_flags & VM_WIPEONFORK))\n';
    const late = await lowered((t) => edit(edit(t, SETUP, ''), COPY, `${SETUP}${COPY}`));
    const system = buildForkSystem({
      program: late,
      entry: 'dup_mmap',
      scenario: (await loadRules()).find((r) => r.id === 'fork-content')!.scenarios[0],
      features: FEATURES_6_12,
      limits: DEFAULT_LIMITS,
      checked: new Set(['content', 'published-early']),
    })!;
    const failing = (id: string) =>
      new Search(system.merged, {
        order: 'breadth',
        properties: new Set([propertyIndex(id)]),
        stopAtFirst: false,
        maxStates: 100_000,
      }).run().failing;
    expect(failing('published-early')).toBeGreaterThan(0);
    expect(failing('content')).toBe(0);
  });
});

describe('mutants of several rules', () => {
  it('are credited to the rules whose property broke, and a rule that catches none is vacuous', async () => {
    const found = await tryMutants([lock, flush, deadlock], side(correct), {});
    expect(found.get(lock)!.missing).toEqual([]);
    expect(found.get(flush)).toMatchObject({ missing: [], tried: expect.any(Number) });
    expect(found.get(flush)!.caught).toBeGreaterThan(0);
    expect(found.get(deadlock)).toMatchObject({ caught: 0, missing: ['any edit'] });
    expect(found.get(deadlock)!.elsewhere.length).toBeGreaterThan(0);
    const findings = await evaluateRules({
      rules: [lock, flush, deadlock],
      before: side(correct),
      after: side(correct),
      message: '',
      options: {},
      keep: () => '',
    });
    expect(findings.map((f) => [f.rule, f.verdict])).toEqual([
      ['fork-lock-target', 'holds'],
      ['flush', 'holds'],
      ['deadlock', 'vacuous'],
    ]);
  });

  it('give a rule the same result whether others are there or not', async () => {
    const [together, alone] = await Promise.all([
      tryMutants([lock, flush], side(correct), {}),
      tryMutants([lock], side(correct), {}),
    ]);
    const { caught, tried, survivors } = alone.get(lock)!;
    expect(together.get(lock)).toMatchObject({ caught, tried, survivors });
  });
});

describe('a required edit', () => {
  it('that the program has no step for is missing, unless it is asked for only where there is one', async () => {
    const required = [{ operator: 'delete', step: 'ksm_fork_later' }] as const;
    const asking = (whenCalled: boolean): Rule => ({
      ...lock,
      mutants: { ...lock.mutants, required: required.map((r) => ({ ...r, whenCalled })) },
    });
    for (const whenCalled of [false, true]) {
      const rule = asking(whenCalled);
      const { missing } = (await tryMutants([rule], side(correct), {})).get(rule)!;
      expect(missing).toEqual(whenCalled ? [] : ['delete ksm_fork_later']);
    }
  });
});
