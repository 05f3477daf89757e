import { type Ptr, pointer, symbol, type Value } from '../machine/value.js';
import { World } from '../machine/world.js';
import type { Scenario, VmaSpec } from '../scenario.js';
import { VM_FLAGS } from './constants.js';
import { hasRcuTrees } from './features.js';
import { COUNTS_SHARED } from './ledger.js';
import { linkAll, noLinks } from './links.js';
import { LOCK_CACHE, VMA_CACHE } from './primitives/caches.js';
import { MMF_HAS_UPROBES, setFlag } from './primitives/flags.js';
import { SCANNERS, scansParent } from './primitives/scanner-list.js';
import { CHILD, KERNEL, PAGE, PARENT, TASK } from './primitives/support.js';
import { MM_SEQ_START, type Shared } from './shared.js';
import { COUNTERS, countersOf } from './stat.js';
import { mmTreeFlags, TREE_FIELD, TREE_FLAGS, TreeValue, treeWith } from './tree-value.js';

/** Field of an mm: it holds what only memcpy() of the parent's mm gives a child, the layout of its address space. */
export const IMAGE = '__image';

/** First address of VMA `k`: VMAs lie apart, but for those that adjoin the one before them and one at 0. */
export function vmaStart(vmas: readonly VmaSpec[], k: number): number {
  if (k === 0 && vmas[k].atZero) return 0;
  if (!vmas[k].adjoins || k === 0) return 0x10000 * (k + 1);
  return vmaStart(vmas, k - 1) + PAGE * pagesOf(vmas[k - 1]);
}
/** Number of pages of a VMA. */
export const pagesOf = (spec: VmaSpec): number => Math.max(1, spec.pages.length);
/** vm_flags of a VMA. */
export const flagsOf = (spec: VmaSpec): number =>
  spec.flags.reduce((bits, f) => bits + (VM_FLAGS[f] ?? 0), 0);

/** The private memory of the forking thread before dup_mmap(): both mms, the task, the parent's VMAs and its tree. */
export function initialWorld(shared: Shared): World {
  const w = new World();
  const { scenario } = shared;
  w.create('kernel', 'kernel');
  // each holds the pointer that the variable of its name has
  for (const cache of [VMA_CACHE, LOCK_CACHE]) w.put(KERNEL, cache.path, cache);
  w.create('mm', 'parent');
  w.create('mm', 'child');
  w.create('task', 'current');
  const flags = mmTreeFlags(hasRcuTrees(shared.features));
  w.put(KERNEL, TREE_FLAGS, flags);
  if (shared.features.countsShared) w.put(KERNEL, COUNTS_SHARED, 1);
  const sums = countersOf(scenario.vmas.map((v) => ({ flags: flagsOf(v), pages: pagesOf(v) })));
  for (const mm of [PARENT, CHILD]) freshMm(w, mm);
  // each of its threads is a user
  w.put(PARENT, 'mm_users.counter', 1 + scenario.threads.length);
  for (const field of COUNTERS) w.put(PARENT, field, sums[field]);
  for (const s of SCANNERS) if (scansParent(scenario, s)) setFlag(w, PARENT, s.flag, true);
  w.put(PARENT, 'map_count', scenario.vmas.length);
  setFlag(w, PARENT, MMF_HAS_UPROBES, true);
  w.put(PARENT, 'owner', TASK);
  w.put(PARENT, IMAGE, 1);
  w.put(PARENT, 'binfmt', pointer(PARENT.obj, '__binfmt'));
  w.put(
    PARENT,
    '__binfmt.module',
    w.create('module', 'module of the binary format', [['__refs', 1]]),
  );
  const exe = w.create('file', 'executable', [['__refs', 1]]);
  w.put(PARENT, 'exe_file', exe);
  const list = scenario.vmas.map((_, k) => {
    const p = makeVma(w, scenario, k);
    return {
      first: w.get(p, 'vm_start') as number,
      last: (w.get(p, 'vm_end') as number) - 1,
      entry: p,
    };
  });
  w.put(pointer(PARENT.obj, 'mm_mt'), TREE_FIELD, treeWith(list, flags));
  if (shared.features.vmaLinks)
    linkAll(
      w,
      PARENT,
      list.map((r) => r.entry),
    );
  return w;
}

/** An mm as mm_init() leaves it, kernel/fork.c of 6.12: one user, an empty tree, on no list, nothing counted. */
export function freshMm(w: World, mm: Ptr): void {
  const flags = w.get(KERNEL, TREE_FLAGS);
  w.put(
    pointer(mm.obj, 'mm_mt'),
    TREE_FIELD,
    TreeValue.empty(typeof flags === 'number' ? flags : 0),
  );
  for (const field of FRESH) w.put(mm, field, 0);
  noLinks(w, mm);
  w.put(mm, '__seq', MM_SEQ_START);
  w.put(mm, 'mm_users.counter', 1);
}

const FRESH = [
  '__mmap_lock',
  'mmlist',
  'binfmt',
  'user_ns',
  'flags',
  'map_count',
  'total_vm',
  'data_vm',
  'exec_vm',
  'stack_vm',
  'locked_vm',
  'pinned_vm',
  'hiwater_rss',
  'exe_file',
  ...SCANNERS.map((s) => s.field),
];

function makeVma(w: World, scenario: Scenario, k: number) {
  const spec = scenario.vmas[k];
  const name = `V${k + 1}`;
  const p = w.create('vma', name);
  const flags = flagsOf(spec);
  const set = (path: string, x: Value) => w.put(p, path, x);
  const owned = (kind: string, what: string, has: boolean | undefined): Value =>
    has ? w.create(kind, `${what} of ${name}`, [['__refs', 1]]) : 0;
  set('__shared', k);
  set('__origin', k);
  // nobody gives this VMA its first anon_vma while fork runs
  if (spec.anonVma || !scenario.threads.length || !spec.flags.includes('VM_WRITE'))
    set('__anon_fixed', 1);
  const start = vmaStart(scenario.vmas, k);
  set('vm_start', start);
  set('vm_end', start + PAGE * pagesOf(spec));
  set('vm_flags', flags);
  set('__vm_flags', flags);
  set('vm_mm', PARENT);
  set('vm_lock_seq', -1);
  set('anon_vma', spec.anonVma ? pointer(p.obj, '__anon') : 0);
  set('vm_policy', owned('policy', 'policy', spec.policy));
  set('vm_userfaultfd_ctx.ctx', owned('userfaultfd', 'userfaultfd', spec.userfaultfd));
  set('__userfaultfd', spec.userfaultfd ? 1 : 0);
  set('vm_private_data', owned('private', 'private data', spec.privateData));
  set('vm_pgoff', start / PAGE);
  set('vm_ops', 0);
  set('vm_file', 0);
  if (spec.ops || spec.file) {
    const ops = w.create('ops', `${spec.kind} ops`, [
      ['open', spec.ops ? symbol('driver_open') : 0],
      ['close', spec.ops ? symbol('driver_close') : 0],
    ]);
    set('vm_ops', ops);
  }
  if (spec.file) {
    const mapping = w.create('mapping', `mapping of ${name}`, [['__writable', 0]]);
    const file = w.create('file', `file of ${name}`, [
      ['f_mapping', mapping],
      ['__refs', 1],
    ]);
    set('vm_file', file);
  }
  return p;
}
