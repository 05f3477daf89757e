/** `V1` for the parent's first VMA; its copy is `V1'`. */
export const vmaName = (k: number): string => `V${k + 1}`;
export const copyName = (k: number): string => `V${k + 1}'`;

/** `P0` for the page that address 0 had when fork started, `P0'`, `P0''` for later ones. */
export const pageName = (i: number, page: number): string =>
  `P${i}${"'".repeat(Math.max(0, page - 1))}`;
