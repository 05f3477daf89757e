import type { Env, Primitive } from '../../machine/primitive.js';
import { isInt, isPtr, type Ptr, pointer, type Value } from '../../machine/value.js';
import { mas_find } from '../../maple/index.js';
import { addTo, close, removeVma, unlinkAnon, unlinkFile } from '../ledger.js';
import { following } from '../links.js';
import { countTreeNodes } from '../tree-ends.js';
import { toValue } from '../tree-value.js';
import { ownGather, usesGather } from './gather.js';
import { unlinkRb } from './links.js';
import { unmapsPages } from './owed.js';
import { CHILD, int, nameOf, object, PARENT, vmaArg } from './support.js';
import { entries, XA_ZERO_ENTRY } from './tree.js';
import { reading } from './tree-access.js';

/** Calls of exit_mmap() and of the walks below it that change nothing that is looked at. */
const NO_EFFECT: readonly string[] = [
  'mmu_notifier_range_init',
  'mmu_notifier_invalidate_range_start',
  'mmu_notifier_invalidate_range_end',
  'arch_unmap',
  'lru_add_drain',
  'hugetlb_zap_begin',
  'hugetlb_zap_end',
  'unlink_file_vma_batch_init',
  'unlink_file_vma_batch_final',
  'trace_exit_mmap',
];

/**
 * A VMA that a walk of the child's teardown meets. Unmapping goes by `vma->vm_mm`: a VMA of the parent would have the
 * parent's page tables zapped and the VMA freed under the parent. The failure marker is no VMA at all.
 */
function torn(env: Env, x: Value, what: string): Ptr {
  if (x === XA_ZERO_ENTRY)
    env.breach('failure-marker', `${what} takes the failure marker for a VMA`);
  const vma = vmaArg(env, x, what);
  if (env.world.obj(vma).kind === 'vma' || env.world.get(vma, 'vm_mm') === PARENT)
    env.breach(
      'parent-vma-left',
      `${what} reaches ${nameOf(env, vma)}, which the parent still uses`,
    );
  return vma;
}

function unmapOne(env: Env, gather: Value, vma: Ptr): void {
  usesGather(env, gather, `unmaps ${nameOf(env, vma)}`);
  unmapsPages(env, vma);
  env.world.put(vma, '__unmapped', 1);
}

/** The VMA lies in a range of addresses, its end not included. */
function within(env: Env, vma: Ptr, [from, to]: Value[]): boolean {
  if (!isInt(from) || !isInt(to)) return true;
  const [first, end] = ['vm_start', 'vm_end'].map((f) => BigInt(int(env, vma, f)));
  return BigInt.asUintN(64, BigInt(from)) <= first && end <= BigInt.asUintN(64, BigInt(to));
}

function unlinkFileOnce(env: Env, x: Value, what: string): Value {
  const vma = torn(env, x, what);
  if (env.world.get(vma, '__unlinked') === 1)
    env.breach('invalid-access', `${what} takes ${nameOf(env, vma)} out of i_mmap twice`);
  env.world.put(vma, '__unlinked', 1);
  unlinkFile(env, vma);
  return 0;
}

/** Page tables may go once no page is mapped below them and nobody finds them by the reverse map any more. */
function tablesUnused(env: Env, vma: Ptr): void {
  const what = `frees page tables of ${nameOf(env, vma)}`;
  if (env.world.get(vma, '__unmapped') !== 1)
    env.breach('invalid-access', `${what}, which still map its pages`);
  if (isPtr(env.world.get(vma, 'anon_vma')))
    env.breach('invalid-access', `${what} while its anon_vma still leads there`);
  if (isPtr(env.world.get(vma, 'vm_file')) && env.world.get(vma, '__unlinked') !== 1)
    env.breach('invalid-access', `${what} while the file's i_mmap still leads there`);
}

/** free_pgd_range(): the tables of what lies in [addr, end) of the mm that the gather is for. */
function freeTables(env: Env, gather: Value, addr: Value, end: Value): Value {
  const mm = env.world.get(object(env, gather, 'free_pgd_range()'), 'mm');
  if (!isPtr(mm)) env.breach('invalid-access', 'free_pgd_range() with a gather that is for no mm');
  usesGather(env, gather, 'frees page tables');
  const [from, to] = [Number(addr), Number(end)];
  for (const r of entries(env, pointer(mm.obj, 'mm_mt')))
    if (isPtr(r.entry) && from <= r.first && r.last < to)
      tablesUnused(env, torn(env, r.entry, 'free_pgd_range()'));
  return 0;
}

const ULONG_MAX = 0xffffffffffffffffn;

/** A walk that is given no tree follows the list of the VMAs, as before 6.1. */
const isVma = (env: Env, x: Value): x is Ptr =>
  isPtr(x) && ['vma', 'copy'].includes(env.world.obj(x).kind);

/** The tree that a walk goes over: an iterator (6.4 on), or the tree itself. */
function treeBelow(env: Env, x: Value, what: string): { tree: Ptr; stopsAtMarker: boolean } {
  const p = object(env, x, what);
  const tree = env.world.get(p, 'tree');
  return isPtr(tree) ? { tree, stopsAtMarker: true } : { tree: p, stopsAtMarker: false };
}

/** A walk over VMAs: the tree, its iterator or, before 6.1, the VMA that `over` is, and what is done with each VMA. */
interface Walk {
  over: Value;
  first: Value;
  /** Where an iterator stops: one behind the last index that it looks at; 0 is the end of the address space. */
  limit: Value;
  what: string;
  visit: (vma: Ptr) => void;
}

/** `first` and what follows it: an iterator (6.4 on) is moved, and stops at the failure marker. */
function walk(env: Env, { over, first, limit, what, visit }: Walk): Value {
  if (isVma(env, over)) {
    for (const vma of following(env.world, over)) visit(torn(env, vma, what));
    return 0;
  }
  visit(torn(env, first, what));
  const { tree, stopsAtMarker } = treeBelow(env, over, what);
  if (!stopsAtMarker) {
    const list = entries(env, tree);
    const at = list.findIndex((r) => r.entry === first);
    for (const r of at < 0 ? [] : list.slice(at + 1)) visit(torn(env, r.entry, what));
    return 0;
  }
  const at = object(env, over, what);
  const max = isInt(limit) ? BigInt.asUintN(64, BigInt(limit) - 1n) : ULONG_MAX;
  for (;;) {
    const next = reading(env, at, what, `${max}`, (mas) => toValue(mas_find(mas, max)));
    if (next === 0 || next === XA_ZERO_ENTRY) return 0;
    visit(torn(env, next, what));
  }
}

/** One VMA of free_pgtables(): out of the reverse maps, then its page tables. */
function unlinkAndFree(env: Env, vma: Ptr, what: string): void {
  unlinkFileOnce(env, vma, what);
  unlinkAnon(env, vma);
  tablesUnused(env, vma);
}

/** unmap_region(), mm/mmap.c of 6.1 to 6.11: pages, then page tables, of the VMAs from `first` that start below `end`. */
function unmapRegion(env: Env, over: Value, first: Value, end: Value): Value {
  const { tree } = treeBelow(env, over, 'unmap_region()');
  const list = entries(env, tree);
  const at = list.findIndex((r) => r.entry === first);
  if (at < 0)
    env.breach('invalid-access', 'unmap_region() starts at a VMA that is not in the tree');
  // an end of 0 stands for the end of the address space
  const limit = typeof end === 'number' && end > 0 ? end : Number.POSITIVE_INFINITY;
  const below = list.slice(at).filter((r) => r.first < limit);
  const gather = ownGather(env);
  for (const r of below) unmapOne(env, gather, torn(env, r.entry, 'unmap_region()'));
  for (const r of below) unlinkAndFree(env, torn(env, r.entry, 'unmap_region()'), 'unmap_region()');
  return 0;
}

/** Steps of the teardown of an mm that nobody runs in, by the functions that exit_mmap() of 6.1 to 6.12 reaches. */
export const EXIT: Record<string, Primitive> = {
  ...Object.fromEntries(NO_EFFECT.map((name): [string, Primitive] => [name, () => 0])),
  unmap_single_vma: (env, [gather, vma]) => {
    unmapOne(env, gather, torn(env, vma, 'unmap_single_vma()'));
    return 0;
  },
  free_pgd_range: (env, [gather, addr, end]) => freeTables(env, gather, addr, end),
  hugetlb_free_pgd_range: (env, [gather, addr, end]) => freeTables(env, gather, addr, end),
  unlink_file_vma: (env, [vma]) => unlinkFileOnce(env, vma, 'unlink_file_vma()'),
  unlink_file_vma_batch_add: (env, [, vma]) =>
    unlinkFileOnce(env, vma, 'unlink_file_vma_batch_add()'),
  driver_close: (env, [vma]) => {
    addTo(env, vmaArg(env, vma, 'close()'), '__opened', -1);
    return 0;
  },
  vma_close: (env, [vma]) => {
    close(env, torn(env, vma, 'vma_close()'));
    return 0;
  },
};

/**
 * The two walks themselves, mm/memory.c, for programs that do not hold their text: they visit the tree entry by entry.
 * The variant that is given an iterator stops at the failure marker (6.8 on), the older one knows of none.
 */
export const EXIT_WALKS: Record<string, Primitive> = {
  unmap_vmas: (env, args) => {
    const [gather, over, first, , , limit] = args;
    const range = isVma(env, over) ? args.slice(2, 4) : args.slice(3, 5);
    const visit = (x: Ptr) => {
      if (within(env, x, range)) unmapOne(env, gather, x);
    };
    return walk(env, { over, first, limit, what: 'unmap_vmas()', visit });
  },
  free_pgtables: (env, [gather, over, first, , limit]) => {
    usesGather(env, gather, 'frees page tables');
    const visit = (x: Ptr) => unlinkAndFree(env, x, 'free_pgtables()');
    return walk(env, { over, first, limit, what: 'free_pgtables()', visit });
  },
  unmap_region: (env, [, over, vma, , , , end]) => unmapRegion(env, over, vma, end),
  /** Before 6.1 it returns the next VMA of the list. */
  remove_vma: (env, [x]) => {
    const vma = torn(env, x, 'remove_vma()');
    const next = env.world.get(vma, 'vm_next') ?? 0;
    removeVma(env, vma);
    if (env.features.vmaLinks === 'rb') unlinkRb(env, CHILD, vma);
    return next;
  },
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
  for (const o of copies) {
    const anon = o.fields.get('anon_vma');
    if (o.fields.get('__freed') !== 1) out.push(`${o.name} is not freed`);
    else if (isPtr(anon ?? 0) && (anon as Ptr).obj === o.id)
      out.push(`${o.name} is freed with its anon_vma chain`);
  }
  const committed = world.objs[0].fields.get('committed') ?? 0;
  if (committed !== 0) out.push(`${committed} pages stay committed`);
  if (countTreeNodes(world).child) out.push("the child's tree is not destroyed");
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
