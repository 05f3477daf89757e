import { describe, expect, it } from 'vitest';
import { readInput } from '../../src/intake/index.js';
import { loadRules } from '../../src/judge/load.js';
import { reviewSeries } from '../../src/review.js';
import { folderReader } from '../../src/source/index.js';
import { edit, MINI, miniText } from './mini.js';

const FORK = 'kernel/fork.c';
const MMAP = 'mm/mmap.c';

/** The diff in which the lines `from` to `to` (excluded) of a file give way to others, as git writes it. */
function diff(path: string, from: number, to: number, added: readonly string[]): string {
  const lines = miniText(path).split('\n').slice(0, -1);
  const start = Math.max(0, from - 3);
  const [above, gone, below] = [
    lines.slice(start, from),
    lines.slice(from, to),
    lines.slice(to, to + 3),
  ];
  const shared = above.length + below.length;
  const as = (mark: string, list: readonly string[]) => list.map((l) => `${mark}${l}\n`).join('');
  const head = `@@ -${start + 1},${shared + gone.length} +${start + 1},${shared + added.length} @@`;
  const body = `${as(' ', above)}${as('-', gone)}${as('+', added)}${as(' ', below)}`;
  return `diff --git a/${path} b/${path}\n--- a/${path}\n+++ b/${path}\n${head}\n${body}`;
}

/** dup_mmap() goes to mm/mmap.c; what is compiled without an MMU stays. */
function moved(change: (body: string) => string): string {
  const lines = miniText(FORK).split('\n');
  const from = lines.indexOf('#ifdef CONFIG_MMU');
  const to = lines.indexOf('#else', from);
  const body = change(lines.slice(from + 1, to).join('\n')).replace('static int', 'int');
  const end = miniText(MMAP).split('\n').length - 1;
  return (
    diff(FORK, from, to + 1, ['#ifndef CONFIG_MMU']) +
    diff(MMAP, end, end, ['', ...body.split('\n')])
  );
}

async function review(patch: string, tree: boolean) {
  const { patches } = await reviewSeries(await readInput('in.patch', Buffer.from(patch)), {
    reader: tree ? folderReader(MINI) : null,
    rules: (await loadRules()).filter((r) =>
      ['fork-lock-target', 'fork-lock-balance'].includes(r.id),
    ),
    keep: () => 'kept',
    suggest: false,
    explore: { mutants: false },
  });
  return patches[0].findings.map((f) => [f.rule, f.verdict, f.change]);
}

describe.each([true, false])('dup_mmap() goes to another file (tree: %s)', (tree) => {
  it('as it is: nothing is said of the stub that stays', async () => {
    expect(
      await review(
        moved((body) => body),
        tree,
      ),
    ).toEqual([
      ['fork-lock-balance', 'holds', 'none'],
      ['fork-lock-target', 'holds', 'none'],
    ]);
  });

  it('and loses a lock on the way', async () => {
    const unlocked = moved((body) => edit(body, '\t\tvma_start_write(vma);\n', ''));
    expect(await review(unlocked, tree)).toContainEqual([
      'fork-lock-target',
      'violated',
      'introduced',
    ]);
  });
});
