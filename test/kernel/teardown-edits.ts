import type { Edit, KernelFunction } from './edits.js';

/** An edit of what 6.12 does when fork fails, described by the statements that it finds there. */
export interface TeardownEdit {
  /** The rule that must find it; none finds a harmless one. */
  rule?: string;
  /** The function that is edited. */
  func: 'dup_mmap' | 'dup_mm' | 'exit_mmap';
  name: string;
  change: (e: Edit, f: KernelFunction) => void;
}

type Change = TeardownEdit['change'];
const under = (
  rule: string,
  func: TeardownEdit['func'],
  edits: Record<string, Change>,
): TeardownEdit[] => Object.entries(edits).map(([name, change]) => ({ rule, func, name, change }));

const only = (f: KernelFunction, callee: string) => f.call(callee).stmt;
/** MMF_OOM_SKIP is set first, with the marker; MMF_UNSTABLE then, always. */
const flag = (f: KernelFunction, n: 0 | 1) => f.calls('set_bit')[n].stmt;
const child = (f: KernelFunction) => f.func.params[0].name;
const parent = (f: KernelFunction) => f.func.params[1].name;
const unlocked = (f: KernelFunction) => f.call('mmap_write_unlock', parent(f)).stmt;
const textOf = (f: KernelFunction, stmt: number) => f.text(f.span(stmt));
/** The n-th look for the marker always says no. */
const blind =
  (n: 0 | 1): Change =>
  (e, f) => {
    const span = f.span(f.calls('xa_is_zero')[n].stmt);
    const text = f.text(span).map((l) => l.replace(/\bxa_is_zero\(\w+\)/, 'false'));
    for (const [k, line] of text.entries()) e.line(span.first + k, line);
  };

export const TEARDOWN_DEFECTS: readonly TeardownEdit[] = [
  ...under('fork-half-built', 'dup_mmap', {
    'a failed child is not flagged': (e, f) => e.remove(flag(f, 1)),
    'a failed child gets the other flag': (e, f) =>
      e.replace(flag(f, 1), `\t\tset_bit(MMF_OOM_SKIP, &${child(f)}->flags);`),
    'only a child with a marker is flagged': (e, f) => e.move(flag(f, 1), flag(f, 0)),
    'the flag comes after the unlocks': (e, f) =>
      e
        .remove(flag(f, 1))
        .after(unlocked(f), `\tif (retval)\n\t\tset_bit(MMF_UNSTABLE, &${child(f)}->flags);`),
    'the flag is taken back': (e, f) =>
      e.after(unlocked(f), `\tclear_bit(MMF_UNSTABLE, &${child(f)}->flags);`),
  }),
  ...under('fork-event-delivery', 'dup_mmap', {
    'failed forks are delivered': (e, f) =>
      e.replace(only(f, 'dup_userfaultfd_fail'), '\t\tdup_userfaultfd_complete(&uf);'),
    'delivery before the result is looked at': (e, f) =>
      e.after(unlocked(f), '\tdup_userfaultfd_complete(&uf);'),
    'forks without memory are delivered': (e, f) =>
      e.replace(
        only(f, 'dup_userfaultfd_fail'),
        '\t{\n\t\tif (retval == -ENOMEM)\n\t\t\tdup_userfaultfd_complete(&uf);\n\t\telse',
        ...textOf(f, only(f, 'dup_userfaultfd_fail')),
        '\t}',
      ),
  }),
  ...under('fork-hooks', 'dup_mmap', {
    'ksm is told in any case': (e, f) => e.move(only(f, 'ksm_fork'), only(f, 'vma_iter_free')),
    'khugepaged is told in any case': (e, f) =>
      e.move(only(f, 'khugepaged_fork'), only(f, 'vma_iter_free')),
    'khugepaged is told without locks, in any case': (e, f) =>
      e.move(only(f, 'khugepaged_fork'), unlocked(f)),
    'both are told before the loop': (e, f) =>
      e.after(
        only(f, 'mt_clear_in_rcu'),
        `\tksm_fork(${child(f)}, ${parent(f)});`,
        `\tkhugepaged_fork(${child(f)}, ${parent(f)});`,
      ),
  }),
  ...under('fork-failure-marker', 'dup_mmap', {
    'no marker': (e, f) => e.remove(only(f, 'mas_store')),
    'the marker over the last copy': (e, f) => e.remove(f.calls('vma_next')[1].stmt),
    'a marker for interrupted forks only': (e, f) =>
      e.replace(
        only(f, 'mas_store'),
        '\t\t\tif (retval == -EINTR)',
        ...textOf(f, only(f, 'mas_store')),
      ),
  }),
  ...under('fork-failure-marker', 'exit_mmap', {
    'no look for a marker in front': blind(0),
    'the loop passes the marker': blind(1),
    'the tree is not destroyed': (e, f) => e.replace(only(f, '__mt_destroy'), '\t;'),
    'a tree without copies is not destroyed': (e, f) => {
      const first = f.around(f.calls('xa_is_zero')[0].stmt, 'if');
      const goto = f.func.stmts.findIndex(
        (s, k) => s.kind === 'goto' && f.around(k, 'if') === first,
      );
      e.replace(goto, '\t\tmmap_write_unlock(mm);', '\t\treturn;');
    },
  }),
  ...under('fork-guard-teardown', 'dup_mm', {
    'the section ends after dup_mmap()': (e, f) =>
      e.move(f.calls('uprobe_end_dup_mmap')[0].stmt, only(f, 'dup_mmap')),
    'no section': (e, f) => e.remove(only(f, 'uprobe_start_dup_mmap')),
    'the put comes after the section': (e, f) =>
      e.move(only(f, 'mmput'), f.around(f.calls('uprobe_end_dup_mmap')[1].stmt, 'if')),
  }),
];

export const TEARDOWN_HARMLESS: readonly TeardownEdit[] = [
  {
    func: 'dup_mmap',
    name: 'another name for the VMA of the parent',
    change: (e) => e.rename('mpnt', 'from'),
  },
  { func: 'dup_mmap', name: 'the OOM killer is not told', change: (e, f) => e.remove(flag(f, 0)) },
  {
    func: 'dup_mmap',
    name: 'khugepaged before ksm',
    change: (e, f) => e.swap(only(f, 'ksm_fork'), only(f, 'khugepaged_fork')),
  },
  {
    func: 'exit_mmap',
    name: 'a message at the end',
    change: (e, f) => e.after(only(f, 'vm_unacct_memory'), '\tpr_debug("gone\\n");'),
  },
  {
    func: 'dup_mm',
    name: 'the section covers the counters',
    change: (e, f) => e.move(f.calls('uprobe_end_dup_mmap')[0].stmt, f.storeOf('hiwater_vm')),
  },
];
