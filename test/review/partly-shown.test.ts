import { beforeAll, describe, expect, it } from 'vitest';
import type { Patch } from '../../src/intake/types.js';
import { loadRules } from '../../src/judge/load.js';
import type { Rule } from '../../src/judge/rule.js';
import type { Finding, PatchReview } from '../../src/judge/types.js';
import { reviewPatch } from '../../src/review.js';
import { folderReader } from '../../src/source/index.js';
import { edit, MINI, miniText, patchOf } from './mini.js';

const FORK = 'kernel/fork.c';
const DUP_MMAP = 'static int dup_mmap(struct mm_struct *child, struct mm_struct *parent)';
const DUP_MM = 'static struct mm_struct *dup_mm(struct task_struct *tsk, struct mm_struct *parent)';
const EXIT = 'void exit_mmap(struct mm_struct *space)';

let all: Rule[] = [];
beforeAll(async () => {
  all = await loadRules();
});

/** A change of a file of the miniature tree, as a mail that shows its hunks. */
function mailOf(path: string, section: string, change: (text: string) => string): Patch {
  const before = miniText(path);
  return patchOf(path, before, change(before), section);
}

const cut = (patch: Patch): Patch => ({
  ...patch,
  kind: 'quoted-patch',
  files: patch.files.map((f) => ({ ...f, truncated: true })),
});

function review(patch: Patch, rules: readonly string[], tree = false): Promise<PatchReview> {
  return reviewPatch(patch, {
    reader: tree ? folderReader(MINI) : null,
    rules: all.filter((r) => rules.includes(r.id)),
    keep: () => 'kept',
    suggest: false,
    explore: { mutants: false },
  });
}

const of = (r: PatchReview, rule: string): Finding | undefined =>
  r.findings.find((f) => f.rule === rule);

describe('without a tree', () => {
  it('a block that the skeleton has no braces for is closed where the hunk closes it', async () => {
    const patch = mailOf(FORK, DUP_MMAP, (text) =>
      edit(
        edit(text, '\t\tvma_start_write(vma);\n', ''),
        '\t\tvm_flags_clear(copy, VM_LOCKED_MASK);\n',
        '\t\tvm_flags_clear(copy, VM_LOCKED_MASK);\n\t\tvma_start_write(copy);\n',
      ),
    );
    const r = await review(patch, ['fork-lock-target', 'fork-unwind']);
    expect(of(r, 'fork-lock-target')).toMatchObject({ verdict: 'violated', change: 'introduced' });
    expect(of(r, 'fork-unwind')).toMatchObject({ verdict: 'holds' });
  });

  it('dup_mm() is known from a part of it', async () => {
    const patch = mailOf(FORK, DUP_MM, (text) =>
      edit(
        text,
        '\tmmput(child);\n\tif (error)\n\t\tuprobe_end_dup_mmap();\n',
        '\tif (error)\n\t\tuprobe_end_dup_mmap();\n\tmmput(child);\n',
      ),
    );
    const r = await review(patch, ['fork-guard-teardown']);
    expect(of(r, 'fork-guard-teardown')).toMatchObject({
      verdict: 'violated',
      change: 'introduced',
    });
  });

  it('a loop of another form is not mixed with that of the skeleton: the function is named', async () => {
    const patch = mailOf('mm/mmap.c', EXIT, (text) =>
      edit(text, 'vma && !xa_is_zero(vma);', 'vma;'),
    );
    const bare = await review(patch, ['fork-failure-marker', 'fork-unwind']);
    expect(bare).toMatchObject({ status: 'inconclusive', findings: [] });
    expect(bare.reason).toMatch(/only a part of exit_mmap\(\)/);
    const tree = await review(patch, ['fork-failure-marker', 'fork-unwind'], true);
    expect(of(tree, 'fork-failure-marker')).toMatchObject({ change: 'introduced' });
  });

  it('what a model stands for is named where the patch changes it', async () => {
    const text =
      '#include <linux/mm.h>\n\nvoid unlink_anon_vmas(struct vm_area_struct *vma)\n{\n\tone(vma);\n\ttwo(vma);\n}\n';
    const patch = patchOf(FORK, text, edit(text, '\ttwo(vma);\n', '\tthree(vma);\n'));
    const r = await review(patch, ['fork-unwind']);
    expect(r.status).toBe('not-applicable');
    expect(r.reason).toBe(
      'changes unlink_anon_vmas(), which a model stands for: that text is not run',
    );
  });

  it('nothing passes that runs a function whose model stands for the text before the patch', async () => {
    const twice = mailOf(FORK, DUP_MMAP, (text) =>
      edit(text, '\t\tvma_start_write(vma);\n', '\t\tvma_start_write(vma);\n'.repeat(2)),
    );
    const lock =
      '#include <linux/mm.h>\n\nvoid vma_start_write(struct vm_area_struct *vma)\n{\n\tone(vma);\n\ttwo(vma);\n}\n';
    const body = patchOf('include/linux/mm.h', lock, edit(lock, '\tone(vma);\n', '\treturn;\n'));
    const rules = ['fork-lock-target', 'fork-content', 'fork-lock-balance'];
    const alone = await review(twice, rules);
    expect(alone.findings.map((f) => f.verdict)).toEqual(rules.map(() => 'holds'));
    const both = await review({ ...twice, files: [...twice.files, ...body.files] }, rules);
    expect(both.findings.map((f) => f.verdict)).toEqual(rules.map(() => 'inconclusive'));
    expect(of(both, 'fork-lock-target')?.evidence.notModelled).toEqual([
      'vma_start_write() is a model here, and the patch changes its text (include/linux/mm.h:5)',
    ]);
  });
});

describe('a quote that is cut short', () => {
  it('in exit_mmap() says nothing of the teardown, with the tree or without', async () => {
    const patch = cut(
      mailOf('mm/mmap.c', EXIT, (text) =>
        edit(text, '\tBUG_ON(removed != space->map_count);\n', ''),
      ),
    );
    const bare = await review(patch, ['fork-failure-marker', 'fork-content']);
    expect(bare.status).toBe('inconclusive');
    const tree = await review(patch, ['fork-failure-marker', 'fork-content'], true);
    expect(of(tree, 'fork-failure-marker')?.verdict).toBe('inconclusive');
    expect(of(tree, 'fork-content')?.verdict).toBe('holds');
  });

  it('in dup_mmap() is answered with the assumption, and nothing is called mended by what is not shown', async () => {
    const patch = cut(
      mailOf(FORK, DUP_MMAP, (text) => edit(text, '\t\tvma_start_write(vma);\n', '')),
    );
    const r = await review(patch, ['fork-lock-target', 'fork-unwind', 'fork-accounting']);
    expect(of(r, 'fork-lock-target')).toMatchObject({ verdict: 'violated', change: 'introduced' });
    expect(of(r, 'fork-lock-target')!.evidence.assumptions.join()).toMatch(
      /the rest of dup_mmap\(\), which is not shown, is that of skeleton/,
    );
    for (const rule of ['fork-unwind', 'fork-accounting'])
      expect(of(r, rule)).toMatchObject({ verdict: 'inconclusive', change: 'none' });
  });
});
