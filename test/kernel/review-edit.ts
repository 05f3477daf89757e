import { readInput } from '../../src/intake/index.js';
import { loadRules } from '../../src/judge/load.js';
import type { PatchReview } from '../../src/judge/types.js';
import { reviewSeries } from '../../src/review.js';
import { folderReader } from '../../src/source/index.js';
import { diffText } from './diff.js';
import { Edit, KernelFunction } from './edits.js';

const PATHS = {
  dup_mmap: 'kernel/fork.c',
  dup_mm: 'kernel/fork.c',
  __mmput: 'kernel/fork.c',
  exit_mmap: 'mm/mmap.c',
} as const;

/** Functions of which edits are described. */
export type Edited = keyof typeof PATHS;

const RULES = await loadRules();

/** What the rules of these ids say of an edit of a tree's function, without suggestions and, unless asked for, mutants. */
export async function reviewEdit(
  root: string,
  d: { at?: Edited; change: (e: Edit, f: KernelFunction) => void },
  ids: (id: string) => boolean,
  mutants = false,
): Promise<PatchReview> {
  const name = d.at ?? 'dup_mmap';
  const f = await KernelFunction.read(root, PATHS[name], name);
  const edit = new Edit(f);
  d.change(edit, f);
  const patch = diffText(f.path, f.lines.join('\n'), edit.result());
  const { patches } = await reviewSeries(await readInput('edit.patch', Buffer.from(patch)), {
    reader: folderReader(root),
    rules: RULES.filter((r) => ids(r.id)),
    keep: () => 'trace',
    suggest: false,
    explore: { mutants },
  });
  return patches[0];
}
