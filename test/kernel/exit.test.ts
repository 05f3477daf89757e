import { describe, expect, it } from 'vitest';
import { lowerProgram } from '../../src/cfront/index.js';
import { unbalanced } from '../../src/sim/actors/exit.js';
import { FEATURES_6_12 } from '../../src/sim/kernel/features.js';
import { EXIT } from '../../src/sim/kernel/primitives/exit.js';
import { isModelled } from '../../src/sim/known.js';
import type { VmaSpec } from '../../src/sim/scenario.js';
import { sourceFile } from '../cfront/source.js';
import { SequentialRun } from './machine-run.js';
import { alone } from './scenarios.js';

const anon: VmaSpec = {
  kind: 'anon',
  flags: ['VM_READ', 'VM_WRITE', 'VM_MAYREAD', 'VM_MAYWRITE'],
  anonVma: true,
  pages: ['writable'],
};

/** A fork that duplicates the tree, does `body` at the first entry, and fails; and a teardown that walks it. */
async function failAndExit(body: string, teardown: string): Promise<string | null> {
  const text = `
int dup_mmap(struct mm_struct *mm, struct mm_struct *oldmm)
{
	struct vm_area_struct *old, *copy;
	VMA_ITERATOR(vmi, mm, 0);

	if (__mt_dup(&oldmm->mm_mt, &mm->mm_mt, 0))
		return -12;
	old = mas_find(&vmi.mas, ULONG_MAX);
	${body}
	return -12;
}
void exit_mmap(struct mm_struct *mm)
{
	struct mmu_gather tlb;
	struct vm_area_struct *vma;
	VMA_ITERATOR(vmi, mm, 0);

	vma = mas_find(&vmi.mas, ULONG_MAX);
	tlb_gather_mmu_fullmm(&tlb, mm);
	${teardown}
	__mt_destroy(&mm->mm_mt);
}`;
  const program = await lowerProgram({
    files: [sourceFile(text)],
    entries: ['dup_mmap', 'exit_mmap'],
    isModelled: (name) => isModelled(name) || Object.hasOwn(EXIT, name),
  });
  const run = new SequentialRun({
    program,
    features: FEATURES_6_12,
    scenario: alone([anon, anon]),
    failing: [],
    signalAt: -1,
    called: () => {},
  });
  return unbalanced(run.exitMmap(run.dupMmap()));
}

const COPY =
  'copy = vm_area_dup(old); copy->vm_mm = mm; anon_vma_fork(copy, old); mas_store(&vmi.mas, copy);';
const MARK = 'old = mas_find(&vmi.mas, ULONG_MAX); mas_store(&vmi.mas, XA_ZERO_ENTRY);';
const UNMAP = 'unmap_vmas(&tlb, &vmi.mas, vma, 0, ULONG_MAX, ULONG_MAX, false);';
const TABLES = 'free_pgtables(&tlb, &vmi.mas, vma, 0, 0, true);';
const FREE = 'vm_area_free(vma);';

describe('the teardown of a child that dup_mmap() left half built', () => {
  it('stops at the marker and gives all back', async () => {
    expect(await failAndExit(COPY + MARK, UNMAP + TABLES + FREE)).toBeNull();
  });

  it('does not free what it did not see', async () => {
    expect(await failAndExit(COPY + MARK, UNMAP + TABLES)).toBe(
      "after exit_mmap() V1' is not freed",
    );
    expect(await failAndExit(`${COPY + MARK} mmap_write_lock(mm);`, UNMAP + TABLES + FREE)).toBe(
      'after exit_mmap() the mmap lock of the child is held',
    );
  });

  it('must not reach a VMA of the parent', async () => {
    await expect(failAndExit('', UNMAP)).rejects.toThrow(
      'unmap_vmas() reaches V1, which the parent still uses',
    );
    await expect(failAndExit(COPY, UNMAP)).rejects.toThrow('unmap_vmas() reaches V2');
    await expect(
      failAndExit(COPY, `unmap_single_vma(&tlb, vma, 0, 1, 0, 0);${TABLES}`),
    ).rejects.toThrow('free_pgtables() reaches V2');
  });

  it('must not take the marker for a VMA', async () => {
    const old = 'unmap_vmas(&tlb, &mm->mm_mt, vma, 0, ULONG_MAX);';
    await expect(failAndExit(COPY + MARK, old)).rejects.toThrow(
      'unmap_vmas() takes the failure marker for a VMA',
    );
  });

  it('frees page tables only when nothing leads there any more', async () => {
    await expect(failAndExit(COPY + MARK, TABLES)).rejects.toThrow('which still map its pages');
    const range = 'free_pgd_range(&tlb, 0, ULONG_MAX, 0, 0);';
    await expect(failAndExit(COPY + MARK, UNMAP + range)).rejects.toThrow(
      'while its anon_vma still leads there',
    );
    await expect(
      failAndExit(COPY + MARK, 'unlink_file_vma(vma); unlink_file_vma(vma);'),
    ).rejects.toThrow('out of i_mmap twice');
  });
});
