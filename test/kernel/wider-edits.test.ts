import { describe, expect, it } from 'vitest';
import { RESTYLED_DEFECTS, RESTYLED_HARMLESS } from './restyled-edits.js';
import { reviewEdit } from './review-edit.js';
import { SKIPPED_DEFECTS, SKIPPED_HARMLESS } from './skipped-edits.js';
import { kernelTree, type Version } from './tree.js';
import { WIDER_DEFECTS, WIDER_HARMLESS, type WiderEdit } from './wider-edits.js';

describe.each(['6.12', '6.1'] as Version[])(
  'fork of Linux %s, and what is around it',
  (version) => {
    const { root, skipped } = kernelTree(version);
    const here = (edits: readonly WiderEdit[]) => edits.filter((d) => d.on.includes(version));

    it.skipIf(!root).each(here([...WIDER_DEFECTS, ...SKIPPED_DEFECTS, ...RESTYLED_DEFECTS]))(
      `$rules find: $name, in $at()${skipped}`,
      async (d) => {
        const { reason, findings } = await reviewEdit(root!, d, (id) => d.rules.includes(id));
        expect(reason).toBe('');
        expect(
          findings.map((f) => [
            f.rule,
            f.verdict,
            f.change,
            f.verdict === 'violated' ? '' : f.message,
          ]),
        ).toEqual([...d.rules].map((rule) => [rule, 'violated', 'introduced', '']));
      },
    );

    it.skipIf(!root).each(here([...WIDER_HARMLESS, ...SKIPPED_HARMLESS, ...RESTYLED_HARMLESS]))(
      `nothing to find: $name, in $at()${skipped}`,
      async (d) => {
        const { reason, findings } = await reviewEdit(root!, d, () => true);
        expect(reason).toBe('');
        expect(findings.length).toBeGreaterThan(10);
        expect(
          findings
            .filter((f) => f.verdict !== 'holds' || f.severity !== 'note')
            .map((f) => [f.rule, f.message]),
        ).toEqual([]);
      },
    );
  },
);
