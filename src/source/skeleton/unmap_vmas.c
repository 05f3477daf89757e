/*
 * The steps of unmap_vmas() in our own words, for every era that has a maple tree. The FL_ switches are those of
 * ../walks.ts. One declaration or statement to a line: lines are dropped one by one.
 */
#if FL_STATE
void unmap_vmas(struct mmu_gather *tlb, struct ma_state *mas, struct vm_area_struct *vma, unsigned long start_addr, unsigned long end_addr, unsigned long tree_end, bool mm_wr_locked)
#elif FL_WR_LOCKED
void unmap_vmas(struct mmu_gather *tlb, struct maple_tree *mt, struct vm_area_struct *vma, unsigned long start_addr, unsigned long end_addr, bool mm_wr_locked)
#else
void unmap_vmas(struct mmu_gather *tlb, struct maple_tree *mt, struct vm_area_struct *vma, unsigned long start_addr, unsigned long end_addr)
#endif
{
	struct mmu_notifier_range range;
	struct zap_details details = { .zap_flags = ZAP_FLAG_DROP_MARKER | ZAP_FLAG_UNMAP };
#if !FL_STATE
	MA_STATE(mas, mt, vma->vm_end, vma->vm_end);
#endif

	mmu_notifier_range_init(&range, MMU_NOTIFY_UNMAP, 0, vma->vm_mm, start_addr, end_addr);
	mmu_notifier_invalidate_range_start(&range);
	do {
#if FL_ZAP
		unsigned long start = start_addr;
		unsigned long end = end_addr;

		hugetlb_zap_begin(vma, &start, &end);
		unmap_single_vma(tlb, vma, start, end, &details, mm_wr_locked);
		hugetlb_zap_end(vma, &details);
#elif FL_WR_LOCKED
		unmap_single_vma(tlb, vma, start_addr, end_addr, &details, mm_wr_locked);
#else
		unmap_single_vma(tlb, vma, start_addr, end_addr, &details);
#endif
#if FL_MARKER
		vma = mas_find(mas, tree_end - 1);
	} while (vma != NULL && !xa_is_zero(vma));
#elif FL_STATE
	} while ((vma = mas_find(mas, tree_end - 1)) != NULL);
#else
	} while ((vma = mas_find(&mas, end_addr - 1)) != NULL);
#endif
	mmu_notifier_invalidate_range_end(&range);
}
