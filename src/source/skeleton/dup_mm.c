/*
 * The steps around dup_mmap() in our own words: birth of the child's mm, and its end when dup_mmap() fails. The FL_
 * switches are those of ../teardown.ts. The puts are the same in all eras; exit_mmap() knows the failure marker or not,
 * and follows the list where VMAs have one.
 */
static struct mm_struct *dup_mm(struct task_struct *tsk, struct mm_struct *oldmm)
{
	struct mm_struct *mm;
	int err = 0;

	mm = allocate_mm();
	if (mm == NULL)
		return NULL;
	memcpy(mm, oldmm, sizeof(*mm));
	if (mm_init(mm, tsk, mm->user_ns) == NULL)
		return NULL;

#if FL_GUARD
	uprobe_start_dup_mmap();
#endif
	err = dup_mmap(mm, oldmm);
	if (err != 0)
		goto put_mm;
#if FL_GUARD
	uprobe_end_dup_mmap();
#endif

	mm->hiwater_rss = get_mm_rss(mm);
	mm->hiwater_vm = mm->total_vm;
	if (mm->binfmt != NULL && !try_module_get(mm->binfmt->module))
		goto put_mm;
	return mm;

put_mm:
	mm->binfmt = NULL;
	mm_init_owner(mm, NULL);
	mmput(mm);
#if FL_GUARD
	/* nobody may find the half-built child by its files before it is gone */
	if (err != 0)
		uprobe_end_dup_mmap();
#endif
	return NULL;
}

void mmput(struct mm_struct *mm)
{
	if (atomic_dec_and_test(&mm->mm_users))
		__mmput(mm);
}

static inline void __mmput(struct mm_struct *mm)
{
	uprobe_clear_state(mm);
	exit_aio(mm);
	ksm_exit(mm);
	khugepaged_exit(mm);
	exit_mmap(mm);
	set_mm_exe_file(mm, NULL);
	if (!list_empty(&mm->mmlist))
		list_del(&mm->mmlist);
	mmdrop(mm);
}

#if FL_LIST
void exit_mmap(struct mm_struct *mm)
{
	struct mmu_gather tlb;
	struct vm_area_struct *vma;
	unsigned long pages = 0;

	mmu_notifier_release(mm);
	mmap_write_lock(mm);
	arch_exit_mmap(mm);
	vma = mm->mmap;
	if (vma != NULL) {
		tlb_gather_mmu_fullmm(&tlb, mm);
		unmap_vmas(&tlb, vma, 0, ULONG_MAX);
		free_pgtables(&tlb, vma, FIRST_USER_ADDRESS, USER_PGTABLES_CEILING);
		tlb_finish_mmu(&tlb);
	}
	while (vma != NULL) {
		if ((vma->vm_flags & VM_ACCOUNT) != 0)
			pages += vma_pages(vma);
		vma = remove_vma(vma);
	}
	mm->mmap = NULL;
#if FL_LIST_BOTH
	__mt_destroy(&mm->mm_mt);
#endif
	mmap_write_unlock(mm);
	vm_unacct_memory(pages);
}
#else
void exit_mmap(struct mm_struct *mm)
{
	struct mmu_gather tlb;
	struct vm_area_struct *first;
	struct vm_area_struct *vma;
	unsigned long pages = 0;
	int count = 0;
	VMA_ITERATOR(vmi, mm, 0);

	mmu_notifier_release(mm);
	mmap_read_lock(mm);
	arch_exit_mmap(mm);
	first = vma_next(&vmi);
#if FL_MARKER
	if (first == NULL || xa_is_zero(first)) {
#else
	if (first == NULL) {
#endif
		mmap_read_unlock(mm);
		mmap_write_lock(mm);
		goto destroy;
	}
	tlb_gather_mmu_fullmm(&tlb, mm);
	unmap_vmas(&tlb, &vmi.mas, first, 0, ULONG_MAX, ULONG_MAX, false);
	mmap_read_unlock(mm);

	mmap_write_lock(mm);
	mt_clear_in_rcu(&mm->mm_mt);
	vma_iter_set(&vmi, first->vm_end);
	free_pgtables(&tlb, &vmi.mas, first, FIRST_USER_ADDRESS, USER_PGTABLES_CEILING, true);
	tlb_finish_mmu(&tlb);

	vma_iter_set(&vmi, first->vm_end);
	vma = first;
#if FL_MARKER
	while (vma != NULL && !xa_is_zero(vma)) {
#else
	while (vma != NULL) {
#endif
		if ((vma->vm_flags & VM_ACCOUNT) != 0)
			pages += vma_pages(vma);
		remove_vma(vma, true);
		count++;
		vma = vma_next(&vmi);
	}
	BUG_ON(count != mm->map_count);
destroy:
	__mt_destroy(&mm->mm_mt);
	mmap_write_unlock(mm);
	vm_unacct_memory(pages);
}
#endif
