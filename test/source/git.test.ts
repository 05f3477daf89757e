import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { matchesBlob } from '../../src/source/blob.js';
import { repositoryAbove, repositoryAt } from '../../src/source/git/repository.js';
import { type ContentReader, openTree, rangePatches } from '../../src/source/index.js';
import { ROOT, tempFolder } from '../support.js';
import { Repo } from './repo.js';

const opened: ContentReader[] = [];
async function open(dir: string, base?: string): Promise<ContentReader> {
  const tree = await openTree(dir, base);
  opened.push(tree);
  return tree;
}
afterEach(() => {
  for (const tree of opened.splice(0)) tree.close?.();
});

const FORK = readFileSync(join(ROOT, 'fixtures/mini-6.12/kernel/fork.c'), 'utf8');

describe('a git tree', () => {
  it('reads the working copy, blobs by id and files at a commit', async () => {
    const repo = Repo.mini();
    const id = repo.git('rev-parse', 'HEAD:kernel/fork.c').trim();
    const first = repo.git('rev-parse', 'HEAD').trim();
    repo.write('kernel/fork.c', `${FORK}/* committed */\n`);
    repo.commit('second');
    repo.write('kernel/fork.c', `${FORK}/* not committed */\n`);
    const tree = await open(repo.dir);
    expect(await tree.read('kernel/fork.c')).toMatch(/not committed/);
    expect(await tree.blob!(id)).toEqual({ text: FORK });
    expect(await tree.blob!(id.slice(0, 8))).toEqual({ text: FORK });
    expect(matchesBlob(FORK, id)).toBe(true);
    const at = await tree.at!(first);
    expect(await at!.read('kernel/fork.c')).toBe(FORK);
    expect(at!.label).toBe(`--tree at ${first.slice(0, 12)}`);
    expect(await (await tree.at!('HEAD'))!.read('kernel/fork.c')).toMatch(/\/\* committed/);
    expect(await at!.read('kernel/none.c')).toBeNull();
    expect(await at!.read('kernel')).toBeNull();
    expect(await tree.at!('0123456789ab')).toBeNull();
    expect(await (await open(repo.dir, 'HEAD~1')).read('kernel/fork.c')).toBe(FORK);
  });

  it('may be bare: HEAD is read then', async () => {
    const bare = Repo.mini().clone('--bare');
    const tree = await open(bare.dir);
    expect(await tree.read('kernel/fork.c')).toBe(FORK);
    expect(await tree.read('include/linux/mm.h')).toMatch(/vma_next/);
    expect(await tree.read('config')).toBeNull();
  });

  it('may be shallow: what was cut off is not there, what is there is', async () => {
    const repo = Repo.mini();
    const first = repo.git('rev-parse', 'HEAD').trim();
    const old = repo.git('rev-parse', 'HEAD:kernel/fork.c').trim();
    repo.write('kernel/fork.c', `${FORK}int more;\n`);
    repo.commit('second');
    const tree = await open(repo.clone('--depth=1').dir);
    expect(await tree.read('kernel/fork.c')).toBe(`${FORK}int more;\n`);
    expect(await tree.at!(first)).toBeNull();
    expect(await tree.blob!(old)).toEqual({ text: null, why: 'missing' });
  });

  it('may be a partial clone: nothing is fetched', async () => {
    const repo = Repo.mini();
    repo.git('config', 'uploadpack.allowFilter', 'true');
    const old = repo.git('rev-parse', 'HEAD:kernel/fork.c').trim();
    repo.write('kernel/fork.c', `${FORK}int more;\n`);
    repo.commit('second');
    const clone = repo.clone('--filter=blob:none');
    const tree = await open(clone.dir);
    expect(await tree.blob!(old)).toEqual({ text: null, why: 'missing' });
    expect(await (await tree.at!('HEAD~1'))!.read('kernel/fork.c')).toBeNull();
    expect(await (await tree.at!('HEAD'))!.read('kernel/fork.c')).toBe(`${FORK}int more;\n`);
    expect(await tree.blob!(old)).toEqual({ text: null, why: 'missing' });
  });

  it('may use SHA-256', async () => {
    const repo = new Repo();
    repo.git('init', '-q', '--object-format=sha256');
    repo.write('kernel/fork.c', FORK);
    repo.commit('first');
    const id = repo.git('rev-parse', 'HEAD:kernel/fork.c').trim();
    expect(id.length).toBe(64);
    const tree = await open(repo.dir);
    expect(await tree.blob!(id.slice(0, 12))).toEqual({ text: FORK });
    expect(matchesBlob(FORK, id)).toBe(true);
    expect(await (await tree.at!('HEAD'))!.read('kernel/fork.c')).toBe(FORK);
  });

  it('may be a worktree of another', async () => {
    const repo = Repo.mini();
    const dir = join(tempFolder(), 'side');
    repo.git('worktree', 'add', '-q', dir, 'HEAD');
    const tree = await open(dir);
    expect(await (await tree.at!('HEAD'))!.read('kernel/fork.c')).toBe(FORK);
  });

  it('says so when an abbreviated id is ambiguous', async () => {
    const repo = Repo.mini();
    const seen = new Map<string, string>();
    for (let n = 0; ; n++) {
      const text = `collision ${n}\n`;
      const id = createHash('sha1').update(`blob ${text.length}\0${text}`).digest('hex');
      const other = seen.get(id.slice(0, 4));
      if (other !== undefined) {
        repo.write('a', other);
        repo.write('b', text);
        repo.commit('two alike');
        const tree = await open(repo.dir);
        expect(await tree.blob!(id.slice(0, 4))).toEqual({ text: null, why: 'ambiguous' });
        expect(await tree.blob!(id)).toEqual({ text });
        return;
      }
      seen.set(id.slice(0, 4), text);
    }
  });

  it('a commit of the same first digits does not make a blob ambiguous, and is none', async () => {
    const repo = Repo.mini();
    const commit = repo.git('rev-parse', 'HEAD').trim();
    expect(await (await open(repo.dir)).blob!(commit)).toEqual({ text: null, why: 'missing' });
  });

  it('answers many questions in order, from one process', async () => {
    const repo = Repo.mini();
    const texts = Array.from({ length: 60 }, (_, n) => `${'x'.repeat(n * 3001)}\n${n}`);
    for (const [n, text] of texts.entries()) repo.write(`f${n}.c`, text);
    repo.commit('many');
    const at = (await (await open(repo.dir)).at!('HEAD'))!;
    const asked = [...texts.keys()].flatMap((n) => [`f${n}.c`, `none${n}.c`]);
    const got = await Promise.all(asked.map((path) => at.read(path)));
    expect(got).toEqual(texts.flatMap((text) => [text, null]));
  });

  it('goes on after it was closed', async () => {
    const tree = await open(Repo.mini().dir);
    expect(await tree.at!('HEAD')).not.toBeNull();
    tree.close!();
    expect(await (await tree.at!('HEAD'))!.read('kernel/fork.c')).toBe(FORK);
  });
});

describe('what may not be', () => {
  it.each(['-x', '--output=/tmp/x', '', 'a\nb'])('the revision %j', async (rev) => {
    const repo = Repo.mini();
    await expect(openTree(repo.dir, rev)).rejects.toThrow(/^--base ".*": not a revision$/);
  });

  it('a revision that is not there, or in a plain folder', async () => {
    const repo = Repo.mini();
    await expect(openTree(repo.dir, 'v9')).rejects.toThrow(/^--base v9: no such commit in/);
    const plain = tempFolder();
    await expect(openTree(plain, 'HEAD')).rejects.toThrow(/is not a git repository$/);
    await expect(openTree(join(plain, 'none'))).rejects.toThrow(/no such folder$/);
  });

  it.each(['../x', '.git/config', '/etc/passwd', 'a/../../x', 'kernel/./fork.c', '.GIT/HEAD'])(
    'the path %s, in the working copy or at a commit',
    async (path) => {
      const repo = Repo.mini();
      const tree = await open(repo.dir);
      expect(await tree.read(path)).toBeNull();
      expect(await (await tree.at!('HEAD'))!.read(path)).toBeNull();
    },
  );

  it('a link out of the tree; one inside is followed', async () => {
    const repo = Repo.mini();
    const outside = join(tempFolder(), 'secret.c');
    writeFileSync(outside, 'secret');
    symlinkSync(outside, join(repo.dir, 'kernel/out.c'));
    symlinkSync('../../../../../../../../../etc/hostname', join(repo.dir, 'kernel/up.c'));
    symlinkSync('fork.c', join(repo.dir, 'kernel/same.c'));
    symlinkSync('loop.c', join(repo.dir, 'kernel/loop.c'));
    symlinkSync('nothing.c', join(repo.dir, 'kernel/dangling.c'));
    repo.commit('links');
    const tree = await open(repo.dir);
    for (const reader of [tree, (await tree.at!('HEAD'))!]) {
      for (const name of ['out', 'up', 'loop', 'dangling'])
        expect(await reader.read(`kernel/${name}.c`), name).toBeNull();
      expect(await reader.read('kernel/same.c')).toBe(FORK);
    }
  });

  it('a program that the repository wants to be run', async () => {
    const repo = Repo.mini();
    const mark = join(tempFolder(), 'ran');
    const script = join(tempFolder(), 'run.sh');
    writeFileSync(script, `#!/bin/sh\ntouch ${mark}\ncat\n`);
    chmodSync(script, 0o755);
    repo.write('.gitattributes', '*.c diff=c filter=c\n');
    repo.write('kernel/fork.c', `${FORK}int more;\n`);
    repo.commit('more');
    for (const key of ['core.fsmonitor', 'core.pager', 'diff.external', 'core.sshCommand'])
      repo.git('config', key, script);
    for (const key of ['diff.c.textconv', 'diff.c.command', 'filter.c.smudge', 'filter.c.clean'])
      repo.git('config', key, script);
    repo.git('config', 'log.showSignature', 'true');
    repo.git('config', 'gpg.program', script);
    const tree = await open(repo.dir);
    expect(await (await tree.at!('HEAD'))!.read('kernel/fork.c')).toBe(`${FORK}int more;\n`);
    const { mbox } = await rangePatches(repo.dir, 'HEAD~1..HEAD');
    expect(mbox.toString()).toContain('+int more;');
    expect(existsSync(mark)).toBe(false);
  });

  it('a repository that git can not read: one line', async () => {
    const repo = Repo.mini();
    repo.write('.git/config', '[core\n');
    const tree = await open(repo.dir);
    await expect(tree.at!('HEAD')).rejects.toThrow(/^--tree: git can not read it \(bad config/);
  });
});

describe('a machine without git', () => {
  it('is told what is missing', async () => {
    const repo = Repo.mini();
    const path = process.env.PATH;
    process.env.PATH = tempFolder();
    try {
      await expect(openTree(repo.dir, 'HEAD')).rejects.toThrow(/^--tree: git is not installed$/);
      await expect(rangePatches(repo.dir, 'HEAD')).rejects.toThrow(/git can not be started/);
    } finally {
      process.env.PATH = path;
    }
  });
});

describe('a range', () => {
  it('gives each commit with its parent, in one form whatever is configured', async () => {
    const repo = Repo.mini();
    const base = repo.git('rev-parse', 'HEAD').trim();
    repo.write('kernel/fork.c', `${FORK}int a;\n`);
    const one = repo.commit('one');
    repo.write('kernel/fork.c', `${FORK}int a;\nint b;\n`);
    const two = repo.commit('two');
    const plain = await rangePatches(repo.dir, `${base}..`);
    expect(plain.parents).toEqual(
      new Map([
        [two, one],
        [one, base],
      ]),
    );
    const config = {
      'diff.noprefix': 'true',
      'diff.mnemonicPrefix': 'true',
      'diff.context': '0',
      'diff.algorithm': 'patience',
      'format.attach': 'x',
      'format.coverLetter': 'true',
      'format.subjectPrefix': 'RFC',
      'format.signature': 'me',
      'format.thread': 'deep',
      'format.useAutoBase': 'true',
      'format.numbered': 'false',
      'format.headers': 'X-A: b',
      'format.notes': 'true',
      'color.ui': 'always',
      'core.abbrev': '5',
    };
    for (const [key, value] of Object.entries(config)) repo.git('config', key, value);
    expect((await rangePatches(repo.dir, `${base}..HEAD`)).mbox.toString()).toBe(
      plain.mbox.toString(),
    );
    expect((await rangePatches(repo.dir, base)).mbox.equals(plain.mbox)).toBe(true);
  });

  it.each([
    ['-o/tmp/x', /not a revision/],
    ['HEAD..-x', /not a revision/],
    ['HEAD...HEAD', /not a range of the form A\.\.B/],
    ['HEAD..nothing', /no commit nothing in/],
    ['HEAD..HEAD', /holds no patch/],
    ['', /not a revision/],
  ])('%j is refused', async (range, why) => {
    await expect(rangePatches(Repo.mini().dir, range)).rejects.toThrow(why);
  });

  it('wants a repository', async () => {
    await expect(rangePatches(tempFolder(), 'HEAD')).rejects.toThrow(/is not a git repository/);
  });
});

describe('where a repository is', () => {
  it('is the folder itself, never one above', () => {
    const repo = Repo.mini();
    expect(repositoryAt(repo.dir)).toEqual({ gitDir: join(repo.dir, '.git'), work: repo.dir });
    expect(repositoryAt(join(repo.dir, 'kernel'))).toBeNull();
    expect(repositoryAbove(join(repo.dir, 'kernel'))).toBe(repo.dir);
    const odd = tempFolder();
    mkdirSync(join(odd, '.git'));
    expect(repositoryAt(odd)).toBeNull();
  });
});
