import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Review } from '../../src/judge/types.js';
import { edit } from '../review/mini.js';
import { commitEdits, FORK, unlocked, zero } from '../review/series-support.js';
import { Repo } from '../source/repo.js';
import { ROOT, tempFolder } from '../support.js';

interface Result {
  code: number | null;
  out: string;
  err: string;
}

/** The built command line, with a folder to run in and something on standard input. */
function review(args: string[], o: { cwd?: string; input?: string } = {}): Result {
  const r = spawnSync(
    process.execPath,
    [join(ROOT, 'dist/cli/main.js'), 'review', '--traces', traces, ...args],
    { encoding: 'utf8', ...o },
  );
  return { code: r.status, out: r.stdout, err: r.stderr };
}

/** Patches of a review without what differs from run to run. */
function patches(r: Result): Review['patches'] {
  expect(r.err).toBe('');
  return (JSON.parse(r.out) as Review).patches;
}

let traces: string;
let repo: Repo;
let start: string;
let mbox: string;
const JSON_OUT = ['--format', 'json'];

beforeAll(() => {
  traces = tempFolder();
  repo = Repo.mini();
  start = commitEdits(repo, [
    ['fork: count from nothing', zero],
    ['fork: take no lock', unlocked],
  ]);
  mbox = repo.mbox(start);
});
afterAll(() => repo.remove());

describe('forklore review on a git tree', () => {
  it('of a range is the review of its mails', () => {
    const file = join(tempFolder(), 'range.mbox');
    writeFileSync(file, mbox);
    const byMail = review([...JSON_OUT, file, '--tree', repo.dir, '--base', start]);
    const byRange = review([...JSON_OUT, '--git', `${start}..HEAD`], {
      cwd: join(repo.dir, 'kernel'),
    });
    expect(byRange.code).toBe(1);
    expect(byMail.code).toBe(1);
    const [a, b] = [patches(byRange), patches(byMail)];
    expect(a).toEqual(b);
    expect(a.map((p) => p.files[0].base)).toEqual(['exact', 'exact']);
    const introduced = (p: (typeof a)[0]) => p.findings.filter((f) => f.change === 'introduced');
    expect(a.map((p) => introduced(p).length)).toEqual([0, 1]);
  });

  it('of a bare repository, with what --base names', () => {
    const bare = repo.clone('--bare');
    const r = review([...JSON_OUT, '-', '--tree', bare.dir, '--base', start], { input: mbox });
    expect(patches(r).map((p) => p.files[0].base)).toEqual(['exact', 'exact']);
  });

  it.each([
    [['--base', '-x'], /^forklore: --base "-x": not a revision\n$/],
    [['--base', 'v9.9'], /^forklore: --base v9\.9: no such commit in .*\n$/],
    [['--git=--output=x'], /^forklore: --git "--output=x": not a revision\n$/],
    [['--git', 'HEAD..nope'], /^forklore: --git HEAD\.\.nope: no commit nope in .*\n$/],
  ])('refuses %j with one line', (args, message) => {
    const r = review(['-', '--tree', repo.dir, ...args], { input: mbox });
    expect(r).toMatchObject({ code: 2, out: '' });
    expect(r.err).toMatch(message);
  });

  it('wants a tree for --base, a repository for --git, and something to review', () => {
    const cwd = tempFolder();
    expect(review(['-', '--base', 'HEAD'], { cwd, input: mbox }).err).toMatch(/of which tree\?/);
    expect(review(['--git', 'HEAD'], { cwd }).err).toMatch(/not in a git repository/);
    expect(review([], { cwd })).toMatchObject({
      code: 2,
      err: 'forklore: nothing to review: name files, "-" or --git RANGE\n',
    });
  });
});

describe('forklore review of', () => {
  const mails = () => mbox.split(/^(?=From [0-9a-f]{40} )/m);
  const bases = (r: Result) => patches(r).map((p) => `${p.subject} ${p.files[0].base}`);
  const tree = join(ROOT, 'fixtures/mini-6.12');
  const expected = [
    '[PATCH 1/2] fork: count from nothing exact',
    '[PATCH 2/2] fork: take no lock exact',
  ];

  it('several files, whose patches are one series', () => {
    const dir = tempFolder();
    const names = ['b.patch', 'a.patch'].map((name) => join(dir, name));
    for (const [i, mail] of mails().entries()) writeFileSync(names[i], mail);
    expect(bases(review([...JSON_OUT, ...names.toReversed(), '--tree', tree]))).toEqual(expected);
  });

  it('a folder of patches; other files in it are left alone', () => {
    const dir = tempFolder();
    for (const [i, mail] of mails().entries())
      writeFileSync(join(dir, `000${i + 1}-x.patch`), mail);
    writeFileSync(join(dir, 'README'), 'not a patch');
    expect(bases(review([...JSON_OUT, dir, '--tree', tree]))).toEqual(expected);
  });

  it('a Maildir', () => {
    const dir = tempFolder();
    for (const name of ['cur', 'new', 'tmp']) mkdirSync(join(dir, name));
    const [one, two] = mails().map((mail) => mail.replace(/^From .*\n/, ''));
    writeFileSync(join(dir, 'new/1700000002.b.host'), one);
    writeFileSync(join(dir, 'cur/1700000001.a.host:2,S'), two);
    writeFileSync(join(dir, 'tmp/1700000003.c.host'), 'half a mail');
    expect(bases(review([...JSON_OUT, dir, '--tree', tree]))).toEqual(expected);
  });

  it('a folder without patches: one line', () => {
    const r = review([tempFolder()]);
    expect(r.code).toBe(2);
    expect(r.err).toMatch(/holds no \*\.patch, .* and no Maildir\n$/);
  });

  it('two versions: the newer one decides, and says what it mends', () => {
    const other = Repo.mini();
    const from = commitEdits(other, [
      ['fork: count from nothing', zero],
      ['fork: take no lock', (t) => edit(t, 'charged = 0UL;', 'charged = 0;')],
    ]);
    const r = review(['-', '--tree', tree], { input: mbox + other.mbox(from, '-v2') });
    expect(r.code).toBe(0);
    expect(r.out).toMatch(/^since v1: fork-lock-target \([0-9a-f]{4}\) fixed$/m);
    expect(r.out).toMatch(/2 patches, nothing introduced/);
  });

  it('a pull request mail: skipped, with a note', () => {
    const input =
      'From: a@example.org\nSubject: [GIT PULL] mm for 6.13\nMessage-ID: <1@x>\n\nPull.\n';
    const r = review(['-'], { input });
    expect(r.code).toBe(0);
    expect(r.out).toMatch(/^not applicable: \[GIT PULL\] mm for 6\.13 \(a pull request, skipped/);
  });
});

describe('--dump', () => {
  it.each(['intake', 'source', 'program'])(
    '%s prints the data of that stage, and ends',
    (stage) => {
      const r = review(['-', '--tree', repo.dir, '--dump', stage], { input: mbox });
      expect(r).toMatchObject({ code: 0, err: '' });
      const data = JSON.parse(r.out);
      if (stage === 'intake') expect(data.patches[1].files[0].newPath).toBe(FORK);
      if (stage === 'source') expect(data[1].pairs[0].before.base).toBe('exact');
      if (stage === 'program')
        expect(Object.keys(data[1].programs.after.functions)).toContain('dup_mmap');
    },
  );

  it('knows no other stage', () => {
    expect(review(['-', '--dump', 'sim'], { input: mbox }).code).toBe(2);
  });
});
