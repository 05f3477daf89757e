import { statSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { ForkloreError } from '../base/errors.js';
import { MAX_SOURCE_BYTES } from '../base/limits.js';
import { isReadablePath } from '../base/paths.js';
import { readFile, realpath, stat } from '../files/index.js';
import type { ContentReader } from './types.js';

/**
 * Reads files of a plain folder. A path that leaves the folder (also through a symbolic link) reads as null, like one
 * that is not there. Throws a `usage` error when `dir` is no folder; `read` throws an `input` error for a file that
 * exists and can not be read.
 */
export function folderReader(dir: string, label = '--tree'): ContentReader {
  const root = resolve(dir);
  if (!statSync(root, { throwIfNoEntry: false })?.isDirectory()) {
    throw new ForkloreError('usage', `${label} ${dir}: not a folder`);
  }
  return {
    label,
    async read(path) {
      if (!isReadablePath(path)) return null;
      const file = await resolveInside(root, path);
      return file === null ? null : readText(file, path, label);
    },
  };
}

async function resolveInside(root: string, path: string): Promise<string | null> {
  try {
    const real = await realpath(join(root, path));
    const base = await realpath(root);
    const inside = real.slice(base.length).split(sep).filter(Boolean);
    const contained = real.startsWith(base.endsWith(sep) ? base : base + sep);
    return contained && isReadablePath(inside.join('/')) ? real : null;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP' || code === 'ENAMETOOLONG') {
      return null;
    }
    throw new ForkloreError('input', `${path}: can not be read (${code})`, { cause: error });
  }
}

async function readText(file: string, path: string, label: string): Promise<string | null> {
  const info = await stat(file);
  if (!info.isFile()) return null;
  if (info.size > MAX_SOURCE_BYTES) throw tooLarge(path, label);
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new ForkloreError('input', `${path} in ${label}: can not be read (${code})`, {
      cause: error,
    });
  }
}

/** The error for a file of a tree that is too large to be source. */
export function tooLarge(path: string, label: string): ForkloreError {
  return new ForkloreError('input', `${path} in ${label} is larger than ${MAX_SOURCE_BYTES} bytes`);
}
