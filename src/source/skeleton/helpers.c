/*
 * Small inline helpers of include/linux/mm.h and maple_tree.h, restated over the mas_*() primitives that the model
 * has. Used when no tree gives them.
 */
static inline void __mas_set_range(struct ma_state *mas, unsigned long start, unsigned long last)
{
	mas->index = start;
	mas->last = last;
}

static inline void mas_set_range(struct ma_state *mas, unsigned long start, unsigned long last)
{
	mas_reset(mas);
	__mas_set_range(mas, start, last);
}

static inline void mas_set(struct ma_state *mas, unsigned long index)
{
	mas_set_range(mas, index, index);
}

static inline struct vm_area_struct *vma_find(struct vma_iterator *vmi, unsigned long max)
{
	return mas_find(&vmi->mas, max - 1);
}

static inline struct vm_area_struct *vma_next(struct vma_iterator *vmi)
{
	return mas_find(&vmi->mas, ULONG_MAX);
}

static inline struct vm_area_struct *vma_prev(struct vma_iterator *vmi)
{
	return mas_prev(&vmi->mas, 0);
}

static inline int vma_iter_bulk_alloc(struct vma_iterator *vmi, unsigned long count)
{
	return mas_expected_entries(&vmi->mas, count);
}

static inline int vma_iter_bulk_store(struct vma_iterator *vmi, struct vm_area_struct *vma)
{
	struct ma_state *mas = &vmi->mas;

	mas->index = vma->vm_start;
	mas->last = vma->vm_end - 1;
	mas_store(mas, vma);
	return mas_is_err(mas) ? -ENOMEM : 0;
}

static inline int vma_iter_clear_gfp(struct vma_iterator *vmi, unsigned long start, unsigned long end, gfp_t gfp)
{
	struct ma_state *mas = &vmi->mas;

	__mas_set_range(mas, start, end - 1);
	mas_store_gfp(mas, NULL, gfp);
	return mas_is_err(mas) ? -ENOMEM : 0;
}

static inline void vma_iter_free(struct vma_iterator *vmi)
{
	mas_destroy(&vmi->mas);
}

static inline void vma_iter_set(struct vma_iterator *vmi, unsigned long addr)
{
	mas_set(&vmi->mas, addr);
}

static inline void vma_iter_invalidate(struct vma_iterator *vmi)
{
	mas_pause(&vmi->mas);
}

static inline unsigned long vma_pages(const struct vm_area_struct *vma)
{
	return (vma->vm_end - vma->vm_start) >> PAGE_SHIFT;
}
