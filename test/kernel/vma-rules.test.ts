import { describe, expect, it } from 'vitest';
import { readInput } from '../../src/intake/index.js';
import { loadRules } from '../../src/judge/load.js';
import { reviewSeries } from '../../src/review.js';
import { folderReader } from '../../src/source/index.js';
import { diffText } from './diff.js';
import { Edit, KernelFunction } from './edits.js';
import { kernelTree } from './tree.js';
import { type Described, VMA_DEFECTS, VMA_HARMLESS } from './vma-edits.js';

const { root, skipped } = kernelTree('6.12');
const PATHS = { dup_mmap: 'kernel/fork.c', exit_mmap: 'mm/mmap.c' } as const;
const RULES = new Set(VMA_DEFECTS.map((d) => d.rule));

const read = async (name: keyof typeof PATHS) =>
  root ? await KernelFunction.read(root, PATHS[name], name) : null;
const functions = { dup_mmap: await read('dup_mmap'), exit_mmap: await read('exit_mmap') };

/** The findings of the given rules on the edited function, in the tree that it is from. */
async function review(d: Described, ids: (id: string) => boolean, mutants: boolean) {
  const f = functions[d.at ?? 'dup_mmap']!;
  const { change } = d;
  const edit = new Edit(f);
  change(edit, f);
  const patch = diffText(f.path, f.lines.join('\n'), edit.result());
  const result = await reviewSeries(await readInput('edit.patch', Buffer.from(patch)), {
    reader: folderReader(root!),
    rules: (await loadRules()).filter((r) => ids(r.id)),
    keep: () => 'trace',
    explore: { mutants },
  });
  return result.patches[0];
}

describe.skipIf(!root)(`fork of Linux 6.12, VMA by VMA${skipped}`, () => {
  it.each(VMA_DEFECTS)('$rule finds: $name', async (d) => {
    const { reason, findings } = await review(d, (id) => id === d.rule, false);
    expect(reason).toBe('');
    const [{ verdict, change, location, evidence }] = findings;
    expect([verdict, change]).toEqual(['violated', 'introduced']);
    expect(location.line).toEqual(expect.any(Number));
    // what a teardown without a step leaves shows in fork.c, where the fork has failed
    if (!d.at) expect(location.path).toBe(PATHS.dup_mmap);
    expect(evidence.counterexample!.steps.length).toBeGreaterThan(0);
  });

  it.each(VMA_HARMLESS)('nothing to find, and proved: $name', async (d) => {
    const { reason, findings } = await review(d, (id) => RULES.has(id), true);
    expect(reason).toBe('');
    expect(findings.map((f) => f.rule).sort()).toEqual([...RULES].sort());
    for (const f of findings)
      expect([f.rule, f.verdict, f.change]).toEqual([f.rule, 'holds', 'none']);
  });
});
