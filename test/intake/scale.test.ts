import { describe, expect, it } from 'vitest';
import { parseDiff, readInput } from '../../src/intake/index.js';
import { MAX_HEADER_CHARS, MAX_HUNKS, MAX_LINES } from '../../src/intake/limits.js';
import { bytes, diff, mail } from './support.js';

/** Milliseconds of the fastest of three runs. */
async function time(work: () => unknown): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 3; i++) {
    const start = performance.now();
    await work();
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

/** Each grows by `n`; none may cost more than in proportion. */
const inputs: [string, (n: number) => string][] = [
  ['a diff of many files', (n) => Array.from({ length: n }, (_, i) => diff(`f${i}.c`)).join('')],
  [
    'one long hunk',
    (n) => `--- a/f\n+++ b/f\n@@ -1,${20 * n} +1,${20 * n} @@\n${' x\n'.repeat(20 * n)}`,
  ],
  [
    'a hunk that never ends',
    (n) => `${diff('f.c')}@@ -1,900000 +1,900000 @@\n${' x\n'.repeat(20 * n)}`,
  ],
  ['many hunks cut at once', (n) => `${diff('f.c')}${'@@ -9,9 +9,9 @@\n'.repeat(5 * n)}`],
  ['file headers without end', (n) => 'diff --git a/f b/f\nindex 1..2\n'.repeat(5 * n)],
  ['signature marks and blank lines', (n) => `${diff('f.c')}${'-- \n\n\n\n'.repeat(10 * n)}`],
  ['a mail of From lines', (n) => mail('From 1:1 1:1 1:1 2024\n'.repeat(10 * n))],
  ['quote marks in depth', (n) => mail(`${'>'.repeat(500)} diff --git a b\n`.repeat(n / 2))],
  ['quoted hunks', (n) => mail(diff('f.c').repeat(n).replace(/^/gm, '> '), { Subject: 'Re: x' })],
  ['one line of a mail', (n) => mail('> '.repeat(50 * n))],
  ['a subject of brackets', (n) => mail('x', { Subject: '['.repeat(100 * n) })],
  [
    'quoted-printable',
    (n) => mail('a=3D=\n'.repeat(20 * n), { 'Content-Transfer-Encoding': 'quoted-printable' }),
  ],
  [
    'an open C-quoted name',
    (n) => `diff --git "${'\\303'.repeat(20 * n)}\nindex 1..2\n${diff('f.c')}`,
  ],
];

describe('time is linear in size', () => {
  it.each(inputs)('%s', async (_, make) => {
    const [small, large] = [make(500), make(4000)];
    const run = (text: string) =>
      text.startsWith('From:') ? readInput('m', bytes(text)) : parseDiff(text);
    await run(small);
    const [a, b] = [await time(() => run(small)), await time(() => run(large))];
    // Eight times the size: quadratic work would take sixty-four times as long.
    expect(b).toBeLessThan(32 * Math.max(a, 2));
  });
});

describe('an mbox of unrelated mail', () => {
  it('is read at several megabytes a second', async () => {
    const body = 'Some prose about nothing in particular.\n'.repeat(120);
    const one = (i: number) =>
      `From a Thu Jan  1 00:00:00 1970\n${mail(body, { Subject: `hello ${i}`, 'Message-ID': `<${i}@x>` })}\n`;
    const text = Array.from({ length: 1000 }, (_, i) => one(i)).join('');
    const ms = await time(() => readInput('m', bytes(text)));
    expect(text.length / 1000 / ms).toBeGreaterThan(2);
  });
});

describe('limits', () => {
  it('hunks past the limit are named, those before it stay', () => {
    const hunks = Array.from({ length: MAX_HUNKS + 1 }, () => '@@ -1 +1 @@\n-a\n+b\n').join('');
    const { files, problems } = parseDiff(`--- a/f\n+++ b/f\n${hunks}`);
    expect([files[0].hunks.length, files[0].truncated]).toEqual([MAX_HUNKS, true]);
    expect(problems.map((p) => p.message)).toEqual([
      `hunk ${MAX_HUNKS + 1} of f is past the limit of ${MAX_HUNKS} hunks`,
    ]);
  });

  it('lines past the limit are not read, which is said', () => {
    const { files, problems } = parseDiff(diff('f.c') + '\n'.repeat(MAX_LINES));
    expect(files).toHaveLength(1);
    expect(problems.map((p) => [p.level, p.message])).toEqual([
      ['error', `more than ${MAX_LINES} lines; the rest is not read`],
    ]);
    expect(parseDiff('\n'.repeat(MAX_LINES)).problems).toEqual([]);
  });

  it('a file header past the limit is refused with its hunks', () => {
    const { files, problems } = parseDiff(diff('f'.repeat(MAX_HEADER_CHARS)) + diff('g.c'));
    expect(files.map((f) => f.newPath)).toEqual(['g.c']);
    expect(problems[0].message).toBe(
      `file header is longer than ${MAX_HEADER_CHARS} characters; not read`,
    );
  });
});
