import type { WiderEdit } from './wider-edits.js';

type Change = WiderEdit['change'];

const removed =
  (name: string): Change =>
  (e, f) =>
    e.remove(f.call(name).stmt);
const behind =
  (name: string, later: string, first?: string): Change =>
  (e, f) =>
    e.move(f.call(name).stmt, f.call(later, first).stmt);
const twice =
  (name: string): Change =>
  (e, f) => {
    const { stmt } = f.call(name);
    e.after(stmt, ...f.text(f.span(stmt)));
  };
/** The line of a call, with one text in it replaced. */
const line =
  (name: string, from: RegExp | string, to: string): Change =>
  (e, f) => {
    const { stmt } = f.call(name);
    e.replace(stmt, ...f.text(f.span(stmt)).map((t) => t.replace(from, to)));
  };

const list = (
  at: WiderEdit['at'],
  rule: string,
  edits: Record<string, Change>,
  on: WiderEdit['on'] = ['6.12', '6.1'],
): WiderEdit[] =>
  Object.entries(edits).map(([name, change]) => ({ name, on, at, change, rules: [rule] }));

const swapped = /(\w+), (\w+)\)/;

/** Steps that each have one effect of their own, taken away, moved or given something else. */
export const OWED_DEFECTS: readonly WiderEdit[] = [
  ...list('dup_mm', 'fork-content', {
    "the parent's mm is not copied": removed('copy mm_struct'),
    'as much of the mm is copied as a pointer has': line('copy mm_struct', '(*mm)', '(mm)'),
    'the mm is copied from itself': line('copy mm_struct', 'oldmm', 'mm'),
  }),
  ...list('dup_mm', 'fork-unwind', {
    'the binary format of a child that is given up stays': (e, f) => e.remove(f.storeOf('binfmt')),
    'the owner of a child that is given up stays': removed('mm_init_owner'),
    'the owner goes after the mm is put': behind('mm_init_owner', 'mmput'),
    "the parent's owner goes": line('mm_init_owner', 'mm,', 'oldmm,'),
  }),
  ...list('dup_mmap', 'fork-content', {
    'the caches are not flushed': removed('flush_cache_dup_mm'),
    "the child's caches are flushed": line('flush_cache_dup_mm', 'oldmm', 'mm'),
    'the caches are flushed after the copy': behind('flush_cache_dup_mm', 'arch_dup_mmap'),
    'the child does not know of its breakpoints': removed('uprobe_dup_mmap'),
    'the parent learns of the breakpoints of the child': line(
      'uprobe_dup_mmap',
      swapped,
      '$2, $1)',
    ),
    'the architecture has no say': removed('arch_dup_mmap'),
    'the architecture copies the wrong way': line('arch_dup_mmap', swapped, '$2, $1)'),
    'every child is flagged as failing': (e, f) =>
      e.after(f.call('uprobe_dup_mmap').stmt, '\tset_bit(MMF_UNSTABLE, &mm->flags);'),
  }),
  ...list('dup_mmap', 'fork-lock-balance', {
    'the architecture copies without the lock of the child': (e, f) =>
      e
        .remove(f.call('arch_dup_mmap').stmt)
        .after(
          f.call('mmap_write_unlock', 'mm').stmt,
          '\tif (!retval)',
          '\t\tretval = arch_dup_mmap(oldmm, mm);',
        ),
  }),
  ...list(
    'dup_mmap',
    'fork-unwind',
    {
      'a copy keeps the reservation of its original': (e, f) =>
        e.remove(f.around(f.call('untrack_pfn_clear').stmt, 'if')),
      'ksm gets the child twice': twice('ksm_fork'),
    },
    ['6.12'],
  ),
  ...list('__mmput', 'fork-unwind', {
    'the executable is not given back': removed('set_mm_exe_file'),
    'the child stays on the list of swapoff': removed('list_del'),
    'the child leaves the list of swapoff twice': twice('list_del'),
    'the module of the format is not put': (e, f) =>
      e.remove(f.around(f.call('module_put').stmt, 'if')),
    'the mm is not dropped': removed('mmdrop'),
  }),
  ...list('__mmput', 'fork-lock-balance', {
    'mmlist is changed without its lock': (e, f) =>
      e.remove(f.call('spin_lock').stmt).remove(f.call('spin_unlock').stmt),
    'mmlist_lock stays held': removed('spin_unlock'),
  }),
  ...list('exit_mmap', 'fork-unwind', {
    'MMU notifiers are not released': removed('mmu_notifier_release'),
    'MMU notifiers are released when all is gone': behind(
      'mmu_notifier_release',
      'trace_exit_mmap',
    ),
    'the architecture does not clean up': removed('arch_exit_mmap'),
    'the gather is not begun': removed('tlb_gather_mmu_fullmm'),
    'the gather is not finished': removed('tlb_finish_mmu'),
    'the gather is begun twice': twice('tlb_gather_mmu_fullmm'),
    'the gather is finished before page tables are freed': (e, f) =>
      e.move(f.call('tlb_finish_mmu').stmt, f.call('mt_clear_in_rcu').stmt),
  }),
  ...list('exit_mmap', 'fork-error-handling', {
    'nothing is gathered': line('tlb_finish_mmu', '&tlb', 'NULL'),
    'a page of it all is unmapped': line('unmap_vmas', '0, ULONG_MAX', '0, PAGE_SIZE'),
  }),
];

/** Edits of such steps that change nothing that matters. */
export const OWED_HARMLESS: readonly WiderEdit[] = [
  ...list('dup_mm', '', {
    'the mm is assigned as a whole': (e, f) =>
      e.replace(f.call('copy mm_struct').stmt, '\t*mm = *oldmm;'),
  }),
  ...list('dup_mmap', '', {
    'the caches are flushed a little later': behind('flush_cache_dup_mm', 'dup_mm_exe_file'),
  }),
].map((d) => ({ ...d, rules: [] }));
