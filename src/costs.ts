import { ForkloreError } from './base/errors.js';
import { lowerProgram } from './cfront/index.js';
import { calleesOf, detectFeatures, headerNames } from './judge/features.js';
import { companions, lowerAll } from './programs.js';
import type { Candidate } from './sim/cost/table.js';
import { hasRcuTrees } from './sim/kernel/features.js';
import { isModelled } from './sim/known.js';
import type { Program } from './sim/program.js';
import { openTree, skeletonFile, skeletonHelpers } from './source/index.js';
import { treeConfig } from './sourced.js';

const ENTRY = 'dup_mmap';
/** The eras on both sides of the change that the published figures are about. */
const ERAS = { bulk: '6.7', duplication: '6.8' } as const;

/** dup_mmap() with bulk stores and dup_mmap() with a duplicated tree, from the skeletons. */
export async function publishedPrograms(): Promise<Candidate[]> {
  const lower = (era: string): Promise<Program> =>
    lowerProgram({
      files: [skeletonFile(era)],
      entries: [ENTRY],
      isModelled,
      declarations: [skeletonHelpers()],
    });
  return Promise.all(
    Object.entries(ERAS).map(async ([name, era]) => ({
      name,
      source: `skeleton ${era}`,
      program: await lower(era),
      entry: ENTRY,
      rcuTrees: true,
      measured: true,
    })),
  );
}

/** dup_mmap() of a kernel tree. @throws input error when the tree has none. */
export async function programOfTree(dir: string): Promise<Candidate> {
  const reader = await openTree(dir);
  try {
    const files = await companions([], reader);
    const program = await lowerAll(files, [ENTRY], await treeConfig(reader));
    if (!Object.hasOwn(program.functions, ENTRY))
      throw new ForkloreError('input', `${dir}: no ${ENTRY}() in kernel/fork.c or mm/mmap.c`);
    const features = detectFeatures(await headerNames(reader), calleesOf(program), null);
    return {
      name: 'tree',
      source: dir,
      program,
      entry: ENTRY,
      rcuTrees: hasRcuTrees(features),
      measured: false,
    };
  } finally {
    reader.close?.();
  }
}
