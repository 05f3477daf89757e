import type { Env, Primitive } from '../../machine/primitive.js';
import { isPtr, type Ptr, type Value } from '../../machine/value.js';
import { CHILD, nameOf, object, PARENT, vmaArg } from './support.js';
import { entries, XA_ZERO_ENTRY } from './tree.js';

/** Calls of exit_mmap() and of the walks below it that change nothing that is looked at. */
const NO_EFFECT: readonly string[] = [
  'mmu_notifier_release',
  'mmu_notifier_range_init',
  'mmu_notifier_invalidate_range_start',
  'mmu_notifier_invalidate_range_end',
  'arch_exit_mmap',
  'lru_add_drain',
  'tlb_gather_mmu',
  'tlb_gather_mmu_fullmm',
  'tlb_finish_mmu',
  'hugetlb_zap_begin',
  'hugetlb_zap_end',
  'unlink_file_vma_batch_init',
  'unlink_file_vma_batch_final',
  'free_pgd_range',
  'hugetlb_free_pgd_range',
  'trace_exit_mmap',
];

/**
 * A VMA that a walk of the child's teardown meets. Unmapping goes by `vma->vm_mm`: a VMA of the parent would have the
 * parent's page tables zapped and the VMA freed under the parent. The failure marker is no VMA at all.
 */
function torn(env: Env, x: Value, what: string): Ptr {
  if (x === XA_ZERO_ENTRY)
    env.breach('invalid-access', `${what} takes the failure marker for a VMA`);
  const vma = vmaArg(env, x, what);
  if (env.world.obj(vma).kind === 'vma' || env.world.get(vma, 'vm_mm') === PARENT)
    env.breach(
      'parent-vma-left',
      `${what} reaches ${nameOf(env, vma)}, which the parent still uses`,
    );
  return vma;
}

function unmapOne(env: Env, vma: Ptr): void {
  env.world.put(vma, '__unmapped', 1);
}

function unlinkFile(env: Env, x: Value, what: string): Value {
  const vma = torn(env, x, what);
  if (env.world.get(vma, '__unlinked') === 1)
    env.breach('invalid-access', `${what} takes ${nameOf(env, vma)} out of i_mmap twice`);
  env.world.put(vma, '__unlinked', 1);
  return 0;
}

/** Page tables of a VMA go only after its pages. */
function freeTables(env: Env, vma: Ptr): void {
  if (env.world.get(vma, '__unmapped') !== 1)
    env.breach('invalid-access', `free_pgtables() before ${nameOf(env, vma)} was unmapped`);
  unlinkFile(env, vma, 'free_pgtables()');
  env.world.put(vma, 'anon_vma', 0);
}

/** The tree that a walk goes over: an iterator (6.4 on), or the tree itself. */
function treeBelow(env: Env, x: Value, what: string): { tree: Ptr; stopsAtMarker: boolean } {
  const p = object(env, x, what);
  const tree = env.world.get(p, 'tree');
  return isPtr(tree) ? { tree, stopsAtMarker: true } : { tree: p, stopsAtMarker: false };
}

/** `first` and what follows it in the tree, up to the failure marker where that version knows it. */
function walk(env: Env, over: Value, first: Value, what: string, visit: (vma: Ptr) => void): Value {
  const { tree, stopsAtMarker } = treeBelow(env, over, what);
  const list = entries(env, tree);
  const at = list.findIndex((r) => r.entry === first);
  visit(torn(env, first, what));
  for (const r of list.slice(at + 1)) {
    if (at < 0 || (stopsAtMarker && r.entry === XA_ZERO_ENTRY)) break;
    visit(torn(env, r.entry, what));
  }
  return 0;
}

/** Steps of the teardown of an mm that nobody runs in, by the functions that exit_mmap() of 6.1 to 6.12 reaches. */
export const EXIT: Record<string, Primitive> = {
  ...Object.fromEntries(NO_EFFECT.map((name): [string, Primitive] => [name, () => 0])),
  unmap_single_vma: (env, [, vma]) => {
    unmapOne(env, torn(env, vma, 'unmap_single_vma()'));
    return 0;
  },
  unlink_file_vma: (env, [vma]) => unlinkFile(env, vma, 'unlink_file_vma()'),
  unlink_file_vma_batch_add: (env, [, vma]) => unlinkFile(env, vma, 'unlink_file_vma_batch_add()'),
  /** What a driver's close() does is its own affair; it can not fail. */
  driver_close: () => 0,
};

/**
 * The two walks themselves, mm/memory.c, for programs that do not hold their text: they visit the tree entry by entry.
 * The variant that is given an iterator stops at the failure marker (6.8 on), the older one knows of none.
 */
export const EXIT_WALKS: Record<string, Primitive> = {
  unmap_vmas: (env, [, over, vma]) => walk(env, over, vma, 'unmap_vmas()', (x) => unmapOne(env, x)),
  free_pgtables: (env, [, over, vma]) =>
    walk(env, over, vma, 'free_pgtables()', (x) => freeTables(env, x)),
};

/** The models of a teardown for a program: a walk whose text the program holds runs from that text. */
export function exitPrimitives(has: (name: string) => boolean): Record<string, Primitive> {
  const walks = Object.entries(EXIT_WALKS).filter(([name]) => !has(name));
  return { ...EXIT, ...Object.fromEntries(walks) };
}

/** What a child that was torn down must not leave behind; one sentence each. */
export function leftBehind(env: Pick<Env, 'world'>): string[] {
  const { world } = env;
  const out: string[] = [];
  const copies = world.objs.filter((o) => o.kind === 'copy');
  for (const o of copies) if (o.fields.get('__freed') !== 1) out.push(`${o.name} is not freed`);
  const committed = world.objs[0].fields.get('committed') ?? 0;
  if (committed !== 0) out.push(`${committed} pages stay committed`);
  const tree = entries(env as Env, { obj: CHILD.obj, path: 'mm_mt' });
  if (tree.length) out.push("the child's tree is not destroyed");
  for (const mm of [PARENT, CHILD])
    if (world.get(mm, '__mmap_lock') !== 0)
      out.push(`the mmap lock of the ${world.obj(mm).name} is held`);
  return out;
}

/** Values that exit_mmap() and its walks use: x86-64, include/linux/pgtable.h and mm.h. */
export const EXIT_CONSTANTS: Readonly<Record<string, Value>> = {
  FIRST_USER_ADDRESS: 0,
  USER_PGTABLES_CEILING: 0,
  PMD_SIZE: 0x200000,
  MMU_NOTIFY_UNMAP: 0,
  ZAP_FLAG_DROP_MARKER: 1,
  ZAP_FLAG_UNMAP: 2,
};
