/**
 * How a node lies in memory: 256 bytes as 64 32-bit words, each 8-byte field as (low, high). Same fields at the same
 * 8-byte places as `struct maple_range_64` and `struct maple_arange_64` of Linux 6.12 on 64-bit.
 *
 *   words   leaf_64, range_64        arange_64
 *   0       parent node, own number when dead, 0 at the root
 *   1       slot in the parent
 *   2..     15 pivots                9 pivots
 *   32..    16 slots                 (20..) 10 slots
 *   40..                             10 gaps
 *   meta    word 62 (in slot 15)     word 60
 */

export const maple_dense = 0;
export const maple_leaf_64 = 1;
export const maple_range_64 = 2;
export const maple_arange_64 = 3;
/** enum maple_type */
export type MapleType = 0 | 1 | 2 | 3;

/** Words (32-bit) in a node. */
export const NODE_WORDS = 64;
/** In the place of the parent while a node is not in a tree yet. */
export const FRESH = -1;

/*
 * Places and sizes are functions with literals in them, not constants: V8 folds those into the caller, while an
 * imported constant is loaded each time.
 */

/** Slots of a node. */
export function slotCount(type: number): number {
  return type === 3 ? 10 : 16;
}

/** Pivots of a node. */
export function pivotCount(type: number): number {
  return type === 3 ? 9 : 15;
}

/** Least index of the last slot (not the number of slots) of a node that need not be rebalanced. */
export function minEnd(type: number): number {
  return type === 3 ? 4 : 6;
}

/** The type keeps the largest gap below each slot. */
export function hasGaps(type: number): boolean {
  return type === 3;
}

/** Word of the parent of the node at `base`. */
export function parentAt(base: number): number {
  return base;
}

/** Word of the slot in the parent. */
export function parentSlotAt(base: number): number {
  return base + 1;
}

/** First word of the pivots. */
export function pivotsAt(base: number): number {
  return base + 2;
}

/** First word of the gaps of an arange_64. */
export function gapsAt(base: number): number {
  return base + 40;
}

export const MAPLE_RANGE64_SLOTS = 16;
export const MAPLE_ARANGE64_SLOTS = 10;

/** First word of the slots. */
export function slotsAt(type: number): number {
  return type === 3 ? 20 : 32;
}

/** A reference to a node that knows the node's type (`struct maple_enode`). */
export function enode(node: number, type: number): number {
  return (node << 2) | type;
}

/** Node number of a reference. */
export function nodeOf(ref: number): number {
  return ref >> 2;
}

/** Type of the referenced node. */
export function typeOf(ref: number): number {
  return ref & 3;
}

/** First word of the referenced node. */
export function baseOf(ref: number): number {
  return (ref >> 2) << 6;
}

/** True when the reference is to a leaf. */
export function isLeaf(ref: number): boolean {
  return (ref & 3) < 2;
}
