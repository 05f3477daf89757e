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
export const PARENT = 0;
export const PARENT_SLOT = 1;
export const PIVOTS = 2;
export const GAPS = 40;
/** In PARENT while a node is not in a tree yet. */
export const FRESH = -1;

/** Slots of a node, by type. */
export const SLOT_COUNT: readonly number[] = [31, 16, 16, 10];
/** Pivots of a node, by type. */
export const PIVOT_COUNT: readonly number[] = [0, 15, 15, 9];
/** Least index of the last slot (not the number of slots) of a node that need not be rebalanced, by type. */
export const MIN_END: readonly number[] = [15, 6, 6, 4];

export const MAPLE_NODE_SLOTS = 31;
export const MAPLE_RANGE64_SLOTS = 16;
export const MAPLE_ARANGE64_SLOTS = 10;

/** First word of the slots. */
export function slotsAt(type: number): number {
  return type === maple_arange_64 ? 20 : 32;
}

/** Word of the metadata: end | gap << 8. */
export function metaAt(type: number): number {
  return type === maple_arange_64 ? 60 : 62;
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
  return (ref & 3) < maple_range_64;
}
