import { copyIf } from './vma-edits.js';
import type { WiderEdit } from './wider-edits.js';

const BOTH: WiderEdit['on'] = ['6.12', '6.1'];
const edit = (
  name: string,
  on: WiderEdit['on'],
  rules: readonly string[],
  change: WiderEdit['change'],
): WiderEdit => ({ name, on, at: 'dup_mmap', rules, change });

/** Written as few would write them: what decides is a local flag, a switch, an early way out. */
export const RESTYLED_DEFECTS: readonly WiderEdit[] = [
  edit('VMAs are locked where no other thread is there', ['6.12'], ['fork-lock-target'], (e, f) =>
    e.replace(
      f.call('vma_start_write').stmt,
      '\t\tif (atomic_read(&oldmm->mm_users) == 1)',
      '\t\t\tvma_start_write(mpnt);',
    ),
  ),
  edit('a policy that can not be copied is unwound at once', BOTH, ['fork-unwind'], (e, f) =>
    e.replace(
      f.next(f.call('vma_dup_policy').stmt),
      '\t\tif (retval) {',
      '\t\t\tvm_area_free(tmp);',
      '\t\t\tretval = -ENOMEM;',
      '\t\t\tgoto loop_out;',
      '\t\t}',
    ),
  ),
  edit('an area to be wiped that is empty is passed over', BOTH, ['fork-accounting'], (e, f) =>
    e.insert(
      f.span(f.around(f.call('fatal_signal_pending').stmt, 'if')).first,
      '\t\tif ((mpnt->vm_flags & VM_WIPEONFORK) && !mpnt->anon_vma)',
      '\t\t\tcontinue;',
    ),
  ),
  edit('a switch knows one of its two flags', BOTH, ['fork-content'], (e, f) =>
    e.replace(
      copyIf(f),
      '\t\tswitch (tmp->vm_flags & (VM_WIPEONFORK | VM_SHARED)) {',
      '\t\tcase 0:',
      '\t\t\tretval = copy_page_range(tmp, mpnt);',
      '\t\t\tbreak;',
      '\t\t}',
    ),
  ),
  edit('what failed is tried again, and fails again unseen', BOTH, ['fork-rmap'], (e, f) =>
    e.replace(
      f.around(f.call('anon_vma_fork').stmt, 'if'),
      '\t\tif (tmp->vm_flags & VM_WIPEONFORK)',
      '\t\t\ttmp->anon_vma = NULL;',
      '\t\telse if (anon_vma_fork(tmp, mpnt))',
      '\t\t\tanon_vma_fork(tmp, mpnt);',
    ),
  ),
  edit(
    'the marker is looked up by the start of the copy',
    ['6.12'],
    ['fork-failure-marker'],
    (e, f) =>
      e.replace(
        f.next(copyIf(f)),
        '\t\tif (retval) {',
        '\t\t\tmpnt = find_vma(mm, tmp->vm_start);',
        '\t\t\tgoto loop_out;',
        '\t\t}',
      ),
  ),
  edit('what is half copied is copied again', BOTH, ['fork-error-handling'], (e, f) =>
    e.after(copyIf(f), ...f.text(f.span(copyIf(f)))),
  ),
  edit('the size of the copy before is taken off', BOTH, ['fork-accounting'], (e, f) =>
    e.replace(
      f.call('vm_stat_account').stmt,
      '\t\t\tvm_stat_account(mm, mpnt->vm_flags, -vma_pages(tmp));',
    ),
  ),
];

/** In the same style, with nothing wrong. */
export const RESTYLED_HARMLESS: readonly WiderEdit[] = [
  edit('a policy that can not be copied is unwound at once', BOTH, [], (e, f) =>
    e.replace(
      f.next(f.call('vma_dup_policy').stmt),
      '\t\tif (retval) {',
      '\t\t\tvm_area_free(tmp);',
      '\t\t\tvm_unacct_memory(charge);',
      '\t\t\tretval = -ENOMEM;',
      '\t\t\tgoto loop_out;',
      '\t\t}',
    ),
  ),
  edit('what failed is tried again', BOTH, [], (e, f) =>
    e.after(
      f.call('vma_dup_policy').stmt,
      '\t\tif (retval == -ENOMEM)',
      '\t\t\tretval = vma_dup_policy(mpnt, tmp);',
    ),
  ),
  edit('the marker is looked up by the end of the copy', ['6.12'], [], (e, f) =>
    e.replace(
      f.next(copyIf(f)),
      '\t\tif (retval) {',
      '\t\t\tmpnt = find_vma(oldmm, tmp->vm_end);',
      '\t\t\tgoto loop_out;',
      '\t\t}',
    ),
  ),
  edit('a switch knows its flag', BOTH, [], (e, f) =>
    e.replace(
      copyIf(f),
      '\t\tswitch (tmp->vm_flags & VM_WIPEONFORK) {',
      '\t\tcase 0:',
      '\t\t\tretval = copy_page_range(tmp, mpnt);',
      '\t\t\tbreak;',
      '\t\tdefault:',
      '\t\t\tbreak;',
      '\t\t}',
    ),
  ),
];
