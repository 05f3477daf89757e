import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readInput } from '../../src/intake/index.js';
import { loadRules } from '../../src/judge/load.js';
import type { Finding, PatchReview } from '../../src/judge/types.js';
import { reviewSeries } from '../../src/review.js';
import { folderReader } from '../../src/source/index.js';
import { diffText, tempFolder } from './diff.js';
import { DEFECTS, HARMLESS, type Mutant } from './dup-mmap-edits.js';
import { Edit, KernelFunction } from './edits.js';
import { kernelTree } from './tree.js';

const { root, skipped } = kernelTree('6.12');
const PATH = 'kernel/fork.c';

describe.skipIf(!root)(`fork-lock-target on dup_mmap() of Linux 6.12${skipped}`, () => {
  let dupMmap: KernelFunction;
  let alone: string;

  beforeAll(async () => {
    dupMmap = await KernelFunction.read(root!, PATH, 'dup_mmap');
    alone = tempFolder();
    mkdirSync(dirname(join(alone, PATH)), { recursive: true });
    writeFileSync(join(alone, PATH), dupMmap.lines.join('\n'));
  });
  afterAll(() => rmSync(alone, { recursive: true, force: true }));

  async function review(tree: string, mutant: Mutant): Promise<[PatchReview, Finding]> {
    const edit = new Edit(dupMmap);
    mutant.change(edit, dupMmap);
    const patch = diffText(PATH, dupMmap.lines.join('\n'), edit.result());
    const result = await reviewSeries(await readInput('mutant.patch', Buffer.from(patch)), {
      reader: folderReader(tree),
      rules: (await loadRules()).filter((r) => r.id === 'fork-lock-target'),
      keep: () => 'trace',
    });
    expect(result.patches).toHaveLength(1);
    expect(result.problems).toEqual([]);
    const [only] = result.patches;
    return [only, only.findings[0]];
  }

  describe.each([
    ['a folder with that file only', () => alone],
    ['the whole tree', () => root!],
  ])('from %s', (_label, tree) => {
    it.each(DEFECTS)('violated: $name', async (mutant) => {
      const [patch, finding] = await review(tree(), mutant);
      expect(patch).toMatchObject({ status: 'reviewed', reason: '' });
      expect(finding).toMatchObject({
        verdict: 'violated',
        change: 'introduced',
        severity: 'error',
      });
      expect(finding.location).toMatchObject({ path: PATH, line: expect.any(Number) });
      const { steps } = finding.evidence.counterexample!;
      expect(steps.length).toBeGreaterThan(1);
      for (const s of steps) {
        expect(s.thread).not.toBe('');
        expect(s.text).not.toBe('');
        // a plain store of a user thread runs in no function
        if (s.thread === 'fork')
          expect(s).toMatchObject({ function: 'dup_mmap', path: PATH, line: expect.any(Number) });
      }
      if (mutant.threads) {
        const others = new Set(steps.map((s) => s.thread).filter((t) => t !== 'fork'));
        expect(others.size).toBeGreaterThan(0);
      }
    });

    it.each(HARMLESS)('holds: $name', async (mutant) => {
      const [patch, finding] = await review(tree(), mutant);
      expect(patch).toMatchObject({ status: 'reviewed', reason: '' });
      expect(finding).toMatchObject({ verdict: 'holds', change: 'none', severity: 'note' });
      expect(finding.evidence).toMatchObject({ exhausted: true, failing: 0, counterexample: null });
      expect(finding.evidence.mutants.caught).toBeGreaterThanOrEqual(2);
    });
  });
});
