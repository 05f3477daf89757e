/* What works on one VMA; when each of these can fail follows the contracts of the kernel's own. */

static unsigned long vma_pages(const struct vm_area_struct *vma)
{
	NAME(vma_pages); P(vma);
	RETURN((vma->vm_end - vma->vm_start) >> 12);
}
static bool is_vm_hugetlb_page(struct vm_area_struct *vma)
{
	NAME(is_vm_hugetlb_page); P(vma);
	RETURN(!!(vma->vm_flags & VM_HUGETLB));
}
static bool vma_is_shared_maywrite(struct vm_area_struct *vma)
{
	NAME(vma_is_shared_maywrite); P(vma);
	RETURN((vma->vm_flags & (VM_SHARED | VM_MAYWRITE)) == (VM_SHARED | VM_MAYWRITE));
}
static void vm_flags_clear(struct vm_area_struct *vma, vm_flags_t flags)
{
	NAME(vm_flags_clear); P(vma); N(flags); END;
	vma->vm_flags &= ~flags;
}
static int security_vm_enough_memory_mm(struct mm_struct *mm, long pages)
{
	NAME(security_vm_enough_memory_mm); P(mm); N(pages);
	if (fails())
		RETURN(-ENOMEM);
	committed += pages;
	RETURN(0);
}
static void vm_unacct_memory(long pages)
{
	NAME(vm_unacct_memory); N(pages); END;
	committed -= pages;
}
/* Each page counts in the total, and in one of three sums by what it holds: code, stack or private data. */
static void count_pages(struct mm_struct *mm, vm_flags_t flags, long pages)
{
	int code = !!(flags & VM_EXEC), written = !!(flags & VM_WRITE), stack = !!(flags & VM_GROWSDOWN);

	mm->total_vm += pages;
	if (code && !written && !stack)
		mm->exec_vm += pages;
	else if (stack)
		mm->stack_vm += pages;
	else if (written && !(flags & VM_SHARED))
		mm->data_vm += pages;
}
static void vm_stat_account(struct mm_struct *mm, vm_flags_t flags, long pages)
{
	NAME(vm_stat_account); P(mm); N(flags); N(pages); END;
	count_pages(mm, flags, pages);
}
static struct vm_area_struct *vm_area_dup(struct vm_area_struct *old)
{
	struct vm_area_struct *copy = &vmas[made];
	char *to = names[made];

	NAME(vm_area_dup); P(old);
	if (fails())
		RETURN_PTR(NULL);
	*copy = *old;
	for (const char *from = names[old - vmas]; *from;)
		*to++ = *from++;
	*to = '\'';
	made++;
	RETURN_PTR(copy);
}
static void vm_area_free(struct vm_area_struct *vma)
{
	NAME(vm_area_free); P(vma); END;
	vma->_freed = 1;
}
static void __vm_area_free(struct vm_area_struct *vma)
{
	NAME(__vm_area_free); P(vma); END;
	vma->_freed = 1;
}
static struct mempolicy *_vma_policy(struct vm_area_struct *vma)
{
	NAME(vma_policy); P(vma);
	RETURN_PTR(vma->vm_policy);
}
#define vma_policy(vma) _vma_policy(vma)
static int vma_dup_policy(struct vm_area_struct *old, struct vm_area_struct *copy)
{
	NAME(vma_dup_policy); P(old); P(copy);
	if (old->vm_policy && fails())
		RETURN(-ENOMEM);
	copy->vm_policy = old->vm_policy ? &copy->_policy : NULL;
	RETURN(0);
}
static int dup_userfaultfd(struct vm_area_struct *copy, struct list_head *list)
{
	NAME(dup_userfaultfd); P(copy); P(list);
	RETURN(copy->_userfaultfd && fails() ? -ENOMEM : 0);
}
static int anon_vma_fork(struct vm_area_struct *copy, struct vm_area_struct *old)
{
	NAME(anon_vma_fork); P(copy); P(old);
	if (!old->anon_vma)
		RETURN(0);
	copy->anon_vma = fails() ? NULL : &copy->_anon;
	RETURN(copy->anon_vma ? 0 : -ENOMEM);
}
static void unlink_anon_vmas(struct vm_area_struct *vma)
{
	NAME(unlink_anon_vmas); P(vma); END;
	vma->anon_vma = NULL;
}
static struct file *get_file(struct file *f)
{
	NAME(get_file); P(f); END;
	return f;
}
static void vma_interval_tree_insert_after(struct vm_area_struct *vma, struct vm_area_struct *prev, int *root)
{
	NAME(vma_interval_tree_insert_after); P(vma); P(prev); P(root); END;
}
static int copy_page_range(struct vm_area_struct *copy, struct vm_area_struct *old)
{
	NAME(copy_page_range); P(copy); P(old);
	if (!old->anon_vma && !(old->vm_flags & (VM_PFNMAP | VM_MIXEDMAP)))
		RETURN(0);
	RETURN(fails() ? -ENOMEM : 0);
}
