import type { Edit, KernelFunction } from './edits.js';
import {
  before,
  copyIf,
  type Described,
  drop,
  earlier,
  failedIf,
  fileIf,
  HARMLESS_IN_BOTH,
  hugetlbIf,
  instead,
  openIf,
  textOf,
  unchecked,
  under,
} from './vma-edits.js';

const store = (f: KernelFunction) => f.call('mas_store').stmt;
/** The check of the store. */
const storeIf = (f: KernelFunction) => f.around(f.call('mas_is_err').stmt, 'if');
const lockIf = (f: KernelFunction) => f.around(f.call('mmap_write_lock_killable').stmt, 'if');
const inExit = (list: Described[]) => list.map((d): Described => ({ ...d, at: 'exit_mmap' }));
/** Stores the parent's VMA at its place. */
const PARENTS = [
  '\t\tmas.index = mpnt->vm_start;',
  '\t\tmas.last = mpnt->vm_end - 1;',
  '\t\tmas_store(&mas, mpnt);',
];
const parentStored = (e: Edit, f: KernelFunction) =>
  e.replace(store(f), '\t\tmas_store(&mas, mpnt);');
const skippedStored = (e: Edit, f: KernelFunction) =>
  before(e, f, f.call('vm_stat_account').stmt, ...PARENTS);

/** Defects of 6.1's dup_mmap() and exit_mmap(): the child's tree is filled in bulk, and no VMA has a lock. */
export const BULK_DEFECTS: Described[] = [
  ...under('fork-lock-target', {
    'the TLB is not flushed': drop('flush_tlb_mm'),
    'the flush comes after the unlock': (e, f) =>
      e.move(f.call('flush_tlb_mm').stmt, f.call('mmap_write_unlock', 'oldmm').stmt),
  }),
  ...under('fork-half-built', {
    "the parent's VMA is stored": parentStored,
    'what is skipped is stored': skippedStored,
  }),
  ...under('fork-event-delivery', { "the parent's VMA is stored": parentStored }),
  ...under('fork-hooks', { "the parent's VMA is stored": parentStored }),
  ...under('fork-failure-marker', {
    "the parent's VMA is stored": parentStored,
    'what is skipped is stored': skippedStored,
  }),
  ...inExit(under('fork-failure-marker', { 'the tree is not destroyed': drop('__mt_destroy') })),
  ...under('fork-publication', {
    'hugetlb private data is kept': (e, f) => e.remove(hugetlbIf(f)),
    'hugetlb private data goes after i_mmap': (e, f) => e.move(hugetlbIf(f), fileIf(f)),
    'vm_mm after i_mmap': (e, f) => e.move(f.storeOf('vm_mm'), fileIf(f)),
  }),
  ...under('fork-vma-order', {
    'no open()': (e, f) => e.remove(openIf(f)),
    'open() twice': (e, f) => e.after(openIf(f), ...textOf(f, openIf(f))),
    'open() before the store': (e, f) => earlier(e, f, openIf(f), store(f)),
    'open() after the exit of a failed copy': (e, f) => e.move(openIf(f), failedIf(f)),
  }),
  ...under('fork-lock-order', {
    "the child's mmap lock first": (e, f) =>
      earlier(e, f, f.call('mmap_write_lock_nested').stmt, lockIf(f)),
    'i_mmap_rwsem over the copy': (e, f) =>
      e
        .replace(f.call('i_mmap_unlock_write').stmt, '\t\t\t;')
        .after(copyIf(f), '\t\tif (file)', '\t\t\ti_mmap_unlock_write(file->f_mapping);'),
  }),
  ...under('fork-unwind', {
    'the policy is not put': drop('mpol_put'),
    'the VMA is not freed': drop('vm_area_free'),
    'the charge is not taken back': drop('vm_unacct_memory'),
    'the anon_vma chain is kept': drop('unlink_anon_vmas'),
    'a failed store frees nothing': (e, f) =>
      e.replace(storeIf(f), '\t\tif (mas_is_err(&mas))', '\t\t\tgoto fail_nomem;'),
    'no file reference': drop('get_file'),
    'the VMA is freed twice': (e, f) =>
      e.after(f.call('vm_area_free').stmt, '\tvm_area_free(tmp);'),
  }),
  ...inExit(under('fork-unwind', { 'what was charged stays': drop('vm_unacct_memory') })),
  ...under('fork-accounting', {
    'map_count stays': (e, f) => e.remove(f.storeOf('map_count')),
    'map_count goes up twice': (e, f) => e.after(f.storeOf('map_count'), '\t\tmm->map_count++;'),
    'pages that are not copied stay counted': drop('vm_stat_account'),
    'data_vm is left out': (e, f) => e.remove(f.storeOf('data_vm')),
  }),
  ...under('fork-error-handling', {
    'a failed policy is passed over': unchecked('vma_dup_policy'),
    'a failed store is passed over': (e, f) => e.remove(storeIf(f)),
    'a failed copy is passed over': (e, f) => e.remove(failedIf(f)),
    'missing nodes are passed over': unchecked('mas_expected_entries'),
    'the result of arch_dup_mmap() is lost': instead(
      'arch_dup_mmap',
      '\tarch_dup_mmap(oldmm, mm);',
    ),
  }),
  ...under('fork-tree-mode', {
    'RCU mode is not set again': drop('mt_set_in_rcu'),
    'RCU mode is set in the other tree': instead(
      'mt_set_in_rcu',
      '\t\tmt_set_in_rcu(old_mas.tree);',
    ),
  }),
  ...under('fork-lock-balance', {
    "the child's mmap lock is kept": drop('mmap_write_unlock', 'mm'),
    'i_mmap_rwsem is kept': drop('i_mmap_unlock_write'),
    'the uprobe section is kept': drop('uprobe_end_dup_mmap'),
    'no nodes, and back at once': (e, f) =>
      e.replace(f.next(f.call('mas_expected_entries').stmt), '\tif (retval)', '\t\treturn retval;'),
  }),
  ...under('fork-content', {
    'source and destination swapped': instead(
      'copy_page_range',
      '\t\t\tretval = copy_page_range(mpnt, tmp);',
    ),
    'no pages': (e, f) => e.remove(copyIf(f)),
    'locked memory is inherited': (e, f) => e.remove(f.storeOf('vm_flags')),
    'nothing is stored': (e, f) => e.replace(store(f), '\t\t;'),
  }),
  ...under('fork-rmap', {
    'the file does not lead to the copy': drop('vma_interval_tree_insert_after'),
    'wiped memory keeps its anon_vma': (e, f) => e.replace(f.storeOf('anon_vma'), '\t\t\t;'),
    'no anon_vma chain': (e, f) =>
      e.replace(
        f.around(f.storeOf('anon_vma'), 'if'),
        '\t\tif (tmp->vm_flags & VM_WIPEONFORK)',
        '\t\t\ttmp->anon_vma = NULL;',
      ),
  }),
];

export const BULK_HARMLESS: Described[] = [
  ...HARMLESS_IN_BOTH,
  {
    name: 'an exact count',
    change: (e, f) => e.replace(f.storeOf('map_count'), '\t\tmm->map_count += 1;'),
  },
  {
    name: 'the private data before the flags',
    change: (e, f) => earlier(e, f, hugetlbIf(f), f.storeOf('vm_flags')),
  },
];
