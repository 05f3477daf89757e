/*
 * The steps of free_pgtables() in our own words, for every era that has a maple tree. The FL_ switches are those of
 * ../walks.ts. One declaration or statement to a line: lines are dropped one by one.
 */
#if FL_STATE
void free_pgtables(struct mmu_gather *tlb, struct ma_state *mas, struct vm_area_struct *vma, unsigned long floor, unsigned long ceiling, bool mm_wr_locked)
#elif FL_WR_LOCKED
void free_pgtables(struct mmu_gather *tlb, struct maple_tree *mt, struct vm_area_struct *vma, unsigned long floor, unsigned long ceiling, bool mm_wr_locked)
#else
void free_pgtables(struct mmu_gather *tlb, struct maple_tree *mt, struct vm_area_struct *vma, unsigned long floor, unsigned long ceiling)
#endif
{
#if FL_BATCH
	struct unlink_vma_file_batch vb;
#endif
#if !FL_STATE
	MA_STATE(mas, mt, vma->vm_end, vma->vm_end);
#endif

	do {
		unsigned long addr = vma->vm_start;
		struct vm_area_struct *next;

#if FL_STATE
		next = mas_find(mas, ceiling - 1);
#else
		next = mas_find(&mas, ceiling - 1);
#endif
#if FL_MARKER
		if (xa_is_zero(next))
			next = NULL;
#endif
		/* nobody is to find this VMA by its reverse maps while its tables go */
#if FL_WR_LOCKED
		if (mm_wr_locked)
			vma_start_write(vma);
#endif
		unlink_anon_vmas(vma);
#if !FL_BATCH
		unlink_file_vma(vma);
#endif
		if (is_vm_hugetlb_page(vma)) {
#if FL_BATCH
			unlink_file_vma(vma);
#endif
			hugetlb_free_pgd_range(tlb, addr, vma->vm_end, floor, next ? next->vm_start : ceiling);
		} else {
#if FL_BATCH
			unlink_file_vma_batch_init(&vb);
			unlink_file_vma_batch_add(&vb, vma);
#endif
			/* neighbours share tables: they go together */
			while (next && next->vm_start <= vma->vm_end + PMD_SIZE && !is_vm_hugetlb_page(next)) {
				vma = next;
#if FL_STATE
				next = mas_find(mas, ceiling - 1);
#else
				next = mas_find(&mas, ceiling - 1);
#endif
#if FL_MARKER
				if (xa_is_zero(next))
					next = NULL;
#endif
#if FL_WR_LOCKED
				if (mm_wr_locked)
					vma_start_write(vma);
#endif
				unlink_anon_vmas(vma);
#if FL_BATCH
				unlink_file_vma_batch_add(&vb, vma);
#else
				unlink_file_vma(vma);
#endif
			}
#if FL_BATCH
			unlink_file_vma_batch_final(&vb);
#endif
			free_pgd_range(tlb, addr, vma->vm_end, floor, next ? next->vm_start : ceiling);
		}
		vma = next;
	} while (vma);
}
