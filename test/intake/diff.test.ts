import { describe, expect, it } from 'vitest';
import { parseDiff } from '../../src/intake/index.js';
import { diff, fixture, mail, numstat, one, read, shown } from './support.js';

const SIGNATURE = '-- \n2.39.5\n';

describe('what parse-diff alone gets wrong', () => {
  it('a diff-like text in the commit message does not hide the patch', async () => {
    const patch = await one(fixture('tally.patch'));
    expect(numstat(patch.files)).toEqual(['include/tally.h:1:0', 'lib/tally.c:10:2']);
    expect(patch.message).toMatch(
      /^Callers that add[\s\S]*\n\+\+\+ and this[\s\S]*ada@example.org>$/,
    );
    expect(patch.problems.map((p) => p.level)).toEqual(['note']);
  });

  it('a whole diff in the commit message is text when --- and the patch follow', async () => {
    const shownDiff = diff('lib/seen.c');
    const patch = await one(
      mail(
        `Before:\n\n${shownDiff}\nSigned-off-by: A <a@x>\n---\n lib/x.c | 2 +-\n\n${diff('lib/x.c')}`,
      ),
    );
    expect(numstat(patch.files)).toEqual(['lib/x.c:1:1']);
    expect(patch.message).toContain('+++ b/lib/seen.c');
    expect(patch.problems.map((p) => p.message)).toEqual([
      'in.mbox: the commit message shows a diff, which is not part of the patch (input line 6)',
    ]);
  });

  it('an over-long count does not swallow the next file, and the message says what is wrong', async () => {
    const broken = diff('lib/a.c').replace('@@ -1,3 +1,3 @@', '@@ -1,4 +1,4 @@');
    const patch = await one(mail(`m\n---\n${broken}${diff('lib/b.c')}${SIGNATURE}`));
    expect(numstat(patch.files)).toEqual(['lib/a.c:0:0', 'lib/b.c:1:1']);
    expect(patch.files.map((f) => f.truncated)).toEqual([true, false]);
    expect(patch.problems).toEqual([
      {
        level: 'error',
        inputLine: 10,
        message:
          'in.mbox: hunk 1 of lib/a.c has 3 old and 3 new lines, its header says 4 and 4 (input line 10)',
      },
    ]);
  });

  it('an over-long count does not swallow the next file of a diff without git headers either', () => {
    const bare = (path: string, count: number) =>
      `--- a/${path}\n+++ b/${path}\n@@ -1,${count} +1,3 @@\n top\n-old\n+new\n bottom\n`;
    const { files, problems } = parseDiff(bare('a.c', 4) + bare('b.c', 3));
    expect(numstat(files)).toEqual(['a.c:0:0', 'b.c:1:1']);
    expect(problems.map((p) => p.message)).toEqual([
      'hunk 1 of a.c has 3 old lines, its header says 4',
    ]);
  });

  it('only the broken hunk is lost, the ones around it stay', () => {
    const text = [
      '--- a/k.c',
      '+++ b/k.c',
      '@@ -1,2 +1,2 @@',
      ' a',
      '-b',
      '+B',
      '@@ -10,2 +10,3 @@',
      ' c',
      '+d',
      ' e',
      ' one too many',
      '@@ -20,2 +21,1 @@',
      ' f',
      '-g',
      '',
    ].join('\n');
    const { files, problems } = parseDiff(text, 100);
    expect(files[0].hunks.map((h) => h.oldStart)).toEqual([1, 20]);
    expect(files[0].truncated).toBe(true);
    expect(problems).toEqual([
      {
        level: 'error',
        inputLine: 106,
        message: 'hunk 2 of k.c has 3 old and 4 new lines, its header says 2 and 3',
      },
    ]);
  });

  it('a line that a mailer wrapped breaks its hunk, loudly', async () => {
    const wrapped = diff('lib/a.c').replace('+new', '+a long line that\nwas wrapped');
    const patch = await one(mail(`m\n---\n${wrapped}${SIGNATURE}`));
    expect(patch.files[0].hunks).toEqual([]);
    expect(patch.problems[0].message).toContain('hunk 1 of lib/a.c has 2 old and 2 new lines');
  });

  it.each([
    ['counts right', '@@ -1,3 +1,3 @@', 1],
    ['one old line too many announced', '@@ -1,4 +1,3 @@', 0],
  ])('the mail signature is never a deletion: %s', async (_, header, hunks) => {
    const text = diff('lib/a.c').replace('@@ -1,3 +1,3 @@', header);
    const patch = await one(mail(`m\n---\n${text}${SIGNATURE}`));
    expect(patch.files[0].hunks).toHaveLength(hunks);
    expect(patch.files[0].hunks.flatMap(shown)).not.toContain('-- ');
    expect(patch.problems).toHaveLength(1 - hunks);
  });

  it('a deleted line "- " is a deletion', () => {
    const text =
      '--- a/d\n+++ b/d\n@@ -1,3 +1,2 @@\n x\n-- \n y\n--- a/e\n+++ b/e\n@@ -1 +1 @@\n-- \n+1\n';
    const { files, problems } = parseDiff(text);
    expect(files.map((f) => f.hunks.flatMap(shown))).toEqual([
      [' x', '-- ', ' y'],
      ['-- ', '+1'],
    ]);
    expect(problems).toEqual([]);
  });

  it('lines that look like headers stay content where the counts say so', () => {
    const text =
      '--- a/d\n+++ b/d\n@@ -1,2 +1,2 @@\n keep\n--- a/x\n+++ b/x\n@@ -9 +9 @@\n-a\n+b\n';
    const { files, problems } = parseDiff(text);
    expect(files.map((f) => f.hunks.flatMap(shown))).toEqual([
      [' keep', '--- a/x', '+++ b/x', '-a', '+b'],
    ]);
    expect(problems).toEqual([]);
  });

  it('one long diff --git line costs time linear in its length', () => {
    const line = `diff --git ${'a/x '.repeat(500_000)}`;
    const start = performance.now();
    const { files } = parseDiff(`${line}\nindex 1..2\n${diff('lib/a.c')}`);
    expect(numstat(files)).toEqual(['lib/a.c:1:1']);
    expect(performance.now() - start).toBeLessThan(1000);
  });

  it('one long source line keeps its text', () => {
    const long = 'x '.repeat(300_000);
    const { files } = parseDiff(diff('lib/a.c', 'old', long));
    expect(files[0].hunks[0].lines[2].text).toBe(long);
  });
});

describe('line endings and markers', () => {
  it('CRLF as the line ending of the whole text is dropped', () => {
    const { files } = parseDiff(diff('lib/a.c').replaceAll('\n', '\r\n'));
    expect(files[0].newPath).toBe('lib/a.c');
    expect(files[0].hunks.flatMap(shown)).toEqual([' top', '-old', '+new', ' bottom']);
  });

  it('CR at the end of source lines only belongs to the source', () => {
    const { files } = parseDiff(diff('lib/a.c', 'old\r', 'new\r'));
    expect(files[0].hunks.flatMap(shown)).toEqual([' top', '-old\r', '+new\r', ' bottom']);
  });

  it('a CRLF diff inside a mail with plain endings is read without its CRs', async () => {
    const patch = await one(mail(`text\n---\n${diff('lib/a.c').replaceAll('\n', '\r\n')}`));
    expect(patch.files[0].newPath).toBe('lib/a.c');
    expect(patch.files[0].hunks.flatMap(shown)).toEqual([' top', '-old', '+new', ' bottom']);
  });

  it('"No newline at end of file" marks the line above it', () => {
    const text =
      '--- a/d\n+++ b/d\n@@ -1 +1 @@\n-x\n\\ No newline at end of file\n+y\n\\ No newline at end of file\n';
    const { files, problems } = parseDiff(text);
    expect(files[0].hunks[0].lines).toEqual([
      { kind: '-', text: 'x', old: 1, new: null, inputLine: 4, noNewline: true },
      { kind: '+', text: 'y', old: null, new: 1, inputLine: 6, noNewline: true },
    ]);
    expect(problems).toEqual([]);
  });

  it('context lines that lost their blank are context', () => {
    const { files, problems } = parseDiff('--- a/d\n+++ b/d\n@@ -1,3 +1,3 @@\n\n-x\n+y\n\n');
    expect(files[0].hunks.flatMap(shown)).toEqual([' ', '-x', '+y', ' ']);
    expect(problems).toEqual([]);
  });
});

describe('kinds of file diffs', () => {
  const head = 'diff --git a/f.c b/f.c\n';
  const parse = (text: string) => {
    const { files, problems } = parseDiff(text);
    const [f] = files;
    return [f.status, f.oldPath, f.newPath, f.hunks.length, f.truncated, problems.length];
  };

  it.each([
    ['mode only', `${head}old mode 100644\nnew mode 100755\n`, ['modified', 'f.c', 'f.c', 0]],
    [
      'empty new file',
      `${head}new file mode 100644\nindex 0000000..e69de29\n`,
      ['added', null, 'f.c', 0],
    ],
    [
      'new file',
      `${head}new file mode 100644\nindex 0000000..1234567\n--- /dev/null\n+++ b/f.c\n@@ -0,0 +1 @@\n+x\n`,
      ['added', null, 'f.c', 1],
    ],
    [
      'deleted file',
      `${head}deleted file mode 100644\nindex 1234567..0000000\n--- a/f.c\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n`,
      ['deleted', 'f.c', null, 1],
    ],
    [
      'binary',
      `${head}index 1234567..7654321 100644\nBinary files a/f.c and b/f.c differ\n`,
      ['binary', 'f.c', 'f.c', 0],
    ],
    [
      'git binary patch',
      `${head}index 1234567..7654321 100644\nGIT binary patch\nliteral 3\nKcmZQz00IC2\n\nliteral 0\nHcmV?d00001\n\n`,
      ['binary', 'f.c', 'f.c', 0],
    ],
    [
      'rename with " b/" in the name',
      'diff --git a/x b/y.c b/x b/z.c\nsimilarity index 100%\nrename from x b/y.c\nrename to x b/z.c\n',
      ['renamed', 'x b/y.c', 'x b/z.c', 0],
    ],
    [
      'copy',
      'diff --git a/f.c b/g.c\nsimilarity index 100%\ncopy from f.c\ncopy to g.c\n',
      ['copied', 'f.c', 'g.c', 0],
    ],
    [
      'C-quoted path',
      'diff --git "a/t\\303\\244\\t.c" "b/t\\303\\244\\t.c"\nold mode 100644\nnew mode 100755\n',
      ['modified', 'tä\t.c', 'tä\t.c', 0],
    ],
    [
      'C-quoted path with hunks',
      'diff --git "a/q\\"\\\\.c" "b/q\\"\\\\.c"\nindex 1234567..7654321 100644\n--- "a/q\\"\\\\.c"\n+++ "b/q\\"\\\\.c"\n@@ -1 +1 @@\n-x\n+y\n',
      ['modified', 'q"\\.c', 'q"\\.c', 1],
    ],
    [
      'path with a blank and a tab behind it',
      'diff --git a/a b.c b/a b.c\nindex 1234567..7654321 100644\n--- a/a b.c\t\n+++ b/a b.c\t\n@@ -1 +1 @@\n-x\n+y\n',
      ['modified', 'a b.c', 'a b.c', 1],
    ],
    [
      '--no-prefix',
      'diff --git kernel/f.c kernel/f.c\nindex 1234567..7654321 100644\n--- kernel/f.c\n+++ kernel/f.c\n@@ -1 +1 @@\n-x\n+y\n',
      ['modified', 'kernel/f.c', 'kernel/f.c', 1],
    ],
    [
      '--no-prefix of a new file in a folder b',
      'diff --git b/f.c b/f.c\nnew file mode 100644\nindex 0000000..1234567\n--- /dev/null\n+++ b/f.c\n@@ -0,0 +1 @@\n+x\n',
      ['added', null, 'b/f.c', 1],
    ],
    [
      'mnemonic prefixes',
      'diff --git i/f.c w/f.c\nindex 1234567..7654321 100644\n--- i/f.c\n+++ w/f.c\n@@ -1 +1 @@\n-x\n+y\n',
      ['modified', 'f.c', 'f.c', 1],
    ],
    [
      'folders of a plain diff with times',
      '--- linux.orig/mm/f.c\t2024-01-01 10:00:00.0 +0100\n+++ linux/mm/f.c\t2024-01-01 10:00:01.0 +0100\n@@ -1 +1 @@\n-x\n+y\n',
      ['modified', 'mm/f.c', 'mm/f.c', 1],
    ],
  ])('%s', (_, text, expected) => {
    expect(parse(text)).toEqual([...expected, false, 0]);
  });

  it('blobs come from the index line, zeros as null', () => {
    const text = `${head}new file mode 100644\nindex 0000000..1234567\n--- /dev/null\n+++ b/f.c\n@@ -0,0 +1 @@\n+x\n`;
    expect([parseDiff(text).files[0].oldBlob, parseDiff(text).files[0].newBlob]).toEqual([
      null,
      '1234567',
    ]);
  });

  it('a combined diff is a problem, and the file behind it is read', () => {
    const combined =
      'diff --cc f.c\nindex 1,2..3\n--- a/f.c\n+++ b/f.c\n@@@ -1,1 -1,1 +1,2 @@@\n  x\n++y\n';
    const { files, problems } = parseDiff(combined + diff('lib/a.c'));
    expect(numstat(files)).toEqual(['lib/a.c:1:1']);
    expect(problems).toEqual([
      { level: 'error', inputLine: 1, message: 'combined diff of f.c is not read' },
    ]);
  });

  it.each(['../../etc/x', '/etc/x', 'lib/../../x'])(
    'a path that leaves the tree is refused: %s',
    (path) => {
      const { files, problems } = parseDiff(`--- a/${path}\n+++ b/${path}\n@@ -1 +1 @@\n-x\n+y\n`);
      expect(files).toEqual([]);
      expect(problems[0].message).toContain('leaves the tree');
    },
  );

  it('hunk headers that no file can have are malformed', () => {
    for (const head of ['-1,99999999999 +1 @@', '-1,0 +1,0 @@', '-0,3 +1,3 @@', '-1 1 @@']) {
      const { files, problems } = parseDiff(
        `--- a/f\n+++ b/f\n@@ -1 +1 @@\n-x\n+y\n@@ ${head}\n-x\n+y\n`,
      );
      expect(files[0].hunks).toHaveLength(1);
      expect(problems.map((p) => p.message)).toEqual(['hunk 2 of f has a malformed header']);
    }
  });

  it('a file header without hunks is a problem', () => {
    const { files, problems } = parseDiff(
      `${head}index 1234567..7654321 100644\n--- a/f.c\n+++ b/f.c\n`,
    );
    expect(files[0].truncated).toBe(true);
    expect(problems.map((p) => p.message)).toEqual(['the diff of f.c has no hunks']);
  });
});

describe('bare diffs', () => {
  it('git show gives subject and message', async () => {
    const text = `commit ${'1'.repeat(40)}\nAuthor: A <a@x>\nDate:   now\n\n    lib: do it\n\n    Because.\n\n${diff('lib/a.c')}`;
    const patch = await one(text);
    expect([patch.kind, patch.subject, patch.message]).toEqual(['patch', 'lib: do it', 'Because.']);
  });

  it('a diff with the names of quilt is read', async () => {
    const { patches } = await read(
      `Index: a/lib/a.c\n${'='.repeat(67)}\n--- a/lib/a.c\n+++ b/lib/a.c\n@@ -1 +1 @@\n-x\n+y\n`,
    );
    expect([patches[0].message, ...numstat(patches[0].files)]).toEqual(['', 'lib/a.c:1:1']);
  });
});
