import type { Primitive } from '../../machine/primitive.js';
import { ACCOUNTING } from './accounting.js';
import { ANON_VMA } from './anon_vma.js';
import { FILES } from './files.js';
import { FLAGS } from './flags.js';
import { GATHER } from './gather.js';
import { HOOKS } from './hooks.js';
import { I_MMAP } from './i_mmap.js';
import { LINKS } from './links.js';
import { LIST } from './list.js';
import { LOCKS } from './locks.js';
import { MISC } from './misc.js';
import { MM } from './mm.js';
import { MMAP_LOCK } from './mmap_lock.js';
import { OWED } from './owed.js';
import { PAGES } from './pages.js';
import { SCANNING } from './scanners.js';
import { SLAB } from './slab.js';
import { SPIN } from './spin.js';
import { TREE } from './tree.js';
import { USERFAULTFD } from './userfaultfd.js';
import { VMA } from './vma.js';
import { VMA_LOCK } from './vma_lock.js';

/** Models of kernel functions by name. A key `load kind.field` models the access to a field that is shared. */
export const PRIMITIVES: Readonly<Record<string, Primitive>> = {
  ...MISC,
  ...LOCKS,
  ...SPIN,
  ...MM,
  ...OWED,
  ...GATHER,
  ...FLAGS,
  ...HOOKS,
  ...LIST,
  ...USERFAULTFD,
  ...SCANNING,
  ...MMAP_LOCK,
  ...VMA_LOCK,
  ...TREE,
  ...LINKS,
  ...VMA,
  ...SLAB,
  ...ACCOUNTING,
  ...ANON_VMA,
  ...FILES,
  ...I_MMAP,
  ...PAGES,
};
