/*
 * The steps of dup_mmap() under names of our own, for every era. The FL_ switches are the columns of the table in
 * ../eras.ts; ../skeleton.ts resolves them. One declaration or statement to a line: lines are dropped one by one.
 */
static int dup_mmap(struct mm_struct *child, struct mm_struct *parent)
{
	struct vm_area_struct *vma;
	struct vm_area_struct *copy;
#if FL_LINKS
	struct vm_area_struct *last_copy;
	struct vm_area_struct **tail;
	struct rb_node **below;
	struct rb_node *above;
#endif
	int error;
	unsigned long charged = 0;
	LIST_HEAD(events);
#if FL_STORE_RB
#elif FL_STORE_MAS
#if !FL_WALK_LIST
	MA_STATE(from, &parent->mm_mt, 0, 0);
#endif
	MA_STATE(into, &child->mm_mt, 0, 0);
#elif FL_STORE_BULK
	VMA_ITERATOR(source, parent, 0);
	VMA_ITERATOR(walk, child, 0);
#else
	VMA_ITERATOR(walk, child, 0);
#endif

	/* both mmap locks, the parent's first; they are held to the end */
#if FL_UPROBE_INSIDE
	uprobe_start_dup_mmap();
	if (mmap_write_lock_killable(parent) != 0) {
		error = -EINTR;
		goto end_section;
	}
#else
	if (mmap_write_lock_killable(parent) != 0)
		return -EINTR;
#endif
	flush_cache_dup_mm(parent);
	uprobe_dup_mmap(parent, child);
	mmap_write_lock_nested(child, SINGLE_DEPTH_NESTING);
	dup_mm_exe_file(child, parent);

	/* the counters start as the parent's; what is not copied is taken off below */
	child->total_vm = parent->total_vm;
	child->data_vm = parent->data_vm;
	child->exec_vm = parent->exec_vm;
	child->stack_vm = parent->stack_vm;

#if FL_LINKS
	/* where the first copy is linked: the root of the child's rb-tree, the head of its list */
	below = &child->mm_rb.rb_node;
	above = NULL;
	tail = &child->mmap;
#endif
#if FL_HOOKS_FIRST
	error = ksm_fork(child, parent);
	if (error != 0)
		goto unlock;
#if FL_KHUGEPAGED_FAILS
	error = khugepaged_fork(child, parent);
	if (error != 0)
		goto unlock;
#else
	khugepaged_fork(child, parent);
#endif
#endif
#if FL_LINKS
	last_copy = NULL;
#endif

#if !FL_WALK_LIST
	/* room in the child's tree, or the parent's tree with the parent's VMAs in it */
#if FL_STORE_MAS
	error = mas_expected_entries(&into, parent->map_count);
#elif FL_STORE_BULK
	error = vma_iter_bulk_alloc(&walk, parent->map_count);
#else
	error = __mt_dup(&parent->mm_mt, &child->mm_mt, GFP_KERNEL);
#endif
	if (error != 0)
		goto unlock;
#endif

#if FL_RCU_MODE && FL_STORE_MAS
	mt_clear_in_rcu(into.tree);
#elif FL_RCU_MODE
	mt_clear_in_rcu(walk.mas.tree);
#endif
#if FL_WALK_LIST
	for (vma = parent->mmap; vma != NULL; vma = vma->vm_next) {
#elif FL_STORE_MAS
	mas_for_each(&from, vma, ULONG_MAX) {
#elif FL_STORE_BULK
	for_each_vma(source, vma) {
#else
	for_each_vma(walk, vma) {
#endif
		struct file *file;

#if FL_KILLABLE
		error = vma_start_write_killable(vma);
		if (error < 0)
			goto settle;
#elif FL_LOCK_IN_LOOP
		vma_start_write(vma);
#endif
#if FL_VMA_TEST
		if (vma_test(vma, VMA_DONTCOPY_BIT)) {
#else
		if ((vma->vm_flags & VM_DONTCOPY) != 0) {
#endif
#if FL_STORE_DUP
			error = vma_iter_clear_gfp(&walk, vma->vm_start, vma->vm_end, GFP_KERNEL);
			if (error != 0)
				goto settle;
#endif
			vm_stat_account(child, vma->vm_flags, -vma_pages(vma));
			continue;
		}

		/* an un-charge on failure must be this iteration's */
		charged = 0;
#if !FL_KILLABLE
		if (fatal_signal_pending(current)) {
			error = -EINTR;
#if FL_STORE_RB
			goto unlock;
#else
			goto settle;
#endif
		}
#endif
#if FL_VMA_TEST
		if (vma_test(vma, VMA_ACCOUNT_BIT)) {
#else
		if ((vma->vm_flags & VM_ACCOUNT) != 0) {
#endif
			unsigned long pages = vma_pages(vma);

			if (security_vm_enough_memory_mm(parent, pages) != 0)
				goto no_memory;
			charged = pages;
		}

		/* the copy; from here on mpnt is the parent's VMA and tmp the child's */
		copy = vm_area_dup(vma);
		if (copy == NULL)
			goto no_memory;
#if FL_PFN_CLEAR
		if ((copy->vm_flags & VM_PFNMAP) != 0)
			untrack_pfn_clear(copy);
#endif
		error = vma_dup_policy(vma, copy);
		if (error != 0)
			goto free_copy;
		copy->vm_mm = child;
		error = dup_userfaultfd(copy, &events);
		if (error != 0)
			goto put_policy;
#if FL_VMA_TEST
		if (vma_test(copy, VMA_WIPEONFORK_BIT)) {
#else
		if ((copy->vm_flags & VM_WIPEONFORK) != 0) {
#endif
			copy->anon_vma = NULL;
		} else if (anon_vma_fork(copy, vma) != 0)
			goto put_policy;
#if FL_VMA_TEST
		vma_start_write(copy);
		vma_clear_flags_mask(copy, VMA_LOCKED_MASK);
#elif FL_FLAGS_CLEAR
		vm_flags_clear(copy, VM_LOCKED_MASK);
#else
		copy->vm_flags &= ~(VM_LOCKED | VM_LOCKONFAULT);
#endif

#if !FL_FILE_LATE
		file = copy->vm_file;
		if (file != NULL) {
			struct address_space *fmap = file->f_mapping;

			get_file(file);
			i_mmap_lock_write(fmap);
#if FL_MAYWRITE
			if (vma_is_shared_maywrite(copy))
#else
			if ((copy->vm_flags & VM_SHARED) != 0)
#endif
				mapping_allow_writable(fmap);
			flush_dcache_mmap_lock(fmap);
			vma_interval_tree_insert_after(copy, vma, &fmap->i_mmap);
			flush_dcache_mmap_unlock(fmap);
			i_mmap_unlock_write(fmap);
		}
#endif
		if (is_vm_hugetlb_page(copy))
			hugetlb_dup_vma_private(copy);

#if FL_LINKS
		/* at the end of the child's list, and to the right of the VMA before it */
		*tail = copy;
		tail = &copy->vm_next;
		copy->vm_prev = last_copy;
		last_copy = copy;
		__vma_link_rb(child, copy, below, above);
		below = &copy->vm_rb.rb_right;
		above = &copy->vm_rb;
#endif
		/* the copy takes its place in the child's tree */
#if FL_STORE_RB
#elif FL_STORE_MAS
		into.index = copy->vm_start;
		into.last = copy->vm_end - 1;
		mas_store(&into, copy);
#if !FL_WALK_LIST
		if (mas_is_err(&into))
			goto unlink_chain;
#endif
#elif FL_STORE_BULK
		if (vma_iter_bulk_store(&walk, copy) != 0)
			goto drop_chain;
#else
		vma_iter_bulk_store(&walk, copy);
#endif
		child->map_count++;

#if FL_FILE_LATE
		if (copy->vm_ops != NULL && copy->vm_ops->open != NULL)
			copy->vm_ops->open(copy);
		file = copy->vm_file;
		if (file != NULL) {
			struct address_space *fmap = file->f_mapping;

			get_file(file);
			i_mmap_lock_write(fmap);
			if (vma_is_shared_maywrite(copy))
				mapping_allow_writable(fmap);
			flush_dcache_mmap_lock(fmap);
#if FL_VMA_TEST
			mapping_rmap_tree_insert_after(copy, vma, fmap);
#else
			vma_interval_tree_insert_after(copy, vma, &fmap->i_mmap);
#endif
			flush_dcache_mmap_unlock(fmap);
			i_mmap_unlock_write(fmap);
		}
#endif
#if FL_VMA_TEST
		if (!vma_test(copy, VMA_WIPEONFORK_BIT))
#else
		if ((copy->vm_flags & VM_WIPEONFORK) == 0)
#endif
			error = copy_page_range(copy, vma);
#if !FL_FILE_LATE
		if (copy->vm_ops != NULL && copy->vm_ops->open != NULL)
			copy->vm_ops->open(copy);
#endif
#if FL_STORE_DUP
		if (error != 0) {
			/* this copy is in the tree already: the next entry is the first that is not */
			vma = vma_next(&walk);
			goto settle;
		}
#elif FL_STORE_RB
		if (error != 0)
			goto unlock;
#else
		if (error != 0)
			goto settle;
#endif
	}
	error = arch_dup_mmap(parent, child);
#if !FL_STORE_RB
settle:
#endif
#if FL_STORE_RB
#elif FL_STORE_MAS
	mas_destroy(&into);
#else
	vma_iter_free(&walk);
#endif
#if FL_STORE_DUP
	if (error == 0) {
		mt_set_in_rcu(walk.mas.tree);
#if !FL_HOOKS_FIRST
		ksm_fork(child, parent);
		khugepaged_fork(child, parent);
#endif
#if FL_UNMAP
	} else {
		unsigned long end;

		/* the copies end where the loop failed: what follows is the parent's */
		if (child->map_count == 0) {
			end = 0;
		} else if (vma != NULL) {
			end = vma->vm_start;
		} else {
			end = ULONG_MAX;
		}
		mm_flags_set(MMF_OOM_SKIP, child);
		if (end != 0) {
			vma_iter_set(&walk, 0);
			copy = vma_next(&walk);
			UNMAP_STATE(unmap, &walk, copy, 0, end, NULL, NULL);
			unmap.tree_end = end;
			flush_cache_mm(child);
			unmap_region(&unmap);
			charged = tear_down_vmas(child, &walk, copy, end);
			vm_unacct_memory(charged);
		}
		__mt_destroy(&child->mm_mt);
		mm_flags_set(MMF_UNSTABLE, child);
	}
#elif FL_UNSTABLE
	} else {
		if (vma != NULL) {
			/* what follows is still the parent's: exit_mmap() stops at this marker */
			mas_set_range(&walk.mas, vma->vm_start, vma->vm_end - 1);
			mas_store(&walk.mas, XA_ZERO_ENTRY);
#if FL_MM_FLAGS
			mm_flags_set(MMF_OOM_SKIP, child);
#else
			set_bit(MMF_OOM_SKIP, &child->flags);
#endif
		}
#if FL_MM_FLAGS
		mm_flags_set(MMF_UNSTABLE, child);
#else
		set_bit(MMF_UNSTABLE, &child->flags);
#endif
	}
#else
	} else if (vma != NULL) {
		/* what follows is still the parent's: exit_mmap() stops at this marker */
		mas_set_range(&walk.mas, vma->vm_start, vma->vm_end - 1);
		mas_store(&walk.mas, XA_ZERO_ENTRY);
	}
#endif
#elif FL_RCU_MODE && FL_STORE_MAS
	if (error == 0)
		mt_set_in_rcu(into.tree);
#elif FL_RCU_MODE
	if (error == 0)
		mt_set_in_rcu(walk.mas.tree);
#endif
unlock:
	mmap_write_unlock(child);
	flush_tlb_mm(parent);
	mmap_write_unlock(parent);
#if FL_UFFD_FAIL
	if (error == 0)
		dup_userfaultfd_complete(&events);
	else
		dup_userfaultfd_fail(&events);
#else
	dup_userfaultfd_complete(&events);
#endif
#if FL_UPROBE_INSIDE
end_section:
	uprobe_end_dup_mmap();
#endif
	return error;

#if FL_WALK_LIST
#elif FL_STORE_MAS
unlink_chain:
	unlink_anon_vmas(copy);
#elif FL_STORE_BULK
drop_chain:
	unlink_anon_vmas(copy);
#endif
put_policy:
	mpol_put(vma_policy(copy));
free_copy:
	vm_area_free(copy);
no_memory:
	/* whatever failed, the caller sees -ENOMEM */
	error = -ENOMEM;
	vm_unacct_memory(charged);
#if FL_STORE_RB
	goto unlock;
#else
	goto settle;
#endif
}
