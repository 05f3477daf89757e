/*
 * The steps of exit_mmap() in our own words, for every era that has a maple tree. The FL_ switches are those of
 * ../walks.ts. One declaration or statement to a line: lines are dropped one by one.
 */
void exit_mmap(struct mm_struct *mm)
{
	struct mmu_gather tlb;
	struct vm_area_struct *vma;
	unsigned long nr_accounted = 0;
#if FL_VMI
	VMA_ITERATOR(vmi, mm, 0);
#else
	MA_STATE(mas, &mm->mm_mt, 0, 0);
#endif
	int count = 0;

	mmu_notifier_release(mm);
	mmap_read_lock(mm);
	arch_exit_mmap(mm);
#if FL_VMI
	vma = vma_next(&vmi);
#else
	vma = mas_find(&mas, ULONG_MAX);
#endif
#if FL_MARKER
	if (vma == NULL || xa_is_zero(vma)) {
		mmap_read_unlock(mm);
		mmap_write_lock(mm);
		goto destroy;
	}
#else
	if (!vma) {
		mmap_read_unlock(mm);
		return;
	}
#endif

	lru_add_drain();
	flush_cache_mm(mm);
	tlb_gather_mmu_fullmm(&tlb, mm);
#if FL_VMI
	unmap_vmas(&tlb, &vmi.mas, vma, 0, ULONG_MAX, ULONG_MAX, false);
#elif FL_STATE
	unmap_vmas(&tlb, &mas, vma, 0, ULONG_MAX, ULONG_MAX, false);
#elif FL_WR_LOCKED
	unmap_vmas(&tlb, &mm->mm_mt, vma, 0, ULONG_MAX, false);
#else
	unmap_vmas(&tlb, &mm->mm_mt, vma, 0, ULONG_MAX);
#endif
	mmap_read_unlock(mm);

	set_bit(MMF_OOM_SKIP, &mm->flags);
	mmap_write_lock(mm);
#if FL_RCU_MODE
	mt_clear_in_rcu(&mm->mm_mt);
#endif
#if FL_VMI
	vma_iter_set(&vmi, vma->vm_end);
	free_pgtables(&tlb, &vmi.mas, vma, FIRST_USER_ADDRESS, USER_PGTABLES_CEILING, true);
#elif FL_STATE
	mas_set(&mas, vma->vm_end);
	free_pgtables(&tlb, &mas, vma, FIRST_USER_ADDRESS, USER_PGTABLES_CEILING, true);
#elif FL_WR_LOCKED
	free_pgtables(&tlb, &mm->mm_mt, vma, FIRST_USER_ADDRESS, USER_PGTABLES_CEILING, true);
#else
	free_pgtables(&tlb, &mm->mm_mt, vma, FIRST_USER_ADDRESS, USER_PGTABLES_CEILING);
#endif
	tlb_finish_mmu(&tlb);

	/* the walks have moved on: back to behind the first VMA */
#if FL_VMI
	vma_iter_set(&vmi, vma->vm_end);
#elif FL_STATE
	mas_set(&mas, vma->vm_end);
#endif
	do {
		if (vma->vm_flags & VM_ACCOUNT)
			nr_accounted += vma_pages(vma);
#if FL_STATE
		remove_vma(vma, true);
#else
		remove_vma(vma);
#endif
		count++;
		cond_resched();
#if FL_MARKER && FL_VMI
		vma = vma_next(&vmi);
	} while (vma != NULL && !xa_is_zero(vma));
#elif FL_MARKER
		vma = mas_find(&mas, ULONG_MAX);
	} while (vma != NULL && !xa_is_zero(vma));
#else
	} while ((vma = mas_find(&mas, ULONG_MAX)) != NULL);
#endif
	BUG_ON(count != mm->map_count);
	trace_exit_mmap(mm);
#if FL_MARKER
destroy:
#endif
	__mt_destroy(&mm->mm_mt);
	mmap_write_unlock(mm);
	vm_unacct_memory(nr_accounted);
}
