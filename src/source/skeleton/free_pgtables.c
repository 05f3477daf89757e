/*
 * The steps of free_pgtables() under names of our own, for every era that has a maple tree. The FL_ switches are those of
 * ../walks.ts. One declaration or statement to a line: lines are dropped one by one.
 */
#if FL_STATE
void free_pgtables(struct mmu_gather *gather, struct ma_state *walk, struct vm_area_struct *area, unsigned long low, unsigned long high, bool locked)
#elif FL_WR_LOCKED
void free_pgtables(struct mmu_gather *gather, struct maple_tree *tree, struct vm_area_struct *area, unsigned long low, unsigned long high, bool locked)
#else
void free_pgtables(struct mmu_gather *gather, struct maple_tree *tree, struct vm_area_struct *area, unsigned long low, unsigned long high)
#endif
{
#if FL_BATCH
	struct unlink_vma_file_batch files;
#endif
#if !FL_STATE
	MA_STATE(walk, tree, area->vm_end, area->vm_end);
#endif

	do {
		unsigned long start = area->vm_start;
		struct vm_area_struct *after;

#if FL_STATE
		after = mas_find(walk, high - 1);
#else
		after = mas_find(&walk, high - 1);
#endif
#if FL_MARKER
		if (xa_is_zero(after))
			after = NULL;
#endif
		/* nobody is to find this VMA by its reverse maps while its tables go */
#if FL_WR_LOCKED
		if (locked)
			vma_start_write(area);
#endif
		unlink_anon_vmas(area);
#if !FL_BATCH
		unlink_file_vma(area);
#endif
		if (is_vm_hugetlb_page(area)) {
#if FL_BATCH
			unlink_file_vma(area);
#endif
			hugetlb_free_pgd_range(gather, start, area->vm_end, low, after ? after->vm_start : high);
		} else {
#if FL_BATCH
			unlink_file_vma_batch_init(&files);
			unlink_file_vma_batch_add(&files, area);
#endif
			/* neighbours share tables: they go together */
			while (after && after->vm_start <= area->vm_end + PMD_SIZE && !is_vm_hugetlb_page(after)) {
				area = after;
#if FL_STATE
				after = mas_find(walk, high - 1);
#else
				after = mas_find(&walk, high - 1);
#endif
#if FL_MARKER
				if (xa_is_zero(after))
					after = NULL;
#endif
#if FL_WR_LOCKED
				if (locked)
					vma_start_write(area);
#endif
				unlink_anon_vmas(area);
#if FL_BATCH
				unlink_file_vma_batch_add(&files, area);
#else
				unlink_file_vma(area);
#endif
			}
#if FL_BATCH
			unlink_file_vma_batch_final(&files);
#endif
			free_pgd_range(gather, start, area->vm_end, low, after ? after->vm_start : high);
		}
		area = after;
	} while (area);
}
