import { describe, expect, it } from 'vitest';
import { lowerProgram } from '../../src/cfront/index.js';
import { checkScenario } from '../../src/sim/explore/check.js';
import type { ForkSystem } from '../../src/sim/explore/fork-system.js';
import { FEATURES_6_8, type Features } from '../../src/sim/kernel/features.js';
import { CHILD, PARENT } from '../../src/sim/kernel/primitives/support.js';
import { initialWorld } from '../../src/sim/kernel/setup.js';
import { Shared } from '../../src/sim/kernel/shared.js';
import { treePicture } from '../../src/sim/kernel/tree-picture.js';
import { isModelled } from '../../src/sim/known.js';
import { pointer } from '../../src/sim/machine/value.js';
import type { Program } from '../../src/sim/program.js';
import { PROPERTIES } from '../../src/sim/property/properties.js';
import { DEFAULT_LIMITS, type Scenario, type VmaSpec } from '../../src/sim/scenario.js';
import { skeletonFile, skeletonHelpers } from '../../src/source/index.js';
import { edit, lowered } from '../litmus/fork-programs.js';
import { anon, forkSystem, RW, scenario } from '../litmus/fork-scenarios.js';

const padding: VmaSpec = { kind: 'padding', flags: ['VM_READ'], anonVma: false, pages: [] };
const dontcopy: VmaSpec = { ...anon('writable'), flags: [...RW, 'VM_DONTCOPY'] };
/** Apart from each other, nine VMAs and the ranges between them fill more than one leaf. */
const row = (n: number, ...at: number[]): VmaSpec[] =>
  Array.from({ length: n }, (_, k) => (at.includes(k) ? dontcopy : padding));
const oneFailure = (vmas: VmaSpec[]) => scenario('row', vmas, [], { failures: 1 });

const textsOf = (fs: ForkSystem): string[] =>
  fs.system.spec.threads[0].nodes
    .flat()
    .map((e) =>
      typeof e.info.text === 'string' ? e.info.text : e.info.text(new Uint8Array(4096)),
    );
const refusals = async (vmas: VmaSpec[]) =>
  textsOf(await forkSystem({ name: 'correct' }, oneFailure(vmas))).filter((t) =>
    /mas_store_gfp .* fails/.test(t),
  );

const lowerEra = (id: string, change: (t: string) => string = (t) => t): Promise<Program> => {
  const file = skeletonFile(id);
  const text = change(file.lines.map((l) => l.text).join('\n')).split('\n');
  const lines = text.map((t) => ({ ...file.lines[0], text: t }));
  return lowerProgram({
    files: [{ ...file, lines }],
    entries: ['dup_mmap'],
    isModelled,
    declarations: [skeletonHelpers()],
  });
};

const TREE_PROPERTIES = ['tree-mode', 'tree-corrupt', 'tree-leak', 'invalid-access'];
function broken(program: Program, s: Scenario, features: Features = FEATURES_6_8) {
  const r = checkScenario({
    program,
    entry: 'dup_mmap',
    scenario: s,
    features,
    limits: DEFAULT_LIMITS,
    properties: TREE_PROPERTIES,
    stopAtFirst: false,
  });
  expect(r.stuck).toEqual([]);
  const run = r.counterexample;
  return run && [PROPERTIES[run.property].id, run.steps.at(-1)?.text];
}

describe('clearing the range of a VM_DONTCOPY VMA', () => {
  it('needs no memory in a tree of one leaf', async () => {
    expect(await refusals(row(2, 0))).toEqual([]);
    expect(await refusals(row(7, 3))).toEqual([]);
  });

  it('can fail where the store spans two leaves, and nowhere else', async () => {
    const at = await Promise.all(
      Array.from({ length: 10 }, async (_, k) => (await refusals(row(10, k))).length),
    );
    // the fifth VMA is the last of the left leaf: what follows it is in the right one
    expect(at).toEqual([0, 0, 0, 0, 1, 0, 0, 0, 0, 0]);
  });

  it('can fail where a leaf is left with too few slots', async () => {
    // two neighbours take four slots out of ten
    expect(await refusals(row(10, 1))).toHaveLength(0);
    expect(await refusals(row(10, 1, 2))).toHaveLength(1);
    expect(await refusals(row(10, 7, 8, 9))).toHaveLength(1);
    // both kinds: the scenario two-leaves
    expect(await refusals(row(10, 4, 7, 8))).toHaveLength(2);
  });

  it('leaves marker and mode right when it fails', async () => {
    for (const era of ['6.8', '6.12']) {
      const program = await lowerEra(era);
      expect([era, broken(program, oneFailure(row(10, 1, 2, 4)))]).toEqual([era, null]);
    }
  });
});

describe('bulk mode', () => {
  const many = scenario('many', row(10, -1), [], { failures: 1, signal: true });

  it('runs through outside RCU mode, with failures', async () => {
    for (const era of ['6.1-stable', '6.4', '6.7'])
      expect([era, broken(await lowerEra(era), many)]).toEqual([era, null]);
    const old = { ...FEATURES_6_8, rcuTrees: false };
    expect(broken(await lowerEra('6.1'), many, old)).toBeNull();
  });

  it('uses its preallocated nodes up in RCU mode', async () => {
    const program = await lowerEra('6.7', (t) =>
      edit(t, '\tmt_clear_in_rcu(walk.mas.tree);\n', ''),
    );
    const [property, text] = broken(program, many) ?? [];
    expect(property).toBe('tree-mode');
    expect(text).toMatch(/no preallocated node left/);
  });

  it('leaks what was preallocated without mas_destroy()', async () => {
    const program = await lowerEra('6.1-stable', (t) => edit(t, '\tmas_destroy(&into);\n', ''));
    expect(broken(program, many)?.[0]).toBe('tree-leak');
  });
});

describe('RCU mode', () => {
  it('is missed when the child is left without it, and only then', async () => {
    const set = '\t\tmt_set_in_rcu(walk.mas.tree);\n';
    const without = await lowered((t) => edit(t, set, ''));
    const one = scenario('one', [anon('writable')]);
    expect(broken(without, one)?.[0]).toBe('tree-mode');
    expect(broken(await lowered(), one)).toBeNull();
    // a kernel whose trees are never in RCU mode
    expect(broken(without, one, { ...FEATURES_6_8, rcuTrees: false })).toBeNull();
  });

  it('is missed when the wrong tree gets it', async () => {
    const wrong = await lowered((t) =>
      edit(t, '\tmt_clear_in_rcu(walk.mas.tree);\n', '\tmt_clear_in_rcu(&parent->mm_mt);\n'),
    );
    expect(broken(wrong, scenario('one', [anon('writable')]))).toEqual([
      'tree-mode',
      expect.stringMatching(/the tree of the parent is not left in RCU mode/),
    ]);
  });
});

describe('a tree for drawing', () => {
  it('has its nodes, the root first, and what their slots hold', async () => {
    const w = initialWorld(new Shared(scenario('row', row(9, -1)), FEATURES_6_8));
    const { nodes } = treePicture({ world: w }, pointer(PARENT.obj, 'mm_mt'));
    expect(nodes.map((n) => [n.id, n.parent, n.kind])).toEqual([
      [0, null, 'maple_arange_64'],
      [1, 0, 'maple_leaf_64'],
      [2, 0, 'maple_leaf_64'],
    ]);
    expect(nodes[0].slots.map((s) => [s.holds, s.child])).toEqual([
      ['node', 1],
      ['node', 2],
    ]);
    const held = nodes.slice(1).flatMap((n) => n.slots.filter((s) => s.holds === 'old'));
    expect(held.map((s) => s.name)).toEqual(Array.from({ length: 9 }, (_, k) => `V${k + 1}`));
    expect(treePicture({ world: w }, pointer(CHILD.obj, 'mm_mt')).nodes).toEqual([]);
  });
});
