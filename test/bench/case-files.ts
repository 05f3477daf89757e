import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SourceFile } from '../../src/source/types.js';
import type { Case } from './cases.js';
import { mutate } from './mutants.js';

/** The file that the mutants change. */
export const PATCHED = 'kernel/fork.c';
/** What dup_mmap() of a case is lowered from. */
export const FILES = [
  PATCHED,
  'include/linux/mm.h',
  'include/linux/maple_tree.h',
  'mm/internal.h',
] as const;

/** Texts of a case by path, with the mutant's change; files that the tree does not have are left out. */
export function caseTexts(tree: string, c: Case): Record<string, string> {
  const there = FILES.filter((path) => existsSync(join(tree, path)));
  return Object.fromEntries(
    there.map((path) => {
      const whole = readFileSync(join(tree, path), 'utf8');
      return [path, path === PATCHED && !c.kernel ? mutate(whole, c.mutant) : whole];
    }),
  );
}

/** A text as a file of a tree. */
export function plainFile(path: string, text: string): SourceFile {
  const lines = text
    .split('\n')
    .map((t, k) => ({ text: t, line: k + 1, patchLine: null, origin: 'file', changed: false }));
  return { path, lines, base: 'exact', skeleton: null } as SourceFile;
}

/** The files of a case. */
export const caseFiles = (tree: string, c: Case): SourceFile[] =>
  Object.entries(caseTexts(tree, c)).map(([path, text]) => plainFile(path, text));
