import type { Edit, KernelFunction } from './edits.js';
import type { Edited } from './review-edit.js';
import type { Version } from './tree.js';
import { before, copyIf, earlier, fileIf, hugetlbIf, openIf, textOf } from './vma-edits.js';

/** An edit of a function of one tree or of both, described by what it does to the statements that it finds there. */
export interface WiderEdit {
  name: string;
  on: readonly Version[];
  at: Edited;
  /** The rules that must find it; none finds a harmless one. */
  rules: readonly string[];
  change: (e: Edit, f: KernelFunction) => void;
}

type Change = WiderEdit['change'];
const BOTH: readonly Version[] = ['6.12', '6.1'];
const NEW: readonly Version[] = ['6.12'];
const OLD: readonly Version[] = ['6.1'];
const list = (
  on: readonly Version[],
  at: WiderEdit['at'],
  rules: string | readonly string[],
  edits: Record<string, Change>,
): WiderEdit[] =>
  Object.entries(edits).map(([name, change]) => ({
    ...{ name, on, at, change },
    rules: typeof rules === 'string' ? [rules] : rules,
  }));

const flush = (f: KernelFunction) => f.call('flush_tlb_mm').stmt;
const skipped = (f: KernelFunction) => f.call('vm_stat_account').stmt;
const dupIf = (f: KernelFunction) => f.next(f.call('dup_mmap').stmt);
const events = (f: KernelFunction) => f.around(f.call('dup_userfaultfd_complete').stmt, 'if');
const lastEnd = (f: KernelFunction) => f.around(f.calls('uprobe_end_dup_mmap').at(-1)!.stmt, 'if');

/** What is wrong shows where fork is interrupted, where two VMAs adjoin, in the teardown, or in dup_mm() itself. */
export const WIDER_DEFECTS: readonly WiderEdit[] = [
  ...list(BOTH, 'dup_mmap', 'fork-lock-target', {
    'an interrupted fork does not flush': (e, f) =>
      e.replace(flush(f), '\tif (retval != -EINTR)', '\t\tflush_tlb_mm(oldmm);'),
    'the lock is downgraded before the flush': (e, f) =>
      before(e, f, flush(f), '\tmmap_write_downgrade(oldmm);').replace(
        f.call('mmap_write_unlock', 'oldmm').stmt,
        '\tmmap_read_unlock(oldmm);',
      ),
  }),
  ...list(NEW, 'dup_mmap', 'fork-lock-target', {
    'all VMA locks end where a VMA is skipped': (e, f) =>
      e.after(skipped(f), '\t\t\tvma_end_write_all(oldmm);'),
  }),
  ...list(NEW, 'dup_mmap', 'fork-event-delivery', {
    'the outcome is taken before the architecture has its say': (e, f) =>
      e
        .insert(f.span(f.storeOf('total_vm')).first, '\tuf_done = false;')
        .after(
          f.func.stmts.findIndex((s) => s.kind === 'decl'),
          '\tbool uf_done;',
        )
        .insert(f.span(f.call('arch_dup_mmap').stmt).first, '\tuf_done = true;')
        .replace(
          events(f),
          '\tif (uf_done)',
          '\t\tdup_userfaultfd_complete(&uf);',
          '\telse',
          '\t\tdup_userfaultfd_fail(&uf);',
        ),
  }),
  ...list(NEW, 'dup_mm', 'fork-guard-teardown', {
    'the uprobe section begins after the copy': (e, f) =>
      e.move(f.call('uprobe_start_dup_mmap').stmt, f.call('dup_mmap').stmt),
  }),
  ...list(NEW, 'dup_mmap', ['fork-failure-marker', 'fork-tree-mode'], {
    'the marker ends before it begins': (e, f) =>
      e.replace(
        f.call('mas_set_range').stmt,
        '\t\t\tmas_set_range(&vmi.mas, mpnt->vm_end - 1, mpnt->vm_start);',
      ),
  }),
  ...list(NEW, 'dup_mmap', 'fork-publication', {
    'lock flags are taken off after i_mmap': (e, f) =>
      e.move(f.call('vm_flags_clear').stmt, fileIf(f)),
  }),
  ...list(BOTH, 'dup_mmap', 'fork-publication', {
    'the private data goes as soon as the file is unlocked': (e, f) =>
      e
        .remove(hugetlbIf(f))
        .after(f.call('i_mmap_unlock_write').stmt, ...textOf(f, hugetlbIf(f)).map((t) => `\t${t}`)),
  }),
  ...list(NEW, 'dup_mmap', 'fork-vma-order', {
    'open() sees the reserve map of the parent': (e, f) => earlier(e, f, openIf(f), hugetlbIf(f)),
  }),
  ...list(BOTH, 'dup_mmap', 'fork-lock-order', {
    'the policy is copied under the dcache lock': (e, f) =>
      before(
        e,
        f,
        f.call('vma_dup_policy').stmt,
        '\t\tif (mpnt->vm_file)',
        '\t\t\tflush_dcache_mmap_lock(mpnt->vm_file->f_mapping);',
      ).after(
        f.call('vma_dup_policy').stmt,
        '\t\tif (mpnt->vm_file)',
        '\t\t\tflush_dcache_mmap_unlock(mpnt->vm_file->f_mapping);',
      ),
  }),
  ...list(NEW, 'dup_mm', 'fork-unwind', {
    'a failed child is put twice': (e, f) => e.after(f.call('mmput').stmt, '\tmmput(mm);'),
    'a failed child is never put': (e, f) =>
      e.replace(
        dupIf(f),
        '\tif (err) {',
        '\t\tuprobe_end_dup_mmap();',
        '\t\tgoto fail_nomem;',
        '\t}',
      ),
  }),
  ...list(BOTH, 'dup_mmap', 'fork-unwind', {
    "userfaultfd contexts are the parent's": (e, f) =>
      e.replace(f.call('dup_userfaultfd').stmt, '\t\tretval = 0;'),
  }),
  ...list(NEW, 'exit_mmap', 'fork-unwind', {
    'the walk is not rewound before page tables go': (e, f) =>
      e.remove(f.calls('vma_iter_set')[0].stmt),
    'the walk is not rewound before VMAs go': (e, f) => e.remove(f.calls('vma_iter_set')[1].stmt),
  }),
  ...list(BOTH, 'dup_mmap', 'fork-accounting', {
    'writable is counted for all that is shared': (e, f) =>
      e.replace(
        f.around(f.call('mapping_allow_writable').stmt, 'if'),
        '\t\t\tif (tmp->vm_flags & VM_SHARED)',
        '\t\t\t\tmapping_allow_writable(mapping);',
      ),
  }),
  ...list(BOTH, 'exit_mmap', 'fork-accounting', {
    'VMAs count from the first that was charged on': (e, f) =>
      e.replace(f.next(f.call('remove_vma').stmt), '\t\tcount += !!nr_accounted;'),
  }),
  ...list(BOTH, 'dup_mm', 'fork-error-handling', {
    'an interrupted copy is taken for a child': (e, f) =>
      e.replace(dupIf(f), '\tif (err == -ENOMEM)', '\t\tgoto free_pt;'),
  }),
  ...list(NEW, 'dup_mm', 'fork-error-handling', {
    'the child is returned after its put': (e, f) =>
      e.replace(
        f.func.stmts.findLastIndex((s) => s.kind === 'return'),
        '\treturn mm;',
      ),
  }),
  ...list(NEW, 'dup_mmap', 'fork-tree-mode', {
    'copies are stored by an iterator that no walk moves': (e, f) =>
      e
        .after(
          f.func.stmts.findIndex((s) => s.kind === 'decl'),
          '\tVMA_ITERATOR(copies, mm, 0);',
        )
        .replace(f.call('vma_iter_bulk_store').stmt, '\t\tvma_iter_bulk_store(&copies, tmp);'),
  }),
  ...list(NEW, 'dup_mm', 'fork-lock-balance', {
    'the uprobe section ends twice': (e, f) => e.replace(lastEnd(f), '\tuprobe_end_dup_mmap();'),
    'the uprobe section is kept': (e, f) => e.remove(lastEnd(f)),
    'the uprobe section ends for signals only': (e, f) =>
      e.replace(lastEnd(f), '\tif (err == -EINTR)', '\t\tuprobe_end_dup_mmap();'),
  }),
  ...list(BOTH, 'exit_mmap', 'fork-lock-balance', {
    'the teardown keeps the mmap lock': (e, f) =>
      e.replace(f.calls('mmap_write_unlock').at(-1)!.stmt, '\t;'),
    'the teardown takes no write lock': (e, f) =>
      e.replace(f.calls('mmap_write_lock').at(-1)!.stmt, '\t;'),
  }),
  ...list(BOTH, 'dup_mmap', 'fork-lock-balance', {
    'i_mmap is changed under a lock for reading': (e, f) =>
      e.replace(f.call('i_mmap_lock_write').stmt, '\t\t\ti_mmap_lock_read(mapping);'),
  }),
  ...list(BOTH, 'dup_mmap', 'fork-rmap', {
    'the anon_vma of a stack is forgotten when its pages are there': (e, f) =>
      e.after(copyIf(f), '\t\tif (tmp->vm_flags & VM_GROWSDOWN)', '\t\t\ttmp->anon_vma = NULL;'),
  }),
  ...list(BOTH, 'dup_mmap', 'fork-content', {
    'the copy can not be touched': (e, f) =>
      e.after(f.storeOf('vm_mm'), '\t\ttmp->vm_page_prot = PAGE_NONE;'),
    'the original can not be touched any more': (e, f) =>
      e.after(f.storeOf('vm_mm'), '\t\tmpnt->vm_page_prot = PAGE_NONE;'),
    'page frames are copied for an anon_vma only': (e, f) =>
      e.replace(
        copyIf(f),
        '\t\tif (!(tmp->vm_flags & VM_WIPEONFORK) && mpnt->anon_vma)',
        '\t\t\tretval = copy_page_range(tmp, mpnt);',
      ),
    'the parent gets the executable of the child': (e, f) =>
      e.replace(f.call('dup_mm_exe_file').stmt, '\tdup_mm_exe_file(oldmm, mm);'),
  }),
  ...list(NEW, 'dup_mmap', 'fork-content', {
    'a page of the next VMA is cleared': (e, f) =>
      e.replace(
        f.call('vma_iter_clear_gfp').stmt,
        '\t\t\tretval = vma_iter_clear_gfp(&vmi, mpnt->vm_start, mpnt->vm_end + PAGE_SIZE, GFP_KERNEL);',
      ),
    'what is locked on fault stays so': (e, f) =>
      e.replace(f.call('vm_flags_clear').stmt, '\t\tvm_flags_clear(tmp, VM_LOCKED);'),
  }),
  ...list(OLD, 'dup_mmap', 'fork-content', {
    'what is locked on fault stays so': (e, f) =>
      e.replace(f.storeOf('vm_flags'), '\t\ttmp->vm_flags &= ~VM_LOCKED;'),
  }),
];

/** Edits that look like one of those and are none. */
export const WIDER_HARMLESS: readonly WiderEdit[] = [
  ...list(BOTH, 'dup_mmap', [], {
    'the protection is that of the original': (e, f) =>
      e.after(f.storeOf('vm_mm'), '\t\ttmp->vm_page_prot = mpnt->vm_page_prot;'),
    'the flush is left out where nothing was copied': (e, f) =>
      e.replace(flush(f), '\tif (mm->map_count)', '\t\tflush_tlb_mm(oldmm);'),
    'the lock is downgraded after the flush': (e, f) =>
      e
        .after(flush(f), '\tmmap_write_downgrade(oldmm);')
        .replace(f.call('mmap_write_unlock', 'oldmm').stmt, '\tmmap_read_unlock(oldmm);'),
    'untouched memory is not even looked at': (e, f) =>
      e.replace(
        copyIf(f),
        '\t\tif (!(tmp->vm_flags & VM_WIPEONFORK) &&',
        '\t\t    (mpnt->anon_vma || (mpnt->vm_flags & (VM_PFNMAP | VM_MIXEDMAP | VM_UFFD_WP))))',
        '\t\t\tretval = copy_page_range(tmp, mpnt);',
      ),
    'files are set up behind their lock': (e, f) => {
      const text = [...textOf(f, hugetlbIf(f)), '', ...textOf(f, openIf(f))];
      e.remove(hugetlbIf(f))
        .remove(openIf(f))
        .insert(
          f.span(f.call('i_mmap_unlock_write').stmt).first,
          ...text.map((t) => (t ? `\t${t}` : t)),
        )
        .after(fileIf(f), '\t\tif (!file) {', ...text.map((t) => (t ? `\t${t}` : t)), '\t\t}');
    },
  }),
  ...list(NEW, 'dup_mmap', [], {
    'the outcome is taken when all is done': (e, f) =>
      e
        .after(
          f.func.stmts.findIndex((s) => s.kind === 'decl'),
          '\tbool uf_done;',
        )
        .insert(f.span(f.call('mmap_write_unlock', 'mm').stmt).first, '\tuf_done = !retval;')
        .replace(
          events(f),
          '\tif (uf_done)',
          '\t\tdup_userfaultfd_complete(&uf);',
          '\telse',
          '\t\tdup_userfaultfd_fail(&uf);',
        ),
    'what is skipped needs no lock': (e, f) =>
      e
        .remove(f.call('vma_start_write').stmt)
        .after(f.around(skipped(f), 'if'), '\t\tvma_start_write(mpnt);'),
    'the lock flags go one by one': (e, f) =>
      e.replace(
        f.call('vm_flags_clear').stmt,
        '\t\tvm_flags_clear(tmp, VM_LOCKED);',
        '\t\tvm_flags_clear(tmp, VM_LOCKONFAULT);',
      ),
  }),
  ...list(NEW, 'dup_mm', [], {
    'the uprobe section has one end': (e, f) =>
      e
        .remove(f.calls('uprobe_end_dup_mmap')[0].stmt)
        .insert(
          f.span(f.func.stmts.findIndex((s) => s.kind === 'return')).first,
          '\tuprobe_end_dup_mmap();',
        )
        .replace(lastEnd(f), '\tuprobe_end_dup_mmap();'),
  }),
];
