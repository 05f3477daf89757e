import type { Names } from './names.js';

/**
 * What kernels call the locals and labels of the skeletons, by template: names alone, so that a hunk which uses one
 * without showing where it is declared can be read. The templates have names of their own.
 */
const TABLE: Record<string, Record<string, string>> = {
  'dup_mmap.c': {
    child: 'mm',
    parent: 'oldmm',
    vma: 'mpnt',
    copy: 'tmp',
    error: 'retval',
    charged: 'charge',
    events: 'uf',
    fmap: 'mapping',
    walk: 'vmi',
    source: 'old_vmi',
    into: 'mas',
    from: 'old_mas',
    last_copy: 'prev',
    tail: 'pprev',
    below: 'rb_link',
    above: 'rb_parent',
    settle: 'loop_out',
    unlock: 'out',
    end_section: 'fail_uprobe_end',
    no_memory: 'fail_nomem',
    free_copy: 'fail_nomem_policy',
    put_policy: 'fail_nomem_anon_vma_fork',
    unlink_chain: 'fail_nomem_mas_store',
    drop_chain: 'fail_nomem_vmi_store',
  },
  'dup_mm.c': {
    child: 'mm',
    parent: 'oldmm',
    task: 'tsk',
    error: 'err',
    give_up: 'free_pt',
    space: 'mm',
  },
  'exit_mmap.c': {
    space: 'mm',
    gather: 'tlb',
    walk: 'vmi',
    at: 'mas',
    accounted: 'nr_accounted',
    removed: 'count',
  },
  'free_pgtables.c': {
    gather: 'tlb',
    walk: 'mas',
    tree: 'mt',
    low: 'floor',
    high: 'ceiling',
    locked: 'mm_wr_locked',
    start: 'addr',
    after: 'next',
    area: 'vma',
    files: 'vb',
  },
  'unmap_vmas.c': {
    gather: 'tlb',
    walk: 'mas',
    tree: 'mt',
    low: 'start_addr',
    high: 'end_addr',
    limit: 'tree_end',
    locked: 'mm_wr_locked',
    how: 'details',
    area: 'vma',
    span: 'range',
    from: 'start',
    to: 'end',
  },
};

/** The kernel's names for those of a template; empty for a template that has none of its own. */
export function kernelNames(asset: string): Names {
  return new Map(Object.entries(TABLE[asset] ?? {}));
}
