import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SourceFile } from '../../src/source/types.js';

export type Version = '6.12' | '6.1';

const VARIABLE = { '6.12': 'FORKLORE_KERNEL_612', '6.1': 'FORKLORE_KERNEL_61' } as const;

/** Folder of a kernel tree: the one that the environment names, else where fetch.sh puts it. */
function rootOf(version: Version): string | undefined {
  const named = process.env[VARIABLE[version]];
  if (named) return named;
  const fetched = join(tmpdir(), 'forklore-kernel', version);
  return existsSync(join(fetched, '.complete')) ? fetched : undefined;
}

/** Kernel trees that the tests run on. */
export const TREES = (['6.12', '6.1'] as const).map((version) => ({
  version,
  root: rootOf(version),
}));

export interface Tree {
  root: string | undefined;
  /** For a test's title: why it was skipped, empty when it is not. */
  skipped: string;
}

/** One tree; in CI a missing one is an error. */
export function kernelTree(version: Version): Tree {
  const root = rootOf(version);
  if (!root && process.env.CI)
    throw new Error(`CI needs ${VARIABLE[version]}: run test/kernel/fetch.sh first`);
  return { root, skipped: root ? '' : ` (skipped: ${VARIABLE[version]} names no tree)` };
}

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
