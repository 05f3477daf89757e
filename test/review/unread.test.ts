import { describe, expect, it } from 'vitest';
import { readInput } from '../../src/intake/index.js';
import { loadRules } from '../../src/judge/load.js';
import { reviewSeries } from '../../src/review.js';
import { folderReader } from '../../src/source/index.js';
import { edit, MINI, miniText, patchOf } from './mini.js';

const FORK = 'kernel/fork.c';
const MMAP = 'mm/mmap.c';
const HEADS = {
  [FORK]: 'static int dup_mmap(struct mm_struct *child, struct mm_struct *parent)',
  [MMAP]: 'void exit_mmap(struct mm_struct *space)',
};

/** The diff of one file of the miniature, as a patch shows it. */
function diffOf(path: keyof typeof HEADS, change: (text: string) => string): string {
  const before = miniText(path);
  const { files } = patchOf(path, before, change(before), HEADS[path]);
  const hunks = files[0].hunks.map((h) => {
    const lines = h.lines.map((l) => `${l.kind}${l.text}\n`).join('');
    return `@@ -${h.oldStart},${h.oldCount} +${h.newStart},${h.newCount} @@ ${h.section}\n${lines}`;
  });
  return `diff --git a/${path} b/${path}\n--- a/${path}\n+++ b/${path}\n${hunks.join('')}`;
}

async function review(diff: string, tree: boolean) {
  const { patches } = await reviewSeries(await readInput('in.patch', Buffer.from(diff)), {
    reader: tree ? folderReader(MINI) : null,
    rules: await loadRules(),
    keep: () => 'kept',
    suggest: false,
    explore: { mutants: false },
  });
  return patches[0];
}

const lockTaken = (text: string) => edit(text, '\t\tvma_start_write(vma);\n', '');
const counted = (text: string) =>
  edit(text, '\t\tchild->map_count++;\n', '\t\tchild->map_count += 1;\n');

describe('a patch of which not all can be read', () => {
  it.each([true, false])(
    'is not analysed without the hunk that is lost (tree: %s)',
    async (tree) => {
      const diff = diffOf(FORK, (t) => counted(lockTaken(t)));
      expect(await review(diff, tree)).toMatchObject({ status: 'reviewed' });
      const spoilt = diff.replace(/^@@ -(\d+),(\d+)/m, (_m, at, n) => `@@ -${at},${Number(n) + 1}`);
      expect(await review(spoilt, tree)).toMatchObject({
        status: 'inconclusive',
        findings: [],
        reason: `a hunk of ${FORK} can not be read: what it changes is not known`,
      });
    },
  );
});

describe('a function that no known form takes in', () => {
  const nowhere = (text: string) =>
    edit(text, 'error = -EINTR;\n\t\t\tgoto settle;', 'error = -EINTR;\n\t\t\tgoto nowhere;');
  const teardown = (text: string) => edit(text, '\t\tremoved++;\n', '\t\tremoved += 1;\n');

  it('dup_mmap(): nothing is said of another one in its place', async () => {
    const r = await review(diffOf(FORK, nowhere) + diffOf(MMAP, teardown), false);
    expect(r).toMatchObject({ status: 'inconclusive', findings: [] });
    expect(r.reason).toMatch(/^dup_mmap\(\) of kernel\/fork.c can not be rebuilt .*nowhere/);
  });

  it('the teardown: rules that run it decide nothing, the others do', async () => {
    const gone = (text: string) =>
      edit(text, '\t\tmmap_write_lock(space);\n\t\tgoto destroy;', '\t\tgoto nowhere;');
    const r = await review(diffOf(FORK, counted) + diffOf(MMAP, gone), false);
    const of = (rule: string) => r.findings.find((f) => f.rule === rule)!;
    expect(of('fork-lock-balance')).toMatchObject({ verdict: 'inconclusive' });
    expect(of('fork-lock-balance').message).toMatch(/only a part of exit_mmap\(\)/);
    expect(of('fork-lock-order')).toMatchObject({ verdict: 'holds' });
  });
});
