/*
 * What the functions under test need to know of the kernel's types: the fields that they use, under the kernel's names.
 * Fields that start with an underscore belong to the stubs.
 */
int printf(const char *, ...);
int scanf(const char *, ...);
void exit(int);

typedef unsigned long size_t;
typedef _Bool bool;
typedef unsigned int gfp_t;
typedef unsigned long vm_flags_t;
#define NULL ((void *)0)
#define true 1
#define false 0
#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define __latent_entropy
#define BIT(n) (1UL << (n))
#define ULONG_MAX (~0UL)
#define PMD_SIZE (1UL << 21)
#define FIRST_USER_ADDRESS 0UL
#define USER_PGTABLES_CEILING 0UL
#define SINGLE_DEPTH_NESTING 1
#define EINTR 4
#define ENOMEM 12
#define GFP_KERNEL 0
#define XA_ZERO_ENTRY ((void *)1030)
#define MAS_START NULL
enum { ma_start, wr_invalid, MMU_NOTIFY_UNMAP };
#define ZAP_FLAG_DROP_MARKER 1
#define ZAP_FLAG_UNMAP 2

struct list_head {
	struct list_head *next, *prev;
};
#define LIST_HEAD(name) struct list_head name = { &(name), &(name) }

/* One entry of a tree, which is an interval map here. */
struct _range {
	unsigned long first, last;
	void *entry;
};
struct maple_tree {
	int _count;
	struct _range _list[128];
};
struct ma_state {
	struct maple_tree *tree;
	unsigned long index, last, min, max;
	void *node, *alloc;
	int status, mas_flags, store_type;
	int _active, _bulk, _failed;
};
struct vma_iterator {
	struct ma_state mas;
};

struct mm_struct {
	struct maple_tree mm_mt;
	unsigned long flags, total_vm, data_vm, exec_vm, stack_vm;
	int map_count;
};
struct task_struct {
	int _id;
};
struct address_space {
	int i_mmap;
};
struct file {
	struct address_space *f_mapping;
};
struct mempolicy {
	int _id;
};
struct anon_vma {
	int _id;
};
struct vm_area_struct;
struct vm_operations_struct {
	void (*open)(struct vm_area_struct *);
	void (*close)(struct vm_area_struct *);
};
struct vm_area_struct {
	unsigned long vm_start, vm_end, vm_flags;
	struct mm_struct *vm_mm;
	struct anon_vma *anon_vma;
	const struct vm_operations_struct *vm_ops;
	struct file *vm_file;
	struct mempolicy *vm_policy;
	int _userfaultfd, _freed;
	struct anon_vma _anon;
	struct mempolicy _policy;
};

struct mmu_gather {
	int _id;
};
struct mmu_notifier_range {
	int _id;
};
struct zap_details {
	int zap_flags;
	bool even_cows;
};
struct unlink_vma_file_batch {
	int _id;
};
