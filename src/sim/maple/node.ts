/** Reading and linking nodes: end of data, pivots, slots, parents. `w` is always the word array of the cache. */
import type { NodeCache } from './cache.js';
import {
  baseOf,
  hasGaps,
  isLeaf,
  maple_arange_64,
  maple_range_64,
  minEnd,
  nodeOf,
  parentAt,
  parentSlotAt,
  pivotCount,
  pivotsAt,
  slotsAt,
  typeOf,
} from './layout.js';
import type { MaState } from './state.js';
import { type Entry, type MapleTree, mt_is_alloc } from './tree.js';
import { decimal } from './u64.js';

/**
 * ma_data_end: index of the last slot with data (a NULL counts) of the node at `base`, whose maximum is given.
 * A full leaf has no room for metadata; then the last pivot tells.
 */
export function dataEnd(
  w: Int32Array,
  base: number,
  type: number,
  maxH: number,
  maxL: number,
): number {
  if (hasGaps(type)) return w[base + 60] & 0xff;
  const lo = w[pivotsAt(base) + 28];
  const hi = w[pivotsAt(base) + 29];
  if ((lo | hi) === 0) return w[base + 62] & 0xff;
  return lo === maxL && hi === maxH ? 14 : 15;
}

/** dataEnd of the node that the state is at. */
export function stateEnd(mas: MaState): number {
  return dataEnd(mas.tree.cache.words, baseOf(mas.node), typeOf(mas.node), mas.maxH, mas.maxL);
}

/** Writes the metadata: index of the last slot, and of the largest gap. A full leaf has none. */
export function setMeta(
  cache: NodeCache,
  base: number,
  type: number,
  end: number,
  gap: number,
): void {
  if (hasGaps(type)) cache.words[base + 60] = end | (gap << 8);
  else if (end < 15) {
    cache.words[base + 62] = end | (gap << 8);
    cache.words[base + 63] = 0;
  } else return;
  cache.counters.words++;
}

/** The entry in the slot at word `at`. */
export function readEntry(w: Int32Array, at: number): Entry {
  const hi = w[at + 1];
  return hi === 0 ? w[at] >>> 0 : hi * 4294967296 + (w[at] >>> 0);
}

/** Puts an entry into the two words at `at`. */
export function setSlot(w: Int32Array, at: number, entry: Entry): void {
  w[at] = entry | 0;
  w[at + 1] = entry < 4294967296 ? 0 : (entry / 4294967296) | 0;
}

/** Writes an entry or a child reference into the slot at word `at` of a node in the tree, and counts it. */
export function writeSlot(cache: NodeCache, at: number, entry: Entry): void {
  setSlot(cache.words, at, entry);
  cache.counters.words++;
  cache.counters.slots++;
}

/** Entry of a leaf, or child reference, in slot `offset`. */
export function slotValue(w: Int32Array, base: number, type: number, offset: number): number {
  const at = base + slotsAt(type) + 2 * offset;
  return type >= maple_range_64 ? w[at] : readEntry(w, at);
}

/** mas_safe_pivot: high half of pivot `i`, of the node maximum when the node has no such pivot. */
export function pivotHi(
  w: Int32Array,
  base: number,
  type: number,
  i: number,
  maxH: number,
): number {
  return i >= pivotCount(type) ? maxH : w[pivotsAt(base) + 2 * i + 1];
}

/** mas_safe_pivot, low half. */
export function pivotLo(
  w: Int32Array,
  base: number,
  type: number,
  i: number,
  maxL: number,
): number {
  return i >= pivotCount(type) ? maxL : w[pivotsAt(base) + 2 * i];
}

/** The node has been replaced; whoever is on it must walk again. */
export function isDead(cache: NodeCache, ref: number): boolean {
  return cache.words[parentAt(baseOf(ref))] === nodeOf(ref);
}

/** Marks the node as replaced. */
export function setDead(cache: NodeCache, ref: number): void {
  cache.words[parentAt(baseOf(ref))] = nodeOf(ref);
}

/** The node is the root of its tree. */
export function isRoot(cache: NodeCache, ref: number): boolean {
  return cache.words[parentAt(baseOf(ref))] === 0;
}

/** Reference to the parent; its type follows from the tree. Not for the root. */
export function parentOf(mt: MapleTree, ref: number): number {
  return (
    (mt.cache.words[parentAt(baseOf(ref))] << 2) |
    (mt_is_alloc(mt) ? maple_arange_64 : maple_range_64)
  );
}

/** Slot of the node in its parent; 0 for the root. */
export function parentSlot(cache: NodeCache, ref: number): number {
  return cache.words[parentSlotAt(baseOf(ref))];
}

/** Links the child to `slot` of the parent. */
export function setParent(cache: NodeCache, child: number, parent: number, slot: number): void {
  const base = baseOf(child);
  cache.words[parentAt(base)] = nodeOf(parent);
  cache.words[parentSlotAt(base)] = slot;
  cache.counters.words++;
}

/** Too few entries for a node that is not the right-most one. */
export function isSmall(ref: number, end: number): boolean {
  return end < minEnd(typeOf(ref));
}

/** Where a node is, for messages: the slots from the root down, `/` for the root. */
export function pathOf(mt: MapleTree, ref: number): string {
  const slots: number[] = [];
  for (let at = ref, i = 0; !isRoot(mt.cache, at) && i < 32; i++) {
    slots.unshift(parentSlot(mt.cache, at));
    at = parentOf(mt, at);
  }
  return `/${slots.join('/')}`;
}

/** `leaf [min, max]` of the state's node, for messages. */
export function nodeText(mas: MaState): string {
  const kind = isLeaf(mas.node) ? 'leaf' : 'node';
  return `${kind} ${pathOf(mas.tree, mas.node)} [${decimal(mas.minH, mas.minL)}, ${decimal(mas.maxH, mas.maxL)}]`;
}
