/*
 * The steps of dup_mmap() in our own words, for every era. The FL_ switches are the columns of the table in
 * ../eras.ts; ../skeleton.ts resolves them. One declaration or statement to a line: lines are dropped one by one.
 */
static int dup_mmap(struct mm_struct *mm, struct mm_struct *oldmm)
{
	struct vm_area_struct *mpnt;
	struct vm_area_struct *tmp;
#if FL_LINKS
	struct vm_area_struct *prev;
	struct vm_area_struct **pprev;
	struct rb_node **rb_link;
	struct rb_node *rb_parent;
#endif
	int retval;
	unsigned long charge = 0;
	LIST_HEAD(uf);
#if FL_STORE_RB
#elif FL_STORE_MAS
#if !FL_WALK_LIST
	MA_STATE(old_mas, &oldmm->mm_mt, 0, 0);
#endif
	MA_STATE(mas, &mm->mm_mt, 0, 0);
#elif FL_STORE_BULK
	VMA_ITERATOR(old_vmi, oldmm, 0);
	VMA_ITERATOR(vmi, mm, 0);
#else
	VMA_ITERATOR(vmi, mm, 0);
#endif

	/* both mmap locks, the parent's first; they are held to the end */
#if FL_UPROBE_INSIDE
	uprobe_start_dup_mmap();
	if (mmap_write_lock_killable(oldmm) != 0) {
		retval = -EINTR;
		goto fail_uprobe_end;
	}
#else
	if (mmap_write_lock_killable(oldmm) != 0)
		return -EINTR;
#endif
	flush_cache_dup_mm(oldmm);
	uprobe_dup_mmap(oldmm, mm);
	mmap_write_lock_nested(mm, SINGLE_DEPTH_NESTING);
	dup_mm_exe_file(mm, oldmm);

	/* the counters start as the parent's; what is not copied is taken off below */
	mm->total_vm = oldmm->total_vm;
	mm->data_vm = oldmm->data_vm;
	mm->exec_vm = oldmm->exec_vm;
	mm->stack_vm = oldmm->stack_vm;

#if FL_LINKS
	/* where the first copy is linked: the root of the child's rb-tree, the head of its list */
	rb_link = &mm->mm_rb.rb_node;
	rb_parent = NULL;
	pprev = &mm->mmap;
#endif
#if FL_HOOKS_FIRST
	retval = ksm_fork(mm, oldmm);
	if (retval != 0)
		goto out;
#if FL_KHUGEPAGED_FAILS
	retval = khugepaged_fork(mm, oldmm);
	if (retval != 0)
		goto out;
#else
	khugepaged_fork(mm, oldmm);
#endif
#endif
#if FL_LINKS
	prev = NULL;
#endif

#if !FL_WALK_LIST
	/* room in the child's tree, or the parent's tree with the parent's VMAs in it */
#if FL_STORE_MAS
	retval = mas_expected_entries(&mas, oldmm->map_count);
#elif FL_STORE_BULK
	retval = vma_iter_bulk_alloc(&vmi, oldmm->map_count);
#else
	retval = __mt_dup(&oldmm->mm_mt, &mm->mm_mt, GFP_KERNEL);
#endif
	if (retval != 0)
		goto out;
#endif

#if FL_RCU_MODE && FL_STORE_MAS
	mt_clear_in_rcu(mas.tree);
#elif FL_RCU_MODE
	mt_clear_in_rcu(vmi.mas.tree);
#endif
#if FL_WALK_LIST
	for (mpnt = oldmm->mmap; mpnt != NULL; mpnt = mpnt->vm_next) {
#elif FL_STORE_MAS
	mas_for_each(&old_mas, mpnt, ULONG_MAX) {
#elif FL_STORE_BULK
	for_each_vma(old_vmi, mpnt) {
#else
	for_each_vma(vmi, mpnt) {
#endif
		struct file *file;

#if FL_KILLABLE
		retval = vma_start_write_killable(mpnt);
		if (retval < 0)
			goto loop_out;
#elif FL_LOCK_IN_LOOP
		vma_start_write(mpnt);
#endif
#if FL_VMA_TEST
		if (vma_test(mpnt, VMA_DONTCOPY_BIT)) {
#else
		if ((mpnt->vm_flags & VM_DONTCOPY) != 0) {
#endif
#if FL_STORE_DUP
			retval = vma_iter_clear_gfp(&vmi, mpnt->vm_start, mpnt->vm_end, GFP_KERNEL);
			if (retval != 0)
				goto loop_out;
#endif
			vm_stat_account(mm, mpnt->vm_flags, -vma_pages(mpnt));
			continue;
		}

		/* an un-charge on failure must be this iteration's */
		charge = 0;
#if !FL_KILLABLE
		if (fatal_signal_pending(current)) {
			retval = -EINTR;
#if FL_STORE_RB
			goto out;
#else
			goto loop_out;
#endif
		}
#endif
#if FL_VMA_TEST
		if (vma_test(mpnt, VMA_ACCOUNT_BIT)) {
#else
		if ((mpnt->vm_flags & VM_ACCOUNT) != 0) {
#endif
			unsigned long pages = vma_pages(mpnt);

			if (security_vm_enough_memory_mm(oldmm, pages) != 0)
				goto fail_nomem;
			charge = pages;
		}

		/* the copy; from here on mpnt is the parent's VMA and tmp the child's */
		tmp = vm_area_dup(mpnt);
		if (tmp == NULL)
			goto fail_nomem;
#if FL_PFN_CLEAR
		if ((tmp->vm_flags & VM_PFNMAP) != 0)
			untrack_pfn_clear(tmp);
#endif
		retval = vma_dup_policy(mpnt, tmp);
		if (retval != 0)
			goto fail_nomem_policy;
		tmp->vm_mm = mm;
		retval = dup_userfaultfd(tmp, &uf);
		if (retval != 0)
			goto fail_nomem_anon_vma_fork;
#if FL_VMA_TEST
		if (vma_test(tmp, VMA_WIPEONFORK_BIT)) {
#else
		if ((tmp->vm_flags & VM_WIPEONFORK) != 0) {
#endif
			tmp->anon_vma = NULL;
		} else if (anon_vma_fork(tmp, mpnt) != 0)
			goto fail_nomem_anon_vma_fork;
#if FL_VMA_TEST
		vma_start_write(tmp);
		vma_clear_flags_mask(tmp, VMA_LOCKED_MASK);
#elif FL_FLAGS_CLEAR
		vm_flags_clear(tmp, VM_LOCKED_MASK);
#else
		tmp->vm_flags &= ~(VM_LOCKED | VM_LOCKONFAULT);
#endif

#if !FL_FILE_LATE
		file = tmp->vm_file;
		if (file != NULL) {
			struct address_space *mapping = file->f_mapping;

			get_file(file);
			i_mmap_lock_write(mapping);
#if FL_MAYWRITE
			if (vma_is_shared_maywrite(tmp))
#else
			if ((tmp->vm_flags & VM_SHARED) != 0)
#endif
				mapping_allow_writable(mapping);
			flush_dcache_mmap_lock(mapping);
			vma_interval_tree_insert_after(tmp, mpnt, &mapping->i_mmap);
			flush_dcache_mmap_unlock(mapping);
			i_mmap_unlock_write(mapping);
		}
#endif
		if (is_vm_hugetlb_page(tmp))
			hugetlb_dup_vma_private(tmp);

#if FL_LINKS
		/* at the end of the child's list, and to the right of the VMA before it */
		*pprev = tmp;
		pprev = &tmp->vm_next;
		tmp->vm_prev = prev;
		prev = tmp;
		__vma_link_rb(mm, tmp, rb_link, rb_parent);
		rb_link = &tmp->vm_rb.rb_right;
		rb_parent = &tmp->vm_rb;
#endif
		/* the copy takes its place in the child's tree */
#if FL_STORE_RB
#elif FL_STORE_MAS
		mas.index = tmp->vm_start;
		mas.last = tmp->vm_end - 1;
		mas_store(&mas, tmp);
#if !FL_WALK_LIST
		if (mas_is_err(&mas))
			goto fail_nomem_mas_store;
#endif
#elif FL_STORE_BULK
		if (vma_iter_bulk_store(&vmi, tmp) != 0)
			goto fail_nomem_vmi_store;
#else
		vma_iter_bulk_store(&vmi, tmp);
#endif
		mm->map_count++;

#if FL_FILE_LATE
		if (tmp->vm_ops != NULL && tmp->vm_ops->open != NULL)
			tmp->vm_ops->open(tmp);
		file = tmp->vm_file;
		if (file != NULL) {
			struct address_space *mapping = file->f_mapping;

			get_file(file);
			i_mmap_lock_write(mapping);
			if (vma_is_shared_maywrite(tmp))
				mapping_allow_writable(mapping);
			flush_dcache_mmap_lock(mapping);
#if FL_VMA_TEST
			mapping_rmap_tree_insert_after(tmp, mpnt, mapping);
#else
			vma_interval_tree_insert_after(tmp, mpnt, &mapping->i_mmap);
#endif
			flush_dcache_mmap_unlock(mapping);
			i_mmap_unlock_write(mapping);
		}
#endif
#if FL_VMA_TEST
		if (!vma_test(tmp, VMA_WIPEONFORK_BIT))
#else
		if ((tmp->vm_flags & VM_WIPEONFORK) == 0)
#endif
			retval = copy_page_range(tmp, mpnt);
#if !FL_FILE_LATE
		if (tmp->vm_ops != NULL && tmp->vm_ops->open != NULL)
			tmp->vm_ops->open(tmp);
#endif
#if FL_STORE_DUP
		if (retval != 0) {
			/* this copy is in the tree already: the next entry is the first that is not */
			mpnt = vma_next(&vmi);
			goto loop_out;
		}
#elif FL_STORE_RB
		if (retval != 0)
			goto out;
#else
		if (retval != 0)
			goto loop_out;
#endif
	}
	retval = arch_dup_mmap(oldmm, mm);
#if !FL_STORE_RB
loop_out:
#endif
#if FL_STORE_RB
#elif FL_STORE_MAS
	mas_destroy(&mas);
#else
	vma_iter_free(&vmi);
#endif
#if FL_STORE_DUP
	if (retval == 0) {
		mt_set_in_rcu(vmi.mas.tree);
#if !FL_HOOKS_FIRST
		ksm_fork(mm, oldmm);
		khugepaged_fork(mm, oldmm);
#endif
#if FL_UNMAP
	} else {
		unsigned long end;

		/* the copies end where the loop failed: what follows is the parent's */
		if (mm->map_count == 0) {
			end = 0;
		} else if (mpnt != NULL) {
			end = mpnt->vm_start;
		} else {
			end = ULONG_MAX;
		}
		mm_flags_set(MMF_OOM_SKIP, mm);
		if (end != 0) {
			vma_iter_set(&vmi, 0);
			tmp = vma_next(&vmi);
			UNMAP_STATE(unmap, &vmi, tmp, 0, end, NULL, NULL);
			unmap.tree_end = end;
			flush_cache_mm(mm);
			unmap_region(&unmap);
			charge = tear_down_vmas(mm, &vmi, tmp, end);
			vm_unacct_memory(charge);
		}
		__mt_destroy(&mm->mm_mt);
		mm_flags_set(MMF_UNSTABLE, mm);
	}
#elif FL_UNSTABLE
	} else {
		if (mpnt != NULL) {
			/* what follows is still the parent's: exit_mmap() stops at this marker */
			mas_set_range(&vmi.mas, mpnt->vm_start, mpnt->vm_end - 1);
			mas_store(&vmi.mas, XA_ZERO_ENTRY);
#if FL_MM_FLAGS
			mm_flags_set(MMF_OOM_SKIP, mm);
#else
			set_bit(MMF_OOM_SKIP, &mm->flags);
#endif
		}
#if FL_MM_FLAGS
		mm_flags_set(MMF_UNSTABLE, mm);
#else
		set_bit(MMF_UNSTABLE, &mm->flags);
#endif
	}
#else
	} else if (mpnt != NULL) {
		/* what follows is still the parent's: exit_mmap() stops at this marker */
		mas_set_range(&vmi.mas, mpnt->vm_start, mpnt->vm_end - 1);
		mas_store(&vmi.mas, XA_ZERO_ENTRY);
	}
#endif
#elif FL_RCU_MODE && FL_STORE_MAS
	if (retval == 0)
		mt_set_in_rcu(mas.tree);
#elif FL_RCU_MODE
	if (retval == 0)
		mt_set_in_rcu(vmi.mas.tree);
#endif
out:
	mmap_write_unlock(mm);
	flush_tlb_mm(oldmm);
	mmap_write_unlock(oldmm);
#if FL_UFFD_FAIL
	if (retval == 0)
		dup_userfaultfd_complete(&uf);
	else
		dup_userfaultfd_fail(&uf);
#else
	dup_userfaultfd_complete(&uf);
#endif
#if FL_UPROBE_INSIDE
fail_uprobe_end:
	uprobe_end_dup_mmap();
#endif
	return retval;

#if FL_WALK_LIST
#elif FL_STORE_MAS
fail_nomem_mas_store:
	unlink_anon_vmas(tmp);
#elif FL_STORE_BULK
fail_nomem_vmi_store:
	unlink_anon_vmas(tmp);
#endif
fail_nomem_anon_vma_fork:
	mpol_put(vma_policy(tmp));
fail_nomem_policy:
	vm_area_free(tmp);
fail_nomem:
	/* whatever failed, the caller sees -ENOMEM */
	retval = -ENOMEM;
	vm_unacct_memory(charge);
#if FL_STORE_RB
	goto out;
#else
	goto loop_out;
#endif
}
