import { lowerProgram } from '../../src/cfront/index.js';
import { isModelled } from '../../src/sim/known.js';
import type { Program } from '../../src/sim/program.js';
import type { SourceFile } from '../../src/source/types.js';
import { treeFiles } from './tree.js';

const SOURCES = ['kernel/fork.c', 'mm/mmap.c', 'mm/vma.c', 'mm/memory.c', 'mm/util.c'];
const HEADERS = [
  'include/linux/mm.h',
  'include/linux/mm_types.h',
  'include/linux/maple_tree.h',
  'include/linux/sched/coredump.h',
  'mm/internal.h',
];

export interface Lowered {
  program: Program;
  files: SourceFile[];
  headers: SourceFile[];
}

/** Functions with a model that are run from the tree's text all the same, so that what they call is seen. */
const FROM_TEXT = new Set(['vma_close']);

/**
 * dup_mmap() and exit_mmap() of a tree, with all that they call and that has no model. With `walks` also unmap_vmas(),
 * free_pgtables() and vma_close(), whose models are for programs without them.
 */
export async function lowerForkAndExit(root: string, walks = true): Promise<Lowered> {
  const sources = SOURCES.filter((path) => walks || path !== 'mm/memory.c');
  const files = treeFiles(root, [...sources, ...HEADERS]);
  const program = await lowerProgram({
    files,
    entries: ['dup_mmap', 'exit_mmap'],
    isModelled: (name) => isModelled(name) && !(walks && FROM_TEXT.has(name)),
  });
  return { program, files, headers: files.filter((f) => f.path.endsWith('.h')) };
}
