import { describe, expect, it } from 'vitest';
import { parseDiff } from '../../src/intake/index.js';
import { MAX_HEADER_CHARS, MAX_HUNKS, MAX_LINES } from '../../src/intake/limits.js';
import { diff } from './support.js';

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
