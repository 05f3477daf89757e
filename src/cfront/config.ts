/** Answers for CONFIG_ options: true, false, or undefined to leave it to the default table. Names come without prefix. */
export interface ConfigTable {
  (option: string): boolean | undefined;
  /** Tables with equal ids give equal answers; without one, nothing that was made with it is kept. */
  id?: string;
}

/** What a distribution kernel for x86-64 has on and dup_mmap, exit_mmap and their helpers look at. */
const ON = new Set(
  `MMU 64BIT SMP NUMA PER_VMA_LOCK TRANSPARENT_HUGEPAGE KSM USERFAULTFD UPROBES SWAP SHMEM HUGETLB_PAGE HUGETLBFS
   X86 X86_64 AIO MEMCG CGROUPS MEMORY_ISOLATION MIGRATION COMPACTION TMPFS PROC_FS SYSFS SYSCTL FUTEX
   ARCH_SUPPORTS_PER_VMA_LOCK SPLIT_PTE_PTLOCKS SPLIT_PMD_PTLOCKS SPARSEMEM SPARSEMEM_VMEMMAP SPARSEMEM_EXTREME
   HAVE_ARCH_TRANSPARENT_HUGEPAGE HAVE_ARCH_TRANSPARENT_HUGEPAGE_PUD ARCH_HAS_PTE_SPECIAL ARCH_HAS_PTE_DEVMAP
   ARCH_USE_CMPXCHG_LOCKREF ARCH_ENABLE_SPLIT_PMD_PTLOCK HAVE_FAST_GUP ARCH_HAS_HUGEPD_NOT ZONE_DMA ZONE_DMA32
   USERFAULTFD_WP HAVE_ARCH_USERFAULTFD_WP HAVE_ARCH_USERFAULTFD_MINOR PTE_MARKER_UFFD_WP ARCH_HAS_PKEYS
   VM_EVENT_COUNTERS MMU_NOTIFIER LRU_GEN LOCK_MM_AND_FIND_VMA ARCH_USES_HIGH_VMA_FLAGS HAVE_CONTEXT_TRACKING
   SCHED_MM_CID PERF_EVENTS BLOCK NET POSIX_TIMERS TASKSTATS TASK_XACCT AUDIT SECCOMP SECURITY KEYS
   THREAD_INFO_IN_TASK VMAP_STACK STACK_GROWSUP_NOT MMU_GATHER_RCU_TABLE_FREE MMU_GATHER_TABLE_FREE
   ARCH_WANT_HUGE_PMD_SHARE HUGETLB_PAGE_OPTIMIZE_VMEMMAP ADVISE_SYSCALLS MEMBARRIER PARAVIRT PROC_PAGE_MONITOR
   GENERIC_CLOCKEVENTS HIGH_RES_TIMERS MODULES PRINTK BUG MULTIUSER TREE_RCU FREEZER IOMMU_MM_DATA`
    .split(/\s+/)
    .filter((s) => s !== ''),
);

/** Numbers that #if compares: page-table levels, processors, and the shifts of x86-64. */
export const CONFIG_VALUES: Record<string, number> = {
  PGTABLE_LEVELS: 5,
  NR_CPUS: 64,
  NODES_SHIFT: 6,
  HZ: 250,
  ARCH_MMAP_RND_BITS_MIN: 28,
  SPLIT_PTLOCK_CPUS: 4,
  PAGE_SHIFT: 12,
};

/** The state of an option, from `table` where it answers, else from the built-in list. */
export function configOn(option: string, table?: ConfigTable): boolean {
  return table?.(option) ?? (ON.has(option) || (CONFIG_VALUES[option] ?? 0) > 0);
}
