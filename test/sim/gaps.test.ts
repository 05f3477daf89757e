import { describe, expect, it } from 'vitest';
import { ALL_PROPERTIES, checkScenario } from '../../src/sim/explore/check.js';
import type { ForkSystem } from '../../src/sim/explore/fork-system.js';
import type { Edge } from '../../src/sim/explore/graph.js';
import { FEATURES_6_12 } from '../../src/sim/kernel/features.js';
import { DEFAULT_LIMITS, type Scenario, type VmaSpec } from '../../src/sim/scenario.js';
import { edit, lowered, VERSIONS, type Version } from '../litmus/fork-programs.js';
import { anon, forkSystem, RW, scenario, stores } from '../litmus/fork-scenarios.js';

/** What src/sim/README.md says is not modelled. A test that fails here is a gap that was closed: change the README. */
const textOf = (e: Edge): string =>
  typeof e.info.text === 'string' ? e.info.text : e.info.text(new Uint8Array(4096));
const steps = (fs: ForkSystem, thread: number): string[] =>
  fs.system.spec.threads[thread].nodes.flat().map(textOf);

/** Texts of the steps of the only thread, in the order in which they run. */
function ran({ system }: ForkSystem): string[] {
  const b = system.initial();
  const out: string[] = [];
  for (;;) {
    const list = system.edges[0][b.nodes[0]];
    const e = list.findIndex((x) => !x.guard || x.guard(b.bytes));
    if (e < 0) return out;
    out.push(textOf(system.spec.threads[0].nodes[b.nodes[0]][e]));
    b.nodes[0] = list[e].to;
    list[e].apply?.(b.bytes);
  }
}

async function verdict(version: Version, s: Scenario) {
  return checkScenario({
    program: await lowered(version.change),
    entry: 'dup_mmap',
    scenario: s,
    features: FEATURES_6_12,
    limits: DEFAULT_LIMITS,
    properties: ALL_PROPERTIES,
    stopAtFirst: true,
  });
}
const version = (name: string, change: (t: string) => string): Version => ({ name, change });
const alone = (vma: VmaSpec, more: Partial<Scenario> = {}) => scenario('alone', [vma], [], more);

describe('an error in the state of a tree operation', () => {
  it('is what xa_err() makes of the node', async () => {
    const clears =
      '\t\t\terror = vma_iter_clear_gfp(&walk, vma->vm_start, vma->vm_end, GFP_KERNEL);\n';
    const asks = `${clears}\t\t\tif (mas_is_err(&walk.mas))\n\t\t\t\terror = xa_err(walk.mas.node);\n`;
    const pad = { kind: 'padding', flags: ['VM_READ', 'VM_MAYREAD'], anonVma: false, pages: [] };
    const dontcopy = { ...anon('writable'), flags: [...RW, 'VM_DONTCOPY'] };
    const vmas = [pad, pad, pad, pad, dontcopy, pad, pad, pad, pad, pad];
    const s = scenario('two leaves', vmas, [], { failures: 1 });
    const fs = await forkSystem(
      version('asks the state', (t) => edit(t, clears, asks)),
      s,
    );
    expect(steps(fs, 0).some((t) => /mas_store_gfp.*memory/.test(t))).toBe(true);
    const result = await verdict(
      version('asks the state', (t) => edit(t, clears, asks)),
      s,
    );
    expect(result).toMatchObject({ failing: 0, exhausted: true, stuck: [] });
    expect(result.assumptions.filter((a) => a.includes('xa_err'))).toEqual([]);
  });
});

describe('not modelled, so that a defect there is missed:', () => {
  it('one page-table lock covers all pages of a VMA, and is not dropped on the way', async () => {
    const fs = await forkSystem(VERSIONS.correct, alone(anon('writable', 'writable', 'writable')));
    const texts = ran(fs).filter((t) => /page table|shares/.test(t));
    expect(texts.map((t) => t.split(/[ (]/)[0])).toEqual([
      'spin_lock',
      'shares',
      'shares',
      'shares',
      'spin_unlock',
    ]);
  });

  it.each([['the flags of a failed child', '\t\tset_bit(MMF_UNSTABLE, &child->flags);\n', '']])(
    '%s',
    async (_name, from, to) => {
      const vma = {
        ...anon('writable'),
        flags: [...RW, 'VM_ACCOUNT'],
        policy: true,
        userfaultfd: true,
      };
      const s = alone(vma, { failures: 1 });
      const result = await verdict(
        version('edited', (t) => edit(t, from, to)),
        s,
      );
      expect(result).toMatchObject({ failing: 0, exhausted: true, stuck: [] });
    },
  );

  it('pages have no content but who stored to them, and a thread with one store has no order to break', async () => {
    const one = scenario('one', [anon('writable', 'writable')], stores(1));
    const two = scenario('two', [anon('writable', 'writable')], stores(2));
    const removed = { ...VERSIONS.lockRemoved };
    const breaches = async (s: Scenario) => {
      const fs = await forkSystem(removed, s);
      return fs.shared.dealt.length;
    };
    expect([await breaches(one), await breaches(two)]).toEqual([0, 2]);
  });

  it('a first anon_vma is set and the mmap lock dropped in one step', async () => {
    const fs = await forkSystem(VERSIONS.correct, scenario('first', [anon('none')], stores(1)));
    const at = fs.system.spec.threads[1].nodes.flat().filter((e) => /gets an anon/.test(textOf(e)));
    expect(at.map((e) => e.op.effect.length).sort()).toEqual([1, 2]);
  });
});

describe('not modelled, so that a run is given up and said to be:', () => {
  it('a function without model or body that takes an mm or a VMA', async () => {
    const call = version('calls', (t) =>
      edit(t, '\tflush_cache_dup_mm(parent);\n', '\tfrob_new_mm(parent);\n'),
    );
    const result = await verdict(call, alone(anon('writable')));
    expect(result.stuck.map((x) => x.reason).join()).toMatch(/frob_new_mm\(\) is not modelled/);
  });

  it('another unknown function is tried with each class of result, and noted', async () => {
    const call = version('calls', (t) =>
      edit(t, '\tflush_cache_dup_mm(parent);\n', '\terror = frob_nothing(3);\n'),
    );
    const result = await verdict(call, alone(anon('writable')));
    expect(result.assumptions.join()).toMatch(/frob_nothing\(\)/);
    expect(result.stuck).toEqual([]);
  });
});

describe('modelled more freely than it is, so that more runs are looked at than there are:', () => {
  it('a reader enters a VMA lock although a writer waits for it', async () => {
    const fs = await forkSystem(VERSIONS.correct, scenario('r', [anon('writable')], stores(1)));
    const enter = fs.system.spec.threads[1].nodes
      .flat()
      .filter((e) => textOf(e).startsWith('lock_vma_under_rcu'));
    // it asks for the writer that is in, not for one that waits
    for (const e of enter) expect(e.op.guard).toHaveLength(1);
    expect(enter.length).toBeGreaterThan(0);
  });

  it('user threads leave shared and file mappings alone', async () => {
    const shared = { ...anon('none'), flags: [...RW, 'VM_SHARED'], file: true };
    const fs = await forkSystem(VERSIONS.correct, scenario('s', [shared], stores(1)));
    expect(steps(fs, 1).some((t) => /fault|store/.test(t))).toBe(false);
  });

  it('a writable page of a shared PFN mapping is no breach', async () => {
    const pfn = { ...anon('writable'), flags: [...RW, 'VM_SHARED', 'VM_PFNMAP'] };
    const result = await verdict(VERSIONS.correct, alone(pfn));
    expect(result.counterexample).toBeNull();
  });
});
