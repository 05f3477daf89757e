/*
 * The steps of exit_mmap() under names of our own, for every era that has a maple tree. The FL_ switches are those of
 * ../walks.ts. One declaration or statement to a line: lines are dropped one by one.
 */
void exit_mmap(struct mm_struct *space)
{
	struct mmu_gather gather;
	struct vm_area_struct *vma;
	unsigned long accounted = 0;
#if FL_VMI
	VMA_ITERATOR(walk, space, 0);
#else
	MA_STATE(at, &space->mm_mt, 0, 0);
#endif
	int removed = 0;

	mmu_notifier_release(space);
	mmap_read_lock(space);
	arch_exit_mmap(space);
#if FL_VMI
	vma = vma_next(&walk);
#else
	vma = mas_find(&at, ULONG_MAX);
#endif
#if FL_MARKER
	if (vma == NULL || xa_is_zero(vma)) {
		mmap_read_unlock(space);
		mmap_write_lock(space);
		goto destroy;
	}
#else
	if (!vma) {
		mmap_read_unlock(space);
		return;
	}
#endif

	lru_add_drain();
	flush_cache_mm(space);
	tlb_gather_mmu_fullmm(&gather, space);
#if FL_VMI
	unmap_vmas(&gather, &walk.mas, vma, 0, ULONG_MAX, ULONG_MAX, false);
#elif FL_STATE
	unmap_vmas(&gather, &at, vma, 0, ULONG_MAX, ULONG_MAX, false);
#elif FL_WR_LOCKED
	unmap_vmas(&gather, &space->mm_mt, vma, 0, ULONG_MAX, false);
#else
	unmap_vmas(&gather, &space->mm_mt, vma, 0, ULONG_MAX);
#endif
	mmap_read_unlock(space);

	set_bit(MMF_OOM_SKIP, &space->flags);
	mmap_write_lock(space);
#if FL_RCU_MODE
	mt_clear_in_rcu(&space->mm_mt);
#endif
#if FL_VMI
	vma_iter_set(&walk, vma->vm_end);
	free_pgtables(&gather, &walk.mas, vma, FIRST_USER_ADDRESS, USER_PGTABLES_CEILING, true);
#elif FL_STATE
	mas_set(&at, vma->vm_end);
	free_pgtables(&gather, &at, vma, FIRST_USER_ADDRESS, USER_PGTABLES_CEILING, true);
#elif FL_WR_LOCKED
	free_pgtables(&gather, &space->mm_mt, vma, FIRST_USER_ADDRESS, USER_PGTABLES_CEILING, true);
#else
	free_pgtables(&gather, &space->mm_mt, vma, FIRST_USER_ADDRESS, USER_PGTABLES_CEILING);
#endif
	tlb_finish_mmu(&gather);

	/* the walks have moved on: back to behind the first VMA */
#if FL_VMI
	vma_iter_set(&walk, vma->vm_end);
#elif FL_STATE
	mas_set(&at, vma->vm_end);
#endif
	do {
		if (vma->vm_flags & VM_ACCOUNT)
			accounted += vma_pages(vma);
#if FL_STATE
		remove_vma(vma, true);
#else
		remove_vma(vma);
#endif
		removed++;
		cond_resched();
#if FL_MARKER && FL_VMI
		vma = vma_next(&walk);
	} while (vma != NULL && !xa_is_zero(vma));
#elif FL_MARKER
		vma = mas_find(&at, ULONG_MAX);
	} while (vma != NULL && !xa_is_zero(vma));
#else
	} while ((vma = mas_find(&at, ULONG_MAX)) != NULL);
#endif
	BUG_ON(removed != space->map_count);
	trace_exit_mmap(space);
#if FL_MARKER
destroy:
#endif
	__mt_destroy(&space->mm_mt);
	mmap_write_unlock(space);
	vm_unacct_memory(accounted);
}
