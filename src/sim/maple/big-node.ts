/** The big node: up to two nodes and an insertion side by side, before they are divided into nodes again. */

import { MapleFault } from './fault.js';
import { found, maxGap } from './gaps.js';
import {
  baseOf,
  gapsAt,
  hasGaps,
  isLeaf,
  MAPLE_RANGE64_SLOTS,
  minEnd,
  pivotCount,
  pivotsAt,
  slotCount,
  slotsAt,
  typeOf,
} from './layout.js';
import { setMeta, stateEnd } from './node.js';
import { MA_STATE_BULK, MA_STATE_REBALANCE, type MaState } from './state.js';
import { mt_is_alloc } from './tree.js';
import { lt } from './u64.js';

/** 8-byte words of the kernel's struct, which is cleared as a whole. */
const BIG_NODE_WORDS = 77;
const CAPACITY = 2 * (MAPLE_RANGE64_SLOTS * 2 + 4);

/** Entries 0..: pivot (the end of the range), slot and gap of each, as pairs (low, high). */
export class BigNode {
  readonly pivot = new Int32Array(CAPACITY);
  readonly slot = new Int32Array(CAPACITY);
  readonly gap = new Int32Array(CAPACITY);
  /** Index of the last entry or, while a level is being put together, of the next free one. */
  end = 0;
  /** Entries from here on are empty, whatever the arrays hold there. */
  used = 0;
  type = 0;
  /** An entry behind the first may have pivot 0, which ends what is copied out. */
  odd = false;

  /** Empties it. */
  clear(mas: MaState): void {
    this.end = 0;
    this.used = 0;
    this.odd = false;
    mas.tree.cache.counters.words += BIG_NODE_WORDS;
  }

  /** The slot holds NULL. */
  isNull(i: number): boolean {
    return i >= this.used || (this.slot[2 * i] | this.slot[2 * i + 1]) === 0;
  }

  /** Sets entry `i`, which is the next one. */
  put(i: number, slotHi: number, slotLo: number, pivHi: number, pivLo: number): void {
    this.slot[2 * i] = slotLo;
    this.slot[2 * i + 1] = slotHi;
    this.pivot[2 * i] = pivLo;
    this.pivot[2 * i + 1] = pivHi;
    this.used = i + 1;
  }
}

/** mab_shift_right: makes room for `by` entries before those there are. */
export function shiftRight(bn: BigNode, by: number, mas: MaState): void {
  moveUp(bn.pivot, 2 * by, 2 * bn.end);
  moveUp(bn.slot, 2 * by, 2 * bn.end);
  if (hasGaps(bn.type)) moveUp(bn.gap, 2 * by, 2 * bn.end);
  bn.used = bn.end + by;
  mas.tree.cache.counters.words += hasGaps(bn.type) ? 3 * bn.end : 2 * bn.end;
}

function moveUp(a: Int32Array, by: number, n: number): void {
  let i = n - 1;
  for (; i > 2; i -= 4) {
    a[i + by] = a[i];
    a[i + by - 1] = a[i - 1];
    a[i + by - 2] = a[i - 2];
    a[i + by - 3] = a[i - 3];
  }
  for (; i >= 0; i--) a[i + by] = a[i];
}

/** Copies `n` pairs. Unrolled: twice as fast as a plain loop, and as a built-in for the few there are. */
function copyPairs(from: Int32Array, at: number, to: Int32Array, toAt: number, n: number): void {
  const end = at + 2 * n;
  let i = at;
  let j = toAt;
  for (; i < end - 6; i += 8, j += 8) {
    to[j] = from[i];
    to[j + 1] = from[i + 1];
    to[j + 2] = from[i + 2];
    to[j + 3] = from[i + 3];
    to[j + 4] = from[i + 4];
    to[j + 5] = from[i + 5];
    to[j + 6] = from[i + 6];
    to[j + 7] = from[i + 7];
  }
  for (; i < end; i += 2, j += 2) {
    to[j] = from[i];
    to[j + 1] = from[i + 1];
  }
}

function clearPairs(w: Int32Array, at: number, n: number): void {
  for (let i = at; i < at + 2 * n; i += 2) {
    w[i] = 0;
    w[i + 1] = 0;
  }
}

/**
 * mas_mab_cp (6.12): entries `start` to `end`, or to the end of the data, of the state's node into the big node from
 * `at` on; `bn.end` becomes the next free index.
 */
export function copyIn(mas: MaState, start: number, end: number, bn: BigNode, at: number): void {
  const { words: w, counters } = mas.tree.cache;
  const base = baseOf(mas.node);
  const type = typeOf(mas.node);
  const n = entriesUpTo(mas, start, end, bn);
  copyPairs(w, pivotsAt(base) + 2 * start, bn.pivot, 2 * at, n);
  if (start + n > pivotCount(type)) {
    bn.pivot[2 * (at + n - 1)] = mas.maxL;
    bn.pivot[2 * (at + n - 1) + 1] = mas.maxH;
  }
  bn.end = at + n;
  if (bn.used < at + n) bn.used = at + n;
  copyPairs(w, base + slotsAt(type) + 2 * start, bn.slot, 2 * at, n);
  counters.words += 2 * n;
  if (!hasGaps(type)) return;
  copyPairs(w, gapsAt(base) + 2 * start, bn.gap, 2 * at, n);
  counters.words += n;
}

/**
 * Number of entries from `start` to `end` or to the end of the data. From a node with a single slot, of which more is
 * asked, the kernel takes an entry with pivot 0 along.
 */
function entriesUpTo(mas: MaState, start: number, end: number, bn: BigNode): number {
  const last = stateEnd(mas);
  if (last === 0 && start === 0 && end > 0) {
    bn.odd = true;
    return 2;
  }
  return (end < last ? end : last) - start + 1;
}

/**
 * mab_mas_cp (6.12): entries `start` to `end`, or to the last there is, into the state's node, which may hold
 * anything, with gaps and metadata. `newMax`: the state's maximum becomes the last pivot copied.
 */
export function copyOut(
  bn: BigNode,
  start: number,
  end: number,
  mas: MaState,
  newMax: boolean,
): void {
  const cache = mas.tree.cache;
  const w = cache.words;
  const base = baseOf(mas.node);
  const type = typeOf(mas.node);
  const pivots = pivotCount(type);
  const limit = Math.min(end - start > pivots ? end - 1 : end, bn.used - 1);
  const n = (bn.odd ? beforeZero(bn, start + 1, limit) : limit + 1) - start;
  if (n > pivots + 1)
    throw new MapleFault('overrun', `${n} slots written to a node of ${pivots + 1}`);
  copyPairs(bn.pivot, 2 * start, w, pivotsAt(base), n < pivots ? n : pivots);
  copyPairs(bn.slot, 2 * start, w, base + slotsAt(type), n);
  if (newMax) {
    mas.maxL = bn.pivot[2 * (start + n) - 2];
    mas.maxH = bn.pivot[2 * (start + n) - 1];
  }
  clearPairs(w, pivotsAt(base) + 2 * n, pivots - n);
  clearPairs(w, base + slotsAt(type) + 2 * n, pivots + 1 - n);
  cache.counters.words += n < pivots ? 2 * n : n + pivots;
  cache.counters.slots += n;
  if (!hasGaps(type)) {
    setMeta(cache, base, type, n - 1, 0);
    return;
  }
  copyPairs(bn.gap, 2 * start, w, gapsAt(base), n);
  clearPairs(w, gapsAt(base) + 2 * n, pivots + 1 - n);
  cache.counters.words += n;
  setMeta(cache, base, type, n - 1, largestGap(bn, start, n));
}

function beforeZero(bn: BigNode, from: number, limit: number): number {
  let i = from;
  while (i <= limit && (bn.pivot[2 * i] | bn.pivot[2 * i + 1]) !== 0) i++;
  return i;
}

/** Slot of the largest gap, the highest of equals; 0 when there is no gap at all. */
function largestGap(bn: BigNode, start: number, n: number): number {
  let slot = 0;
  let hi = 0;
  let lo = 0;
  for (let j = n - 1; j >= 0; j--) {
    const g = 2 * (start + j);
    if (lt(hi, lo, bn.gap[g + 1], bn.gap[g])) {
      lo = bn.gap[g];
      hi = bn.gap[g + 1];
      slot = j;
    }
  }
  return slot;
}

/** mab_set_b_end: appends the state's node as a child, with its maximum and largest gap. */
export function appendChild(bn: BigNode, mas: MaState): void {
  if (mas.node === 0) return;
  const i = bn.end++;
  bn.put(i, 0, mas.node, mas.maxH, mas.maxL);
  mas.tree.cache.counters.words += 2;
  if (!mt_is_alloc(mas.tree)) return;
  maxGap(mas);
  bn.gap[2 * i] = found.lo;
  bn.gap[2 * i + 1] = found.hi;
  mas.tree.cache.counters.words++;
}

/** mab_no_null_split: moves the split off a NULL, to the right while both sides stay large enough. */
export function avoidNull(bn: BigNode, split: number, slots: number): number {
  if (!bn.isNull(split)) return split;
  return split < slots - 1 && bn.end - split > minEnd(bn.type) ? split + 1 : split - 1;
}

/** Where to divide: last entry of the left node and, with three nodes, of the middle one (0: two nodes). */
export interface Split {
  split: number;
  mid: number;
}

/** mab_calc_split (6.12): in the middle; in thirds when two nodes can not hold it; far right in bulk mode. */
export function calcSplit(mas: MaState, bn: BigNode): Split {
  const slots = slotCount(bn.type);
  if (mas.mas_flags & MA_STATE_BULK) {
    const split = bn.end - minEnd(bn.type);
    if (!isLeaf(bn.type)) return { split, mid: 0 };
    mas.mas_flags |= MA_STATE_REBALANCE;
    return { split: bn.isNull(split) ? split - 1 : split, mid: 0 };
  }
  const half = bn.end >> 1;
  if (bn.end >= 2 * slots || (bn.isNull(half) && bn.end >= 2 * slots - 1)) {
    const third = Math.floor(bn.end / 3);
    return { split: avoidNull(bn, third, slots), mid: avoidNull(bn, 2 * third, slots) };
  }
  return { split: avoidNull(bn, half, slots), mid: 0 };
}
