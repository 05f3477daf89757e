/*
 * Small inline helpers of include/linux/mm.h and maple_tree.h, restated over the mas_*() primitives that the model
 * has. Used when no tree gives them.
 */
static inline void __mas_set_range(struct ma_state *state, unsigned long first, unsigned long final)
{
	state->index = first;
	state->last = final;
}

static inline void mas_set_range(struct ma_state *state, unsigned long first, unsigned long final)
{
	mas_reset(state);
	__mas_set_range(state, first, final);
}

static inline void mas_set(struct ma_state *state, unsigned long place)
{
	mas_set_range(state, place, place);
}

static inline struct vm_area_struct *vma_find(struct vma_iterator *iter, unsigned long limit)
{
	return mas_find(&iter->mas, limit - 1);
}

static inline struct vm_area_struct *vma_next(struct vma_iterator *iter)
{
	return mas_find(&iter->mas, ULONG_MAX);
}

static inline struct vm_area_struct *vma_prev(struct vma_iterator *iter)
{
	return mas_prev(&iter->mas, 0);
}

static inline int vma_iter_bulk_alloc(struct vma_iterator *iter, unsigned long entries)
{
	return mas_expected_entries(&iter->mas, entries);
}

static inline int vma_iter_bulk_store(struct vma_iterator *iter, struct vm_area_struct *area)
{
	struct ma_state *state = &iter->mas;

	state->index = area->vm_start;
	state->last = area->vm_end - 1;
	mas_store(state, area);
	return mas_is_err(state) ? -ENOMEM : 0;
}

static inline int vma_iter_clear_gfp(struct vma_iterator *iter, unsigned long first, unsigned long end, gfp_t gfp)
{
	struct ma_state *state = &iter->mas;

	__mas_set_range(state, first, end - 1);
	mas_store_gfp(state, NULL, gfp);
	return mas_is_err(state) ? -ENOMEM : 0;
}

static inline void vma_iter_free(struct vma_iterator *iter)
{
	mas_destroy(&iter->mas);
}

static inline void vma_iter_set(struct vma_iterator *iter, unsigned long address)
{
	mas_set(&iter->mas, address);
}

static inline void vma_iter_invalidate(struct vma_iterator *iter)
{
	mas_pause(&iter->mas);
}

static inline unsigned long vma_pages(const struct vm_area_struct *area)
{
	unsigned long bytes = area->vm_end - area->vm_start;

	return bytes >> PAGE_SHIFT;
}
