import type { ConfigTable } from './cfront/index.js';
import {
  type ChangedModel,
  calls,
  definitions,
  modelOf,
  type Reached,
  reachedBy,
} from './changed-models.js';
import { standsIn } from './sim/known.js';
import type { Program } from './sim/program.js';
import { untouchedFile } from './source/index.js';
import type { ContentReader, SourceFile, SourcePair } from './source/types.js';

/** Where the functions are that have models, and those between them and what only fork's models run. */
const MODELLED_IN = [
  ...['kernel/fork.c', 'kernel/events/uprobes.c', 'fs/userfaultfd.c', 'lib/maple_tree.c'],
  ...['huge_memory.c', 'hugetlb.c', 'internal.h', 'interval_tree.c', 'memory.c', 'mempolicy.c'].map(
    (f) => `mm/${f}`,
  ),
  ...['mmap.c', 'mmu_gather.c', 'rmap.c', 'util.c', 'vma.c', 'vma.h'].map((f) => `mm/${f}`),
  ...[
    'hugetlb',
    'khugepaged',
    'ksm',
    'mempolicy',
    'mm',
    'mm_inline',
    'mmap_lock',
    'mmu_notifier',
  ].map((f) => `include/linux/${f}.h`),
];

/** A file of the memory management, whose functions a model may stand for together with those that call them. */
const isBelow = (path: string): boolean =>
  MODELLED_IN.includes(path) ||
  /^(mm\/(khugepaged|ksm|madvise|swapfile|shmem|vma_init|vma_exec)\.c|include\/linux\/[\w/]+\.h)$/.test(
    path,
  );

/**
 * Modelled functions that run what the patch changes, by way of functions that it leaves alone, in a tree: the same
 * question as `changedModels` answers within the patched files. Each function is followed up to what the program runs or
 * calls.
 */
export async function modelsAbove(
  pairs: readonly SourcePair[],
  tree: ContentReader,
  program: Program,
  config?: ConfigTable,
): Promise<ChangedModel[]> {
  const changed = reachedBy(pairs, config).filter((r) => r.from === r.name);
  const used = (name: string) => Object.hasOwn(program.functions, name) || calls(program, name);
  let open = changed.filter((r) => isBelow(r.at.file.path) && !used(r.name));
  if (open.length === 0) return [];
  const texts = await textsAround(pairs, tree);
  const out = new Map<string, ChangedModel>();
  const seen = new Set(changed.map((r) => r.name));
  while (open.length > 0) {
    const next: Reached[] = [];
    for (const [caller, r] of callersOf(open, texts, config)) {
      if (seen.has(caller)) continue;
      seen.add(caller);
      if (standsIn(caller)) out.set(caller, modelOf(caller, r));
      if (!used(caller)) next.push({ ...r, name: caller });
    }
    open = next;
  }
  return [...out.values()];
}

interface Text {
  file: SourceFile;
  words: ReadonlySet<string>;
}

/** The files that hold models, as the patch leaves them. */
async function textsAround(pairs: readonly SourcePair[], tree: ContentReader): Promise<Text[]> {
  const touched = new Set(pairs.flatMap((p) => [p.path, p.before?.path ?? p.path]));
  const left = MODELLED_IN.filter((p) => !touched.has(p)).map((p) => untouchedFile(tree, p));
  const files = [...(await Promise.all(left)), ...pairs.map((p) => p.after)];
  return files
    .filter((f) => f !== null)
    .map((file) => ({ file, words: wordsOf(file.lines.map((l) => l.text)) }));
}

const wordsOf = (lines: readonly string[]): Set<string> =>
  new Set(lines.join('\n').match(/[A-Za-z_]\w+/g) ?? []);

/** Functions that name one of those in `open`, each with the one that it names. */
function* callersOf(
  open: readonly Reached[],
  texts: readonly Text[],
  config?: ConfigTable,
): Generator<[string, Reached]> {
  for (const { file, words } of texts) {
    const here = open.filter((r) => words.has(r.name));
    if (here.length === 0) continue;
    for (const [caller, d] of definitions([file], config)) {
      const named = here.find((r) => d.mentions(r.name));
      if (named) yield [caller, named];
    }
  }
}
