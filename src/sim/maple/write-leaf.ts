/** Writes that stay within one leaf. */
import { updateGap } from './gaps.js';
import {
  baseOf,
  maple_leaf_64,
  minEnd,
  parentAt,
  parentSlotAt,
  pivotCount,
  pivotsAt,
  slotsAt,
  typeOf,
} from './layout.js';
import { dataEnd, isRoot, parentOf, readEntry, setMeta, setSlot, writeSlot } from './node.js';
import { popNode, retireNode } from './nodes.js';
import {
  MA_STATE_BULK,
  MA_STATE_REBALANCE,
  type MaState,
  ma_active,
  wr_exact_fit,
} from './state.js';
import { mt_in_rcu, setRootNode } from './tree.js';
import { decHi, decLo, incHi, incLo, lt } from './u64.js';
import { contentAt, type WrState } from './wr-state.js';

function writePivot(mas: MaState, base: number, i: number, hi: number, lo: number): void {
  const { words, counters } = mas.tree.cache;
  words[pivotsAt(base) + 2 * i] = lo;
  words[pivotsAt(base) + 2 * i + 1] = hi;
  counters.words++;
}

/** mas_bulk_rebalance: in bulk mode, a tail leaf that is large enough needs no rebalancing at the end. */
export function clearRebalance(mas: MaState, end: number): void {
  if (!(mas.mas_flags & MA_STATE_BULK) || isRoot(mas.tree.cache, mas.node)) return;
  if (end > minEnd(maple_leaf_64)) mas.mas_flags &= ~MA_STATE_REBALANCE;
}

/**
 * Short cut for what replaces entries in place, as fork does: the state is on a leaf and its range is exactly that of
 * the slot it is at. Sets the write up for `exactFit`, as the walk would.
 */
export function fitsHere(wr: WrState): boolean {
  const mas = wr.mas;
  if (mas.status !== ma_active || typeOf(mas.node) !== maple_leaf_64) return false;
  const w = mas.tree.cache.words;
  const base = baseOf(mas.node);
  const offset = mas.offset;
  const p = pivotsAt(base) + 2 * offset;
  if (offset ? mas.indexL !== incLo(w[p - 2]) : mas.indexL !== mas.minL) return false;
  if (offset ? mas.indexH !== incHi(w[p - 1], w[p - 2]) : mas.indexH !== mas.minH) return false;
  const end = dataEnd(w, base, maple_leaf_64, mas.maxH, mas.maxL);
  if (offset > end || mas.lastL !== (offset < end ? w[p] : mas.maxL)) return false;
  if (mas.lastH !== (offset < end ? w[p + 1] : mas.maxH)) return false;
  mas.end = end;
  mas.store_type = wr_exact_fit;
  wr.type = maple_leaf_64;
  wr.content = readEntry(w, base + slotsAt(maple_leaf_64) + 2 * offset);
  return true;
}

/** The range is exactly that of a slot: only the slot is written. */
export function exactFit(wr: WrState): void {
  const mas = wr.mas;
  writeSlot(mas.tree.cache, baseOf(mas.node) + slotsAt(wr.type) + 2 * mas.offset, wr.entry);
  if ((wr.entry === 0) !== (wr.content === 0)) updateGap(mas);
}

/** mas_wr_append (6.12): the write is in the last slot; outside RCU mode the leaf simply grows by one or two slots. */
export function append(wr: WrState, end: number): void {
  const mas = wr.mas;
  const cache = mas.tree.cache;
  const w = cache.words;
  const base = baseOf(mas.node);
  const p = pivotsAt(base) + 2 * mas.end;
  const s = base + slotsAt(wr.type) + 2 * mas.end;
  if (end < pivotCount(wr.type)) {
    const q = pivotsAt(base) + 2 * end;
    w[q] = mas.maxL;
    w[q + 1] = mas.maxH;
    setMeta(cache, base, wr.type, end, 0);
    cache.counters.words++;
  }
  const grown = end - mas.end;
  const startsHere = grown === 1 && !(mas.lastH === wr.rMaxH && mas.lastL === wr.rMaxL);
  const at = startsHere ? 0 : 2;
  setSlot(w, s + at, wr.entry);
  if (startsHere || grown === 2) {
    setSlot(w, s + at + 2, wr.content);
    w[p + at] = mas.lastL;
    w[p + at + 1] = mas.lastH;
  }
  if (!startsHere) {
    w[p] = decLo(mas.indexL);
    w[p + 1] = decHi(mas.indexH, mas.indexL);
    mas.offset = mas.end + 1;
  }
  cache.counters.words += grown === 2 ? 4 : startsHere ? 3 : 2;
  cache.counters.slots += grown === 1 && !startsHere ? 1 : 2;
  if (wr.content === 0 || wr.entry === 0) updateGap(mas);
  mas.end = end;
}

/** mas_wr_slot_store (6.12): as many slots as before; pivots move and one slot is written. */
export function slotStore(wr: WrState): void {
  const mas = wr.mas;
  const cache = mas.tree.cache;
  const base = baseOf(mas.node);
  const slots = base + slotsAt(wr.type);
  const offset = mas.offset;
  let nulls = wr.entry === 0 || contentAt(wr, offset) === 0 || contentAt(wr, offset + 1) === 0;
  const beforeH = decHi(mas.indexH, mas.indexL);
  const beforeL = decLo(mas.indexL);
  if (wr.offset_end - offset === 1) {
    if (mas.indexH === wr.rMinH && mas.indexL === wr.rMinL) {
      writeSlot(cache, slots + 2 * offset, wr.entry);
      writePivot(mas, base, offset, mas.lastH, mas.lastL);
    } else {
      writeSlot(cache, slots + 2 * offset + 2, wr.entry);
      writePivot(mas, base, offset, beforeH, beforeL);
      mas.offset++;
    }
  } else {
    nulls ||= contentAt(wr, offset + 2) === 0;
    writeSlot(cache, slots + 2 * offset + 2, wr.entry);
    writePivot(mas, base, offset, beforeH, beforeL);
    writePivot(mas, base, offset + 1, mas.lastH, mas.lastL);
    mas.offset++;
  }
  if (nulls) updateGap(mas);
}

/**
 * mas_wr_node_store (6.12): the leaf is written anew, in RCU mode into a fresh node that replaces it. The kernel builds
 * it on the stack otherwise; here it is changed in place, with the same result.
 */
export function nodeStore(wr: WrState, end: number): void {
  const mas = wr.mas;
  const cache = mas.tree.cache;
  const inRcu = mt_in_rcu(mas.tree);
  const atEnd = mas.lastH === wr.endPivH && mas.lastL === wr.endPivL;
  if (!atEnd && (wr.rMaxH & wr.rMaxL) === -1) clearRebalance(mas, mas.end);
  const from = baseOf(mas.node);
  const fresh = inRcu ? popNode(mas, maple_leaf_64) : mas.node;
  fillLeaf(wr, from, baseOf(fresh), atEnd ? wr.offset_end + 1 : wr.offset_end, end);
  setMeta(cache, baseOf(fresh), maple_leaf_64, end, 0);
  cache.counters.words += 2 + end + Math.min(end + 1, 15);
  if (inRcu) {
    cache.words[parentAt(baseOf(fresh))] = cache.words[parentAt(from)];
    cache.words[parentSlotAt(baseOf(fresh))] = cache.words[parentSlotAt(from)];
    cache.counters.slots += end + 1;
    const old = mas.node;
    mas.node = fresh;
    linkToParent(mas);
    retireNode(mas, old);
  } else {
    cache.counters.words += 64;
    cache.counters.slots += 16;
  }
  updateGap(mas);
  mas.end = end;
}

/**
 * The leaf at `from` with the write done, to the words at `to`: cleared ones, or the same leaf. `resume` is the first
 * old slot that survives the write, `end` the last slot afterwards.
 */
function fillLeaf(wr: WrState, from: number, to: number, resume: number, end: number): void {
  const mas = wr.mas;
  const w = mas.tree.cache.words;
  const pivots = pivotsAt(to);
  const slots = to + slotsAt(maple_leaf_64);
  const head = 2 * mas.offset;
  const cuts = lt(wr.rMinH, wr.rMinL, mas.indexH, mas.indexL);
  if (cuts) mas.offset++;
  const at = 2 * mas.offset;
  const tail = 2 * (mas.end - resume + 1);
  if (tail > 0) {
    move(w, from + slotsAt(maple_leaf_64) + 2 * resume, slots + at + 2, tail);
    move(w, pivotsAt(from) + 2 * resume, pivots + at + 2, tail - 2);
  }
  if (from !== to) {
    move(w, from + slotsAt(maple_leaf_64), slots, head);
    move(w, pivotsAt(from), pivots, head);
  }
  if (cuts) {
    setSlot(w, slots + head, wr.content);
    w[pivots + head] = decLo(mas.indexL);
    w[pivots + head + 1] = decHi(mas.indexH, mas.indexL);
  }
  setSlot(w, slots + at, wr.entry);
  if (mas.offset < 15) {
    w[pivots + at] = mas.lastL;
    w[pivots + at + 1] = mas.lastH;
  }
  if (tail > 0 && end < 15) {
    w[pivots + 2 * end] = mas.maxL;
    w[pivots + 2 * end + 1] = mas.maxH;
  }
  for (let i = 2 * end + 2; i < 2 * mas.end + 2; i++) {
    if (i < 30) w[pivots + i] = 0;
    w[slots + i] = 0;
  }
}

/** memmove of `n` words. */
function move(w: Int32Array, from: number, to: number, n: number): void {
  if (from < to) for (let i = n - 1; i >= 0; i--) w[to + i] = w[from + i];
  else for (let i = 0; i < n; i++) w[to + i] = w[from + i];
}

/** Makes the parent's slot, or the root of the tree, point to the state's node. */
export function linkToParent(mas: MaState): void {
  const cache = mas.tree.cache;
  const base = baseOf(mas.node);
  if (isRoot(cache, mas.node)) {
    setRootNode(mas.tree, mas.node);
    return;
  }
  const parent = parentOf(mas.tree, mas.node);
  writeSlot(
    cache,
    baseOf(parent) + slotsAt(typeOf(parent)) + 2 * cache.words[parentSlotAt(base)],
    mas.node,
  );
}
