import { describe, expect, it } from 'vitest';
import { ALL_PROPERTIES, checkScenario } from '../../src/sim/explore/check.js';
import { buildForkSystem } from '../../src/sim/explore/fork-system.js';
import { replay } from '../../src/sim/explore/replay.js';
import { FEATURES_6_12 } from '../../src/sim/kernel/features.js';
import { PRIMITIVES } from '../../src/sim/kernel/primitives/index.js';
import type { Primitive, Visible } from '../../src/sim/machine/primitive.js';
import { PROPERTIES, propertyIndex } from '../../src/sim/property/properties.js';
import { DEFAULT_LIMITS, type Scenario } from '../../src/sim/scenario.js';
import { edit, lowered, VERSIONS, type Version } from './fork-programs.js';
import { anon, scenario, stores } from './fork-scenarios.js';
import { PLANTED_ENDS } from './planted-ends.js';
import { DEFECTS } from './teardown-programs.js';

const alone = scenario('alone', [anon('writable')]);
const failing = scenario('a failure', [anon('writable')], [], { failures: 1 });
const UNLOCK = '\tmmap_write_unlock(parent);\n\tif (!error)\n';
const keepsLock: Version = {
  name: 'returns with the lock held',
  change: (t) => edit(t, UNLOCK, '\tif (!error)\n'),
};

/** Duplicates the tree and can not fail. */
const sureDup: Record<string, Primitive> = {
  __mt_dup: function* (env, args, type) {
    const sure = { ...env, scenario: { ...env.scenario, failures: 0 } };
    return yield* PRIMITIVES.__mt_dup(sure, args, type) as Visible;
  },
};

interface Planted {
  property: string;
  version: Version;
  scenario: Scenario;
  /** Properties asked for; all when left out. */
  asked?: string[];
}

const PLANTED: Planted[] = [
  { property: 'assertion', version: VERSIONS.lockRemoved, scenario: alone },
  {
    property: 'lost-write',
    version: VERSIONS.lockRemoved,
    scenario: scenario('two threads', [anon('writable'), anon('writable')], stores(1, 1)),
  },
  {
    property: 'torn-snapshot',
    version: VERSIONS.lockRemoved,
    scenario: scenario('twice', [anon('writable', 'writable')], stores(2)),
  },
  { property: 'shared-writable', version: VERSIONS.noFlush, scenario: alone },
  {
    property: 'invalid-access',
    version: {
      name: 'a failed vm_area_dup() is not looked at',
      change: (t) => edit(t, '\t\tif (!copy)\n\t\t\tgoto no_memory;\n', ''),
    },
    scenario: failing,
  },
  {
    property: 'anon-vma-changed',
    version: VERSIONS.downgrade,
    scenario: scenario('first touch', [anon('writable'), anon('none')], stores(1)),
  },
  { property: 'lock-state', version: keepsLock, scenario: alone },
  {
    property: 'lock-state',
    version: {
      name: 'takes the lock twice',
      change: (t) => edit(t, '\tflush_cache_dup_mm(parent);\n', '\tmmap_read_lock(parent);\n'),
    },
    scenario: alone,
  },
  {
    // the thread's fault waits for a lock that is never released
    property: 'deadlock',
    version: keepsLock,
    scenario: scenario('a fault', [anon('exclusive-ro')], stores(1)),
    asked: ['deadlock'],
  },
  {
    property: 'parent-vma-left',
    version: { ...VERSIONS.noMarker, overrides: sureDup },
    scenario: failing,
  },
  ...PLANTED_ENDS,
];

const STORE = '\t\tvma_iter_bulk_store(&walk, copy);\n';
PLANTED.push(
  {
    property: 'tree-mode',
    version: {
      name: 'RCU mode is not turned on again',
      change: (t) => edit(t, '\t\tmt_set_in_rcu(walk.mas.tree);\n', ''),
    },
    scenario: alone,
  },
  {
    property: 'tree-corrupt',
    version: {
      name: 'an active iterator stores backwards',
      change: (t) =>
        edit(
          t,
          STORE,
          `${STORE}\t\t__mas_set_range(&walk.mas, 0x10000, 0x10fff);\n\t\tmas_store(&walk.mas, copy);\n`,
        ),
    },
    scenario: scenario('three VMAs', [anon('none'), anon('none'), anon('none')]),
  },
  {
    property: 'tree-leak',
    version: {
      name: 'preallocated nodes are not freed',
      change: (t) =>
        edit(
          edit(t, '\tvma_iter_free(&walk);\n', ''),
          '\tfor_each_vma(walk, vma) {\n',
          '\tmas_expected_entries(&walk.mas, 4);\n\tfor_each_vma(walk, vma) {\n',
        ),
    },
    scenario: alone,
  },
);

async function found(p: Planted) {
  const program = await lowered(p.version.change);
  const input = {
    program,
    entry: 'dup_mmap',
    features: FEATURES_6_12,
    limits: DEFAULT_LIMITS,
    properties: p.asked ?? ALL_PROPERTIES,
    ...(p.version.overrides ? { overrides: p.version.overrides } : {}),
  };
  return { input, result: checkScenario({ ...input, scenario: p.scenario, stopAtFirst: false }) };
}

describe('a planted failure is found:', () => {
  it.each(PLANTED)('$property: $version.name', async (p) => {
    const { input, result } = await found(p);
    expect(result.stuck).toEqual([]);
    const run = result.counterexample;
    expect(run && PROPERTIES[run.property].id).toBe(p.property);
    // and the run that is shown does fail, in the scenario that is named with it
    const only = new Set([propertyIndex(p.property)]);
    const small = buildForkSystem({
      ...input,
      scenario: run!.scenario,
      checked: new Set(input.properties),
    });
    expect(replay(small!.system, run!.schedule, only)).toMatchObject({
      refused: null,
      property: run!.property,
    });
    expect(run!.steps.length).toBeGreaterThan(0);
  });

  it.each(PLANTED)('$property: not without "$version.name"', async (p) => {
    const { result } = await found({ ...p, version: VERSIONS.correct });
    expect(result).toMatchObject({
      counterexample: null,
      failing: 0,
      exhausted: true,
      limit: null,
    });
  });

  it('for every property there is', () => {
    const planted = new Set([...PLANTED, ...DEFECTS].map((p) => p.property));
    const missing = PROPERTIES.filter((x) => !planted.has(x.id));
    expect(missing, 'plant a failure for it in PLANTED').toEqual([]);
  });
});

describe('a page that the parent can still write', () => {
  it('is told when the child gets it, not when fork returns', async () => {
    const { result } = await found({
      property: 'shared-writable',
      version: VERSIONS.noProtection,
      scenario: scenario('of two VMAs', [anon('writable'), anon('writable')], stores(1, 1)),
      asked: ['shared-writable'],
    });
    const steps = result.counterexample!.steps;
    expect(steps.at(-1)!.text).toContain('which the parent can still write');
    expect(steps.filter((s) => s.text.startsWith('shares'))).toHaveLength(1);
  });
});

describe('two runs that end with the same value', () => {
  it('are told apart by what they leave in the tree', async () => {
    const { result } = await found({
      property: 'parent-vma-left',
      version: VERSIONS.noMarker,
      scenario: failing,
    });
    expect(result.failing).toBeGreaterThan(0);
  });
});
