import { chmodSync, mkdirSync, mkdtempSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import * as limits from '../../../src/base/limits.js';
import { hiddenChanges, otherWay } from '../../../src/hidden.js';
import { barePatch } from '../../../src/intake/bare.js';
import { parseDiff } from '../../../src/intake/index.js';
import { loadRules } from '../../../src/judge/load.js';
import { reviewPatch } from '../../../src/review.js';
import { applyHunks } from '../../../src/source/apply.js';
import { hunksBetween } from '../../../src/source/between.js';
import { blobIds } from '../../../src/source/blob.js';
import { folderReader, Made, openTree } from '../../../src/source/index.js';
import { sourceFile } from '../../cfront/source.js';
import { Repo } from '../../source/repo.js';

async function statusOf(
  diff: string,
  reader = null as Parameters<typeof reviewPatch>[1]['reader'],
) {
  const { files, problems } = parseDiff(diff);
  const patch = barePatch('x', files, problems);
  return reviewPatch(patch, { reader, rules: await loadRules(), keep: () => '' });
}

/** Nested conditionals around one changed line. */
function nested(options: number) {
  const names = Array.from({ length: options }, (_, k) => `CONFIG_FORKLORE_${k}`);
  const text = [
    'int f(void)\n{',
    ...names.map((n) => `#ifdef ${n}`),
    '\tg();',
    ...names.map(() => '#endif'),
    '\treturn 0;\n}',
  ].join('\n');
  const file = sourceFile(text, 'kernel/fork.c');
  for (const line of file.lines) line.changed = line.text === '\tg();';
  return otherWay(hiddenChanges([file]));
}

/** Crossings of the limits of what is read of a tree. */
export const SOURCE: Record<string, () => unknown> = {
  async MAX_SOURCE_BYTES() {
    const folder = mkdtempSync(join(tmpdir(), 'forklore-large-'));
    mkdirSync(join(folder, 'kernel'));
    writeFileSync(join(folder, 'kernel/fork.c'), '');
    truncateSync(join(folder, 'kernel/fork.c'), limits.MAX_SOURCE_BYTES + 1);
    const diff =
      '--- a/kernel/fork.c\n+++ b/kernel/fork.c\n@@ -1 +1 @@ int dup_mmap(void)\n-\ta();\n+\tb();\n';
    await expect(statusOf(diff, folderReader(folder))).rejects.toThrow(
      `kernel/fork.c in --tree is larger than ${limits.MAX_SOURCE_BYTES} bytes`,
    );
  },
  async GIT_SILENCE_MS() {
    const repo = Repo.mini();
    const bin = mkdtempSync(join(tmpdir(), 'forklore-bin-'));
    writeFileSync(join(bin, 'git'), '#!/bin/sh\nexec /bin/sleep 60\n');
    chmodSync(join(bin, 'git'), 0o755);
    const { PATH } = process.env;
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    process.env.PATH = bin;
    const tree = await openTree(repo.dir);
    try {
      const read = expect(tree.at!('HEAD')).rejects.toThrow('git did not answer within');
      await vi.advanceTimersByTimeAsync(limits.GIT_SILENCE_MS + 1);
      await read;
    } finally {
      process.env.PATH = PATH;
      vi.useRealTimers();
      tree.close?.();
    }
  },
  MAX_COMPARED() {
    const lines = (n: number, word: string) => Array.from({ length: n }, (_, k) => `${word}${k}`);
    const { files } = parseDiff(
      `--- a/f\n+++ b/f\n@@ -1,1001 +1,1000 @@\n${lines(1000, 'x')
        .map((l) => ` ${l}\n`)
        .join('')}-y\n`,
    );
    // it would nearly fit at the end: with so much to compare nobody looks there, and it is refused all the same
    const text = [...lines(3000, 'z'), ...lines(1000, 'x')];
    expect(text.length * 1001).toBeGreaterThan(limits.MAX_COMPARED);
    expect(applyHunks(text, files[0].hunks, 'strict')).toMatchObject({ hunk: 1, line: 1 });
    const near = [...lines(10, 'z'), ...lines(1000, 'x'), 'w', 'w'];
    const few = applyHunks(near, files[0].hunks, 'strict');
    expect(few).toMatchObject({ hunk: 1, line: 1011 });
  },
  async MAX_ATOMS() {
    const added = Array.from({ length: limits.MAX_ATOMS + 1 }, (_, k) => `+\tnew_step(${k});\n`);
    const context = [' \tmmap_write_unlock(child);\n', ' \tflush_tlb_mm(parent);\n'];
    const size = `-700,2 +700,${added.length + 2}`;
    const head = `--- a/kernel/fork.c\n+++ b/kernel/fork.c\n@@ ${size} @@ static __latent_entropy int dup_mmap(struct mm_struct *child,\n`;
    const { status, reason } = await statusOf(`${head}${context[0]}${added.join('')}${context[1]}`);
    expect(status).toBe('inconclusive');
    expect(reason).toMatch(/more statements than any/);
  },
  MAX_MADE_FILES() {
    const made = new Made();
    const text = (k: number) => `int x = ${k};\n`;
    for (let k = 0; k <= limits.MAX_MADE_FILES; k++) made.add(text(k));
    // the oldest is forgotten, so that a patch on top of it does not apply and says so
    expect(made.find(blobIds(text(0))[0])).toBeNull();
    expect(made.find(blobIds(text(1))[0])).toBe(text(1));
  },
  MAX_FLIPPED_OPTIONS() {
    expect(nested(limits.MAX_FLIPPED_OPTIONS)?.changed).toHaveLength(limits.MAX_FLIPPED_OPTIONS);
    expect(nested(limits.MAX_FLIPPED_OPTIONS + 1)).toBeNull();
  },
  MAX_COMPARE_MS() {
    const text = (word: string) => Array.from({ length: 4000 }, (_, k) => `${word}${k}\n`).join('');
    expect(hunksBetween(text('a'), text('b'), 1)).toBeNull();
    expect(hunksBetween('a\n', 'b\n')).toContain('-a');
  },
};
