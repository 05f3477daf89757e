import { describe, expect, it } from 'vitest';
import { readInput } from '../../src/intake/index.js';
import { loadRules } from '../../src/judge/load.js';
import { reviewSeries } from '../../src/review.js';
import { folderReader } from '../../src/source/index.js';
import { diffText } from './diff.js';
import { Edit, KernelFunction } from './edits.js';
import { TEARDOWN_DEFECTS, TEARDOWN_HARMLESS, type TeardownEdit } from './teardown-edits.js';
import { kernelTree, type Version } from './tree.js';

const { root, skipped } = kernelTree('6.12');
const RULES = new Set(TEARDOWN_DEFECTS.map((d) => d.rule!));
const PATHS = { dup_mmap: 'kernel/fork.c', dup_mm: 'kernel/fork.c', exit_mmap: 'mm/mmap.c' };

/** The findings of the given rules on an edit of a tree. */
async function review(of: string, d: TeardownEdit, ids: (id: string) => boolean, mutants: boolean) {
  const path = PATHS[d.func];
  const f = await KernelFunction.read(of, path, d.func);
  const edit = new Edit(f);
  d.change(edit, f);
  const patch = diffText(path, f.lines.join('\n'), edit.result());
  const result = await reviewSeries(await readInput('edit.patch', Buffer.from(patch)), {
    reader: folderReader(of),
    rules: (await loadRules()).filter((r) => ids(r.id)),
    keep: () => 'trace',
    explore: { mutants },
  });
  return result.patches[0];
}

describe.skipIf(!root)(`what Linux 6.12 does when fork fails${skipped}`, () => {
  it.each(TEARDOWN_DEFECTS)('$rule finds: $name, in $func()', async (d) => {
    const { reason, findings } = await review(root!, d, (id) => id === d.rule, false);
    expect(reason).toBe('');
    const [{ verdict, change, evidence }] = findings;
    expect([verdict, change]).toEqual(['violated', 'introduced']);
    expect(evidence.counterexample!.steps.length).toBeGreaterThan(0);
  });

  it.each(TEARDOWN_HARMLESS)('nothing to find, and proved: $name', async (d) => {
    const { reason, findings } = await review(root!, d, (id) => RULES.has(id), true);
    expect(reason).toBe('');
    expect(findings.map((f) => [f.rule, f.verdict, f.change])).toEqual(
      [...RULES].sort().map((rule) => [rule, 'holds', 'none']),
    );
  });
});

const COMMENT: TeardownEdit = {
  func: 'dup_mmap',
  name: 'a message',
  change: (e, f) => e.after(f.call('flush_cache_dup_mm').stmt, '\tpr_debug("fork\\n");'),
};

describe.each(['6.12', '6.1'] as Version[])('unpatched Linux %s', (version) => {
  const tree = kernelTree(version);
  it.skipIf(!tree.root)(`keeps every rule that speaks of it${tree.skipped}`, async () => {
    const { findings } = await review(tree.root!, COMMENT, (id) => RULES.has(id), true);
    // 6.1 has the uprobe section within dup_mmap()
    const speak = [...RULES].filter((r) => version === '6.12' || r !== 'fork-guard-teardown');
    expect(findings.map((f) => [f.rule, f.verdict, f.change, f.evidence.exhausted])).toEqual(
      speak.sort().map((rule) => [rule, 'holds', 'none', true]),
    );
  });
});
