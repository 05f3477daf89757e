import type { Primitive } from '../../machine/primitive.js';
import { MISC } from './misc.js';
import { MMAP_LOCK } from './mmap_lock.js';
import { PAGES } from './pages.js';
import { TREE } from './tree.js';
import { VMA } from './vma.js';
import { VMA_LOCK } from './vma_lock.js';

/** Models of kernel functions by name. A key `load kind.field` models the access to a field that is shared. */
export const PRIMITIVES: Readonly<Record<string, Primitive>> = {
  ...MISC,
  ...MMAP_LOCK,
  ...VMA_LOCK,
  ...TREE,
  ...VMA,
  ...PAGES,
};
