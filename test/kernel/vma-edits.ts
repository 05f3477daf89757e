import type { Edit, KernelFunction } from './edits.js';

/** An edit of 6.12's dup_mmap() or exit_mmap(), described by what it does to the statements that it finds there. */
export interface Described {
  /** The rule that must find it; of a harmless edit none does. */
  rule?: string;
  name: string;
  /** The function that is edited; left out: dup_mmap(). */
  at?: 'exit_mmap';
  change: (e: Edit, f: KernelFunction) => void;
}

/** Statements that several edits speak of. */
export const openIf = (f: KernelFunction) => f.next(f.storeOf('map_count'));
export const hugetlbIf = (f: KernelFunction) =>
  f.around(f.call('hugetlb_dup_vma_private').stmt, 'if');
export const fileIf = (f: KernelFunction) => f.around(f.call('get_file').stmt, 'if');
export const copyIf = (f: KernelFunction) => f.around(f.call('copy_page_range').stmt, 'if');
export const failedIf = (f: KernelFunction) => f.next(copyIf(f));
const store = (f: KernelFunction) => f.call('vma_iter_bulk_store').stmt;
export const textOf = (f: KernelFunction, stmt: number) => f.text(f.span(stmt));
export const before = (e: Edit, f: KernelFunction, stmt: number, ...text: string[]) =>
  e.insert(f.span(stmt).first, ...text);
export const earlier = (e: Edit, f: KernelFunction, stmt: number, mark: number) =>
  before(e.remove(stmt), f, mark, ...textOf(f, stmt));

export const drop =
  (callee: string, first?: string): Described['change'] =>
  (e, f) =>
    e.replace(f.call(callee, first).stmt, '\t\t\t;');
export const instead =
  (callee: string, ...text: string[]): Described['change'] =>
  (e, f) =>
    e.replace(f.call(callee).stmt, ...text);
/** The check that follows a call is left out. */
export const unchecked =
  (callee: string): Described['change'] =>
  (e, f) =>
    e.remove(f.next(f.call(callee).stmt));
export const under = (rule: string, edits: Record<string, Described['change']>): Described[] =>
  Object.entries(edits).map(([name, change]) => ({ rule, name, change }));

const PUBLICATION = under('fork-publication', {
  'hugetlb private data is kept': (e, f) => e.remove(hugetlbIf(f)),
  'hugetlb private data goes after i_mmap': (e, f) => e.move(hugetlbIf(f), fileIf(f)),
  'open() after i_mmap': (e, f) => e.move(openIf(f), fileIf(f)),
  'vm_mm after i_mmap': (e, f) => e.move(f.storeOf('vm_mm'), fileIf(f)),
});
const ORDER = under('fork-vma-order', {
  'open() after the exit of a failed copy': (e, f) => e.move(openIf(f), failedIf(f)),
  'the store after the exit of a failed copy': (e, f) => e.move(store(f), failedIf(f)),
  'open() before vm_mm': (e, f) => earlier(e, f, openIf(f), f.storeOf('vm_mm')),
  'no open()': (e, f) => e.remove(openIf(f)),
  'open() twice': (e, f) => e.after(openIf(f), ...textOf(f, openIf(f))),
});
const LOCK_ORDER = under('fork-lock-order', {
  "the child's mmap lock first": (e, f) => {
    const nested = f.call('mmap_write_lock_nested').stmt;
    earlier(e, f, nested, f.around(f.call('mmap_write_lock_killable').stmt, 'if'));
  },
  'i_mmap_rwsem over the copy': (e, f) =>
    e
      .replace(f.call('i_mmap_unlock_write').stmt, '\t\t\t;')
      .after(copyIf(f), '\t\tif (file)', '\t\t\ti_mmap_unlock_write(file->f_mapping);'),
  'a VMA lock under i_mmap_rwsem': (e, f) =>
    e.move(f.call('vm_flags_clear').stmt, f.call('i_mmap_lock_write').stmt),
  'an allocation in an RCU read section': (e, f) =>
    before(e, f, f.call('vm_area_dup').stmt, '\t\trcu_read_lock();').after(
      f.call('vm_area_dup').stmt,
      '\t\trcu_read_unlock();',
    ),
});
const UNWIND = under('fork-unwind', {
  'the policy is not put': drop('mpol_put'),
  'the VMA is not freed': drop('vm_area_free'),
  'the charge is not taken back': drop('vm_unacct_memory'),
  'the policy of the parent is put': instead('mpol_put', '\tmpol_put(vma_policy(mpnt));'),
  "the parent's VMA is freed": instead('vm_area_free', '\tvm_area_free(mpnt);'),
  'the VMA is freed twice': (e, f) => e.after(f.call('vm_area_free').stmt, '\tvm_area_free(tmp);'),
  'no file reference': drop('get_file'),
  'two file references': (e, f) => e.after(f.call('get_file').stmt, '\t\t\tget_file(file);'),
  'the charge is set once': (e, f) =>
    e.remove(f.next(f.around(f.call('vm_stat_account').stmt, 'if'))),
  'a failed policy is put': (e, f) =>
    e.replace(
      f.next(f.call('vma_dup_policy').stmt),
      '\t\tif (retval)',
      '\t\t\tgoto fail_nomem_anon_vma_fork;',
    ),
  'a failed userfaultfd frees nothing': (e, f) =>
    e.replace(f.next(f.call('dup_userfaultfd').stmt), '\t\tif (retval)', '\t\t\tgoto fail_nomem;'),
  'one page is taken back': instead('vm_unacct_memory', '\tvm_unacct_memory(1);'),
});
const ACCOUNTING = under('fork-accounting', {
  'map_count stays': (e, f) => e.remove(f.storeOf('map_count')),
  'map_count goes up twice': (e, f) => e.after(f.storeOf('map_count'), '\t\tmm->map_count++;'),
  'map_count after the exit of a failed copy': (e, f) =>
    e.move(f.storeOf('map_count'), failedIf(f)),
  'pages that are not copied stay counted': drop('vm_stat_account'),
  'pages that are not copied are added': instead(
    'vm_stat_account',
    '\t\t\tvm_stat_account(mm, mpnt->vm_flags, vma_pages(mpnt));',
  ),
  "pages are taken from the parent's count": instead(
    'vm_stat_account',
    '\t\t\tvm_stat_account(oldmm, mpnt->vm_flags, -vma_pages(mpnt));',
  ),
  'stack_vm is left out': (e, f) => e.remove(f.storeOf('stack_vm')),
  'exec_vm is left out': (e, f) => e.remove(f.storeOf('exec_vm')),
  'one page is charged': (e, f) =>
    e.replace(
      f.around(f.call('security_vm_enough_memory_mm').stmt, 'if'),
      '\t\t\tif (security_vm_enough_memory_mm(oldmm, 1))',
      '\t\t\t\tgoto fail_nomem;',
    ),
  'writable mappings are not counted': (e, f) =>
    e.remove(f.around(f.call('mapping_allow_writable').stmt, 'if')),
});
const ERRORS = under('fork-error-handling', {
  'a failed policy is passed over': unchecked('vma_dup_policy'),
  'a failed userfaultfd is passed over': unchecked('dup_userfaultfd'),
  'a failed copy is passed over': (e, f) => e.remove(failedIf(f)),
  'a missing copy is used': unchecked('vm_area_dup'),
  'a failed duplication is passed over': unchecked('__mt_dup'),
  'the result of arch_dup_mmap() is lost': instead('arch_dup_mmap', '\tarch_dup_mmap(oldmm, mm);'),
  'the error label says 0': (e, f) => e.after(f.call('vm_unacct_memory').stmt, '\tretval = 0;'),
  'the error label says +ENOMEM': (e, f) =>
    e.after(f.call('vm_unacct_memory').stmt, '\tretval = ENOMEM;'),
  'an interrupted mmap lock is success': (e, f) =>
    e.replace(
      f.around(f.call('mmap_write_lock_killable').stmt, 'if'),
      '\tif (mmap_write_lock_killable(oldmm))',
      '\t\treturn 0;',
    ),
  'a failed clear is passed over': unchecked('vma_iter_clear_gfp'),
  'a signal is success': (e, f) =>
    e.replace(
      f.around(f.call('fatal_signal_pending').stmt, 'if'),
      '\t\tif (fatal_signal_pending(current))',
      '\t\t\tgoto loop_out;',
    ),
});
const MODE = under('fork-tree-mode', {
  'RCU mode is not set again': drop('mt_set_in_rcu'),
  'RCU mode is cleared last': (e, f) =>
    e.move(f.call('mt_clear_in_rcu').stmt, f.call('mt_set_in_rcu').stmt),
  "RCU mode of the parent's tree is cleared": instead(
    'mt_clear_in_rcu',
    '\tmt_clear_in_rcu(&oldmm->mm_mt);',
  ),
  "RCU mode of the parent's tree is set": instead(
    'mt_set_in_rcu',
    '\t\tmt_set_in_rcu(&oldmm->mm_mt);',
  ),
});
const BALANCE = under('fork-lock-balance', {
  "the child's mmap lock is kept": drop('mmap_write_unlock', 'mm'),
  "the parent's mmap lock is kept": drop('mmap_write_unlock', 'oldmm'),
  'i_mmap_rwsem is kept': drop('i_mmap_unlock_write'),
  'the dcache lock is kept': drop('flush_dcache_mmap_unlock'),
  "the parent's mmap lock is released twice": (e, f) =>
    e.after(f.call('mmap_write_unlock', 'oldmm').stmt, '\tmmap_write_unlock(oldmm);'),
  "the child's mmap lock is never taken": drop('mmap_write_lock_nested'),
  'a failed duplication returns at once': (e, f) =>
    e.replace(f.next(f.call('__mt_dup').stmt), '\tif (retval)', '\t\treturn retval;'),
  'i_mmap_rwsem is released before the insert': (e, f) =>
    earlier(
      e,
      f,
      f.call('i_mmap_unlock_write').stmt,
      f.call('vma_interval_tree_insert_after').stmt,
    ),
});
const CONTENT = under('fork-content', {
  'source and destination swapped': instead(
    'copy_page_range',
    '\t\t\tretval = copy_page_range(mpnt, tmp);',
  ),
  'no pages': (e, f) => e.remove(copyIf(f)),
  'wiped memory is copied': (e, f) =>
    e.replace(copyIf(f), '\t\tretval = copy_page_range(tmp, mpnt);'),
  'locked memory is inherited': drop('vm_flags_clear'),
  "the parent's flags are cleared": instead(
    'vm_flags_clear',
    '\t\tvm_flags_clear(mpnt, VM_LOCKED_MASK);',
  ),
  'no executable': drop('dup_mm_exe_file'),
  "the parent's VMA is stored": instead(
    'vma_iter_bulk_store',
    '\t\tvma_iter_bulk_store(&vmi, mpnt);',
  ),
  'nothing is stored': drop('vma_iter_bulk_store'),
  'vm_mm stays': (e, f) => e.remove(f.storeOf('vm_mm')),
  'what is not to be copied stays': instead('vma_iter_clear_gfp', '\t\t\tretval = 0;'),
});
const RMAP = under('fork-rmap', {
  'wiped memory keeps its anon_vma': (e, f) => e.replace(f.storeOf('anon_vma'), '\t\t\t;'),
  'no anon_vma chain': (e, f) =>
    e.replace(
      f.around(f.storeOf('anon_vma'), 'if'),
      '\t\tif (tmp->vm_flags & VM_WIPEONFORK)',
      '\t\t\ttmp->anon_vma = NULL;',
    ),
  'the file does not lead to the copy': drop('vma_interval_tree_insert_after'),
  'i_mmap after the copy': (e, f) => e.move(fileIf(f), copyIf(f)),
  'the original goes into i_mmap again': instead(
    'vma_interval_tree_insert_after',
    '\t\t\tvma_interval_tree_insert_after(mpnt, tmp, &mapping->i_mmap);',
  ),
});

/** Of exit_mmap(): what the child's VMAs own is not given back when they go. */
const TEARDOWN = under('fork-unwind', {
  'what was charged stays': drop('vm_unacct_memory'),
  'VMAs are not removed': drop('remove_vma'),
  'reverse maps are not taken down': drop('free_pgtables'),
  'a page too many is taken back': (e, f) =>
    e.after(f.call('vm_unacct_memory').stmt, '\tvm_unacct_memory(1);'),
}).map((d): Described => ({ ...d, at: 'exit_mmap' }));

export const VMA_DEFECTS: Described[] = [
  ...TEARDOWN,
  ...PUBLICATION,
  ...ORDER,
  ...LOCK_ORDER,
  ...UNWIND,
  ...ACCOUNTING,
  ...ERRORS,
  ...MODE,
  ...BALANCE,
  ...CONTENT,
  ...RMAP,
];

const HELPER = ['static void fork_count(struct mm_struct *mm)', '{', '\tmm->map_count++;', '}', ''];

/** Edits of 6.12 and of 6.1 that change nothing that anybody could see. */
export const HARMLESS_IN_BOTH: Described[] = [
  {
    name: 'the policy of no policy is not put',
    change: (e, f) =>
      e.replace(
        f.call('mpol_put').stmt,
        '\tif (vma_policy(tmp))',
        '\t\tmpol_put(vma_policy(tmp));',
      ),
  },
  { name: 'the copy is renamed', change: (e) => e.rename('tmp', 'copy') },
  { name: 'the original is renamed', change: (e) => e.rename('mpnt', 'orig') },
  {
    name: 'a print',
    change: (e, f) => e.after(f.storeOf('map_count'), '\t\tpr_debug("copied\\n");'),
  },
  { name: 'the count after open()', change: (e, f) => e.move(f.storeOf('map_count'), openIf(f)) },
  {
    name: 'totals in another order',
    change: (e, f) => e.move(f.storeOf('total_vm'), f.storeOf('stack_vm')),
  },
  {
    name: 'an error code of its own',
    change: (e, f) => e.after(f.call('vm_unacct_memory').stmt, '\tretval = -EAGAIN;'),
  },
  {
    name: 'the file reference under the lock',
    change: (e, f) => e.move(f.call('get_file').stmt, f.call('i_mmap_lock_write').stmt),
  },
  {
    name: 'a place to sleep',
    change: (e, f) => e.after(f.storeOf('map_count'), '\t\tcond_resched();'),
  },
  {
    name: 'a print in the teardown',
    at: 'exit_mmap',
    change: (e, f) => e.after(f.call('vm_unacct_memory').stmt, '\tpr_debug("gone\\n");'),
  },
  {
    name: 'the sum is renamed in the teardown',
    at: 'exit_mmap',
    change: (e) => e.rename('nr_accounted', 'charged'),
  },
];

/** The same of 6.12 alone. */
export const VMA_HARMLESS: Described[] = [
  ...HARMLESS_IN_BOTH,
  {
    name: 'an exact count',
    change: (e, f) => e.replace(f.storeOf('map_count'), '\t\tmm->map_count = mm->map_count + 1;'),
  },
  {
    name: 'the original is asked what is to be wiped',
    change: (e, f) =>
      e.replace(
        copyIf(f),
        '\t\tif (!(mpnt->vm_flags & VM_WIPEONFORK))',
        '\t\t\tretval = copy_page_range(tmp, mpnt);',
      ),
  },
  {
    name: 'the copy is locked by name',
    change: (e, f) => e.after(f.storeOf('vm_mm'), '\t\tvma_start_write(tmp);'),
  },
  {
    name: 'the parent is unlocked first',
    change: (e, f) =>
      e.move(f.call('mmap_write_unlock', 'mm').stmt, f.call('mmap_write_unlock', 'oldmm').stmt),
  },
  {
    name: 'an assertion',
    change: (e, f) => e.after(f.storeOf('vm_mm'), '\t\tVM_WARN_ON(tmp->vm_mm != mm);'),
  },
  {
    name: 'flags after the private data',
    change: (e, f) => e.move(f.call('vm_flags_clear').stmt, hugetlbIf(f)),
  },
  {
    name: 'the count before the store',
    change: (e, f) => earlier(e, f, f.storeOf('map_count'), store(f)),
  },
  {
    name: 'a helper that counts',
    change: (e, f) =>
      e.insert(e.head, ...HELPER).replace(f.storeOf('map_count'), '\t\tfork_count(mm);'),
  },
  {
    name: 'the private data before the flags',
    change: (e, f) => earlier(e, f, hugetlbIf(f), f.call('vm_flags_clear').stmt),
  },
];
