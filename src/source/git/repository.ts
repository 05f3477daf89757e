import { statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { ForkloreError } from '../../base/errors.js';

/** Where a repository keeps its data, and its working copy (null for a bare one). Absolute paths. */
export interface Repository {
  gitDir: string;
  work: string | null;
}

const stats = (path: string) => statSync(path, { throwIfNoEntry: false });

/**
 * The repository whose top is `dir`, bare or not; null for any other folder. Folders above are not looked at: a plain
 * tree that lies inside a repository of something else is not part of that.
 */
export function repositoryAt(dir: string): Repository | null {
  const work = resolve(dir);
  const dot = join(work, '.git');
  // A file there names the place: a worktree or a submodule. git follows it.
  if (stats(dot)?.isFile() || isGitDir(dot)) return { gitDir: dot, work };
  return isGitDir(work) ? { gitDir: work, work: null } : null;
}

function isGitDir(dir: string): boolean {
  return (
    stats(join(dir, 'HEAD'))?.isFile() === true &&
    stats(join(dir, 'objects'))?.isDirectory() === true &&
    stats(join(dir, 'refs'))?.isDirectory() === true
  );
}

/** The folder at or above `dir` that is a repository's top, null when there is none. */
export function repositoryAbove(dir: string): string | null {
  for (let at = resolve(dir); ; at = dirname(at)) {
    if (repositoryAt(at)) return at;
    if (dirname(at) === at) return null;
  }
}

/** A revision that git can not take for an option or for several lines. Throws a `usage` error else. */
export function plainRevision(rev: string, option: string): string {
  if (rev === '' || rev.startsWith('-') || /[\0\r\n]/.test(rev)) {
    throw new ForkloreError('usage', `${option} ${JSON.stringify(rev)}: not a revision`);
  }
  return rev;
}
