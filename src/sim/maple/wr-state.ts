/** struct ma_wr_state: a write in progress, and the walk that finds where it goes and of which kind it is. */
import { MapleFault } from './fault.js';
import {
  baseOf,
  isLeaf,
  maple_range_64,
  minEnd,
  pivotsAt,
  slotCount,
  slotsAt,
  typeOf,
} from './layout.js';
import { dataEnd, isRoot, readEntry } from './node.js';
import {
  MA_STATE_BULK,
  type MaState,
  ma_error,
  ma_none,
  ma_root,
  wr_append,
  wr_exact_fit,
  wr_new_root,
  wr_node_store,
  wr_rebalance,
  wr_slot_store,
  wr_spanning_store,
  wr_split_store,
  wr_store_root,
} from './state.js';
import { type Entry, mt_in_rcu } from './tree.js';
import { incHi, incLo, lt } from './u64.js';

/** A write: the entry to store, and what it meets in the leaf. */
export class WrState {
  mas!: MaState;
  entry: Entry = 0;
  /** What the range overwrites: the entry in its first slot; in a split or rebalance the one that it cuts short. */
  content: Entry = 0;
  type = 0;
  /** Range of the first slot. */
  rMinH = 0;
  rMinL = 0;
  rMaxH = 0;
  rMaxL = 0;
  /** Slot in which the write ends, and the end of that slot. */
  offset_end = 0;
  endPivH = 0;
  endPivL = 0;

  /** Prepares it for storing `entry` with `mas`. */
  begin(mas: MaState, entry: Entry): this {
    this.mas = mas;
    this.entry = entry;
    this.content = 0;
    return this;
  }
}

/** mas_wr_node_walk: forwards from the state's offset to the slot that holds the index. */
export function wrNodeWalk(wr: WrState): void {
  const mas = wr.mas;
  const w = mas.tree.cache.words;
  const base = baseOf(mas.node);
  const end = dataEnd(w, base, wr.type, mas.maxH, mas.maxL);
  mas.end = end;
  const ih = mas.indexH;
  const il = mas.indexL;
  let offset = mas.offset;
  let p = pivotsAt(base) + 2 * offset;
  while (offset < end && lt(w[p + 1], w[p], ih, il)) {
    offset++;
    p += 2;
  }
  if (offset < end) {
    wr.rMaxH = w[p + 1];
    wr.rMaxL = w[p];
  } else {
    wr.rMaxH = mas.maxH;
    wr.rMaxL = mas.maxL;
  }
  if (offset) {
    wr.rMinH = incHi(w[p - 1], w[p - 2]);
    wr.rMinL = incLo(w[p - 2]);
  } else {
    wr.rMinH = mas.minH;
    wr.rMinL = mas.minL;
  }
  wr.offset_end = mas.offset = offset;
}

/** mas_wr_walk_descend: sets the type and finds the slot in the state's node. */
export function wrDescend(wr: WrState): void {
  if (wr.mas.node === 0)
    throw new MapleFault('null-node', 'a write walks from a state without a node');
  wr.type = typeOf(wr.mas.node);
  wrNodeWalk(wr);
}

/** What the slot at the state's offset holds. */
export function contentAt(wr: WrState, offset: number): Entry {
  const mas = wr.mas;
  const at = baseOf(mas.node) + slotsAt(wr.type) + 2 * offset;
  const w = mas.tree.cache.words;
  return wr.type >= maple_range_64 ? w[at] : readEntry(w, at);
}

function traverse(wr: WrState): void {
  const mas = wr.mas;
  mas.minH = wr.rMinH;
  mas.minL = wr.rMinL;
  mas.maxH = wr.rMaxH;
  mas.maxL = wr.rMaxL;
  mas.node = wr.content;
  mas.offset = 0;
}

/**
 * mas_is_span_wr (6.12): the write ends beyond the slot (beyond the leaf, in a leaf), or would make a leaf end with
 * NULL that is not the right-most one.
 */
function spans(wr: WrState): boolean {
  const mas = wr.mas;
  if (lt(mas.lastH, mas.lastL, wr.rMaxH, wr.rMaxL)) return false;
  let maxH = wr.rMaxH;
  let maxL = wr.rMaxL;
  if (isLeaf(wr.type)) {
    maxH = mas.maxH;
    maxL = mas.maxL;
    if (lt(mas.lastH, mas.lastL, maxH, maxL)) return false;
  }
  const atEnd = mas.lastH === maxH && mas.lastL === maxL;
  return !(atEnd && (wr.entry !== 0 || (maxH & maxL) === -1));
}

/** mas_wr_walk: down to the leaf; false at the node where the write turns out to span. */
function wrWalk(wr: WrState): boolean {
  for (;;) {
    wrDescend(wr);
    if (spans(wr)) return false;
    wr.content = contentAt(wr, wr.mas.offset);
    if (isLeaf(wr.type)) return true;
    traverse(wr);
  }
}

/** mas_wr_walk_index: down to the leaf that holds the index. */
export function wrWalkIndex(wr: WrState): void {
  for (;;) {
    wrDescend(wr);
    wr.content = contentAt(wr, wr.mas.offset);
    if (isLeaf(wr.type)) return;
    traverse(wr);
  }
}

/** mas_wr_end_piv: the slot in which the write ends. */
export function findEnd(wr: WrState): void {
  const mas = wr.mas;
  const w = mas.tree.cache.words;
  const p = pivotsAt(baseOf(mas.node));
  const end = mas.end;
  let at = wr.offset_end;
  while (at < end && lt(w[p + 2 * at + 1], w[p + 2 * at], mas.lastH, mas.lastL)) at++;
  wr.offset_end = at;
  wr.endPivH = at < end ? w[p + 2 * at + 1] : mas.maxH;
  wr.endPivL = at < end ? w[p + 2 * at] : mas.maxL;
}

/** mas_wr_extend_null (6.12): a NULL grows over the NULLs beside it. */
function extendNull(wr: WrState): void {
  const mas = wr.mas;
  const w = mas.tree.cache.words;
  const p = pivotsAt(baseOf(mas.node));
  if (contentAt(wr, wr.offset_end) === 0) {
    mas.lastH = wr.endPivH;
    mas.lastL = wr.endPivL;
  } else if (
    mas.lastH === wr.endPivH &&
    mas.lastL === wr.endPivL &&
    mas.end !== wr.offset_end &&
    contentAt(wr, wr.offset_end + 1) === 0
  ) {
    const at = ++wr.offset_end;
    wr.endPivH = mas.lastH = at === mas.end ? mas.maxH : w[p + 2 * at + 1];
    wr.endPivL = mas.lastL = at === mas.end ? mas.maxL : w[p + 2 * at];
  }
  if (wr.content === 0) {
    mas.indexH = wr.rMinH;
    mas.indexL = wr.rMinL;
  } else if (
    mas.indexH === wr.rMinH &&
    mas.indexL === wr.rMinL &&
    mas.offset > 0 &&
    contentAt(wr, mas.offset - 1) === 0
  ) {
    const at = --mas.offset;
    wr.rMinH = mas.indexH = at ? incHi(w[p + 2 * at - 1], w[p + 2 * at - 2]) : mas.minH;
    wr.rMinL = mas.indexL = at ? incLo(w[p + 2 * at - 2]) : mas.minL;
    wr.rMaxH = w[p + 2 * at + 1];
    wr.rMaxL = w[p + 2 * at];
  }
}

/** mas_wr_new_end: index of the leaf's last slot after the write. */
export function newEnd(wr: WrState): number {
  const mas = wr.mas;
  let end = mas.end + 2 - (wr.offset_end - mas.offset);
  if (wr.rMinH === mas.indexH && wr.rMinL === mas.indexL) end--;
  if (wr.endPivH === mas.lastH && wr.endPivL === mas.lastL) end--;
  return end;
}

/** mas_wr_store_type (6.12): walks to where the write goes and decides how it is done. */
export function chooseStore(wr: WrState): void {
  const mas = wr.mas;
  if (mas.status === ma_none || mas.status === ma_root) {
    mas.store_type = wr_store_root;
    return;
  }
  if (mas.status === ma_error)
    throw new MapleFault('error-state', 'a store with a state that holds an error');
  if (!wrWalk(wr)) {
    mas.store_type = wr_spanning_store;
    return;
  }
  findEnd(wr);
  if (wr.entry === 0) extendNull(wr);
  mas.store_type = leafStore(wr, newEnd(wr));
}

function leafStore(wr: WrState, end: number): number {
  const mas = wr.mas;
  const { indexH, indexL, lastH, lastL } = mas;
  if (wr.rMinH === indexH && wr.rMinL === indexL && wr.rMaxH === lastH && wr.rMaxL === lastL)
    return wr_exact_fit;
  if ((indexH | indexL) === 0 && (lastH & lastL) === -1) return wr_new_root;
  if (end < minEnd(wr.type)) {
    const alone = isRoot(mas.tree.cache, mas.node) || (mas.mas_flags & MA_STATE_BULK) !== 0;
    return alone ? wr_node_store : wr_rebalance;
  }
  if (end >= slotCount(wr.type)) return wr_split_store;
  const inRcu = mt_in_rcu(mas.tree);
  if (!inRcu && mas.offset === mas.end) return wr_append;
  if (end === mas.end && (!inRcu || wr.offset_end - mas.offset === 1)) return wr_slot_store;
  return wr_node_store;
}
