import { hasFlag, MMF_UNSTABLE } from '../../kernel/primitives/flags.js';
import { hasUsers } from '../../kernel/primitives/mm.js';
import { CHILD, KERNEL } from '../../kernel/primitives/support.js';
import { entries, XA_ZERO_ENTRY } from '../../kernel/primitives/tree.js';
import type { Range } from '../../kernel/tree-value.js';
import { isPtr, pointer, type Value } from '../../machine/value.js';
import type { World } from '../../machine/world.js';

/** Entries of the child's tree, in order. */
export const childEntries = (w: World): readonly Range[] =>
  entries({ world: w } as Parameters<typeof entries>[0], pointer(CHILD.obj, 'mm_mt'));

/** The child's mmap lock is free and the mm has a user: a walker can get in. */
export const reachable = (w: World): boolean =>
  w.get(CHILD, '__mmap_lock') === 0 && hasUsers(w, CHILD);

/** The child is marked as not to be trusted. */
export const unstable = (w: World): boolean => hasFlag(w, CHILD, MMF_UNSTABLE);

/** What is wrong with an entry for who takes it for a VMA of the child; null for a VMA of the child. */
export function foreign(w: World, entry: Value): string | null {
  if (entry === XA_ZERO_ENTRY) return 'takes the failure marker for a VMA';
  if (!isPtr(entry)) return null;
  const o = w.obj(entry);
  if (o.fields.get('__freed')) return `uses ${o.name}, which is freed`;
  return o.kind === 'vma' ? `takes ${o.name} for a VMA of the child; it is the parent's` : null;
}

/** The first entry that a walk over the whole tree must not meet, as a text; null when there is none. */
export function firstForeign(w: World): string | null {
  for (const r of childEntries(w)) {
    const bad = foreign(w, r.entry);
    if (bad !== null) return bad;
  }
  return null;
}

/** The child's tree holds something that only its teardown may walk up to. */
export const halfBuilt = (w: World): boolean => firstForeign(w) !== null;

/** Field of the kernel: what dup_mmap() returned. */
const RESULT = 'dup_mmap_result';

/** Remembers how dup_mmap() ended. */
export function noteReturn(w: World, func: string, value: Value): void {
  if (func === 'dup_mmap') w.put(KERNEL, RESULT, typeof value === 'number' ? value : 1);
}

/** dup_mmap() has returned with an error. */
export const forkFailed = (w: World): boolean => {
  const x = w.get(KERNEL, RESULT);
  return x !== undefined && x !== 0;
};

/**
 * A walker that looks at MMF_UNSTABLE and does not find it goes over the VMAs of a child that is not complete. null when
 * the flag is there, or the child may still become complete.
 */
export const notFlagged = (w: World): string | null =>
  forkFailed(w) && !unstable(w)
    ? 'goes over the VMAs of a failed child: MMF_UNSTABLE is not set'
    : null;
