import { describe, expect, it } from 'vitest';
import { BULK_DEFECTS, BULK_HARMLESS } from './bulk-edits.js';
import { OUTSIDER_DEFECTS, OUTSIDER_HARMLESS } from './outsider-edits.js';
import { reviewEdit } from './review-edit.js';
import { kernelTree, type Version } from './tree.js';
import type { Described } from './vma-edits.js';

describe.each([
  ['6.1', 'in bulk', BULK_DEFECTS, BULK_HARMLESS],
  ['6.12', 'in other words', OUTSIDER_DEFECTS, OUTSIDER_HARMLESS],
] as [Version, string, Described[], Described[]][])(
  'fork of Linux %s, %s',
  (version, _how, defects, harmless) => {
    const { root, skipped } = kernelTree(version);

    it.skipIf(!root).each(defects)(`$rule finds: $name${skipped}`, async (d) => {
      const { reason, findings } = await reviewEdit(root!, d, (id) => id === d.rule);
      expect(reason).toBe('');
      expect(
        findings.map((f) => [f.verdict, f.change, f.verdict === 'violated' ? '' : f.message]),
      ).toEqual([['violated', 'introduced', '']]);
    });

    it.skipIf(!root).each(harmless)(`nothing to find: $name${skipped}`, async (d) => {
      const { reason, findings } = await reviewEdit(root!, d, () => true);
      expect(reason).toBe('');
      expect(
        findings
          .filter((f) => f.verdict !== 'holds' || f.severity !== 'note')
          .map((f) => [f.rule, f.message]),
      ).toEqual([]);
    });
  },
);
