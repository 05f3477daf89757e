import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SourceFile } from '../../src/source/types.js';

/** Kernel trees that the tests run on when the environment names them. */
export const TREES = [
  { version: '6.12', root: process.env.FORKLORE_KERNEL_612 },
  { version: '6.1', root: process.env.FORKLORE_KERNEL_61 },
] as const;

/** A file of a tree, null when the tree does not hold it. */
export function treeFile(root: string, path: string): SourceFile | null {
  const full = join(root, path);
  if (!existsSync(full)) return null;
  return {
    path,
    base: 'exact',
    skeleton: null,
    lines: readFileSync(full, 'utf8')
      .split('\n')
      .map((text, i) => ({ text, line: i + 1, patchLine: null, origin: 'file', changed: false })),
  };
}

/** Several files; those that the tree lacks are left out. */
export function treeFiles(root: string, paths: string[]): SourceFile[] {
  return paths.flatMap((p) => treeFile(root, p) ?? []);
}
