import { describe, expect, it } from 'vitest';
import { readInput } from '../../src/intake/index.js';
import { loadRules } from '../../src/judge/load.js';
import { reviewSeries } from '../../src/review.js';
import { folderReader } from '../../src/source/index.js';
import { BULK_DEFECTS, BULK_HARMLESS } from './bulk-edits.js';
import { diffText } from './diff.js';
import { Edit, KernelFunction } from './edits.js';
import { OUTSIDER_DEFECTS, OUTSIDER_HARMLESS } from './outsider-edits.js';
import { kernelTree, type Version } from './tree.js';
import type { Described } from './vma-edits.js';

const PATHS = { dup_mmap: 'kernel/fork.c', exit_mmap: 'mm/mmap.c' } as const;
const RULES = await loadRules();

async function review(root: string, d: Described, ids: (id: string) => boolean, mutants: boolean) {
  const name = d.at ?? 'dup_mmap';
  const f = await KernelFunction.read(root, PATHS[name], name);
  const edit = new Edit(f);
  d.change(edit, f);
  const patch = diffText(f.path, f.lines.join('\n'), edit.result());
  const { patches } = await reviewSeries(await readInput('edit.patch', Buffer.from(patch)), {
    reader: folderReader(root),
    rules: RULES.filter((r) => ids(r.id)),
    keep: () => 'trace',
    suggest: false,
    explore: { mutants },
  });
  return patches[0];
}

describe.each([
  ['6.1', 'in bulk', BULK_DEFECTS, BULK_HARMLESS],
  ['6.12', 'in other words', OUTSIDER_DEFECTS, OUTSIDER_HARMLESS],
] as [Version, string, Described[], Described[]][])(
  'fork of Linux %s, %s',
  (version, _how, defects, harmless) => {
    const { root, skipped } = kernelTree(version);

    it.skipIf(!root).each(defects)(`$rule finds: $name${skipped}`, async (d) => {
      const { reason, findings } = await review(root!, d, (id) => id === d.rule, false);
      expect(reason).toBe('');
      expect(
        findings.map((f) => [f.verdict, f.change, f.verdict === 'violated' ? '' : f.message]),
      ).toEqual([['violated', 'introduced', '']]);
    });

    it.skipIf(!root).each(harmless)(`nothing to find: $name${skipped}`, async (d) => {
      const { reason, findings } = await review(root!, d, () => true, false);
      expect(reason).toBe('');
      expect(
        findings
          .filter((f) => f.verdict !== 'holds' || f.severity !== 'note')
          .map((f) => [f.rule, f.message]),
      ).toEqual([]);
    });
  },
);
