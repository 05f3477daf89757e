import { beforeAll, describe, expect, it } from 'vitest';
import { checkScenario } from '../../src/sim/explore/check.js';
import { makeTrace, runTrace } from '../../src/sim/explore/trace.js';
import { FEATURES_6_12, type Features } from '../../src/sim/kernel/features.js';
import type { Program } from '../../src/sim/program.js';
import { PROPERTIES } from '../../src/sim/property/properties.js';
import { DEFAULT_LIMITS, type Scenario } from '../../src/sim/scenario.js';
import { loweredTail } from './fork-programs.js';
import { type Change, DEFECTS, HARMLESS, ROUTES, visited } from './teardown-programs.js';

/** Properties of what happens around and after dup_mmap(). */
const OURS = [
  'parent-vma-left',
  'half-built-visible',
  'event-delivered',
  'half-built-hook',
  'failure-marker',
  'tree-leak',
  'guard-teardown',
  'invalid-access',
];

interface Asked {
  change?: Change;
  properties?: readonly string[];
  scenario?: Scenario;
  features?: Partial<Features>;
}

async function check({ change, properties = OURS, scenario = ROUTES, features = {} }: Asked) {
  const program = await loweredTail(change);
  const input = {
    program,
    entry: 'dup_mm',
    features: { ...FEATURES_6_12, ...features },
    limits: DEFAULT_LIMITS,
  };
  const result = checkScenario({ ...input, scenario, properties, stopAtFirst: false });
  return { input, result };
}

describe('the child of a failed fork', () => {
  it.each(DEFECTS)('$property: $name', async ({ change, property }) => {
    const { input, result } = await check({ change, properties: [property] });
    const run = result.counterexample!;
    expect(run && PROPERTIES[run.property].id).toBe(property);
    const trace = makeTrace({
      rule: 'r',
      property: run.property,
      checked: [property],
      features: input.features,
      entry: input.entry,
      program: input.program,
      scenario: run.scenario,
      schedule: run.schedule,
    });
    expect(runTrace(trace).ended).toBe('violated');
  });

  it.each(HARMLESS)('stays out of reach: $name', async ({ change }) => {
    const { result } = await check({ change });
    expect(result).toMatchObject({
      counterexample: null,
      failing: 0,
      exhausted: true,
      limit: null,
      stuck: [],
    });
  });

  it('is met by walkers that do not look at MMF_UNSTABLE', async () => {
    const properties = ['half-built-visible'];
    const seen = async (stableChecks: Features['stableChecks']) => {
      const { result } = await check({ properties, features: { stableChecks } });
      return [...new Set(result.counterexample?.steps.map((s) => s.thread))];
    };
    expect(await seen(['swapoff', 'uprobe'])).toEqual([]);
    expect(await seen(['uprobe'])).toEqual(['fork', 'swapoff']);
    // the section keeps uprobes out until fork has let go of the child: somebody else must hold it then
    expect(await seen(['swapoff'])).toEqual(['fork', 'swapoff', 'uprobe']);
  });

  it('is met only by a walker that has a route to it', async () => {
    const blind = { stableChecks: [] } as const;
    const properties = ['half-built-visible'];
    const of = async (...kinds: string[]) =>
      (await check({ properties, features: blind, scenario: visited(...kinds) })).result.failing;
    expect(await of('anon', 'anon')).toBe(0);
    expect(await of('shared-file', 'anon')).toBe(0);
    expect(await of('swap', 'anon')).toBeGreaterThan(0);
    // nothing was copied when the swap entry would have been
    expect(await of('anon', 'swap')).toBe(0);
  });

  it('is torn down by who holds it last, outside of fork', async () => {
    const { result } = await check({
      properties: ['half-built-visible'],
      features: { stableChecks: ['swapoff'] },
    });
    const steps = result.counterexample!.steps;
    expect(steps.some((s) => s.thread === 'swapoff' && s.text === 'mmget_not_zero(child)')).toBe(
      true,
    );
  });
});

describe('a scenario with walkers', () => {
  let program: Program;
  beforeAll(async () => {
    program = await loweredTail();
  });

  it('says that it was not run where dup_mm() is missing', () => {
    const { dup_mm: _gone, ...functions } = program.functions;
    const result = checkScenario({
      program: { ...program, functions },
      entry: 'dup_mm',
      features: FEATURES_6_12,
      limits: DEFAULT_LIMITS,
      scenario: ROUTES,
      properties: OURS,
      stopAtFirst: false,
    });
    expect(result.stuck.map((s) => s.reason)).toEqual([
      'dup_mm() is not at hand: nothing of what follows dup_mmap() was run',
    ]);
  });
});
