import { describe, expect, it } from 'vitest';
import { listFunctions } from '../../src/cfront/index.js';
import { readInput } from '../../src/intake/index.js';
import { loadRules } from '../../src/judge/load.js';
import { reviewSeries } from '../../src/review.js';
import { folderReader } from '../../src/source/index.js';
import { diffText } from './diff.js';
import { kernelTree, treeFile, type Version } from './tree.js';

const RULES = (await loadRules()).filter((r) => ['fork-content', 'fork-hooks'].includes(r.id));

/** A patch that lets a function do one thing more. */
function patchOf(root: string, path: string, name: string): string {
  const file = treeFile(root, path)!;
  const f = listFunctions(file).find((x) => x.name === name);
  if (!f) throw new Error(`${path} has no ${name}()`);
  const lines = file.lines.map((l) => l.text);
  const open = lines.indexOf('{', f.startLine);
  const after = [...lines.slice(0, open + 1), '\tcount_this();', ...lines.slice(open + 1)];
  return diffText(path, lines.join('\n'), after.join('\n'));
}

async function review(root: string, path: string, name: string) {
  const input = await readInput('edit.patch', Buffer.from(patchOf(root, path, name)));
  const { patches } = await reviewSeries(input, {
    ...{ reader: folderReader(root), rules: RULES, keep: () => 'trace', suggest: false },
    explore: { mutants: false },
  });
  return patches[0];
}

/** Changed functions of files that hold no model, and the model that runs them. */
const BELOW = [
  ['mm/ksm.c', '__ksm_enter', 'ksm_fork'],
  ['mm/khugepaged.c', '__khugepaged_enter', 'khugepaged_fork'],
  ['mm/huge_memory.c', 'copy_huge_pmd', 'copy_page_range'],
  ['mm/hugetlb.c', 'copy_hugetlb_page_range', 'copy_page_range'],
  ['mm/mempolicy.c', '__mpol_dup', 'vma_dup_policy'],
  ['mm/swapfile.c', 'swap_duplicate', 'copy_page_range'],
] as const;

/** Functions that fork does not come to. */
const ELSEWHERE = [
  ['mm/mmap.c', 'do_mmap'],
  ['mm/mremap.c', 'move_vma'],
  ['mm/ksm.c', 'ksm_madvise'],
  ['mm/khugepaged.c', 'hugepage_madvise'],
  ['kernel/fork.c', 'copy_process'],
] as const;

describe.each(['6.12', '6.1'] as Version[])('a change below a model, in Linux %s', (version) => {
  const { root, skipped } = kernelTree(version);

  it.skipIf(!root).each(BELOW)(
    `%s: %s() is not passed over${skipped}`,
    async (path, name, model) => {
      const { status, reason } = await review(root!, path, name);
      expect(status).toBe('inconclusive');
      expect(reason).toMatch(
        new RegExp(
          `${model}\\(\\) is a model here, and the patch changes ${name}\\(\\), which it runs`,
        ),
      );
    },
  );

  it.skipIf(!root).each(ELSEWHERE)(
    `%s: %s() is none of fork's affairs${skipped}`,
    async (path, name) => {
      const { status, reason } = await review(root!, path, name);
      expect([status, reason]).toEqual([
        'not-applicable',
        'touches nothing that dup_mmap(), dup_mm() runs',
      ]);
    },
  );
});
