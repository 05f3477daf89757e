import { lowerProgram } from '../../src/cfront/index.js';
import { EXIT } from '../../src/sim/kernel/primitives/exit.js';
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

/**
 * dup_mmap() and exit_mmap() of a tree, with all that they call and that has no model. With `walks` also unmap_vmas()
 * and free_pgtables(), whose models are for programs without them.
 */
export async function lowerForkAndExit(root: string, walks = true): Promise<Lowered> {
  const sources = SOURCES.filter((path) => walks || path !== 'mm/memory.c');
  const files = treeFiles(root, [...sources, ...HEADERS]);
  const program = await lowerProgram({
    files,
    entries: ['dup_mmap', 'exit_mmap'],
    isModelled: (name) => isModelled(name) || Object.hasOwn(EXIT, name),
  });
  return { program, files, headers: files.filter((f) => f.path.endsWith('.h')) };
}
