import { isPtr, type Ptr, pointer } from '../machine/value.js';
import type { World } from '../machine/world.js';

/** Head of the list and root of the rb-tree of an mm, include/linux/mm_types.h of 6.0. */
const HEAD = 'mmap';
const ROOT = 'mm_rb.rb_node';
/** The rightmost VMA of the rb-tree of an mm. */
const RIGHTMOST = '__rb_rightmost';

/** An mm without VMAs, as mm_init() leaves it. */
export function noLinks(w: World, mm: Ptr): void {
  w.put(mm, HEAD, 0);
  w.put(mm, ROOT, 0);
  w.put(mm, RIGHTMOST, 0);
}

/** Links VMAs, in order, into the list of an mm. */
export function linkAll(w: World, mm: Ptr, vmas: readonly Ptr[]): void {
  vmas.forEach((vma, k) => {
    w.put(vma, 'vm_prev', vmas[k - 1] ?? 0);
    w.put(vma, 'vm_next', vmas[k + 1] ?? 0);
  });
  w.put(mm, HEAD, vmas[0] ?? 0);
  w.put(mm, RIGHTMOST, vmas.at(-1) ?? 0);
}

/** The VMAs that following `vm_next` from `first` comes by; a list that runs into itself ends there. */
export function following(w: World, first: Ptr): Ptr[] {
  const out: Ptr[] = [];
  for (let at = first; !out.includes(at); ) {
    out.push(at);
    const next = w.get(at, 'vm_next');
    if (!isPtr(next)) break;
    at = next;
  }
  return out;
}

/** The list of an mm, in its order. */
export function listOf(w: World, mm: Ptr): Ptr[] {
  const first = w.get(mm, HEAD);
  return isPtr(first) ? following(w, first) : [];
}

/** Where the next VMA to the right goes: the link that receives it, and the node above; null for the root. */
export function rightEnd(w: World, mm: Ptr): { link: Ptr; parent: Ptr | null } {
  const last = w.get(mm, RIGHTMOST);
  if (!isPtr(last)) return { link: pointer(mm.obj, ROOT), parent: null };
  return { link: pointer(last.obj, 'vm_rb.rb_right'), parent: pointer(last.obj, 'vm_rb') };
}

/** The VMA is the rightmost one now. */
export const linkRight = (w: World, mm: Ptr, vma: Ptr): void => w.put(mm, RIGHTMOST, vma);
