import { describe, expect, it } from 'vitest';
import { loadRules } from '../../src/judge/load.js';
import { checkScenario } from '../../src/sim/explore/check.js';
import { FEATURES_6_12 } from '../../src/sim/kernel/features.js';
import { applyDelta, deltaOf } from '../../src/sim/mutate/delta.js';
import { mutantsOf } from '../../src/sim/mutate/mutants.js';
import { DEFAULT_LIMITS } from '../../src/sim/scenario.js';
import { lowered } from '../litmus/fork-programs.js';

describe('the delta of a mutant', () => {
  it('gives the same code back, in far less space', async () => {
    const base = await lowered();
    for (const rule of await loadRules())
      for (const m of mutantsOf(base, rule.applies.entry, rule.mutants)) {
        const delta = JSON.parse(JSON.stringify(deltaOf(base, m.program)));
        const again = applyDelta(base, delta);
        for (const [name, f] of Object.entries(m.program.functions)) {
          expect(again.functions[name].code).toEqual(f.code);
          expect(again.functions[name].regs).toBe(f.regs);
        }
        const space = JSON.stringify(delta).length;
        expect(space * 10, m.label).toBeLessThan(JSON.stringify(m.program).length);
      }
  });

  it('of the program itself is nothing', async () => {
    const base = await lowered();
    expect(deltaOf(base, base)).toEqual({});
  });

  it('explores to the same counts', async () => {
    const base = await lowered();
    const rule = (await loadRules()).find((r) => r.id === 'fork-lock-target')!;
    const m = mutantsOf(base, rule.applies.entry, rule.mutants)[0];
    const counts = (program: typeof base) => {
      const { states, transitions, failing } = checkScenario({
        program,
        entry: rule.applies.entry,
        scenario: rule.scenarios[1],
        features: FEATURES_6_12,
        limits: DEFAULT_LIMITS,
        properties: rule.properties,
        stopAtFirst: false,
      });
      return { states, transitions, failing };
    };
    expect(counts(applyDelta(base, deltaOf(base, m.program)))).toEqual(counts(m.program));
  });
});
