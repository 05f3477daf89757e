/*
 * Stand-ins for what the functions under test call. Each one logs its name, the identities of its arguments and what
 * it returns. One that may fail asks fails(), which looks at the ordinal of the call.
 */
#define VMAS 128

static struct mm_struct parent, child;
static struct task_struct task;
#define current (&task)
static struct vm_area_struct vmas[VMAS];
static char names[VMAS][8];
static struct file files[VMAS];
static struct address_space mappings[VMAS];
static struct vm_operations_struct operations[VMAS];
static const struct vm_operations_struct vma_dummy_vm_ops;
static int originals, made;
static long committed;

static int ordinal, failing[4], failures, signal_at;
static int fails(void)
{
	for (int i = 0; i < failures; i++)
		if (failing[i] == ordinal)
			return 1;
	return 0;
}
static int signalled(void)
{
	return signal_at >= 0 && ordinal >= signal_at;
}

static void show_mm(const struct mm_struct *mm, const char *name, const void *p, int *done)
{
	if (p == &mm->flags)
		printf("%s.flags", name);
	else if (p == mm)
		printf("%s", name);
	else
		return;
	*done = 1;
}
static void show_vma(int i, const void *p, int *done)
{
	if (p == &vmas[i])
		printf("%s", names[i]);
	else if (p == &vmas[i]._anon)
		printf("%s.__anon", names[i]);
	else if (p == &vmas[i]._policy)
		printf("%s.__policy", names[i]);
	else if (p == &files[i])
		printf("%s.file", names[i]);
	else if (p == &mappings[i].i_mmap)
		printf("%s.mapping", names[i]);
	else
		return;
	*done = 1;
}
static void show(const void *p)
{
	int done = 0;
	if ((unsigned long)p < 4096 || p == (void *)ULONG_MAX) {
		printf("%ld", (long)p);
		return;
	}
	if (p == &task) {
		printf("current");
		return;
	}
	show_mm(&parent, "parent", p, &done);
	show_mm(&child, "child", p, &done);
	for (int i = 0; i < made && !done; i++)
		show_vma(i, p, &done);
	if (!done)
		printf("local");
}
/* The first member of an mm is its tree, so that the two have one address. */
static void show_tree(const struct maple_tree *t)
{
	printf(t == &parent.mm_mt ? "tree:parent" : t == &child.mm_mt ? "tree:child" : "tree:?");
}

#define NAME(f) (ordinal++, printf("%s", #f))
#define P(p) (printf(" "), show(p))
#define N(n) printf(" %ld", (long)(n))
#define M(m) (printf(" mas:"), show_tree((m)->tree))
#define T(t) (printf(" "), show_tree(t))
#define END printf("\n")
#define RETURN(x) do { long _r = (long)(x); printf(" = %ld\n", _r); return _r; } while (0)
#define RETURN_PTR(x) do { void *_p = (void *)(x); printf(" = "); show(_p); printf("\n"); return _p; } while (0)

/* Calls that only have to happen, with the right arguments. */
#define DO_0(f) static void f(void) { NAME(f); END; }
#define DO_P(f, A) static void f(A a) { NAME(f); P(a); END; }
#define DO_PP(f, A, B) static void f(A a, B b) { NAME(f); P(a); P(b); END; }

#define MM struct mm_struct *
#define VMA struct vm_area_struct *
#define MAPPING struct address_space *
DO_0(uprobe_start_dup_mmap)
DO_0(uprobe_end_dup_mmap)
DO_0(lru_add_drain)
DO_0(might_sleep)
DO_0(cond_resched)
DO_P(mmap_write_lock, MM)
DO_P(mmap_write_unlock, MM)
DO_P(mmap_read_lock, MM)
DO_P(mmap_read_unlock, MM)
DO_P(flush_cache_dup_mm, MM)
DO_P(flush_cache_mm, MM)
DO_P(flush_tlb_mm, MM)
DO_P(mmu_notifier_release, MM)
DO_P(arch_exit_mmap, MM)
DO_P(trace_exit_mmap, MM)
DO_PP(uprobe_dup_mmap, MM, MM)
DO_PP(dup_mm_exe_file, MM, MM)
DO_PP(khugepaged_fork, MM, MM)
DO_P(vma_start_write, VMA)
DO_P(untrack_pfn_clear, VMA)
DO_P(hugetlb_dup_vma_private, VMA)
DO_P(unlink_file_vma, VMA)
DO_P(driver_open, VMA)
DO_P(driver_close, VMA)
#define i_mmap(m) (&(m)->i_mmap)
#define DO_MAPPING(f) static void f(MAPPING a) { NAME(f); P(i_mmap(a)); END; }
DO_MAPPING(i_mmap_lock_write)
DO_MAPPING(i_mmap_unlock_write)
DO_MAPPING(mapping_allow_writable)
DO_MAPPING(flush_dcache_mmap_lock)
DO_MAPPING(flush_dcache_mmap_unlock)
DO_P(dup_userfaultfd_complete, struct list_head *)
DO_P(dup_userfaultfd_fail, struct list_head *)
DO_P(mpol_put, struct mempolicy *)
DO_P(fput, struct file *)
DO_PP(tlb_gather_mmu_fullmm, struct mmu_gather *, MM)
DO_P(tlb_finish_mmu, struct mmu_gather *)
DO_P(mmu_notifier_invalidate_range_start, struct mmu_notifier_range *)
DO_P(mmu_notifier_invalidate_range_end, struct mmu_notifier_range *)
DO_PP(hugetlb_zap_end, VMA, struct zap_details *)
DO_P(unlink_file_vma_batch_init, struct unlink_vma_file_batch *)
DO_P(unlink_file_vma_batch_final, struct unlink_vma_file_batch *)
DO_PP(unlink_file_vma_batch_add, struct unlink_vma_file_batch *, VMA)

static void mmap_write_lock_nested(struct mm_struct *mm, int level)
{
	NAME(mmap_write_lock_nested); P(mm); N(level); END;
}
static int mmap_write_lock_killable(struct mm_struct *mm)
{
	NAME(mmap_write_lock_killable); P(mm);
	RETURN(signalled() ? -EINTR : 0);
}
static int fatal_signal_pending(struct task_struct *t)
{
	NAME(fatal_signal_pending); P(t);
	RETURN(signalled());
}
static void set_bit(long nr, unsigned long *word)
{
	NAME(set_bit); N(nr); P(word); END;
}
static void _bug_on(int broken)
{
	NAME(BUG_ON); N(broken); END;
}
#define BUG_ON(x) _bug_on(!!(x))
static int ksm_fork(struct mm_struct *mm, struct mm_struct *old)
{
	NAME(ksm_fork); P(mm); P(old);
	RETURN(fails() ? -ENOMEM : 0);
}
static int arch_dup_mmap(struct mm_struct *old, struct mm_struct *mm)
{
	NAME(arch_dup_mmap); P(old); P(mm);
	RETURN(fails() ? -ENOMEM : 0);
}
static void _range_init(struct mmu_notifier_range *r)
{
	NAME(mmu_notifier_range_init); P(r); END;
}
#define mmu_notifier_range_init(r, ...) _range_init(r)
static void hugetlb_zap_begin(struct vm_area_struct *vma, unsigned long *start, unsigned long *end)
{
	NAME(hugetlb_zap_begin); P(vma); P(start); P(end); END;
}
static void _unmap_single_vma(struct mmu_gather *tlb, struct vm_area_struct *vma)
{
	NAME(unmap_single_vma); P(tlb); P(vma); END;
}
#define unmap_single_vma(tlb, vma, ...) _unmap_single_vma(tlb, vma)
static void free_pgd_range(struct mmu_gather *tlb, unsigned long addr, unsigned long end, unsigned long floor,
			   unsigned long ceiling)
{
	NAME(free_pgd_range); P(tlb); N(addr); N(end); N(floor); N(ceiling); END;
}
static void hugetlb_free_pgd_range(struct mmu_gather *tlb, unsigned long addr, unsigned long end, unsigned long floor,
				   unsigned long ceiling)
{
	NAME(hugetlb_free_pgd_range); P(tlb); N(addr); N(end); N(floor); N(ceiling); END;
}
