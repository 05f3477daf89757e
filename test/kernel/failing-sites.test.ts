import { beforeAll, describe, expect, it } from 'vitest';
import { calleesOf, detectFeatures, headerNames } from '../../src/judge/features.js';
import { unbalanced } from '../../src/sim/actors/exit.js';
import type { Features } from '../../src/sim/kernel/features.js';
import type { World } from '../../src/sim/machine/world.js';
import type { Func, Instr, Program } from '../../src/sim/program.js';
import { unwound } from '../../src/sim/property/end/unwind.js';
import type { VmaSpec } from '../../src/sim/scenario.js';
import { folderReader } from '../../src/source/index.js';
import { failingSites, type Site } from './failing-sites.js';
import { Ledger } from './ledger.js';
import { CLEAR_MAY_FAIL } from './log.js';
import { SequentialRun } from './machine-run.js';
import { type Lowered, lowerForkAndExit } from './program.js';
import { alone } from './scenarios.js';
import { kernelTree } from './tree.js';

const ANON = ['VM_READ', 'VM_WRITE', 'VM_MAYREAD', 'VM_MAYWRITE', 'VM_ACCOUNT'];
const SHARED = ['VM_READ', 'VM_WRITE', 'VM_SHARED', 'VM_MAYREAD', 'VM_MAYWRITE'];
const anon: VmaSpec = { kind: 'anon', flags: ANON, anonVma: true, pages: ['writable'] };
/** One of each kind that dup_mmap() treats in its own way. */
const KINDS: VmaSpec[] = [
  anon,
  { ...anon, kind: 'untouched', anonVma: false, pages: ['none'] },
  { ...anon, kind: 'dontcopy', flags: [...ANON, 'VM_DONTCOPY'] },
  { ...anon, kind: 'wipeonfork', flags: [...ANON, 'VM_WIPEONFORK'] },
  { ...anon, kind: 'policy', policy: true, userfaultfd: true, ops: true },
  { ...anon, kind: 'private file', file: true, ops: true },
  { kind: 'shared file', flags: SHARED, anonVma: false, pages: ['none'], file: true, ops: true },
  {
    kind: 'shared hugetlb',
    flags: [...SHARED, 'VM_HUGETLB'],
    anonVma: false,
    pages: ['none'],
    file: true,
  },
  {
    kind: 'pfn',
    flags: ['VM_READ', 'VM_MAYWRITE', 'VM_PFNMAP'],
    anonVma: true,
    pages: ['writable'],
  },
  anon,
];

/** Calls without which some failure leaves something behind. */
const COMMON = [
  'mpol_put',
  'fput',
  'vm_area_free',
  'vm_unacct_memory',
  'mmap_write_unlock',
  'i_mmap_unlock_write',
  'unlink_anon_vmas',
  'remove_vma',
  'vma_close',
  '__mt_destroy',
  'unmap_vmas',
];
const NEEDED = {
  // mas_set_range() is not among them: the iterator is there already
  '6.12': [...COMMON, 'dup_userfaultfd_fail', 'mas_store', 'xa_is_zero', '__vm_area_free'],
  '6.1': [...COMMON, 'dup_userfaultfd_complete', 'uprobe_end_dup_mmap'],
} as const;

/** The program with the calls of `callee` taken out of all functions but the helpers of the iterator. */
function without(program: Program, callee: string): Program {
  const functions = Object.entries(program.functions).map(([name, f]): [string, Func] => {
    const code = f.code.map((i, at): Instr => {
      if (i.op !== 'call' || !('name' in i.callee) || i.callee.name !== callee) return i;
      if (name.startsWith('vma_iter_')) return i;
      return i.dst === null
        ? { op: 'label', id: -1 - at, ref: i.ref }
        : { op: 'move', dst: i.dst, src: { imm: 0 }, ref: i.ref };
    });
    return [name, { ...f, code }];
  });
  return { ...program, functions: Object.fromEntries(functions) };
}

/** What the counts that the models keep on the objects themselves say of a child that is torn down. */
function counted(world: World): string[] {
  const open = world.objs.filter((o) => (o.fields.get('__opened') ?? 0) !== 0);
  return [
    ...unwound({ world, succeeded: false }).map((b) => b.text),
    ...open.map((o) => `${o.name} is opened ${o.fields.get('__opened')} times more than closed`),
  ];
}

interface Outcome {
  value: unknown;
  /** The call of dup_mmap() below which the choice was made. */
  site: Site | null;
  asked: number[];
  signals: number[];
  problems: string[];
}

describe.each([
  ['6.12', 'as the tree has them', true],
  ['6.12', 'as models', false],
  ['6.1', 'as the tree has them', true],
  ['6.1', 'as models', false],
] as const)(
  'a failing dup_mmap() of Linux %s, walks of the teardown %s',
  (version, _label, walks) => {
    const { root, skipped } = kernelTree(version);
    let lowered: Lowered;
    let features: Features;

    beforeAll(async () => {
      if (!root) return;
      lowered = await lowerForkAndExit(root, walks);
      const headers = await headerNames(folderReader(root));
      features = detectFeatures(headers, calleesOf(lowered.program), null);
    });

    /** Runs fork with one failure or signal, then tears the child down. */
    function run(program: Program, failAt: number, signalAt: number, vmas = KINDS): Outcome {
      const ledger = new Ledger();
      const r = new SequentialRun({
        program,
        features,
        scenario: alone(vmas),
        failing: [failAt],
        signalAt,
        overrides: CLEAR_MAY_FAIL,
        called: (call) => ledger.book(call),
      });
      const forked = r.dupMmap();
      const end = r.exitMmap(forked);
      const torn = unbalanced(end);
      return {
        value: forked.value,
        site: r.refused,
        asked: r.asked,
        signals: r.signals,
        problems: [...ledger.problems(), ...(torn ? [torn] : []), ...counted(end.world)],
      };
    }

    /** Every single failure and every arrival of a signal, by the ordinals of the calls that meet it. */
    function tries(): (readonly [failAt: number, signalAt: number])[] {
      const clean = run(lowered.program, -1, -1);
      return [
        ...clean.asked.map((at) => [at, -1] as const),
        ...clean.signals.map((at) => [-1, at] as const),
      ];
    }

    it.skipIf(!root)(
      `succeeds without a failure, and its child is torn down whole${skipped}`,
      () => {
        for (const vmas of [KINDS, [anon], KINDS.slice(2, 3)])
          expect(run(lowered.program, -1, -1, vmas)).toMatchObject({
            value: 0,
            site: null,
            problems: [],
          });
      },
    );

    it.skipIf(!root)(
      `can fail where its source says, and nowhere else; all is given back each time${skipped}`,
      () => {
        const found = new Map<string, Site>();
        for (const [failAt, signalAt] of tries()) {
          const r = run(lowered.program, failAt, signalAt);
          expect(r.problems, `${r.site?.callee}(), line ${r.site?.line}`).toEqual([]);
          if (r.value !== 0) found.set(JSON.stringify(r.site), r.site!);
        }
        const inSource = failingSites(lowered.program, lowered.program.functions.dup_mmap);
        const byLine = (a: Site, b: Site) => (a.line ?? 0) - (b.line ?? 0);
        expect([...found.values()].sort(byLine)).toEqual(inSource.sort(byLine));
        expect(inSource.length).toBeGreaterThanOrEqual(10);
      },
    );

    it.skipIf(!root || !walks).each(walks ? NEEDED[version] : [])(
      `is seen to leave something behind when nobody calls %s()${skipped}`,
      (callee) => {
        const mutant = without(lowered.program, callee);
        const noticed = tries().filter(([failAt, signalAt]) => {
          try {
            return run(mutant, failAt, signalAt).problems.length > 0;
          } catch {
            return true;
          }
        });
        expect(noticed.length).toBeGreaterThan(0);
      },
    );
  },
);
