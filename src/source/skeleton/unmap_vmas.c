/*
 * The steps of unmap_vmas() under names of our own, for every era that has a maple tree. The FL_ switches are those of
 * ../walks.ts. One declaration or statement to a line: lines are dropped one by one.
 */
#if FL_STATE
void unmap_vmas(struct mmu_gather *gather, struct ma_state *walk, struct vm_area_struct *area, unsigned long low, unsigned long high, unsigned long limit, bool locked)
#elif FL_WR_LOCKED
void unmap_vmas(struct mmu_gather *gather, struct maple_tree *tree, struct vm_area_struct *area, unsigned long low, unsigned long high, bool locked)
#else
void unmap_vmas(struct mmu_gather *gather, struct maple_tree *tree, struct vm_area_struct *area, unsigned long low, unsigned long high)
#endif
{
	struct mmu_notifier_range span;
	struct zap_details how = { .zap_flags = ZAP_FLAG_DROP_MARKER | ZAP_FLAG_UNMAP };
#if !FL_STATE
	MA_STATE(walk, tree, area->vm_end, area->vm_end);
#endif

	mmu_notifier_range_init(&span, MMU_NOTIFY_UNMAP, 0, area->vm_mm, low, high);
	mmu_notifier_invalidate_range_start(&span);
	do {
#if FL_ZAP
		unsigned long from = low;
		unsigned long to = high;

		hugetlb_zap_begin(area, &from, &to);
		unmap_single_vma(gather, area, from, to, &how, locked);
		hugetlb_zap_end(area, &how);
#elif FL_WR_LOCKED
		unmap_single_vma(gather, area, low, high, &how, locked);
#else
		unmap_single_vma(gather, area, low, high, &how);
#endif
#if FL_MARKER
		area = mas_find(walk, limit - 1);
	} while (area != NULL && !xa_is_zero(area));
#elif FL_STATE
	} while ((area = mas_find(walk, limit - 1)) != NULL);
#else
	} while ((area = mas_find(&walk, high - 1)) != NULL);
#endif
	mmu_notifier_invalidate_range_end(&span);
}
