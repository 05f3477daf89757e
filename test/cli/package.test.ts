import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../support.js';

const MAIL = join(ROOT, 'fixtures/mails/lock-copy.mbox');
const TREE = join(ROOT, 'fixtures/mini-6.12');

let folder: string;
/** What a user gets: the tarball, unpacked, with its dependencies beside it. */
let installed: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'forklore-package-'));
  const pack = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder];
  const [{ filename }] = JSON.parse(execFileSync('npm', pack, { cwd: ROOT, encoding: 'utf8' }));
  execFileSync('tar', ['-xf', join(folder, filename), '-C', folder]);
  installed = join(folder, 'package');
  symlinkSync(join(ROOT, 'node_modules'), join(installed, 'node_modules'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function review(root: string, node: string[] = []) {
  const args = [...node, join(root, 'dist/cli/main.js'), 'review', MAIL, '--tree', TREE];
  const r = spawnSync(process.execPath, [...args, '--format', 'json', '--traces', folder], {
    encoding: 'utf8',
  });
  expect(r.stderr).toBe('');
  const { seconds, ...report } = JSON.parse(r.stdout);
  expect(seconds).toBeGreaterThan(0);
  return { status: r.status, report };
}

const cacheOf = (root: string): string[] =>
  readdirSync(join(root, 'dist/cli')).filter((n) => n.endsWith('.cache'));

describe('the packed product', () => {
  it('reviews with the rules, skeletons and grammar that it carries', () => {
    const { status, report } = review(installed);
    expect(status).toBe(1);
    expect(report.patches[0].status).toBe('reviewed');
    const changes = report.patches[0].findings.map((f: { change: string }) => f.change);
    expect(changes.filter((c: string) => c === 'introduced')).toHaveLength(1);
  });

  it('says the same without compiled code of this node, and where that code is refused', () => {
    const other = join(folder, 'other');
    cpSync(installed, other, { recursive: true, verbatimSymlinks: true });
    expect(cacheOf(other)).toHaveLength(1);
    const usual = review(installed);
    // V8 refuses code that was made with other options
    expect(review(other, ['--no-opt'])).toEqual(usual);
    for (const file of cacheOf(other)) rmSync(join(other, 'dist/cli', file));
    expect(review(other)).toEqual(usual);
  });

  it('explores on worker threads', () => {
    const args = [join(installed, 'dist/cli/main.js'), 'review', MAIL, '--tree', TREE];
    const r = spawnSync(process.execPath, [...args, '--jobs', '2', '--traces', folder], {
      encoding: 'utf8',
    });
    expect(r.stderr).toBe('');
    expect(r.status).toBe(1);
  });

  it('names what it contains of others', () => {
    const names = execFileSync('grep', ['-c', '^web-tree-sitter ', 'THIRD-PARTY.txt'], {
      cwd: join(installed, 'dist'),
      encoding: 'utf8',
    });
    expect(names.trim()).toBe('1');
  });
});
