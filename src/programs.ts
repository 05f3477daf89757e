import { type ConfigTable, listFunctions, lowerProgram } from './cfront/index.js';
import { isModelled } from './sim/known.js';
import type { Program } from './sim/program.js';
import { skeletonHelpers, untouchedFile } from './source/index.js';
import type { ContentReader, SourceFile, SourcePair } from './source/types.js';
import { limitError, MAX_INSTRUCTIONS } from './base/limits.js';

/** Both versions of what the rules run. */
export interface Programs {
  /** null where the version before has no such function. */
  before: Program | null;
  after: Program;
}

export interface ProgramInput {
  pairs: readonly SourcePair[];
  /** Files that the patch leaves alone. */
  others: readonly SourceFile[];
  entries: readonly string[];
  config?: ConfigTable;
}

/**
 * Programs before and after; null when the patch changes no line of what the entries run. Throws a `limit` error for a
 * program that is too large.
 */
export async function lowerBoth(i: ProgramInput): Promise<Programs | null> {
  const [before, after] = [versions(i.pairs, 'before'), versions(i.pairs, 'after')];
  const defines = (files: readonly SourceFile[]) =>
    files.some((f) => listFunctions(f, i.config).some((x) => i.entries.includes(x.name)));
  const elsewhere = defines(i.others);
  if (!elsewhere && !defines(after)) return null;
  const programs = {
    before: elsewhere || defines(before) ? await lower(before, i) : null,
    after: await lower(after, i),
  };
  const touched =
    changes(after, programs.after, i.config) ||
    (programs.before !== null && changes(before, programs.before, i.config));
  return touched ? programs : null;
}

async function lower(files: readonly SourceFile[], i: ProgramInput): Promise<Program> {
  const program = await lowerProgram({
    files: [...files, ...i.others],
    entries: [...i.entries],
    isModelled,
    config: i.config,
    declarations: [helpers()],
  });
  const size = Object.values(program.functions).reduce((n, f) => n + f.code.length, 0);
  if (size > MAX_INSTRUCTIONS) throw limitError(i.entries.join(', '), MAX_INSTRUCTIONS, 'steps');
  return program;
}

let kept: SourceFile | null = null;
/** One object for all programs, so that it is indexed once. */
const helpers = (): SourceFile => (kept ??= skeletonHelpers());

const versions = (pairs: readonly SourcePair[], side: 'before' | 'after'): SourceFile[] =>
  pairs.map((p) => p[side]).filter((f): f is SourceFile => f !== null);

/** Some changed line lies in a function of the program. */
function changes(files: readonly SourceFile[], program: Program, config?: ConfigTable): boolean {
  return files.some((file) =>
    listFunctions(file, config).some(
      (f) =>
        Object.hasOwn(program.functions, f.name) &&
        file.lines.slice(f.startLine, f.endLine + 1).some((l) => l.changed),
    ),
  );
}

/** Helpers that no file under review has: filled in. One sentence, or none. */
export function filledIn(programs: Programs): string[] {
  const names = Object.values(programs.after.functions)
    .filter((f) => f.path === `skeleton:${helpers().skeleton}`)
    .map((f) => `${f.name}()`);
  return names.length ? [`not in the tree, filled in: ${names.join(', ')}`] : [];
}

/** Where fork's functions and the inlines they need are, besides the files of the patch. */
const COMPANIONS = [
  'kernel/fork.c',
  'mm/mmap.c',
  'include/linux/mm.h',
  'include/linux/maple_tree.h',
  'mm/internal.h',
];
const FAMILY =
  /^(kernel\/fork\.c|mm\/.*|include\/linux\/(mm|mm_types|mm_inline|maple_tree|rmap|mmap_lock)\.h)$/;

/** A file that fork's functions are in or near: a change there may matter. */
export const isFamily = (path: string): boolean => FAMILY.test(path);

/** Files that the entries may need and that the patch leaves alone. */
export async function companions(
  pairs: readonly SourcePair[],
  tree: ContentReader,
): Promise<SourceFile[]> {
  if (!pairs.some((p) => isFamily(p.path))) return [];
  const touched = new Set(pairs.flatMap((p) => [p.path, p.before?.path ?? p.path]));
  const paths = COMPANIONS.filter((path) => !touched.has(path));
  const files = await Promise.all(paths.map((path) => untouchedFile(tree, path)));
  return files.filter((f) => f !== null);
}
