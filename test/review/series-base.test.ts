import { describe, expect, it } from 'vitest';
import { Repo } from '../source/repo.js';
import { edit, MINI } from './mini.js';
import { commitEdits, FORK, LOCK, reviewMbox, summary, unlocked, zero } from './series-support.js';

const NOBODY = 'e'.repeat(40);

/** A repository whose working copy has moved on from what the patch was made on, and the patch. */
function movedOn(): { repo: Repo; start: string; mbox: string } {
  const repo = Repo.mini();
  const start = commitEdits(repo, [['take no lock', unlocked]]);
  const mbox = repo.mbox(start);
  repo.git('reset', '-q', '--hard', start);
  commitEdits(repo, [
    ['lock elsewhere', (t) => edit(t, LOCK, '\t\tlock_in_another_way(vma);\n')],
    ['and more above', (t) => `/* more */\n\n${t}`],
  ]);
  return { repo, start, mbox };
}

const without = (mbox: string): string => mbox.replace(/^index .*\n/m, '');
const trailer = (mbox: string, commit: string): string =>
  mbox.replace(/^-- $/m, `base-commit: ${commit}\n-- `);

describe('the version before a patch', () => {
  it('is the blob on the index line, wherever the working copy is', async () => {
    const { repo, mbox } = movedOn();
    const review = await reviewMbox(mbox, repo.dir);
    expect(summary(review)).toEqual(['reviewed | violated introduced | exact']);
  });

  it('is at --base, before the base that the mail names', async () => {
    const { repo, start, mbox } = movedOn();
    const text = trailer(without(mbox), NOBODY);
    const review = await reviewMbox(text, repo.dir, { base: start });
    expect(summary(review)).toEqual(['reviewed | violated introduced | exact']);
    expect(review.patches[0].notes).toEqual([]);
  });

  it("is at the mail's base-commit", async () => {
    const { repo, start, mbox } = movedOn();
    const review = await reviewMbox(trailer(without(mbox), start), repo.dir);
    expect(summary(review)).toEqual(['reviewed | violated introduced | exact']);
    const [finding] = review.patches[0].findings;
    expect(finding.evidence.counterexample!.steps.some((s) => s.path === FORK)).toBe(true);
  });

  it('is the working copy when nothing names another', async () => {
    const repo = Repo.mini();
    const start = commitEdits(repo, [['take no lock', unlocked]]);
    const mbox = without(repo.mbox(start));
    repo.git('reset', '-q', '--hard', start);
    repo.write(FORK, `/* not committed */\n\n${repo.git('show', `HEAD:${FORK}`)}`);
    const review = await reviewMbox(mbox, repo.dir);
    expect(summary(review)).toEqual(['reviewed | violated introduced | applied']);
    expect(review.patches[0].notes).toEqual([
      'hunk 1 of kernel/fork.c applies at an offset of 2 lines',
    ]);
  });

  it('is not there: the mail is reviewed by hunks, and says so', async () => {
    const { repo, mbox } = movedOn();
    const review = await reviewMbox(trailer(without(mbox), NOBODY), repo.dir);
    expect(summary(review)[0]).toMatch(/hunks-only$/);
    expect(review.patches[0].notes!.join('\n')).toMatch(
      /^base-commit eeeeeeeeeeee is not in --tree: reviewed by hunks; fetch it, or name another base with --base$/m,
    );
  });

  it('is not there, but the touched files are: only the rest is of the working copy', async () => {
    const repo = Repo.mini();
    const start = commitEdits(repo, [['take no lock', unlocked]]);
    const review = await reviewMbox(trailer(repo.mbox(start), NOBODY), repo.dir);
    expect(summary(review)).toEqual(['reviewed | violated introduced | exact']);
    expect(review.patches[0].notes!.join('\n')).toMatch(
      /base-commit e+ is not in --tree; the files/,
    );
  });

  it('has a blob that is missing, and does not fit: by hunks, naming the hunk', async () => {
    const { repo, mbox } = movedOn();
    const text = mbox.replace(/^index [0-9a-f]+/m, 'index 0123456789ab');
    const [p] = (await reviewMbox(text, repo.dir)).patches;
    expect(p.files[0].base).toBe('hunks-only');
    expect(p.notes!.join('\n')).toMatch(
      /hunk 1 of kernel\/fork\.c does not apply to --tree \(line/,
    );
  });

  it('has an id that is ambiguous: that is said, and the working copy is tried', async () => {
    const repo = Repo.mini();
    const start = commitEdits(repo, [['take no lock', unlocked]]);
    const mbox = repo.mbox(start);
    const reader = {
      label: '--tree',
      read: async (path: string) =>
        path === FORK ? zero(repo.git('show', `${start}:${path}`)) : null,
      blob: async () => ({ text: null, why: 'ambiguous' as const }),
    };
    const review = await reviewMbox(mbox, null, { reader });
    expect(summary(review)).toEqual(['reviewed | violated introduced | applied']);
    expect(review.patches[0].notes!.join('\n')).toMatch(
      /index id [0-9a-f]+ is ambiguous in --tree/,
    );
  });

  it.each(['../x/kernel/fork.c', '.git/config', '/etc/passwd'])(
    'is never outside of the tree: %s',
    async (path) => {
      const mbox = trailer(Repo.mini().git('rev-parse', 'HEAD'), NOBODY);
      expect(mbox).not.toBe('');
      const diff = `diff --git a/${path} b/${path}\n--- a/${path}\n+++ b/${path}\n@@ -1,1 +1,1 @@\n-int x;\n+int y;\n`;
      const [p] = (await reviewMbox(diff, Repo.mini().dir)).patches;
      expect(p.findings).toEqual([]);
      expect(p.files.every((f) => f.base === 'none' || f.base === 'hunks-only')).toBe(true);
    },
  );
});

describe('a plain folder', () => {
  it('knows no commits: the base-commit of a mail is passed over', async () => {
    const repo = Repo.mini();
    const start = commitEdits(repo, [['take no lock', unlocked]]);
    const review = await reviewMbox(trailer(repo.mbox(start), NOBODY), MINI);
    expect(summary(review)).toEqual(['reviewed | violated introduced | exact']);
  });
});
