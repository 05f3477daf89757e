import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { folderReader } from '../../src/source/index.js';

let top: string;
let tree: string;

beforeAll(() => {
  top = mkdtempSync(join(tmpdir(), 'forklore-tree-'));
  tree = join(top, 'tree');
  mkdirSync(join(tree, 'kernel'), { recursive: true });
  mkdirSync(join(tree, '.git'));
  writeFileSync(join(top, 'secret'), 'outside');
  writeFileSync(join(top, 'tree2'), 'a neighbour with the same start of name');
  writeFileSync(join(tree, '.git/config'), 'not for patches');
  writeFileSync(join(tree, 'kernel/fork.c'), 'int x;\n');
  symlinkSync('../../secret', join(tree, 'kernel/out.c'));
  symlinkSync('../../tree2', join(tree, 'kernel/near.c'));
  symlinkSync('..', join(tree, 'up'));
  symlinkSync('fork.c', join(tree, 'kernel/same.c'));
  symlinkSync('.git', join(tree, 'git'));
});
afterAll(() => rmSync(top, { recursive: true }));

it('reads files of the folder, also through a link that stays in it', async () => {
  const reader = folderReader(tree);
  expect(await reader.read('kernel/fork.c')).toBe('int x;\n');
  expect(await reader.read('kernel/same.c')).toBe('int x;\n');
  expect(reader.label).toBe('--tree');
});

it.each([
  '../secret',
  'kernel/../../secret',
  '/etc/passwd',
  'kernel/out.c',
  'kernel/near.c',
  'up/secret',
  '.git/config',
  '.GIT/config',
  'git/config',
  'kernel',
  'kernel/none.c',
  'kernel/fork.c/x',
  'kernel//fork.c',
  '',
  'kernel/fork.c\0',
])('does not hold %j', async (path) => {
  expect(await folderReader(tree).read(path)).toBeNull();
});

it('refuses a folder that is none, with one line', () => {
  expect(() => folderReader(join(top, 'none'))).toThrow(/^--tree .*none: not a folder$/);
  expect(() => folderReader(join(top, 'secret'))).toThrow(/not a folder/);
});
