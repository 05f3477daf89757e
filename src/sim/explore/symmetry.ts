import type { StateBuffer, System } from './system.js';

/**
 * Brings interchangeable threads into a fixed order. Returns, for each place, which place of the input now stands
 * there, or null when nothing moved.
 */
export function canonicalize(sys: System, b: StateBuffer): number[] | null {
  const { groups, blocks } = sys.spec;
  const n = sys.threads;
  let order: number[] | null = null;
  // threads are few: insertion sort by (node, variables)
  for (let i = 1; i < n; i++) {
    for (let j = i; j > 0; j--) {
      if (groups[j] !== groups[j - 1] || compare(b, blocks, j - 1, j) <= 0) break;
      swap(b, blocks, j - 1, j);
      order ??= Array.from({ length: n }, (_, k) => k);
      [order[j - 1], order[j]] = [order[j], order[j - 1]];
    }
  }
  return order;
}

function compare(
  b: StateBuffer,
  blocks: readonly (readonly number[])[],
  i: number,
  j: number,
): number {
  const d = b.nodes[i] - b.nodes[j];
  if (d !== 0) return d;
  const [x, y] = [blocks[i], blocks[j]];
  for (let k = 0; k < x.length; k++) {
    const e = b.bytes[x[k]] - b.bytes[y[k]];
    if (e !== 0) return e;
  }
  return 0;
}

function swap(b: StateBuffer, blocks: readonly (readonly number[])[], i: number, j: number): void {
  const node = b.nodes[i];
  b.nodes[i] = b.nodes[j];
  b.nodes[j] = node;
  const [x, y] = [blocks[i], blocks[j]];
  for (let k = 0; k < x.length; k++) {
    const t = b.bytes[x[k]];
    b.bytes[x[k]] = b.bytes[y[k]];
    b.bytes[y[k]] = t;
  }
}
