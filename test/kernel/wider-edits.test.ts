import { describe, expect, it } from 'vitest';
import { readInput } from '../../src/intake/index.js';
import { loadRules } from '../../src/judge/load.js';
import { reviewSeries } from '../../src/review.js';
import { folderReader } from '../../src/source/index.js';
import { diffText } from './diff.js';
import { Edit, KernelFunction } from './edits.js';
import { kernelTree, type Version } from './tree.js';
import { PATHS, WIDER_DEFECTS, WIDER_HARMLESS, type WiderEdit } from './wider-edits.js';

const RULES = await loadRules();

/** What the given rules say of an edit of a tree, without mutants. */
async function review(root: string, d: WiderEdit, ids: (id: string) => boolean) {
  const f = await KernelFunction.read(root, PATHS[d.at], d.at);
  const edit = new Edit(f);
  d.change(edit, f);
  const patch = diffText(f.path, f.lines.join('\n'), edit.result());
  const { patches } = await reviewSeries(await readInput('edit.patch', Buffer.from(patch)), {
    reader: folderReader(root),
    rules: RULES.filter((r) => ids(r.id)),
    keep: () => 'trace',
    suggest: false,
    explore: { mutants: false },
  });
  return patches[0];
}

describe.each(['6.12', '6.1'] as Version[])(
  'fork of Linux %s, and what is around it',
  (version) => {
    const { root, skipped } = kernelTree(version);
    const here = (edits: readonly WiderEdit[]) => edits.filter((d) => d.on.includes(version));

    it.skipIf(!root).each(here(WIDER_DEFECTS))(
      `$rules find: $name, in $at()${skipped}`,
      async (d) => {
        const { reason, findings } = await review(root!, d, (id) => d.rules.includes(id));
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

    it.skipIf(!root).each(here(WIDER_HARMLESS))(
      `nothing to find: $name, in $at()${skipped}`,
      async (d) => {
        const { reason, findings } = await review(root!, d, () => true);
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
