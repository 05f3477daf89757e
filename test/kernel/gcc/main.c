/* Reads scenarios from standard input, runs dup_mmap() and then exit_mmap() on the child, and prints the state. */

static void read_vma(int i, struct mm_struct *mm)
{
	struct vm_area_struct *v = &vmas[i];
	int anon, file, policy, ops;

	*v = (struct vm_area_struct){ .vm_mm = mm };
	if (scanf("%lu %lu %lu %d %d %d %d %d", &v->vm_start, &v->vm_end, &v->vm_flags, &anon, &file, &policy,
		  &v->_userfaultfd, &ops) != 8)
		exit(2);
	names[i][0] = 'V';
	names[i][1] = i < 9 ? '1' + i : '0' + (i + 1) / 10;
	names[i][2] = i < 9 ? 0 : '0' + (i + 1) % 10;
	files[i].f_mapping = &mappings[i];
	operations[i].open = ops ? driver_open : NULL;
	operations[i].close = ops ? driver_close : NULL;
	v->anon_vma = anon ? &v->_anon : NULL;
	v->vm_policy = policy ? &v->_policy : NULL;
	v->vm_file = file ? &files[i] : NULL;
	v->vm_ops = ops || file ? &operations[i] : NULL;
	mm->mm_mt._list[i] = (struct _range){ v->vm_start, v->vm_end - 1, v };
	mm->mm_mt._count = i + 1;
	mm->map_count++;
	count_pages(mm, v->vm_flags, (v->vm_end - v->vm_start) >> 12);
}

static void read_scenario(void)
{
	for (int i = 0; i < VMAS; i++)
		for (int k = 0; k < 8; k++)
			names[i][k] = 0;
	parent = child = (struct mm_struct){ .flags = 0 };
	if (scanf("%d %d", &signal_at, &failures) != 2)
		exit(2);
	for (int i = 0; i < failures; i++)
		if (scanf("%d", &failing[i]) != 1)
			exit(2);
	ordinal = -1;
	committed = 0;
	for (int i = 0; i < originals; i++)
		read_vma(i, &parent);
	made = originals;
}

static void print_tree(const struct maple_tree *t)
{
	show_tree(t);
	for (int i = 0; i < t->_count; i++) {
		printf(" [%lu-%lu", t->_list[i].first, t->_list[i].last);
		P(t->_list[i].entry);
		printf("]");
	}
	END;
}
static void print_mm(const struct mm_struct *mm)
{
	print_tree(&mm->mm_mt);
	printf("counts %lu %lu %lu %lu %d\n", mm->total_vm, mm->data_vm, mm->exec_vm, mm->stack_vm, mm->map_count);
}
static void print_state(void)
{
	print_mm(&parent);
	print_mm(&child);
	printf("committed %ld\n", committed);
	for (int i = 0; i < made; i++) {
		P(&vmas[i]);
		N(vmas[i].vm_start);
		N(vmas[i].vm_end);
		N(vmas[i].vm_flags);
		P(vmas[i].vm_mm);
		P(vmas[i].anon_vma);
		N(vmas[i]._freed);
		END;
	}
}

int main(void)
{
	while (scanf("%d", &originals) == 1) {
		read_scenario();
		printf("# \n");
		printf("dup_mmap returns %d\n", dup_mmap(&child, &parent));
		print_state();
		exit_mmap(&child);
		print_state();
	}
	return 0;
}
