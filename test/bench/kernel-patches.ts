import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { diffText } from '../kernel/diff.js';
import { DEFECTS, HARMLESS } from '../kernel/dup-mmap-edits.js';
import { Edit, KernelFunction } from '../kernel/edits.js';

/** A patch for a kernel tree, made when it is wanted. */
export interface KernelPatch {
  name: string;
  /** Exit code that a right answer gives. */
  code: number;
  /** The patch; and the patched kernel/fork.c, for tools that read files. */
  patch: string;
  patched: string;
}

const PATH = 'kernel/fork.c';
const WANTED = [
  ...HARMLESS.filter((m) => m.name === 'independent statements are swapped').map((m) => ({
    ...m,
    code: 0,
  })),
  ...DEFECTS.filter((m) => m.name === 'the copy is locked').map((m) => ({ ...m, code: 1 })),
];

/** Writes a harmless patch of the tree's own dup_mmap() and one with a defect into `folder`. */
export async function kernelPatches(tree: string, folder: string): Promise<KernelPatch[]> {
  const f = await KernelFunction.read(tree, PATH, 'dup_mmap');
  return WANTED.map(({ name, code, change }, k) => {
    const edit = new Edit(f);
    change(edit, f);
    const after = edit.result();
    const patch = join(folder, `${k}.patch`);
    const patched = join(folder, `${k}`, PATH);
    mkdirSync(dirname(patched), { recursive: true });
    writeFileSync(patched, after);
    writeFileSync(patch, diffText(PATH, f.lines.join('\n'), after));
    return { name, code, patch, patched };
  });
}
