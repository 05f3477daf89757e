/*
 * The steps around dup_mmap() under names of our own: birth of the child's mm, and its end when dup_mmap() fails. The FL_
 * switches are those of ../teardown.ts. The puts are the same in all eras; exit_mmap() knows the failure marker or not,
 * and follows the list where VMAs have one.
 */
static struct mm_struct *dup_mm(struct task_struct *task, struct mm_struct *parent)
{
	struct mm_struct *child;
	int error = 0;

	child = allocate_mm();
	if (child == NULL)
		return NULL;
	memcpy(child, parent, sizeof(*child));
	if (mm_init(child, task, child->user_ns) == NULL)
		return NULL;

#if FL_GUARD
	uprobe_start_dup_mmap();
#endif
	error = dup_mmap(child, parent);
	if (error != 0)
		goto give_up;
#if FL_GUARD
	uprobe_end_dup_mmap();
#endif

	child->hiwater_rss = get_mm_rss(child);
	child->hiwater_vm = child->total_vm;
	if (child->binfmt != NULL && !try_module_get(child->binfmt->module))
		goto give_up;
	return child;

give_up:
	child->binfmt = NULL;
	mm_init_owner(child, NULL);
	mmput(child);
#if FL_GUARD
	/* nobody may find the half-built child by its files before it is gone */
	if (error != 0)
		uprobe_end_dup_mmap();
#endif
	return NULL;
}

void mmput(struct mm_struct *space)
{
	if (atomic_dec_and_test(&space->mm_users))
		__mmput(space);
}

static inline void __mmput(struct mm_struct *space)
{
	uprobe_clear_state(space);
	exit_aio(space);
	ksm_exit(space);
	khugepaged_exit(space);
	exit_mmap(space);
	set_mm_exe_file(space, NULL);
	if (!list_empty(&space->mmlist))
		list_del(&space->mmlist);
	if (space->binfmt != NULL)
		module_put(space->binfmt->module);
	mmdrop(space);
}

#if FL_LIST
void exit_mmap(struct mm_struct *space)
{
	struct mmu_gather gather;
	struct vm_area_struct *vma;
	unsigned long pages = 0;

	mmu_notifier_release(space);
	mmap_write_lock(space);
	arch_exit_mmap(space);
	vma = space->mmap;
	if (vma != NULL) {
		tlb_gather_mmu_fullmm(&gather, space);
		unmap_vmas(&gather, vma, 0, ULONG_MAX);
		free_pgtables(&gather, vma, FIRST_USER_ADDRESS, USER_PGTABLES_CEILING);
		tlb_finish_mmu(&gather);
	}
	while (vma != NULL) {
		if ((vma->vm_flags & VM_ACCOUNT) != 0)
			pages += vma_pages(vma);
		vma = remove_vma(vma);
	}
	space->mmap = NULL;
#if FL_LIST_BOTH
	__mt_destroy(&space->mm_mt);
#endif
	mmap_write_unlock(space);
	vm_unacct_memory(pages);
}
#else
void exit_mmap(struct mm_struct *space)
{
	struct mmu_gather gather;
	struct vm_area_struct *first;
	struct vm_area_struct *vma;
	unsigned long pages = 0;
	int removed = 0;
	VMA_ITERATOR(walk, space, 0);

	mmu_notifier_release(space);
	mmap_read_lock(space);
	arch_exit_mmap(space);
	first = vma_next(&walk);
#if FL_MARKER
	if (first == NULL || xa_is_zero(first)) {
#else
	if (first == NULL) {
#endif
		mmap_read_unlock(space);
		mmap_write_lock(space);
		goto destroy;
	}
	tlb_gather_mmu_fullmm(&gather, space);
	unmap_vmas(&gather, &walk.mas, first, 0, ULONG_MAX, ULONG_MAX, false);
	mmap_read_unlock(space);

	mmap_write_lock(space);
	mt_clear_in_rcu(&space->mm_mt);
	vma_iter_set(&walk, first->vm_end);
	free_pgtables(&gather, &walk.mas, first, FIRST_USER_ADDRESS, USER_PGTABLES_CEILING, true);
	tlb_finish_mmu(&gather);

	vma_iter_set(&walk, first->vm_end);
	vma = first;
#if FL_MARKER
	while (vma != NULL && !xa_is_zero(vma)) {
#else
	while (vma != NULL) {
#endif
		if ((vma->vm_flags & VM_ACCOUNT) != 0)
			pages += vma_pages(vma);
		remove_vma(vma, true);
		removed++;
		vma = vma_next(&walk);
	}
	BUG_ON(removed != space->map_count);
destroy:
	__mt_destroy(&space->mm_mt);
	mmap_write_unlock(space);
	vm_unacct_memory(pages);
}
#endif
