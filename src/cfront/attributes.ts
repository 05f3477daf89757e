/** Words that annotate a declaration and mean nothing to the lowering: blanked before the parse. */
export const ATTRIBUTES = new Set(
  `__latent_entropy __must_check __always_inline __init __exit __rcu __user __kernel __iomem __percpu __force
   __nocast __private noinline noinline_for_stack asmlinkage __cold __pure __attribute_const__ __sched notrace
   __maybe_unused __always_unused __used __unused __visible __weak __ref __refdata __initdata __initconst __meminit
   __meminitdata __exitdata __read_mostly __ro_after_init ____cacheline_aligned ____cacheline_aligned_in_smp
   __cacheline_aligned __cacheline_aligned_in_smp ____cacheline_internodealigned_in_smp __packed __bitwise
   __deprecated __noreturn __noclone __malloc __randomize_layout __no_randomize_layout __designated_init
   __no_sanitize_address __no_kcsan __no_sanitize_memory __no_profile __nocfi __flatten __hot __lockfunc __section
   __kprobes nokprobe_inline inline_nonpipelined __printf_like __sanitize_memory __no_kasan_or_inline
   __no_sanitize_or_inline __no_stack_protector __noscs __optimize __net_init __net_exit __gnu_inline
   __no_caller_saved_registers __bpf_kfunc __bpf_kfunc_start_defs __bpf_kfunc_end_defs __sched_text __lockdep_type
   __mte_disabled __restrict restrict __realloc_size __cpuidle __entry_text __irq_entry __softirq_entry
   __must_hold_nothing __cond_lock_nothing __nostackprotector noreturn __no_sanitize_coverage __no_sanitize_undefined
   __data_racy __ucount_type __uapi __iram __DEPENDENT_NODE _Noreturn volatile_if_needed static_assert_off`
    .split(/\s+/)
    .filter((s) => s !== ''),
);

/** The same with an argument list. */
export const ATTRIBUTE_CALLS = new Set(
  `__attribute__ __attribute __printf __scanf __acquires __releases __must_hold __acquire_nothing __section __aligned
   __assume_aligned __alloc_size __realloc_size __counted_by __counted_by_le __counted_by_be __nonstring
   __no_sanitize __alias __copy __gnu_printf __access __diagnose_as __declspec __releases_shared __acquires_shared
   __cond_acquires __cond_releases __malloc __optimize __error __warning __format_arg __guarded_by __pt_guarded_by
   __must_hold_shared __align __malloc_args __alloc_align`
    .split(/\s+/)
    .filter((s) => s !== ''),
);
