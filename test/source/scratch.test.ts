import { test } from 'vitest';
import { rebuild, skeletonFile } from '../../src/source/index.js';
import { forkPatch, ROOT } from './support.js';
import { readFileSync } from 'node:fs';
test('x', async () => {
  const pool = [...skeletonFile('6.7').lines, ...skeletonFile('6.12').lines].map((l) => l.text);
  console.log(pool.slice(277, 283));
  const seed = forkPatch(readFileSync(`${ROOT}/fixtures/mails/seed-like.mbox`, 'utf8'), '>> ');
  const lines = pool.slice(279, 281).map((text, n) => ({ kind: ' ' as const, text, old: n, new: n, inputLine: n }));
  const pair = await rebuild({ ...seed, hunks: [{ ...seed.hunks[0], lines, truncated: false, section: 'int dup_mmap(struct mm_struct *mm,' }] }, { reader: null });
  console.log(pair.failure, pair.notes, pair.before?.lines.map((l) => l.text).join('\n'));
});
