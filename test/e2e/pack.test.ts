import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { VERSION } from '../../src/base/version.js';
import { ROOT, tempFolder } from '../support.js';

const npm = (cwd: string, program: 'npm' | 'npx', ...args: string[]) =>
  spawnSync(program, args, { cwd, encoding: 'utf8', input: '', env: { ...process.env, CI: '' } });

const NO_NETWORK = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH/;

interface Packed {
  files: { path: string; mode: number }[];
  filename: string;
}

/** The package as `npm pack` makes it from what is built. */
function pack(into: string): Packed {
  const r = npm(ROOT, 'npm', 'pack', '--ignore-scripts', '--json', '--pack-destination', into);
  expect(r.status, r.stderr).toBe(0);
  const told = JSON.parse(r.stdout) as Packed[] | Record<string, Packed>;
  return Object.values(told)[0];
}

describe('the package', () => {
  it('holds what runs and what is read, and nothing else', () => {
    const { files, filename } = pack(tempFolder());
    expect(filename).toBe(`forklore-${VERSION}.tgz`);
    const paths = files.map((f) => f.path);
    for (const path of [
      'dist/cli/main.js',
      'docs/forklore.1',
      'docs/mail.md',
      'README.md',
      'LICENSE',
    ])
      expect(paths).toContain(path);
    expect(paths.some((p) => /^rules\/[^/]+\/rule\.yaml$/.test(p))).toBe(true);
    expect(paths.filter((p) => /^(?:test|fixtures|\.)|\.tsx?$|node_modules/.test(p))).toEqual([]);
    expect(files.find((f) => f.path === 'dist/cli/main.js')!.mode & 0o111).not.toBe(0);
  });

  it('works by npx from the tarball in an empty folder', (t) => {
    const folder = tempFolder();
    const { filename } = pack(folder);
    const mail = join(folder, 't.mbox');
    copyFileSync(join(ROOT, 'fixtures', 'mails', 'lock-copy.mbox'), mail);
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    copyFileSync(join(folder, filename), join(empty, filename));
    const run = (...args: string[]) =>
      npm(empty, 'npx', '--yes', `--package=./${filename}`, 'forklore', ...args);

    const version = run('--version');
    if (NO_NETWORK.test(version.stderr) && !process.env.CI) {
      console.warn('skipped: npm can not reach its registry');
      return t.skip();
    }
    expect(version.stdout.trim(), version.stderr).toBe(VERSION);

    const review = run('review', mail, '--traces', 'traces');
    expect(review.status, review.stderr).toBe(1);
    expect(review.stdout).toMatch(/^VIOLATED +fork-lock-target/m);
    const traces = readdirSync(join(empty, 'traces'));
    expect(traces.length).toBeGreaterThan(0);
    const again = run('replay', join('traces', traces[0]));
    expect(again.stdout, again.stderr).not.toBe('');
    expect(run('completion', 'bash').stdout).toContain('complete -o default');
    expect(JSON.parse(run('review', mail, '--format', 'sarif').stdout)).toHaveProperty('runs');
  }, 300_000);

  it('needs a node that it names', () => {
    const { engines } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      engines: { node: string };
    };
    expect(engines.node).toBe('>=20.19');
    expect(readFileSync(join(ROOT, 'README.md'), 'utf8')).toContain('Node 20.19 or newer');
  });
});
