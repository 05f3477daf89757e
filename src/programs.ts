import { ForkloreError } from './base/errors.js';
import { limitError, MAX_INSTRUCTIONS } from './base/limits.js';
import { modelsAbove } from './below-models.js';
import {
  type ConfigTable,
  type KeptPrograms,
  listFunctions,
  lowerProgram,
  namesIn,
} from './cfront/index.js';
import {
  addedModels,
  type ChangedModel,
  changedModels,
  followed,
  staleNote,
  withStale,
} from './changed-models.js';
import { causesOf, hiddenChanges, isCompiled, otherWay, placesOf } from './hidden.js';
import { notRun, notRunNote, shownModels } from './modelled.js';
import { sameCode } from './same-code.js';
import { isModelled } from './sim/known.js';
import type { Program } from './sim/program.js';
import {
  skeletonFile,
  skeletonHelpers,
  teardownFeatures,
  teardownSkeleton,
  untouchedFile,
} from './source/index.js';
import type { ContentReader, SourceFile, SourcePair } from './source/types.js';
import type { Sourced } from './sourced.js';

/** Both versions of what the rules run. */
export interface Programs {
  /** null where the version before has no such function. */
  before: Program | null;
  after: Program;
}

/** Stage `cfront` of one patch. */
export interface Lowered {
  /** null when the patch changes no line of what the entries run. */
  programs: Programs | null;
  notes: string[];
  /** Why there are none although the patch may touch the entries; null where it does not. */
  refused: string | null;
  /** Functions that models stand for, and that the patch changes: nobody has run what it makes of them. */
  notRun?: string[];
}

/**
 * Both versions of the entries. Where the configuration hides all that the patch changes in them, they are lowered with
 * the options around those lines the other way, which a note says. `kept`: programs that were lowered before.
 */
export async function programsOf(
  sourced: Sourced,
  entries: readonly string[],
  config?: ConfigTable,
  kept?: KeptPrograms,
): Promise<Lowered> {
  try {
    return await lowered(sourced, entries, config, kept);
  } catch (e) {
    if (!(e instanceof ForkloreError) || e.kind !== 'limit') throw e;
    return { programs: null, notes: [], refused: `${e.message}: not analysed` };
  }
}

/** The parts of a fork, from the birth of the child's mm to its end. */
const PARTS = [
  'dup_mm',
  'dup_mmap',
  'mmput',
  '__mmput',
  'exit_mmap',
  'unmap_vmas',
  'free_pgtables',
];

/** Which of these functions the patch shows in part only, so that they could not be rebuilt; one sentence, or null. */
export function partsShown(pairs: readonly SourcePair[]): string | null {
  const names = PARTS.filter((name) => pairs.some((p) => p.partial?.includes(name)));
  if (names.length === 0) return null;
  return `the patch shows only a part of ${names.map((n) => `${n}()`).join(', ')}; give the tree with --tree`;
}

/** The files of a patch as they are lowered, and the models that it changes. */
function modelsOf({ fromTree, pairs }: Sourced, config?: ConfigTable) {
  if (!fromTree) return shownModels(pairs, config);
  return { pairs, models: changedModels(pairs, config), notes: [] };
}

async function lowered(
  given: Sourced,
  wanted: readonly string[],
  config?: ConfigTable,
  kept?: KeptPrograms,
): Promise<Lowered> {
  // any of the parts of a fork may be what the patch is about: the others have skeletons
  const entries = wanted.includes('dup_mm') ? [...new Set([...wanted, ...PARTS])] : wanted;
  const { pairs, models, notes } = modelsOf(given, config);
  const sourced = { ...given, pairs };
  const files = sidesOf(pairs).filter((f) => isFamily(f.path));
  const hidden = hiddenChanges(files, config);
  const found = await lowerBoth(sourced, entries, config, hidden.length > 0, models, kept);
  if (found && 'stale' in found)
    return {
      programs: null,
      notes: [],
      refused: `${found.stale.map(staleNote).join('; ')}: not analysed`,
    };
  const note = (programs: Programs | null) => {
    // with a tree such text is run, or said not to be analysed
    if (sourced.fromTree) return programs ? filledIn(programs) : [];
    const left = notRun(models, programs?.after ?? null);
    return [
      ...notes,
      ...(programs ? wholeFork(programs) : []),
      ...(left.length ? [notRunNote(left)] : []),
    ];
  };
  const lost = found || sourced.fromTree ? {} : { notRun: notRun(models, null) };
  if (hidden.length === 0) return { programs: found, notes: note(found), refused: null, ...lost };
  const where = `${placesOf(hidden)} not compiled here (${causesOf(hidden, config) || 'never on'})`;
  if (found)
    return { programs: found, notes: [...note(found), `${where}: not analysed`], refused: null };
  const way = otherWay(hidden, config);
  const other = way && (await lowerBoth(sourced, entries, way.config, false, models, kept));
  if (!other || 'stale' in other) {
    // A branch that no option opens is no code; one that opens without effect on the entries is none of theirs.
    const open = way === null && hidden.some((h) => h.options.length > 0);
    const refused = open ? `${where}: not analysed` : null;
    return { programs: null, notes: note(null), refused, ...lost };
  }
  const told = `${where}: reviewed with ${way.changed.join(' and ')}`;
  return { programs: other, notes: [...note(other), told], refused: null };
}

const sidesOf = (pairs: readonly SourcePair[]): SourceFile[] =>
  pairs.flatMap((p) => [p.before, p.after]).filter((f) => f !== null);

/** Both versions do the same: what the patch changes is no function of theirs, and no macro in one. */
function sameProgram(a: Program, b: Program): boolean {
  const [then, now] = [a, b].map((p) => Object.values(p.functions));
  return (
    then.length === now.length &&
    then.every((f, k) => f.name === now[k].name && sameCode(f, now[k]))
  );
}

/** All that the patch changes of what the entries run are functions that stand as models. */
interface OnlyModels {
  stale: ChangedModel[];
}

/** `compiledOnly`: a change counts only where something is compiled of it. */
async function lowerBoth(
  { pairs, others, stable, tree }: Sourced,
  entries: readonly string[],
  config: ConfigTable | undefined,
  compiledOnly: boolean,
  models: ReadonlyMap<string, ChangedModel>,
  kept?: KeptPrograms,
): Promise<Programs | OnlyModels | null> {
  const [before, after] = [versions(pairs, 'before'), versions(pairs, 'after')];
  const defines = (files: readonly SourceFile[]) =>
    files.some((f) => listFunctions(f, config).some((x) => entries.includes(x.name)));
  const elsewhere = defines(others);
  const own = followed(models);
  // a function that stands as a model, and runs from its text, is run in a fork that is filled in
  const alone = after.some((f) => listFunctions(f, config).some((x) => own.has(x.name)));
  if (!elsewhere && !alone && !defines(after)) return null;
  const base = {
    before: [...(before.length > 0 ? before : after), ...others],
    after: [...after, ...others],
  };
  const lower = (files: SourceFile[], texts = own) =>
    lowerAll([...files, ...others], entries, config, base, { own: texts, kept });
  const added = addedModels(pairs, config);
  const lowered = await lower(after, new Set([...own, ...followed(added)]));
  const above = tree ? await modelsAbove(pairs, tree, lowered, config) : [];
  const { program, stale } = withStale(lowered, [
    ...models.values(),
    ...[...added.values(), ...above].filter((m) => !models.has(m.name)),
  ]);
  const programs = {
    before: elsewhere || alone || defines(before) ? await lower(before) : null,
    after: program,
  };
  const stubs = new Set(stale.map((m) => m.name));
  const changedIn = (version: Program | null, side: readonly SourceFile[]) =>
    version !== null && side.some((f) => changes(f, version, config, compiledOnly, stubs));
  const touched =
    changedIn(programs.after, after) || changedIn(programs.before, before) || walkersChange(stable);
  if (touched || (programs.before && !sameProgram(programs.before, lowered))) return programs;
  return stale.length ? { stale } : null;
}

/** The files of both versions: what one side does not have is filled in for both alike. */
interface Base {
  before: readonly SourceFile[];
  after: readonly SourceFile[];
}

/**
 * What dup_mm() runs and nobody gives: dup_mmap() of an era that fits, and what surrounds it. Where the patch leaves
 * dup_mmap() alone, the era is that of the version before it: both versions are for the same kernel.
 */
function aroundFork(files: readonly SourceFile[], base: Base, config?: ConfigTable): SourceFile[] {
  const shown = namesIn(files, 'dup_mmap', config);
  if (shown.size > 0) return [teardownSkeleton(teardownFeatures(shown))];
  const names = (name: string) => namesIn(base.before, name, config);
  const knowsMarker = ['exit_mmap', 'unmap_vmas', 'free_pgtables'].some((name) =>
    names(name).has('xa_is_zero'),
  );
  const guarded = [base.before, base.after].some((side) =>
    namesIn(side, 'dup_mm', config).has('uprobe_start_dup_mmap'),
  );
  // where no part of a fork is shown, only the hook that fork looks at the result of tells of an older one
  const bare = !PARTS.some((name) => names(name).size > 0) && !hookReturns(base.before);
  const era = guarded || knowsMarker || bare ? '6.12' : '6.7';
  const file = skeletonFile(era);
  return [file, teardownSkeleton(teardownFeatures(namesIn([file], 'dup_mmap', config)))];
}

/** ksm_fork() as these files show it has a result. */
const hookReturns = (files: readonly SourceFile[]): boolean =>
  files.some((f) => f.lines.some(({ text }) => /\bint\s+ksm_fork\s*\(/.test(text)));

/** The patch changes what a walker looks at before it goes over the VMAs of an mm. */
const walkersChange = ({ before, after }: Sourced['stable']): boolean =>
  JSON.stringify(before) !== JSON.stringify(after);

interface LowerAllOptions {
  /** Modelled names that stand for their text here. */
  own?: ReadonlySet<string>;
  /** Programs that were lowered before. */
  kept?: KeptPrograms;
}

/** The entries, and what they need, from these files. */
export async function lowerAll(
  files: SourceFile[],
  entries: readonly string[],
  config?: ConfigTable,
  base: Base = { before: files, after: files },
  { own = new Set(), kept }: LowerAllOptions = {},
): Promise<Program> {
  const declarations = [helpers()];
  if (entries.includes('dup_mm')) declarations.push(...aroundFork(files, base, config));
  const program = await lowerProgram({
    ...{ files, entries: [...entries], declarations },
    isModelled: (name: string) => isModelled(name) && !own.has(name),
    ...(config ? { config } : {}),
    ...(kept ? { kept: { programs: kept, modelled: [...own].sort().join() } } : {}),
  });
  const size = Object.values(program.functions).reduce((n, f) => n + f.code.length, 0);
  if (size > MAX_INSTRUCTIONS) throw limitError(entries.join(', '), MAX_INSTRUCTIONS, 'steps');
  return program;
}

let helperFile: SourceFile | null = null;
/** One object for all programs, so that it is indexed once. */
const helpers = (): SourceFile => (helperFile ??= skeletonHelpers());

const versions = (pairs: readonly SourcePair[], side: 'before' | 'after'): SourceFile[] =>
  pairs.map((p) => p[side]).filter((f) => f !== null);

/** Some changed line of the file lies in a function of the program. */
function changes(
  file: SourceFile,
  program: Program,
  config: ConfigTable | undefined,
  compiledOnly: boolean,
  except: ReadonlySet<string>,
): boolean {
  const counts = (i: number) =>
    file.lines[i].changed && (!compiledOnly || isCompiled(file, i, config));
  return listFunctions(file, config)
    .filter((f) => Object.hasOwn(program.functions, f.name) && !except.has(f.name))
    .some((f) => range(f.startLine, f.endLine).some(counts));
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, k) => from + k);

/** One sentence about a dup_mmap() of which the patch shows nothing, or none. */
function wholeFork({ after }: Programs): string[] {
  const refs = after.functions.dup_mmap?.refs ?? [];
  if (refs.length === 0 || !refs.every((r) => r.path.startsWith('skeleton:'))) return [];
  return [`dup_mmap() is not shown: that of ${refs[0].path.replace(':', ' ')} is run`];
}

/** Helpers that no file of the tree has: one sentence, or none. */
function filledIn(programs: Programs): string[] {
  const names = Object.values(programs.after.functions)
    .filter((f) => f.path.startsWith('skeleton:'))
    .map((f) => `${f.name}()`);
  return names.length ? [`not in the tree, filled in: ${names.join(', ')}`] : [];
}

/** Where fork's functions and the inlines that they need are, besides the files of the patch. */
const COMPANIONS = [
  'kernel/fork.c',
  'mm/mmap.c',
  'include/linux/mm.h',
  'include/linux/maple_tree.h',
  'mm/internal.h',
];
const FAMILY =
  /^(kernel\/fork\.c|kernel\/events\/uprobes\.c|mm\/.*|include\/linux\/(mm|mm_types|mm_inline|maple_tree|rmap|mmap_lock)\.h)$/;

/** A file that fork's functions are in or near: a change there may matter. */
export const isFamily = (path: string): boolean => FAMILY.test(path);

/** Where functions are that the simulator has models of, besides the files of the family. */
const MODELLED =
  /^(fs\/userfaultfd\.c|lib\/maple_tree\.c|include\/linux\/(fs|hugetlb|hugetlb_inline|khugepaged|ksm|list|mempolicy|mman|mmu_notifier|pgtable|rcupdate|sched\/mm|spinlock|xarray)\.h)$/;

/** A file that holds, or may hold, what fork runs: the rest of the tree is looked at as well. */
export const mayBeRun = (path: string): boolean => isFamily(path) || MODELLED.test(path);

/** What lies between fork's functions and those that stand as models, where a patch changes one of these. */
const BELOW = ['mm/vma.c', 'mm/vma.h', 'mm/memory.c'];

/** Files that the entries may need and that the patch leaves alone. */
export async function companions(
  pairs: readonly SourcePair[],
  tree: ContentReader,
): Promise<SourceFile[]> {
  const touched = new Set(pairs.flatMap((p) => [p.path, p.before?.path ?? p.path]));
  const below = changedModels(pairs).size > 0 ? BELOW : [];
  const paths = [...COMPANIONS, ...below].filter((path) => !touched.has(path));
  const files = await Promise.all(paths.map((path) => untouchedFile(tree, path)));
  return files.filter((f) => f !== null);
}
