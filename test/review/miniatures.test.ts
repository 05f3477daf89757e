import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readInput } from '../../src/intake/index.js';
import { loadRules } from '../../src/judge/load.js';
import { reviewSeries } from '../../src/review.js';
import { folderReader } from '../../src/source/index.js';
import { ROOT } from '../support.js';

/** A patch that adds a comment before the first statement of dup_mmap(). */
function comment(tree: string): string {
  const lines = readFileSync(join(tree, 'kernel/fork.c'), 'utf8').split('\n');
  const at = lines.findIndex((l) => l.startsWith('\t/* Both locks stay held'));
  const hunk = [...lines.slice(at - 3, at).map((l) => ` ${l}`), '+\t/* nothing else */'];
  return `--- a/kernel/fork.c\n+++ b/kernel/fork.c\n@@ -${at - 2},4 +${at - 2},5 @@\n${hunk.join('\n')}\n ${lines[at]}\n`;
}

it.each(['mini-6.12', 'mini-6.1'])('no rule finds anything in fixtures/%s', async (name) => {
  const tree = join(ROOT, 'fixtures', name);
  const review = await reviewSeries(await readInput('comment.patch', Buffer.from(comment(tree))), {
    reader: folderReader(tree),
    rules: await loadRules(),
    keep: () => 'trace',
    explore: { mutants: false },
  });
  const [{ status, findings }] = review.patches;
  expect(status).toBe('reviewed');
  const rules = findings.map((f) => f.rule);
  expect(rules).toEqual(
    expect.arrayContaining(['fork-unwind', 'fork-content', 'fork-tree-mode', 'fork-vma-order']),
  );
  // the rules about one VMA at a time; those about the teardown say themselves what they have tried
  const mine = [/accounting|content|error-handling|lock-balance|lock-order|publication|rmap/];
  mine.push(/tree-mode|unwind|vma-order|lock-target/);
  for (const f of findings.filter((x) => mine.some((m) => m.test(x.rule))))
    expect([f.rule, f.verdict, f.change, f.message]).toEqual([f.rule, 'holds', 'none', f.message]);
});
