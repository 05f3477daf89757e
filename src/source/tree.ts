import { statSync } from 'node:fs';
import { ForkloreError } from '../base/errors.js';
import { folderReader } from './folder-reader.js';
import { plainRevision, repositoryAt } from './git/repository.js';
import { gitTree } from './git/tree.js';
import { remembered } from './remember.js';
import type { ContentReader } from './types.js';

/**
 * The tree that `--tree` names: a git repository (bare ones too) or a plain folder, each file read once. `base`: the
 * revision that all patches are for. To be closed after use. Throws a `usage` error for a folder that is none, for a
 * revision that it does not hold, and for one in a plain folder.
 */
export async function openTree(dir: string, base?: string): Promise<ContentReader> {
  if (!statSync(dir, { throwIfNoEntry: false })?.isDirectory()) {
    throw new ForkloreError('usage', `--tree ${dir}: no such folder`);
  }
  const repository = repositoryAt(dir);
  if (base !== undefined) plainRevision(base, '--base');
  if (repository) {
    const tree = gitTree(repository, '--tree');
    if (base === undefined) return tree;
    const found = await tree.at!(base);
    if (found) return found;
    tree.close!();
    throw new ForkloreError('usage', `--base ${base}: no such commit in ${dir}`);
  }
  if (base !== undefined) {
    throw new ForkloreError('usage', `--base ${base}: ${dir} is not a git repository`);
  }
  const folder = folderReader(dir);
  return { ...folder, read: remembered(folder.read) };
}
