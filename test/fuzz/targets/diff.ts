import type { Prng } from '../../../src/base/prng.js';
import { parseDiff } from '../../../src/intake/index.js';
import type { FilePatch } from '../../../src/intake/types.js';
import { gitAccepts } from '../git.js';
import { mutate, once, pick, texts } from '../material.js';
import { type Depth, hold, type Target } from '../target.js';

const WORDS = [
  'diff --git a/x b/x\n',
  'diff --git a/a b.c b/a b.c\n',
  'index 1111111..2222222 100644\n',
  '--- a/kernel/fork.c\n',
  '+++ b/kernel/fork.c\n',
  '--- /dev/null\n',
  '+++ /dev/null\n',
  '@@ -1,2 +1,3 @@\n',
  '@@ -0,0 +1 @@\n',
  '@@@ -1 -1 +1 @@@\n',
  'new file mode 100644\n',
  'deleted file mode 100644\n',
  'rename from a\nrename to b\n',
  'Binary files a/x and b/x differ\n',
  'GIT binary patch\n',
  '\\ No newline at end of file\n',
  '-- \n2.39\n',
  '"a/\\303\\244"',
  '../',
  '/etc/passwd',
  '.git/config',
  '\r\n',
  '\n-',
  '\n+',
  '\n ',
  '\0',
];

const SEEDS = texts('fixtures', '.patch', '.mbox')
  .map((t) => t.slice(Math.max(0, t.search(/^diff --git /m))))
  .filter((t) => t.startsWith('diff '));

/** A well-formed diff of a few files with lines that look like something else. */
export function makeDiff(r: Prng): string {
  const text = () =>
    pick(r, [
      '',
      '\tx = 1;',
      '}',
      ' two',
      '- ',
      '-- a/x',
      '++ b/x',
      '@@ -1 +1 @@',
      'From x',
      '> q',
      'x\r',
    ]);
  let out = '';
  const folder = pick(r, ['d', 'd', 'mm']);
  for (let f = 1 + r.below(3); f > 0; f--) {
    const path = `${folder}/f${f}.c`;
    out += `diff --git a/${path} b/${path}\nindex 1111111..2222222 100644\n--- a/${path}\n+++ b/${path}\n`;
    let line = 1;
    for (let h = 1 + r.below(3); h > 0; h--) {
      const lines = Array.from(
        { length: 1 + r.below(8) },
        () => pick(r, [' ', ' ', '-', '+']) + text(),
      );
      lines.unshift(' \tfirst');
      lines.push(' \tlast');
      const count = (other: string) => lines.filter((l) => l[0] !== other).length;
      out += `@@ -${line},${count('+')} +${line},${count('-')} @@\n${lines.join('\n')}\n`;
      line += 100;
    }
  }
  return out;
}

/** What any result of the splitter must satisfy; with `lines`, that each line stands where it says. */
export function checkFiles(
  files: readonly FilePatch[],
  lines: readonly string[] | null,
  firstLine: number,
): void {
  for (const file of files)
    for (const hunk of file.hunks) {
      const old = hunk.lines.filter((l) => l.kind !== '+').length;
      const now = hunk.lines.filter((l) => l.kind !== '-').length;
      if (!hunk.truncated)
        hold(
          old === hunk.oldCount && now === hunk.newCount,
          'a whole hunk disagrees with its header',
        );
      for (const l of lines ? hunk.lines : []) {
        const source = lines![l.inputLine - firstLine]?.replace(/\r$/, '');
        const shown = (l.kind + l.text).replace(/\r$/, '');
        hold(
          source === shown || (source === '' && shown === ' '),
          `line ${l.inputLine} is not what was read`,
        );
      }
    }
  for (const path of files.flatMap((f) => [f.oldPath, f.newPath]))
    hold(
      path === null || !/^\/|(^|\/)\.\.(\/|$)|(^|\/)\.git(\/|$)/i.test(path),
      `path ${JSON.stringify(path)} leaves the tree`,
    );
}

function run(text: string): Depth {
  const { files, problems } = parseDiff(text, 10);
  checkFiles(files, text.split('\n'), 10);
  if (files.length === 0) return 'refused';
  const lost = problems.some((p) => p.level === 'error') || files.some((f) => f.truncated);
  // two names for one file that is not renamed: which of them git strips how is no question of ours
  const odd = files.some((f) => f.status === 'modified' && f.oldPath !== f.newPath);
  if (!lost && !odd && text.length % 16 === 0) {
    const counted = gitAccepts(text);
    if (counted !== null) {
      const ours = files
        .filter((f) => f.hunks.length > 0)
        .map((f) => {
          const of = (kind: string) =>
            f.hunks.flatMap((h) => h.lines).filter((l) => l.kind === kind).length;
          return `${of('+')} ${of('-')} ${f.newPath ?? f.oldPath}`;
        });
      const theirs = counted.filter((row) => !row.startsWith('0 0 '));
      hold(
        JSON.stringify(ours.filter((row) => !row.startsWith('0 0 '))) === JSON.stringify(theirs),
        `git apply counts ${JSON.stringify(theirs)}, we ${JSON.stringify(ours)}`,
      );
    }
  }
  return 'deep';
}

export const diff: Target<string> = {
  name: 'diff',
  runs: 250_000,
  make: (r) => {
    const base = once(r, 2) ? makeDiff(r) : pick(r, SEEDS);
    return once(r, 10) ? base : mutate(r, base, WORDS, pick(r, SEEDS));
  },
  run,
  bytes: (x) => x,
};
