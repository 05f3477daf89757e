/**
 * How the VMAs of the process that forks lie: `adjacent` to each other as the loader and mmap() place them, `gapped` with
 * a page free between any two, `mixed`: half of the mappings with gaps, half without.
 */
export type Layout = 'adjacent' | 'gapped' | 'mixed';
export const LAYOUTS: readonly Layout[] = ['adjacent', 'gapped', 'mixed'];

/** A VMA: first and last address. */
export interface Area {
  first: number;
  last: number;
}

const PAGE = 4096;

/**
 * VMAs of a small dynamically linked process: start address and sizes in pages of neighbours. Program and heap, two
 * libraries, the linker's own, anonymous memory of the loader, what the kernel maps, the stack.
 */
const PROCESS: readonly [number, readonly number[]][] = [
  [0x555555554000, [1, 2, 1, 1, 1]],
  [0x555555570000, [33]],
  [0x7ffff7c00000, [34, 347, 87, 4, 2]],
  [0x7ffff7e01000, [13]],
  [0x7ffff7e10000, [6]],
  [0x7ffff7fb8000, [3, 2]],
  [0x7ffff7fc0000, [1, 38, 11, 2, 2]],
  [0x7ffffffdd000, [33]],
];
/** VMAs that the process has before it maps any. */
export const BASE_AREAS = PROCESS.reduce((n, [, pages]) => n + pages.length, 0);
/** Mappings go downwards from here, as mmap() places them. */
const TOP = 0x7ffff7b00000;

/** A gap below mapping `k` of `mappings`. */
const hasGap: Record<Layout, (k: number, mappings: number) => boolean> = {
  adjacent: () => false,
  gapped: () => true,
  mixed: (k, mappings) => 2 * k >= mappings,
};

/** `n` VMAs in the order in which the process gets them. */
export function areasOf(n: number, layout: Layout): Area[] {
  const out: Area[] = [];
  for (const [start, sizes] of PROCESS) {
    let first = start;
    for (const pages of sizes) {
      out.push({ first, last: first + pages * PAGE - 1 });
      // "gapped" is so from the start, else the process is as the loader leaves it
      first += (layout === 'gapped' ? pages + 1 : pages) * PAGE;
    }
  }
  out.length = Math.min(n, out.length);
  const mappings = n - out.length;
  let below = TOP;
  for (let k = 0; k < mappings; k++) {
    out.push({ first: below - PAGE, last: below - 1 });
    below -= hasGap[layout](k, mappings) ? 2 * PAGE : PAGE;
  }
  return out;
}
