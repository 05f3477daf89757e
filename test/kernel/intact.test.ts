import { describe, expect, it } from 'vitest';
import { readInput } from '../../src/intake/index.js';
import { loadRules } from '../../src/judge/load.js';
import { reviewSeries } from '../../src/review.js';
import { folderReader } from '../../src/source/index.js';
import { diffText } from './diff.js';
import { Edit, KernelFunction } from './edits.js';
import { kernelTree } from './tree.js';

const PATH = 'kernel/fork.c';

describe.each(['6.12', '6.1'] as const)('dup_mmap() of Linux %s as it is', (version) => {
  const { root, skipped } = kernelTree(version);

  it.skipIf(!root)(
    `gives no rule anything to say, and each looks to the end${skipped}`,
    async () => {
      const f = await KernelFunction.read(root!, PATH, 'dup_mmap');
      const first = f.span(f.call('mmap_write_lock_killable').stmt).first;
      const edit = new Edit(f).insert(first, '\t/* nothing changes here */');
      const patch = diffText(PATH, f.lines.join('\n'), edit.result());
      const review = await reviewSeries(await readInput('comment.patch', Buffer.from(patch)), {
        reader: folderReader(root!),
        rules: await loadRules(),
        keep: () => 'trace',
      });
      const [{ status, findings }] = review.patches;
      for (const x of findings) {
        expect(x, x.rule).toMatchObject({ verdict: 'holds', change: 'none' });
        expect(x.evidence, x.rule).toMatchObject({ exhausted: true, failing: 0, notModelled: [] });
      }
      // without a VMA lock the lock rule has nothing to say; others come
      expect(status).toBe(findings.length > 0 ? 'reviewed' : 'not-applicable');
      if (version === '6.12') expect(findings.map((x) => x.rule)).toContain('fork-lock-target');
    },
  );
});
