import { describe, expect, it } from 'vitest';
import { edit, miniText, patchOf, reviewEdit, reviewOf } from './mini.js';

const renamed = (text: string) => text.replace(/\bdup_mmap\(/g, 'copy_mmap(');
const unlocked = (text: string) => edit(text, '\t\tvma_start_write(vma);\n', '');

describe('a patch that gives dup_mmap() another name', () => {
  it('is run as if it had the old one', async () => {
    const { review, finding } = await reviewEdit(renamed, { explore: { mutants: false } });
    expect(review.notes).toContain('dup_mmap() is called copy_mmap() after the patch');
    expect(finding).toMatchObject({ verdict: 'holds' });
  });

  it('does not hide what else it does', async () => {
    const { finding } = await reviewEdit((text) => renamed(unlocked(text)), {
      explore: { mutants: false },
      suggest: false,
    });
    expect(finding).toMatchObject({ verdict: 'violated', change: 'introduced' });
  });

  it('is not analysed where nothing stands in its place', async () => {
    const before = miniText();
    const after = renamed(before).replace('error = copy_mmap(child, parent)', 'error = 0');
    const { review } = await reviewOf(patchOf('kernel/fork.c', before, after), {});
    expect(review).toMatchObject({ status: 'inconclusive', findings: [] });
    const { review: treed } = await reviewEdit(() => after);
    expect(treed.reason).toBe('dup_mmap() is not there after the patch: not analysed');
  });
});
