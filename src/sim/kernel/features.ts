/** How the tree under review protects a VMA against page faults (KERNEL.md, "VMA lock generation"). */
export type VmaLock =
  /** Before 6.4: page faults take the mmap lock. */
  | 'none'
  /** 6.4 to 6.12.0: semaphore, and a sequence that moves when the mmap lock is released. */
  | 'rwsem+int'
  /** Debian's 6.12 and 6.13 on: semaphore, and a sequence that is odd while the mmap lock is held for writing. */
  | 'rwsem+seqcount'
  /** 6.15 on: one count with a writer flag. */
  | 'refcount';

/** What a page fault under the VMA lock alone does with an anonymous VMA that has no anon_vma yet. */
export type AnonPrepare =
  /** 6.4 to 6.9: gives the VMA lock up and retries under the mmap lock. */
  | 'refused'
  /** 6.10 on: needs `mmap_read_trylock`. */
  | 'mmap-trylock';

/** Behaviour of the kernel around the reviewed functions, detected from the tree or the patch. */
export interface Features {
  /** Name for the reader, for example `6.8`. */
  model: string;
  vmaLock: VmaLock;
  anonPrepare: AnonPrepare;
  /** `copy_page_range` asserts the write lock of a copy-on-write source VMA (6.6 on). */
  assertsWriteLocked: boolean;
  /** Trees of mms are in RCU mode (MM_MT_FLAGS has MT_FLAGS_USE_RCU); left out: with per-VMA locks they are. */
  rcuTrees?: boolean;
  /**
   * VMAs hang in a list and an rb-tree too, as before 6.1; left out: in the maple tree alone. `rb`: there is no other
   * tree, `list`: the maple tree is filled as well.
   */
  vmaLinks?: 'rb' | 'list';
  /** Walkers that look at MMF_UNSTABLE before they go over the VMAs of an mm. */
  stableChecks: readonly ('swapoff' | 'uprobe')[];
  /** dup_mm() holds the uprobe section until a failed child is torn down, before the patch or after it. */
  guardsTeardown: boolean;
  /** Scanners that fork tells of a child, before the patch or after it; left out: none. */
  scans?: readonly ('ksm' | 'khugepaged')[];
  /**
   * Steps of fork and of the teardown that have a part of their own in the child's life, as far as either version takes
   * them (`OWED_STEPS`): a kernel that never does owes nothing. Left out: none.
   */
  owes?: readonly string[];
  /** Fork events of a fork that fails are dropped, before the patch or after it; left out: there is no way to (to 6.11). */
  failsEvents?: boolean;
  /** A file counts every shared mapping as writable, whether it may be written or not (to 6.6); left out: it does not. */
  countsShared?: boolean;
}

/** Calls, and names of locks, whose effect is looked at where the tree under review has them. */
export const OWED_STEPS = [
  'copy mm_struct',
  'mm_init_owner',
  'arch_dup_mmap',
  'arch_exit_mmap',
  'uprobe_dup_mmap',
  'untrack_pfn_clear',
  'flush_cache_dup_mm',
  'mmu_notifier_release',
  'tlb_finish_mmu',
  'module_put',
  'set_mm_exe_file',
  'mmdrop',
  'mmlist_lock',
] as const;
type OwedStep = (typeof OWED_STEPS)[number];

/** The tree under review takes this step somewhere. */
export const owes = (f: Features, step: OwedStep): boolean => f.owes?.includes(step) ?? false;

/** Trees of mms are in RCU mode. */
export const hasRcuTrees = (f: Features): boolean => f.rcuTrees ?? f.vmaLock !== 'none';

export const FEATURES_6_8: Features = {
  model: '6.8',
  vmaLock: 'rwsem+int',
  anonPrepare: 'refused',
  assertsWriteLocked: true,
  stableChecks: [],
  guardsTeardown: false,
  scans: ['ksm', 'khugepaged'],
};

export const FEATURES_6_12: Features = {
  model: '6.12',
  vmaLock: 'rwsem+seqcount',
  anonPrepare: 'mmap-trylock',
  assertsWriteLocked: true,
  stableChecks: ['swapoff', 'uprobe'],
  guardsTeardown: true,
  scans: ['ksm', 'khugepaged'],
  failsEvents: true,
};

/** The values that a rule may ask for, for each feature that it may ask about. */
export const FEATURE_VALUES = {
  vmaLock: ['none', 'rwsem+int', 'rwsem+seqcount', 'refcount'],
  anonPrepare: ['refused', 'mmap-trylock'],
} as const satisfies { vmaLock: readonly VmaLock[]; anonPrepare: readonly AnonPrepare[] };
