import type { Edit, KernelFunction } from './edits.js';

/** One change of the tree's own dup_mmap(), described by the statements that it is about. */
export interface Mutant {
  name: string;
  change: (e: Edit, f: KernelFunction) => void;
  /** The counterexample needs another thread: the defect is not one that fork shows all by itself. */
  threads?: boolean;
}

const lockOf = (f: KernelFunction) => f.call('vma_start_write');
/** Names of the copy and of the parent's VMA, as copy_page_range() gets them. */
const names = (f: KernelFunction): { copy: string; old: string } => {
  const [copy, old] = f.call('copy_page_range').args;
  return { copy: copy!, old: old! };
};
/** The `if` that tests what vm_area_dup() returned. */
const copyMade = (f: KernelFunction) => f.next(f.call('vm_area_dup').stmt);
/** The mms as the function calls them. */
const mms = (f: KernelFunction) => ({
  child: f.func.params[0].name,
  parent: f.func.params[1].name,
});

/** The lock rule must find each of these. */
export const DEFECTS: Mutant[] = [
  {
    name: 'the copy is locked',
    change: (e, f) =>
      e.remove(lockOf(f).stmt).after(copyMade(f), `\t\tvma_start_write(${names(f).copy});`),
  },
  {
    name: 'the lock comes after copy_page_range()',
    change: (e, f) => e.move(lockOf(f).stmt, f.around(f.call('copy_page_range').stmt, 'if')),
  },
  { name: 'the lock is removed', change: (e, f) => e.remove(lockOf(f).stmt) },
  {
    name: 'the lock is taken only where VM_WRITE is set',
    change: (e, f) =>
      e.replace(
        lockOf(f).stmt,
        `\t\tif (${names(f).old}->vm_flags & VM_WRITE)`,
        `\t\t\tvma_start_write(${names(f).old});`,
      ),
  },
  {
    name: 'the lock is taken only without VM_ACCOUNT',
    change: (e, f) =>
      e.replace(
        lockOf(f).stmt,
        `\t\tif (!(${names(f).old}->vm_flags & VM_ACCOUNT))`,
        `\t\t\tvma_start_write(${names(f).old});`,
      ),
  },
  {
    name: 'only the first VMA is locked',
    change: (e, f) =>
      e.replace(
        lockOf(f).stmt,
        `\t\tif (!${mms(f).child}->map_count)`,
        `\t\t\tvma_start_write(${names(f).old});`,
      ),
  },
  {
    name: 'all VMA locks are dropped before copy_page_range()',
    change: (e, f) =>
      e.insert(
        f.span(f.around(f.call('copy_page_range').stmt, 'if')).first,
        `\t\tvma_end_write_all(${mms(f).parent});`,
      ),
  },
  {
    name: 'the flush comes after the unlock',
    threads: true,
    change: (e, f) =>
      e.move(f.call('flush_tlb_mm').stmt, f.call('mmap_write_unlock', mms(f).parent).stmt),
  },
  { name: 'the flush is removed', change: (e, f) => e.remove(f.call('flush_tlb_mm').stmt) },
  {
    name: 'the flush is skipped on failure',
    change: (e, f) => {
      const flush = f.call('flush_tlb_mm').stmt;
      const result = f.func.stmts.findIndex((s) => s.kind === 'return' && s.parent < 0);
      const value = /^return (\w+)/.exec(f.func.refs[f.func.stmts[result].ref].text)![1];
      e.replace(flush, `\tif (!${value})`, ...f.text(f.span(flush)).map((t) => `\t${t}`));
    },
  },
];

/** The lock rule must be silent about each of these. */
export const HARMLESS: Mutant[] = [
  {
    name: 'the lock is taken in a helper',
    change: (e, f) =>
      e
        .insert(
          e.head,
          'static void keep_faults_out(struct vm_area_struct *area)',
          '{',
          '\tvma_start_write(area);',
          '}',
          '',
        )
        .replace(lockOf(f).stmt, `\t\tkeep_faults_out(${names(f).old});`),
  },
  {
    name: 'all old VMAs are locked first, in a loop of their own',
    change: (e, f) => {
      const { old } = names(f);
      e.remove(lockOf(f).stmt)
        .after(
          f.func.stmts.findIndex((s) => s.kind === 'decl'),
          `\tVMA_ITERATOR(all, ${mms(f).parent}, 0);`,
        )
        .insert(
          f.span(f.call('flush_cache_dup_mm').stmt).first,
          `\tfor_each_vma(all, ${old})`,
          `\t\tvma_start_write(${old});`,
        );
    },
  },
  {
    name: 'old and new are both locked',
    change: (e, f) => e.after(copyMade(f), `\t\tvma_start_write(${names(f).copy});`),
  },
  {
    name: 'the variables have other names',
    change: (e, f) => e.rename(names(f).copy, 'fresh').rename(names(f).old, 'source'),
  },
  {
    name: 'a comment names the copy',
    change: (e, f) =>
      e.insert(
        f.span(lockOf(f).stmt).first,
        `\t\t/* vma_start_write(${names(f).copy}) would lock the wrong one */`,
      ),
  },
  {
    name: 'messages are printed',
    change: (e, f) =>
      e
        .after(lockOf(f).stmt, `\t\tpr_debug("%d areas\\n", ${mms(f).child}->map_count);`)
        .insert(f.span(f.call('flush_tlb_mm').stmt).first, '\tpr_info("forked\\n");'),
  },
  {
    name: 'assertions are added',
    change: (e, f) =>
      e
        .after(lockOf(f).stmt, `\t\tvma_assert_write_locked(${names(f).old});`)
        .after(f.call('flush_cache_dup_mm').stmt, `\tmmap_assert_write_locked(${mms(f).parent});`),
  },
  {
    name: 'independent statements are swapped',
    change: (e, f) => e.swap(f.storeOf('data_vm'), f.storeOf('exec_vm')),
  },
  {
    name: 'the counter moves behind open()',
    change: (e, f) =>
      e.move(
        f.storeOf('map_count'),
        f.around(
          f.func.stmts.findIndex((s) =>
            f.func.code.slice(s.start, s.end).some((i) => i.op === 'call' && 'value' in i.callee),
          ),
          'if',
          'loop',
        ),
      ),
  },
];
