import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readInput } from '../../src/intake/index.js';
import { loadRules } from '../../src/judge/load.js';
import { dumpStage } from '../../src/review.js';
import { folderReader } from '../../src/source/index.js';
import { Repo } from '../source/repo.js';
import { ROOT, tempFolder } from '../support.js';
import { edit, MINI } from './mini.js';
import { commitEdits, FORK, LOCK, reviewMbox, summary, unlocked, zero } from './series-support.js';

const HEAD = '\t\tif (vma->vm_flags & VM_DONTCOPY) {\n';

describe('a series of three: harmless, breaks the lock, mends it', () => {
  let repo: Repo;
  let start: string;
  let mbox: string;
  const expected = ['holds none', 'violated introduced', 'holds fixed'];
  const withBase = (base: string) => expected.map((e) => `reviewed | ${e} | ${base}`);

  beforeAll(() => {
    repo = Repo.mini();
    start = commitEdits(repo, [
      ['count from nothing', zero],
      ['take no lock', unlocked],
      ['take the lock again', (t) => edit(t, HEAD, `${LOCK}${HEAD}`)],
    ]);
    mbox = repo.mbox(start);
  });

  it('in the repository that has all of it', async () => {
    expect(summary(await reviewMbox(mbox, repo.dir))).toEqual(withBase('exact'));
  });

  it('in a clone that has only the commit below it: each stands on the one before', async () => {
    const clone = repo.clone();
    clone.git('reset', '-q', '--hard', start);
    clone.git('update-ref', '-d', 'refs/remotes/origin/main');
    clone.git('reflog', 'expire', '--expire=now', '--all');
    clone.git('remote', 'remove', 'origin');
    clone.git('gc', '-q', '--prune=now');
    const review = await reviewMbox(mbox, clone.dir);
    expect(summary(review)).toEqual(withBase('exact'));
    expect(review.patches.flatMap((p) => p.notes)).toEqual([]);
  });

  it('in a plain folder', async () => {
    expect(summary(await reviewMbox(mbox, MINI))).toEqual(withBase('exact'));
  });

  it('in a bare repository, on --base', async () => {
    const bare = repo.clone('--bare');
    expect(summary(await reviewMbox(mbox, bare.dir, { base: start }))).toEqual(withBase('exact'));
  });

  it('without a tree', async () => {
    expect(summary(await reviewMbox(mbox, null))).toEqual(withBase('hunks-only'));
  });

  it('without numbers: the index line says which is on top of which', async () => {
    const review = await reviewMbox(repo.mbox(start, '-N'), MINI);
    expect(summary(review)).toEqual(withBase('exact'));
  });

  it('out of order', async () => {
    const mails = mbox.split(/^(?=From [0-9a-f]{40} )/m);
    const review = await reviewMbox([mails[2], mails[0], mails[1]].join(''), MINI);
    expect(summary(review)).toEqual(withBase('exact'));
  });

  it('with the second lost: the third says what lacks', async () => {
    const mails = mbox.split(/^(?=From [0-9a-f]{40} )/m);
    const review = await reviewMbox(mails[0] + mails[2], MINI);
    expect(review.patches[1].files[0].base).not.toBe('exact');
    const said = [...review.patches[1].notes!, review.patches[1].reason].join('\n');
    expect(said).toMatch(/2\/3 of the series is not among the inputs|does not apply/);
  });

  it('with a first that does not apply: those after it say so', async () => {
    const broken = mbox.replace('-\t\tcharged = 0;', '-\t\tcharged = 7;');
    const review = await reviewMbox(broken, MINI);
    const [first, second, third] = review.patches;
    expect(first.notes!.join('\n')).toMatch(/hunk 1 of kernel\/fork\.c does not apply to --tree/);
    expect(first.files[0].base).toBe('hunks-only');
    const lacks = 'kernel/fork.c: 1/3, which comes before, did not apply and lacks here';
    expect(second.notes).toContain(lacks);
    expect(third.notes).toContain(lacks);
    expect(second.files[0].base).toBe('applied');
    expect(second.findings[0]).toMatchObject({ verdict: 'violated', change: 'introduced' });
    expect(third.findings[0]).toMatchObject({ verdict: 'holds', change: 'fixed' });
  });

  it('is dumped stage by stage', async () => {
    const series = await readInput('mails', Buffer.from(mbox));
    const o = { reader: folderReader(MINI), rules: await loadRules() };
    const intake = JSON.parse(await dumpStage('intake', series, o));
    expect(intake.patches.length).toBe(3);
    const source = JSON.parse(await dumpStage('source', series, o));
    expect(source[1].pairs[0].before.lines.map((l: { text: string }) => l.text)).toEqual(
      source[0].pairs[0].after.lines.map((l: { text: string }) => l.text),
    );
    const programs = JSON.parse(await dumpStage('program', series, o));
    const calls = (program: { functions: Record<string, { code: object[] }> }) =>
      JSON.stringify(program.functions.dup_mmap.code).split('vma_start_write').length - 1;
    expect(programs.map((p: { programs: { after: never } }) => calls(p.programs.after))).toEqual([
      1, 0, 1,
    ]);
  });
});

describe('a series over several files', () => {
  it('adds a helper in a header first and calls it then', async () => {
    const repo = Repo.mini();
    const start = repo.git('rev-parse', 'HEAD').trim();
    repo.write(
      'include/linux/mm.h',
      edit(
        repo.git('show', 'HEAD:include/linux/mm.h'),
        '#endif',
        'static inline void keep_faults_out(struct vm_area_struct *area)\n{\n\tvma_start_write(area);\n}\n\n#endif',
      ),
    );
    repo.commit('a helper');
    commitEdits(repo, [['use it', (t) => edit(t, LOCK, '\t\tkeep_faults_out(vma);\n')]]);
    const expected = ['not-applicable | - | exact', 'reviewed | holds none | exact'];
    expect(summary(await reviewMbox(repo.mbox(start), MINI))).toEqual(expected);
    expect(summary(await reviewMbox(repo.mbox(start), null))[1]).toMatch(/holds none/);
  });

  it('moves dup_mmap() to mm/mmap.c, and changes it there', async () => {
    const repo = Repo.mini();
    const start = repo.git('rev-parse', 'HEAD').trim();
    const text = repo.git('show', `HEAD:${FORK}`);
    const from = text.indexOf('static int dup_mmap(');
    const to = text.indexOf('\n}\n', from) + 3;
    const body = text.slice(from, to);
    repo.write(FORK, text.slice(0, from) + text.slice(to));
    repo.write('mm/mmap.c', `#include <linux/mm.h>\n\n${body.replace('static ', '')}`);
    repo.commit('move');
    repo.write('mm/mmap.c', unlocked(repo.git('show', 'HEAD:mm/mmap.c')));
    repo.commit('unlock');
    const mbox = repo.mbox(start);
    const expected = [
      'reviewed | holds none | exact,exact',
      'reviewed | violated introduced | exact',
    ];
    const review = await reviewMbox(mbox, MINI);
    expect(summary(review)).toEqual(expected);
    expect(review.patches[1].findings[0].location.path).toBe('mm/mmap.c');
    // what git shows of the file in which it replaces others is no text of a function
    const [moved] = (await reviewMbox(mbox, null)).patches;
    expect(moved.status).toBe('inconclusive');
    expect(moved.reason).toBe('dup_mmap() is not there after the patch: not analysed');
  });

  it('runs the small inlines of the tree, not those of the skeleton', async () => {
    const tree = tempFolder();
    cpSync(MINI, tree, { recursive: true });
    const repo = new Repo(tree);
    repo.git('init', '-q');
    const start = repo.commit('tree');
    const header = repo.git('show', 'HEAD:include/linux/mm.h');
    const next = /static inline struct vm_area_struct \*vma_next\([^)]*\)\n\{\n([\s\S]*?)\n\}/.exec(
      header,
    )!;
    repo.write('include/linux/mm.h', edit(header, next[1], '\treturn NULL;'));
    repo.commit('the loop never runs');
    const review = await reviewMbox(repo.mbox(start), MINI);
    expect(review.patches[0].findings[0].verdict).not.toBe('holds');
  });

  it('skips a pull request, and says so', async () => {
    const mail =
      'From: Ada <ada@example.org>\nSubject: [GIT PULL] mm updates\nMessage-ID: <a@b>\n\nPlease pull.\n';
    const [p] = (await reviewMbox(mail, null)).patches;
    expect(p).toMatchObject({
      status: 'not-applicable',
      reason: expect.stringMatching(/pull request, skipped/),
    });
  });

  it('has no index line and no numbers: a mail of the fixtures', async () => {
    const { readFileSync } = await import('node:fs');
    const mbox = readFileSync(join(ROOT, 'fixtures/mails/lock-copy.mbox'), 'utf8');
    const plain = mbox.replace(/^index .*\n/m, '');
    expect(summary(await reviewMbox(plain, MINI))).toEqual([
      'reviewed | violated introduced | exact',
    ]);
    const other = mbox.replace('7a5da65c567a', '123456789abc');
    const review = await reviewMbox(other, MINI);
    expect(summary(review)).toEqual(['reviewed | violated introduced | applied']);
    expect(review.patches[0].notes!.join()).toMatch(/not the version that the patch was made on/);
  });
});
