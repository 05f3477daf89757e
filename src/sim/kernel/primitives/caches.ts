import { pointer } from '../../machine/value.js';

/** Caches of kernel/fork.c, as places of the kernel. */
export const VMA_CACHE = pointer(0, '__vm_area_cachep');
export const LOCK_CACHE = pointer(0, '__vma_lock_cachep');
