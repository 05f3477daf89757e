import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lowerProgram } from '../../src/cfront/index.js';
import { copyWithoutProtection } from '../../src/sim/kernel/primitives/pages.js';
import { isModelled } from '../../src/sim/known.js';
import type { Primitive } from '../../src/sim/machine/primitive.js';
import type { Program } from '../../src/sim/program.js';
import { skeletonHelpers } from '../../src/source/index.js';
import type { SourceFile } from '../../src/source/types.js';
import { ROOT } from '../support.js';

const MINI = join(ROOT, 'fixtures', 'mini-6.12');

function source(path: string, change: (text: string) => string = (t) => t): SourceFile {
  const text = change(readFileSync(join(MINI, path), 'utf8'));
  return {
    path,
    lines: text.split('\n').map((t, k) => ({
      text: t,
      line: k + 1,
      patchLine: null,
      origin: 'file',
      changed: false,
    })),
    base: 'exact',
    skeleton: null,
  };
}

/** dup_mmap() of the miniature tree, after an edit, lowered. */
export const lowered = (change?: (text: string) => string): Promise<Program> =>
  lowerProgram({
    files: [
      source('kernel/fork.c', change),
      source('include/linux/mm.h'),
      source('include/linux/maple_tree.h'),
    ],
    entries: ['dup_mmap'],
    isModelled,
    declarations: [skeletonHelpers()],
  });

/** dup_mm() of the miniature tree with all that it runs, after an edit of any of its files. */
export const loweredTail = (change?: (text: string, path: string) => string): Promise<Program> =>
  lowerProgram({
    files: [
      ...['kernel/fork.c', 'mm/mmap.c'].map((path) => source(path, (t) => change?.(t, path) ?? t)),
      source('include/linux/mm.h'),
      source('include/linux/maple_tree.h'),
    ],
    entries: ['dup_mm', 'dup_mmap'],
    isModelled,
    declarations: [skeletonHelpers()],
  });

/** Replaces a text that must be there exactly once. */
export function edit(text: string, from: string, to: string): string {
  if (text.split(from).length !== 2) throw new Error(`"${from}" is not there exactly once`);
  return text.replace(from, () => to);
}

export const LOCK = '\t\tvma_start_write(vma);\n';
const DUP = '\t\tcopy = vm_area_dup(vma);\n\t\tif (!copy)\n\t\t\tgoto no_memory;\n';
const COPY = '\t\t\terror = copy_page_range(copy, vma);\n';
const FLUSH = '\tflush_tlb_mm(parent);\n';
const UNLOCK = '\tmmap_write_unlock(parent);\n\tif (!error)\n';
const MARKER = '\t\t\tmas_store(&walk.mas, XA_ZERO_ENTRY);\n';
const RCU = '\tmt_clear_in_rcu(walk.mas.tree);\n';
const unlocked = (t: string) => edit(t, LOCK, '');

/** Versions of dup_mmap(), with the number of the mutant in the bench model where it has one. */
export interface Version {
  name: string;
  change?: (text: string) => string;
  overrides?: Record<string, Primitive>;
}

export const VERSIONS = {
  correct: { name: 'correct' },
  lockCopy: {
    name: 'lock the copy (1)',
    change: (t) => edit(unlocked(t), DUP, `${DUP}\t\tvma_start_write(copy);\n`),
  },
  lockLate: {
    name: 'lock after the copy (2)',
    change: (t) => edit(unlocked(t), COPY, `${COPY}\t\tvma_start_write(vma);\n`),
  },
  lockRemoved: { name: 'lock removed (3)', change: unlocked },
  downgrade: {
    name: 'mmap lock downgraded early (6)',
    change: (t) =>
      [
        ['\tint error;\n', '\tint error;\n\tint reading = 0;\n'],
        [RCU, `\tmmap_write_downgrade(parent);\n\treading = 1;\n${RCU}`],
        [UNLOCK, `\tif (reading)\n\t\tmmap_read_unlock(parent);\n\telse\n\t${UNLOCK}`],
      ].reduce((text, [from, to]) => edit(text, from, to), t),
  },
  noMarker: { name: 'no failure marker (7)', change: (t) => edit(t, MARKER, '') },
  noProtection: {
    name: 'no write-protect (8)',
    overrides: {
      copy_page_range: function* (env, [dst, src]) {
        return yield* copyWithoutProtection(env, dst, src);
      },
    },
  },
  noFlush: { name: 'no flush (9)', change: (t) => edit(t, FLUSH, '') },
  lateFlush: {
    name: 'flush after the unlock',
    change: (t) =>
      edit(edit(t, FLUSH, ''), UNLOCK, UNLOCK.replace('parent);\n', `parent);\n${FLUSH}`)),
  },
} satisfies Record<string, Version>;
