import { describe, expect, it } from 'vitest';
import { OWED_DEFECTS, OWED_HARMLESS } from './owed-edits.js';
import { reviewEdit } from './review-edit.js';
import { kernelTree, type Version } from './tree.js';
import type { WiderEdit } from './wider-edits.js';

describe.each(['6.12', '6.1'] as Version[])('steps of fork of Linux %s', (version) => {
  const { root, skipped } = kernelTree(version);
  const here = (edits: readonly WiderEdit[]) => edits.filter((d) => d.on.includes(version));

  it.skipIf(!root).each(here(OWED_DEFECTS))(
    `$rules finds: $name, in $at()${skipped}`,
    async (d) => {
      const { reason, findings } = await reviewEdit(root!, d, (id) => d.rules.includes(id));
      expect(reason).toBe('');
      expect(findings.map((f) => [f.rule, f.verdict, f.change])).toEqual(
        d.rules.map((rule) => [rule, 'violated', 'introduced']),
      );
    },
  );

  it.skipIf(!root).each(here(OWED_HARMLESS))(
    `nothing to find: $name, in $at()${skipped}`,
    async (d) => {
      const { status, findings } = await reviewEdit(root!, d, () => true);
      expect(status).toBe('reviewed');
      expect(findings.filter((f) => f.verdict !== 'holds').map((f) => f.message)).toEqual([]);
    },
  );
});
