import {
  MMF_HAS_UPROBES,
  MMF_OOM_SKIP,
  MMF_RECALC_UPROBES,
  MMF_UNSTABLE,
} from '../kernel/primitives/flags.js';
import { MMF_VM_HUGEPAGE, MMF_VM_MERGEABLE } from '../kernel/primitives/scanner-list.js';
import { COUNTERS } from '../kernel/stat.js';
import { isInt, type Value } from '../machine/value.js';

/** Calls whose loss loses nothing that a kernel needs: what is printed, asserted, traced, counted, and when to give way. */
const HARMLESS =
  /^(cond_resched|might_sleep|might_fault|might_alloc|barrier|printk|_printk|print_\w+|pr_\w+|trace_\w+|perf_\w+|WARN\w*|VM_WARN\w*|VM_BUG\w*|BUG\w*|BUILD_BUG\w*|ASSERT\w*|lockdep_\w+|debug_\w+|dump_\w+|k[ac]san_\w+|kmsan_\w+|instrument_\w+|__?count_\w+|count_\w+|mod_\w+state|(in|de)c_\w+state|rwsem_is_locked|mmap_assert_\w+|vma_assert_\w+|cpu_relax|prefetchw?|likely|unlikely)$/;

/**
 * Calls that stand as models and change nothing that is looked at, although the kernel needs them. arch_unmap() is none:
 * it is empty on x86-64.
 */
const NO_EFFECT: ReadonlySet<string> = new Set([
  ...['flush_cache_mm', 'lru_add_drain', 'uprobe_clear_state', 'exit_aio', 'lru_gen_del_mm'],
  ...['mm_put_huge_zero_folio', 'mm_put_huge_zero_page', 'vma_numab_state_init'],
  ...['vma_numab_state_free', 'dup_anon_vma_name', 'free_anon_vma_name'],
  ...['mmu_notifier_range_init', 'mmu_notifier_invalidate_range_start'],
  ...['mmu_notifier_invalidate_range_end', 'hugetlb_zap_begin', 'hugetlb_zap_end'],
  ...['unlink_file_vma_batch_init', 'unlink_file_vma_batch_final', 'init_rwsem', 'INIT_WORK'],
  ...['preempt_disable', 'preempt_enable', 'smp_mb', 'smp_wmb', 'smp_rmb'],
  // the mode is kept, and of a tree whose entries are replaced one by one nothing depends on it
  'mt_clear_in_rcu',
]);

/** Calls whose effect is looked at when all is over: where they stand tells nothing here. */
const PLACELESS: ReadonlySet<string> = new Set([
  ...['uprobe_dup_mmap', 'arch_exit_mmap', 'mmu_notifier_release', 'module_put'],
  ...['dup_mm_exe_file', 'set_mm_exe_file', 'mm_init_owner'],
]);

/** Arguments that a model passes over, by position. */
const UNSEEN_ARGUMENTS: Readonly<Record<string, readonly number[]>> = {
  unmap_vmas: [6],
  free_pgtables: [3, 5],
  remove_vma: [1],
  mmap_write_lock_nested: [1],
  __mt_dup: [2],
  mtree_dup: [2],
  vma_iter_clear_gfp: [3],
  security_vm_enough_memory_mm: [0],
  mm_init: [2],
};

/** Calls that may stand anywhere: what they set is kept, and looked at where it matters. */
const ANYWHERE: ReadonlySet<string> = new Set(['mt_clear_in_rcu']);

/** Where a call, or a store to a field that nothing reads, stands makes a difference; what a store sets is compared. */
export const hasPlace = (name: string, store: boolean): boolean => !store && !ANYWHERE.has(name);

/** The call changes flags; which, its first argument tells. */
export const changesFlags = (name: string): boolean => FLAG_CALLS.test(name);

/** Bits of mm->flags that somebody looks at here. */
const SEEN_FLAGS: ReadonlySet<number> = new Set([
  ...[MMF_HAS_UPROBES, MMF_RECALC_UPROBES, MMF_UNSTABLE, MMF_VM_MERGEABLE, MMF_VM_HUGEPAGE],
]);
const FLAG_CALLS = /^((__)?(test_and_)?(set|clear)_bit|mm_flags_(set|clear))$/;

/** Fields of an mm that some model, or some check, reads; and what ksm counts, which is for readers of /proc alone. */
const SEEN_FIELDS: ReadonlySet<string> = new Set([
  ...[...COUNTERS, 'map_count', 'flags', 'binfmt', 'owner', 'exe_file', 'mm_users.counter'],
  ...['ksm_merging_pages', 'ksm_rmap_items'],
  ...['mmap', 'highest_vm_end', 'mm_rb', 'mm_mt', 'mmlist', 'vmacache_seqnum'],
]);

/** The simulator gives a store to this field of an mm no effect. */
export const isSilentField = (path: string): boolean =>
  !SEEN_FIELDS.has(path) && !/^(mm_mt|mm_rb|mmlist|mm_users|mmap_lock)\b/.test(path);

/** How much of a call the simulator passes over. */
export type Silence =
  /** All of it. */
  | 'whole'
  /** Some of its arguments. */
  | { arguments: readonly number[] }
  /** Where it stands. */
  | 'place';

/** How a call comes about. */
export interface Called {
  /** It has a model. */
  known: boolean;
  /** It is part of the exit of a child that was complete. */
  exiting: boolean;
}

/** What is passed over of a call; null where it is modelled, or its loss is none. */
export function silenceOf(name: string, args: readonly Value[], of: Called): Silence | null {
  if (HARMLESS.test(name)) return null;
  if (!of.known || NO_EFFECT.has(name)) return 'whole';
  if (FLAG_CALLS.test(name)) return flagSilence(args[0], of);
  if (PLACELESS.has(name)) return 'place';
  return Object.hasOwn(UNSEEN_ARGUMENTS, name) ? { arguments: UNSEEN_ARGUMENTS[name] } : null;
}

function flagSilence(x: Value, { exiting }: Called): Silence | null {
  const nr = isInt(x) ? Number(x) : -1;
  if (SEEN_FLAGS.has(nr)) return null;
  // the OOM killer can not get at a child before fork returns
  return nr === MMF_OOM_SKIP && !exiting ? null : 'whole';
}

/** A call of this name may be one that is passed over. */
export const mayBeSilent = (name: string, known: boolean): boolean =>
  FLAG_CALLS.test(name) || silenceOf(name, [], { known, exiting: false }) !== null;

/** Calls that only look. */
const READERS =
  /^(load |(vma|mas)_(next|prev|find\w*|pages|policy|is_\w+|iter_load|lookup)$|is_vm_\w+|atomic\w*_read$|list_empty|test_bit|mm_flags_test|(fatal_)?signal_pending|get_mm_rss|xa_is_\w+|mas_is_\w+|mt_\w*find)/;

/** What comes before it and what comes after it differs by more than a look, a print, or an assertion. */
export const marksPlace = (name: string): boolean => !HARMLESS.test(name) && !READERS.test(name);
