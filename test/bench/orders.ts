import { Prng } from '../../src/base/prng.js';

/** The items in an order that the seed gives. */
export function shuffled<T>(items: readonly T[], seed: number): T[] {
  const out = [...items];
  const r = new Prng(seed);
  for (let k = out.length - 1; k > 0; k--) {
    const other = r.below(k + 1);
    [out[k], out[other]] = [out[other], out[k]];
  }
  return out;
}

/** One item of an order; `counts`: at least half of the items come before it. */
export interface Turn<T> {
  item: T;
  counts: boolean;
}

/**
 * Two orders of the items: a shuffled one, and the same with its halves swapped. Each item counts in exactly one of them,
 * where at least half of the items, rounded down, come before it.
 */
export function bothOrders<T>(items: readonly T[], seed: number): [Turn<T>[], Turn<T>[]] {
  const order = shuffled(items, seed);
  const half = order.length >> 1;
  const [early, late] = [order.slice(0, half), order.slice(half)];
  const turns = (first: T[], then: T[]): Turn<T>[] => [
    ...first.map((item) => ({ item, counts: false })),
    ...then.map((item) => ({ item, counts: true })),
  ];
  return [turns(early, late), turns(late, early)];
}
