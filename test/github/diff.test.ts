import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { anchorFor } from '../../src/github/anchors.js';
import { diffText, pullDiff } from '../../src/github/diff.js';
import type { PullFile } from '../../src/github/pull.js';
import { commentable, filesFromPatch } from './stand-in-diff.js';
import { ROOT } from './world.js';

const PATCH = '@@ -1,2 +1,2 @@\n a\n-b\n+c';
const entry = (over: Partial<PullFile> = {}): PullFile => ({
  sha: null,
  filename: 'mm/x.c',
  status: 'modified',
  changes: 2,
  patch: PATCH,
  ...over,
});

describe('diffText', () => {
  it('writes what git would for each status', () => {
    const cases: [Partial<PullFile>, string][] = [
      [{}, 'diff --git a/mm/x.c b/mm/x.c\n--- a/mm/x.c\n+++ b/mm/x.c\n'],
      [
        { status: 'added' },
        'diff --git a/mm/x.c b/mm/x.c\nnew file mode 100644\n--- /dev/null\n+++ b/mm/x.c\n',
      ],
      [
        { status: 'removed' },
        'diff --git a/mm/x.c b/mm/x.c\ndeleted file mode 100644\n--- a/mm/x.c\n+++ /dev/null\n',
      ],
      [
        { status: 'renamed', previous_filename: 'mm/y z.c' },
        'diff --git a/mm/y z.c b/mm/x.c\nrename from mm/y z.c\nrename to mm/x.c\n--- a/mm/y z.c\t\n+++ b/mm/x.c\n',
      ],
      [
        { filename: 'mm/"ä\n.c' },
        'diff --git "a/mm/\\"\\303\\244\\012.c" "b/mm/\\"\\303\\244\\012.c"\n--- "a/mm/\\"\\303\\244\\012.c"\n+++ "b/mm/\\"\\303\\244\\012.c"\n',
      ],
    ];
    for (const [over, head] of cases) expect(diffText(entry(over))).toBe(`${head}${PATCH}\n`);
  });
});

describe('pullDiff', () => {
  it('reads the files that have a diff and lists the others', () => {
    const { files, unseen, withheld } = pullDiff(
      [
        entry(),
        entry({ filename: 'mm/new.c', status: 'added', patch: '@@ -0,0 +1 @@\n+a', changes: 1 }),
        entry({ filename: 'big.c', patch: undefined, changes: 90_000 }),
        entry({ filename: 'big.json', patch: undefined, changes: 90_000 }),
        entry({ filename: 'logo.png', patch: undefined, changes: 0 }),
        entry({
          filename: 'moved.c',
          previous_filename: 'old.c',
          status: 'renamed',
          patch: undefined,
          changes: 0,
        }),
      ],
      8,
    );
    expect(files.map((f) => [f.oldPath, f.newPath, f.hunks.length])).toEqual([
      ['mm/x.c', 'mm/x.c', 1],
      [null, 'mm/new.c', 1],
      ['old.c', 'moved.c', 0],
    ]);
    expect(unseen.map((f) => [f.path, f.matters])).toEqual([
      ['big.json', false],
      ['logo.png', false],
      ['2 more files', true],
    ]);
    expect(withheld.map((f) => f.filename)).toEqual(['big.c']);
  });

  it('lets no file reach into the next', () => {
    const greedy = entry({ patch: '@@ -1,90 +1,90 @@\n a' });
    const { files, unseen } = pullDiff([greedy, entry({ filename: 'mm/next.c' })], 2);
    expect(unseen).toMatchObject([{ path: 'mm/x.c', matters: true }]);
    expect(files.at(-1)?.newPath).toBe('mm/next.c');
    expect(files.at(-1)?.hunks[0].lines).toHaveLength(3);
  });
});

describe('anchorFor', () => {
  it('finds exactly the lines that GitHub takes a comment for', () => {
    const patch = readFileSync(join(ROOT, 'fixtures/github/lock-copy.patch'), 'utf8');
    const entries = filesFromPatch(patch);
    const { files } = pullDiff(entries, 1);
    const places = commentable(entries[0].patch!);
    const found = new Set<string>();
    for (let line = 0; line < 40; line++) {
      for (const side of ['RIGHT', 'LEFT'] as const) {
        const anchor = anchorFor({ path: 'kernel/fork.c', line, side }, files);
        if (anchor) found.add(`${anchor.side}:${anchor.line}`);
      }
    }
    expect([...found].sort()).toEqual([...places].sort());
  });

  it('names a renamed file by its new path and turns context to the right', () => {
    const moved = entry({ status: 'renamed', previous_filename: 'mm/old.c' });
    const { files } = pullDiff([moved], 1);
    const at = (path: string, line: number | null, side: 'LEFT' | 'RIGHT') =>
      anchorFor({ path, line, side }, files);
    expect(at('mm/old.c', 2, 'LEFT')).toEqual({ path: 'mm/x.c', line: 2, side: 'LEFT' });
    expect(at('mm/old.c', 1, 'LEFT')).toEqual({ path: 'mm/x.c', line: 1, side: 'RIGHT' });
    expect(at('mm/x.c', 3, 'RIGHT')).toBeNull();
    expect(at('mm/x.c', null, 'RIGHT')).toBeNull();
    expect(at('skeleton:6.12', 1, 'RIGHT')).toBeNull();
  });
});
