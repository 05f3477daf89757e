/** Names with a treatment of their own (builtins.ts, names.ts): a macro of that name is never expanded. */
export const BUILTIN_NAMES = new Set(
  `likely unlikely READ_ONCE WRITE_ONCE ACCESS_PRIVATE data_race ACCESS_ONCE current
   rcu_dereference rcu_dereference_raw rcu_dereference_protected rcu_dereference_check rcu_access_pointer
   rcu_dereference_raw_check rcu_assign_pointer RCU_INIT_POINTER rcu_replace_pointer
   smp_load_acquire smp_store_release smp_store_mb
   WARN_ON WARN_ON_ONCE WARN WARN_ONCE BUG_ON BUG VM_BUG_ON VM_BUG_ON_VMA VM_BUG_ON_MM VM_BUG_ON_PAGE
   VM_BUG_ON_FOLIO VM_WARN_ON VM_WARN_ON_ONCE VM_WARN_ON_VMA VM_WARN_ON_ONCE_VMA VM_WARN_ON_ONCE_MM
   VM_WARN_ON_ONCE_FOLIO VM_WARN_ON_ONCE_PAGE VM_WARN_ON_FOLIO VM_WARN_ONCE VM_WARN VIRTUAL_BUG_ON
   BUILD_BUG BUILD_BUG_ON BUILD_BUG_ON_MSG BUILD_BUG_ON_INVALID static_assert compiletime_assert
   ASSERT_EXCLUSIVE_WRITER ASSERT_EXCLUSIVE_ACCESS MAYBE_BUILD_BUG BUILD_BUG_ON_ZERO lockdep_assert_in_irq might_lock
   IS_ENABLED IS_BUILTIN IS_MODULE IS_REACHABLE container_of container_of_const list_entry rb_entry hlist_entry
   offsetof Offsetof __builtin_offsetof
   min max min_t max_t clamp clamp_t clamp_val min3 max3 swap ARRAY_SIZE
   ERR_PTR PTR_ERR IS_ERR IS_ERR_OR_NULL PTR_ERR_OR_ZERO ERR_CAST IS_ERR_VALUE
   guard scoped_guard CLASS fallthrough barrier barrier_data __builtin_expect __builtin_constant_p
   __builtin_types_compatible_p __same_type mas_lock_is_held
   memcpy memset memmove printk pr_err pr_warn pr_info pr_debug pr_alert pr_crit pr_notice pr_emerg pr_cont pr_warn_once
   pr_info_once pr_err_once pr_warn_ratelimited pr_err_ratelimited pr_info_ratelimited pr_debug_ratelimited
   pr_notice_once printk_once printk_ratelimited dump_stack cond_resched cond_resched_lock might_sleep might_fault
   smp_mb smp_rmb smp_wmb mb rmb wmb smp_mb__before_atomic smp_mb__after_atomic smp_mb__after_spinlock
   smp_mb__after_unlock_lock dma_rmb dma_wmb cmpxchg xchg try_cmpxchg cmpxchg64 this_cpu_read this_cpu_write
   this_cpu_inc this_cpu_dec this_cpu_add this_cpu_sub this_cpu_ptr per_cpu_ptr per_cpu raw_cpu_ptr __this_cpu_inc
   __this_cpu_add __this_cpu_dec __this_cpu_sub __this_cpu_read __this_cpu_write raw_cpu_add raw_cpu_inc
   get_cpu_var put_cpu_var get_cpu_ptr put_cpu_ptr this_cpu_inc_return this_cpu_cmpxchg raw_cpu_read raw_cpu_write
   lockdep_assert_held lockdep_assert lockdep_assert_held_write lockdep_assert_held_read lockdep_assert_not_held
   lockdep_assert_once lockdep_assert_irqs_enabled lockdep_assert_irqs_disabled lockdep_assert_preemption_disabled
   lockdep_assert_none_held_once lockdep_assert_preemption_enabled lockdep_set_class lockdep_is_held
   spin_lock_init mutex_init init_rwsem init_waitqueue_head rwlock_init raw_spin_lock_init seqcount_init
   seqcount_spinlock_init init_swait_queue_head INIT_WORK INIT_DELAYED_WORK timer_setup INIT_RCU_WORK
   kmem_cache_create kmem_cache_alloc kmalloc kzalloc kvmalloc kvzalloc kcalloc kmalloc_array kvcalloc kmalloc_node
   kzalloc_node kvmalloc_array kvmalloc_node vmalloc vzalloc alloc_percpu alloc_percpu_gfp __alloc_percpu
   kmem_cache_alloc_node kmem_cache_zalloc kmem_cache_alloc_bulk alloc_pages alloc_page __get_free_page
   __get_free_pages get_zeroed_page folio_alloc vma_alloc_folio alloc_hooks alloc_hooks_tag
   spin_lock_irqsave spin_unlock_irqrestore spin_lock_irqsave_nested spin_trylock_irqsave local_irq_save
   local_irq_restore raw_spin_lock_irqsave raw_spin_unlock_irqrestore local_lock_irqsave local_unlock_irqrestore
   local_lock local_unlock local_lock_irq local_unlock_irq spin_lock_nested spin_lock_nest_lock spin_trylock
   mutex_lock_nested down_write_nest_lock write_seqlock_irqsave read_lock_irqsave write_lock_irqsave
   wait_event wait_event_interruptible wait_event_killable wait_event_timeout wait_event_interruptible_timeout
   wait_event_freezable wait_event_lock_irq wait_event_freezable_timeout wait_event_killable_exclusive
   static_branch_likely static_branch_unlikely static_branch_maybe static_key_false static_key_true
   get_user put_user __get_user __put_user unsafe_put_user unsafe_get_user kfree_rcu kvfree_rcu kvfree_rcu_mightsleep
   list_for_each_entry_lockless pgprintk dev_err dev_warn dev_info dev_dbg seq_put_hex_ll
   copy_from_user copy_to_user atomic_try_cmpxchg call_rcu synchronize_rcu rcu_read_lock_held
   va_start va_end va_arg va_copy module_param_named htons htonl`
    .split(/\s+/)
    .filter((s) => s !== ''),
);
