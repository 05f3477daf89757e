/** Macros for trees whose headers were not given: what they mean, in our own words. */
export const BUILTIN_MACROS = `
#define ULONG_MAX (~0UL)
#define LONG_MAX ((long)(~0UL >> 1))
#define INT_MAX ((int)(~0U >> 1))
#define UINT_MAX (~0U)
#define PAGE_SHIFT 12
#define PAGE_SIZE (1UL << PAGE_SHIFT)
#define PAGE_MASK (~(PAGE_SIZE - 1))
#define BITS_PER_LONG 64
#define BIT(nr) (1UL << (nr))
#define _AC(x, suffix) (x##suffix)
#define ALIGN(x, a) (((x) + ((typeof(x))(a) - 1)) & ~((typeof(x))(a) - 1))
#define ALIGN_DOWN(x, a) ((x) & ~((typeof(x))(a) - 1))
#define IS_ALIGNED(x, a) (((x) & ((typeof(x))(a) - 1)) == 0)
#define PAGE_ALIGN(addr) ALIGN(addr, PAGE_SIZE)
#define round_up(x, y) ((((x) - 1) | ((typeof(x))(y) - 1)) + 1)
#define round_down(x, y) ((x) & ~((typeof(x))(y) - 1))
#define DIV_ROUND_UP(n, d) (((n) + (d) - 1) / (d))
#define EPERM 1
#define ENOENT 2
#define ESRCH 3
#define EINTR 4
#define EIO 5
#define EAGAIN 11
#define ENOMEM 12
#define EACCES 13
#define EFAULT 14
#define EBUSY 16
#define EEXIST 17
#define ENODEV 19
#define EINVAL 22
#define ENOSPC 28
#define EOPNOTSUPP 95
#define SINGLE_DEPTH_NESTING 1
#define LIST_HEAD_INIT(name) { &(name), &(name) }
#define LIST_HEAD(name) struct list_head name = LIST_HEAD_INIT(name)
#define HLIST_HEAD(name) struct hlist_head name = { .first = NULL }
#define VMA_ITERATOR(name, mm, addr) struct vma_iterator name; vma_iter_init(&name, mm, addr)
#define MA_STATE(name, mt, start, end) struct ma_state name; mas_init(&name, mt, start); (name).last = (end)
#define for_each_vma(vmi, vma) while (((vma) = vma_next(&(vmi))) != NULL)
#define for_each_vma_range(vmi, vma, end) while (((vma) = vma_find(&(vmi), (end))) != NULL)
#define mas_for_each(mas, entry, max) while (((entry) = mas_find((mas), (max))) != NULL)
#define for_each_mt_vma(mas, vma) while (((vma) = mas_find((mas), ULONG_MAX)) != NULL)
#define list_first_entry(head, type, field) list_entry((head)->next, type, field)
#define list_next_entry(pos, field) list_entry((pos)->field.next, typeof(*(pos)), field)
#define list_for_each(pos, head) for (pos = (head)->next; pos != (head); pos = pos->next)
#define list_for_each_entry(pos, head, field) \\
  for (pos = list_entry((head)->next, typeof(*pos), field); &pos->field != (head); \\
       pos = list_entry(pos->field.next, typeof(*pos), field))
#define list_for_each_entry_safe(pos, ahead, head, field) \\
  for (pos = list_entry((head)->next, typeof(*pos), field), ahead = list_entry(pos->field.next, typeof(*pos), field); \\
       &pos->field != (head); pos = ahead, ahead = list_entry(ahead->field.next, typeof(*ahead), field))
#define list_for_each_entry_reverse(pos, head, field) \\
  for (pos = list_entry((head)->prev, typeof(*pos), field); &pos->field != (head); \\
       pos = list_entry(pos->field.prev, typeof(*pos), field))
#define list_for_each_entry_rcu(pos, head, field, ...) list_for_each_entry(pos, head, field)
#define vma_interval_tree_foreach(vma, root, first, end) \\
  for (vma = vma_interval_tree_iter_first(root, first, end); vma; vma = vma_interval_tree_iter_next(vma, first, end))
#define anon_vma_interval_tree_foreach(avc, root, first, end) \\
  for (avc = anon_vma_interval_tree_iter_first(root, first, end); avc; \\
       avc = anon_vma_interval_tree_iter_next(avc, first, end))
`;
