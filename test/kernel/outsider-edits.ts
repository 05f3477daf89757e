import type { Edit, KernelFunction } from './edits.js';
import {
  before,
  copyIf,
  type Described,
  failedIf,
  fileIf,
  openIf,
  textOf,
  under,
} from './vma-edits.js';

const goFail = (label: string) => `\t\t\tgoto ${label};`;
const helper = (e: Edit, ...text: string[]) => e.insert(e.head, ...text, '');
const accountIf = (f: KernelFunction) =>
  f.around(f.call('security_vm_enough_memory_mm').stmt, 'if');
const set = (f: KernelFunction, n: 0 | 1) => f.calls('set_bit')[n].stmt;
const iteration = (f: KernelFunction) => f.call('vma_start_write').stmt;

/** Defects of 6.12's dup_mmap() in other spellings: helpers, other ways to jump, conditions turned, lines exchanged. */
export const OUTSIDER_DEFECTS: Described[] = [
  ...under('fork-lock-target', {
    'only what has an anon_vma is locked': (e, f) =>
      e.replace(iteration(f), '\t\tif (mpnt->anon_vma)', '\t\t\tvma_start_write(mpnt);'),
    'a helper locks the copy': (e, f) =>
      helper(
        e,
        'static void fork_lock(struct vm_area_struct *vma)',
        '{',
        '\tvma_start_write(vma);',
        '}',
      )
        .remove(iteration(f))
        .after(f.storeOf('vm_mm'), '\t\tfork_lock(tmp);'),
    'the lock comes after the copy': (e, f) => e.move(iteration(f), copyIf(f)),
    'the mmap lock is given up for reading early': (e, f) =>
      e.after(f.call('mt_clear_in_rcu').stmt, '\tmmap_write_downgrade(oldmm);'),
  }),
  ...under('fork-half-built', {
    'the flag for interrupted forks only': (e, f) =>
      e.replace(set(f, 1), '\t\tif (retval == -EINTR)', '\t\t\tset_bit(MMF_UNSTABLE, &mm->flags);'),
    "the parent's mm is flagged": (e, f) =>
      e.replace(set(f, 1), '\t\tset_bit(MMF_UNSTABLE, &oldmm->flags);'),
  }),
  ...under('fork-event-delivery', {
    'the test is turned': (e, f) => {
      const at = f.around(f.call('dup_userfaultfd_complete').stmt, 'if');
      e.replace(
        at,
        '\tif (retval)',
        '\t\tdup_userfaultfd_complete(&uf);',
        '\telse',
        '\t\tdup_userfaultfd_fail(&uf);',
      );
    },
    'what was not charged counts as complete': (e, f) => {
      const at = f.around(f.call('dup_userfaultfd_complete').stmt, 'if');
      e.replace(
        at,
        '\tif (!retval || !charge)',
        '\t\tdup_userfaultfd_complete(&uf);',
        '\telse',
        '\t\tdup_userfaultfd_fail(&uf);',
      );
    },
  }),
  ...under('fork-hooks', {
    'khugepaged unless interrupted': (e, f) =>
      e
        .remove(f.call('khugepaged_fork').stmt)
        .after(
          f.call('vma_iter_free').stmt,
          '\tif (retval != -EINTR)',
          '\t\tkhugepaged_fork(mm, oldmm);',
        ),
    'ksm in the loop': (e, f) => e.move(f.call('ksm_fork').stmt, f.storeOf('map_count')),
  }),
  ...under('fork-failure-marker', {
    'the marker ends a byte early': (e, f) =>
      e.replace(
        f.call('mas_set_range').stmt,
        '\t\t\tmas_set_range(&vmi.mas, mpnt->vm_start, mpnt->vm_end - 2);',
      ),
    'the marker covers the next': (e, f) =>
      e.replace(
        f.call('mas_set_range').stmt,
        '\t\t\tmas_set_range(&vmi.mas, mpnt->vm_start, mpnt->vm_end);',
      ),
    'NULL is the marker': (e, f) =>
      e.replace(f.call('mas_store').stmt, '\t\t\tmas_store(&vmi.mas, NULL);'),
    'the marker is left out for what is charged': (e, f) =>
      e.replace(
        f.call('mas_store').stmt,
        '\t\t\tif (!charge)',
        '\t\t\t\tmas_store(&vmi.mas, XA_ZERO_ENTRY);',
      ),
  }),
  ...under('fork-unwind', {
    'a failed anon_vma skips the policy': (e, f) =>
      e.replace(
        f.around(f.storeOf('anon_vma'), 'if'),
        '\t\tif (tmp->vm_flags & VM_WIPEONFORK)',
        '\t\t\ttmp->anon_vma = NULL;',
        '\t\telse if (anon_vma_fork(tmp, mpnt))',
        goFail('fail_nomem_policy'),
      ),
    'a helper gives back too little': (e, f) =>
      helper(
        e,
        'static void fork_undo(struct vm_area_struct *vma)',
        '{',
        '\tvm_area_free(vma);',
        '}',
      ).replace(f.call('mpol_put').stmt, '\tfork_undo(tmp);', '\tgoto fail_nomem;'),
    'the policy is put twice': (e, f) =>
      e.after(f.call('mpol_put').stmt, '\tmpol_put(vma_policy(tmp));'),
    'a page less is taken back': (e, f) =>
      e.replace(f.call('vm_unacct_memory').stmt, '\tvm_unacct_memory(charge - 1);'),
    'a failed copy also frees': (e, f) =>
      e.replace(failedIf(f), '\t\tif (retval)', goFail('fail_nomem_policy')),
    'a signal frees nothing of the last': (e, f) =>
      e
        .replace(
          f.around(f.call('fatal_signal_pending').stmt, 'if'),
          '\t\tif (fatal_signal_pending(current))',
          goFail('fail_nomem'),
        )
        .remove(f.next(f.around(f.call('vm_stat_account').stmt, 'if'))),
  }),
  ...under('fork-accounting', {
    "the parent's count goes up": (e, f) =>
      e.replace(f.storeOf('map_count'), '\t\toldmm->map_count++;'),
    'counted only with a file': (e, f) =>
      e.remove(f.storeOf('map_count')).after(f.call('get_file').stmt, '\t\t\tmm->map_count++;'),
    'a helper counts what is wiped twice': (e, f) =>
      e.after(
        f.storeOf('map_count'),
        '\t\tif (tmp->vm_flags & VM_WIPEONFORK)',
        '\t\t\tmm->map_count++;',
      ),
    'total_vm from data_vm': (e, f) =>
      e.replace(f.storeOf('total_vm'), '\tmm->total_vm = oldmm->data_vm;'),
  }),
  ...under('fork-error-handling', {
    'the condition of the copy is turned': (e, f) =>
      e.replace(
        failedIf(f),
        '\t\tif (retval > 0) {',
        '\t\t\tmpnt = vma_next(&vmi);',
        '\t\t\tgoto loop_out;',
        '\t\t}',
      ),
    'the label forgets the code': (e, f) =>
      e.after(f.call('vm_unacct_memory').stmt, '\tretval = charge ? -ENOMEM : 0;'),
    'a refused charge is passed over': (e, f) =>
      e.replace(accountIf(f), '\t\t\tsecurity_vm_enough_memory_mm(oldmm, len);'),
  }),
  ...under('fork-lock-balance', {
    'a refused charge returns at once': (e, f) =>
      e.replace(
        accountIf(f),
        '\t\t\tif (security_vm_enough_memory_mm(oldmm, len))',
        '\t\t\t\treturn -ENOMEM;',
      ),
    'the file is unlocked where it is shared': (e, f) =>
      e.replace(
        f.call('i_mmap_unlock_write').stmt,
        '\t\t\tif (vma_is_shared_maywrite(tmp))',
        '\t\t\t\ti_mmap_unlock_write(mapping);',
      ),
  }),
  ...under('fork-content', {
    'what is shared is not copied': (e, f) =>
      e.replace(
        copyIf(f),
        '\t\tif (!(tmp->vm_flags & (VM_WIPEONFORK | VM_LOCKED)) && !mpnt->vm_file)',
        '\t\t\tretval = copy_page_range(tmp, mpnt);',
      ),
    'copied onto itself': (e, f) =>
      e.replace(
        copyIf(f),
        '\t\tif (!(tmp->vm_flags & VM_WIPEONFORK))',
        '\t\t\tretval = copy_page_range(mpnt, mpnt);',
      ),
  }),
  ...under('fork-rmap', {
    'linked where it is writable': (e, f) =>
      e.replace(
        f.call('vma_interval_tree_insert_after').stmt,
        '\t\t\tif (vma_is_shared_maywrite(tmp))',
        '\t\t\t\tvma_interval_tree_insert_after(tmp, mpnt, &mapping->i_mmap);',
      ),
  }),
  ...under('fork-vma-order', {
    'opened where it has pages': (e, f) =>
      before(
        e.remove(openIf(f)),
        f,
        failedIf(f),
        '\t\tif (!retval && tmp->vm_ops && tmp->vm_ops->open)',
        '\t\t\ttmp->vm_ops->open(tmp);',
      ),
    'the original is opened': (e, f) =>
      e.replace(
        openIf(f),
        '\t\tif (mpnt->vm_ops && mpnt->vm_ops->open)',
        '\t\t\tmpnt->vm_ops->open(mpnt);',
      ),
  }),
  ...under('fork-publication', {
    'private data is cleared for what is shared only': (e, f) =>
      e.replace(
        f.around(f.call('hugetlb_dup_vma_private').stmt, 'if'),
        '\t\tif (is_vm_hugetlb_page(tmp) && vma_is_shared_maywrite(tmp))',
        '\t\t\thugetlb_dup_vma_private(tmp);',
      ),
  }),
];

/** The same steps, told otherwise. */
export const OUTSIDER_HARMLESS: Described[] = [
  {
    name: 'a helper links the file',
    change: (e, f) =>
      helper(
        e,
        'static void fork_link(struct vm_area_struct *vma, struct vm_area_struct *after)',
        '{',
        '\tstruct address_space *mapping;',
        '',
        '\tif (!vma->vm_file)',
        '\t\treturn;',
        '\tmapping = vma->vm_file->f_mapping;',
        '\tget_file(vma->vm_file);',
        '\ti_mmap_lock_write(mapping);',
        '\tif (vma_is_shared_maywrite(vma))',
        '\t\tmapping_allow_writable(mapping);',
        '\tflush_dcache_mmap_lock(mapping);',
        '\tvma_interval_tree_insert_after(vma, after, &mapping->i_mmap);',
        '\tflush_dcache_mmap_unlock(mapping);',
        '\ti_mmap_unlock_write(mapping);',
        '}',
      ).replace(fileIf(f), '\t\tfork_link(tmp, mpnt);'),
  },
  {
    name: 'the failed copy is nested',
    change: (e, f) =>
      e.replace(
        failedIf(f),
        '\t\tif (!retval)',
        '\t\t\tcontinue;',
        '\t\tmpnt = vma_next(&vmi);',
        '\t\tgoto loop_out;',
      ),
  },
  {
    name: 'each label returns to the end by itself',
    change: (e, f) =>
      e.replace(
        f.call('mpol_put').stmt,
        '\tmpol_put(vma_policy(tmp));',
        '\tvm_area_free(tmp);',
        '\tretval = -ENOMEM;',
        '\tvm_unacct_memory(charge);',
        '\tgoto loop_out;',
      ),
  },
  {
    name: 'the wiped branch is turned',
    change: (e, f) =>
      e.replace(
        f.around(f.storeOf('anon_vma'), 'if'),
        '\t\tif (!(tmp->vm_flags & VM_WIPEONFORK)) {',
        '\t\t\tif (anon_vma_fork(tmp, mpnt))',
        '\t\t\t\tgoto fail_nomem_anon_vma_fork;',
        '\t\t} else {',
        '\t\t\ttmp->anon_vma = NULL;',
        '\t\t}',
      ),
  },
  {
    name: 'a helper locks the original',
    change: (e, f) =>
      helper(
        e,
        'static void fork_lock(struct vm_area_struct *vma)',
        '{',
        '\tvma_start_write(vma);',
        '}',
      ).replace(iteration(f), '\t\tfork_lock(mpnt);'),
  },
  {
    name: 'the flags in the other order',
    change: (e, f) => e.swap(f.storeOf('exec_vm'), f.storeOf('stack_vm')),
  },
  {
    name: 'a pointer to the counter',
    change: (e, f) =>
      e.replace(
        f.storeOf('map_count'),
        '\t\t{',
        '\t\t\tint *count = &mm->map_count;',
        '',
        '\t\t\t*count += 1;',
        '\t\t}',
      ),
  },
  {
    name: 'a second look at the result',
    change: (e, f) => before(e, f, f.call('mt_set_in_rcu').stmt, '\t\tVM_WARN_ON(retval);'),
  },
  {
    name: 'the charge is kept in pages of the copy',
    change: (e, f) =>
      e.after(f.storeOf('vm_mm'), '\t\tVM_WARN_ON(charge && charge != vma_pages(tmp));'),
  },
  {
    name: 'the outcome has a name',
    change: (e, f) => {
      const at = f.around(f.call('dup_userfaultfd_complete').stmt, 'if');
      e.replace(
        at,
        '\tif (retval == 0)',
        ...textOf(f, f.call('dup_userfaultfd_complete').stmt),
        '\tif (retval != 0)',
        ...textOf(f, f.call('dup_userfaultfd_fail').stmt),
      );
    },
  },
];
