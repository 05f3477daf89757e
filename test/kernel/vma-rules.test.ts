import { describe, expect, it } from 'vitest';
import { reviewEdit } from './review-edit.js';
import { kernelTree } from './tree.js';
import { VMA_DEFECTS, VMA_HARMLESS } from './vma-edits.js';

const { root, skipped } = kernelTree('6.12');
const RULES = new Set(VMA_DEFECTS.map((d) => d.rule));

describe.skipIf(!root)(`fork of Linux 6.12, VMA by VMA${skipped}`, () => {
  it.each(VMA_DEFECTS)('$rule finds: $name', async (d) => {
    const { reason, findings } = await reviewEdit(root!, d, (id) => id === d.rule, false);
    expect(reason).toBe('');
    const [{ verdict, change, location, evidence }] = findings;
    expect([verdict, change]).toEqual(['violated', 'introduced']);
    expect(location.line).toEqual(expect.any(Number));
    // what a teardown without a step leaves shows in fork.c, where the fork has failed
    if (!d.at) expect(location.path).toBe('kernel/fork.c');
    expect(evidence.counterexample!.steps.length).toBeGreaterThan(0);
  });

  it.each(VMA_HARMLESS)('nothing to find, and proved: $name', async (d) => {
    const { reason, findings } = await reviewEdit(root!, d, (id) => RULES.has(id), true);
    expect(reason).toBe('');
    expect(findings.map((f) => f.rule).sort()).toEqual([...RULES].sort());
    for (const f of findings)
      expect([f.rule, f.verdict, f.change]).toEqual([f.rule, 'holds', 'none']);
  });
});
