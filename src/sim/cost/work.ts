/**
 * Work of the calls of fork besides its tree operations, in units. One unit is the price of a plain call; the others
 * are relative to it. See docs/cost.md.
 */
export const CALL = 1;
/** Taking or releasing a lock: an atomic operation. */
export const LOCK = 5;
/** An object allocated, filled and freed again when the child ends. */
export const ALLOCATION = 40;
/** Page tables of a VMA looked at, or copied when there is something in them. */
export const PAGE_TABLES = 20;
/** A flush of all translations. */
export const FLUSH = 200;

const ALLOCATES = new Set([
  'vm_area_dup',
  'vm_area_alloc',
  'kmalloc',
  'kzalloc',
  'kcalloc',
  'kvmalloc',
  'kmemdup',
  'kmem_cache_alloc',
  'kmem_cache_alloc_noprof',
  'kmem_cache_zalloc',
  'anon_vma_alloc',
  'anon_vma_chain_alloc',
  'mm_alloc',
  'allocate_mm',
]);

const LOCKS =
  /^(mmap|i_mmap|vma|anon_vma|spin|read|write|mutex|page_vma|flush_dcache_mmap)_.*(lock|start_write|start_read|end_read)|^(down|up)_(read|write)|^vma_(start|end)_/;

/** The function makes an object. */
export const allocates = (name: string): boolean => ALLOCATES.has(name);

/** Units of one call of a function that the program does not hold the text of. */
export function workOf(name: string): number {
  if (allocates(name)) return ALLOCATION;
  if (name === 'copy_page_range') return PAGE_TABLES;
  if (name.startsWith('flush_tlb')) return FLUSH;
  return LOCKS.test(name) ? LOCK : CALL;
}
