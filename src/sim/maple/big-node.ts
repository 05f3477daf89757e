/** The big node: up to two nodes and an insertion side by side, before they are divided into nodes again. */

import { MapleFault } from './fault.js';
import { found, maxGap } from './gaps.js';
import {
  baseOf,
  GAPS,
  isLeaf,
  MAPLE_RANGE64_SLOTS,
  MIN_END,
  maple_arange_64,
  PIVOT_COUNT,
  PIVOTS,
  SLOT_COUNT,
  slotsAt,
  typeOf,
} from './layout.js';
import { pivotHi, pivotLo, setMeta } from './node.js';
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
  type = 0;

  /** Empties it. */
  clear(mas: MaState): void {
    this.pivot.fill(0);
    this.slot.fill(0);
    this.gap.fill(0);
    this.end = 0;
    mas.tree.cache.counters.words += BIG_NODE_WORDS;
  }

  /** The slot holds NULL. */
  isNull(i: number): boolean {
    return (this.slot[2 * i] | this.slot[2 * i + 1]) === 0;
  }

  /** Sets entry `i`. */
  put(i: number, slotHi: number, slotLo: number, pivHi: number, pivLo: number): void {
    this.slot[2 * i] = slotLo;
    this.slot[2 * i + 1] = slotHi;
    this.pivot[2 * i] = pivLo;
    this.pivot[2 * i + 1] = pivHi;
  }
}

/** mab_shift_right: makes room for `by` entries before those there are. */
export function shiftRight(bn: BigNode, by: number, mas: MaState): void {
  const n = 2 * bn.end;
  bn.pivot.copyWithin(2 * by, 0, n);
  bn.slot.copyWithin(2 * by, 0, n);
  if (bn.type === maple_arange_64) bn.gap.copyWithin(2 * by, 0, n);
  mas.tree.cache.counters.words += bn.type === maple_arange_64 ? 3 * bn.end : 2 * bn.end;
}

/**
 * mas_mab_cp (6.12): entries `start` to `end`, or to the end of the data, of the state's node into the big node from
 * `at` on; `bn.end` becomes the next free index.
 */
export function copyIn(mas: MaState, start: number, end: number, bn: BigNode, at: number): void {
  const w = mas.tree.cache.words;
  const base = baseOf(mas.node);
  const type = typeOf(mas.node);
  const pivots = Math.min(end, PIVOT_COUNT[type]);
  let i = start;
  let j = at;
  for (; i < pivots; i++, j++) {
    const lo = w[base + PIVOTS + 2 * i];
    const hi = w[base + PIVOTS + 2 * i + 1];
    bn.pivot[2 * j] = lo;
    bn.pivot[2 * j + 1] = hi;
    if (i === 0) continue;
    if ((lo | hi) === 0) break;
    if (lo === mas.maxL && hi === mas.maxH) {
      i = end + 1;
      break;
    }
  }
  if (i <= end) {
    bn.pivot[2 * j] = pivotLo(w, base, type, i, mas.maxL);
    bn.pivot[2 * j + 1] = pivotHi(w, base, type, i, mas.maxH);
  }
  bn.end = j + 1;
  const n = j + 1 - at;
  copyWords(w, base + slotsAt(type) + 2 * start, bn.slot, 2 * at, 2 * n);
  if (type === maple_arange_64) copyWords(w, base + GAPS + 2 * start, bn.gap, 2 * at, 2 * n);
  mas.tree.cache.counters.words += type === maple_arange_64 ? 3 * n : 2 * n;
}

function copyWords(from: Int32Array, at: number, to: Int32Array, toAt: number, n: number): void {
  for (let i = 0; i < n; i++) to[toAt + i] = from[at + i];
}

/**
 * mab_mas_cp (6.12): entries `start` to `end`, or to the last there is, into the state's empty node, with gaps and
 * metadata. `newMax`: the state's maximum becomes the last pivot copied.
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
  const limit = end - start > PIVOT_COUNT[type] ? end - 1 : end;
  let i = start;
  do {
    if (i - start < PIVOT_COUNT[type]) {
      w[base + PIVOTS + 2 * (i - start)] = bn.pivot[2 * i];
      w[base + PIVOTS + 2 * (i - start) + 1] = bn.pivot[2 * i + 1];
    }
    i++;
  } while (i <= limit && (bn.pivot[2 * i] | bn.pivot[2 * i + 1]) !== 0);
  const n = i - start;
  if (n > SLOT_COUNT[type])
    throw new MapleFault('overrun', `${n} slots written to a node of ${SLOT_COUNT[type]}`);
  copyWords(bn.slot, 2 * start, w, base + slotsAt(type), 2 * n);
  if (newMax) {
    mas.maxL = bn.pivot[2 * i - 2];
    mas.maxH = bn.pivot[2 * i - 1];
  }
  if (type === maple_arange_64) {
    copyWords(bn.gap, 2 * start, w, base + GAPS, 2 * n);
    setMeta(cache, base, type, n - 1, largestGap(bn, start, n));
  } else setMeta(cache, base, type, n - 1, 0);
  cache.counters.words += type === maple_arange_64 ? 3 * n : 2 * n;
  cache.counters.slots += n;
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
  return split < slots - 1 && bn.end - split > MIN_END[bn.type] ? split + 1 : split - 1;
}

/** Where to divide: last entry of the left node and, with three nodes, of the middle one (0: two nodes). */
export interface Split {
  split: number;
  mid: number;
}

/** mab_calc_split (6.12): in the middle; in thirds when two nodes can not hold it; far right in bulk mode. */
export function calcSplit(mas: MaState, bn: BigNode): Split {
  const slots = SLOT_COUNT[bn.type];
  if (mas.mas_flags & MA_STATE_BULK) {
    const split = bn.end - MIN_END[bn.type];
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
