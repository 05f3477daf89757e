import { listFunctions, namesIn } from './cfront/index.js';
import type { SourceFile, SourcePair } from './source/types.js';

/** What a patch makes of a function that is run: the same under its old name, or nothing that is known. */
export interface Renamed {
  pairs: SourcePair[];
  notes: string[];
  /** Why nothing can be run; null where something can. */
  gone: string | null;
}

/**
 * dup_mmap() under the name that it had before the patch. It is taken for renamed where dup_mm() calls, in its place, one
 * function that was not there before. `others`: files that the patch leaves alone.
 */
export function underOldName(pairs: SourcePair[], others: readonly SourceFile[]): Renamed {
  const before = pairs.map((p) => p.before).filter((f) => f !== null);
  const after = pairs.map((p) => p.after).filter((f) => f !== null);
  const defined = (files: readonly SourceFile[]) =>
    new Set(files.flatMap((f) => listFunctions(f).map((d) => d.name)));
  if (!defined(before).has('dup_mmap')) return { pairs, notes: [], gone: null };
  const now = defined([...after, ...others]);
  if (now.has('dup_mmap')) return { pairs, notes: [], gone: null };
  const then = defined([...before, ...others]);
  const called = namesIn([...after, ...others], 'dup_mm');
  const [name, ...more] = [...now].filter((n) => !then.has(n) && called.has(n));
  if (name === undefined || more.length > 0)
    return { pairs, notes: [], gone: 'dup_mmap() is not there after the patch: not analysed' };
  const word = new RegExp(`\\b${name}\\b`, 'g');
  return {
    pairs: pairs.map((p) => ({ ...p, after: p.after && spelled(p.after, word, 'dup_mmap') })),
    notes: [`dup_mmap() is called ${name}() after the patch`],
    gone: null,
  };
}

const spelled = (file: SourceFile, word: RegExp, as: string): SourceFile => ({
  ...file,
  lines: file.lines.map((l) => ({ ...l, text: l.text.replace(word, as) })),
});
