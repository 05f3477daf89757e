/** A tree: its flags and its root. The nodes are in the cache. */
import { ForkloreError } from '../../base/errors.js';
import { NodeCache } from './cache.js';

/** Track gaps. */
export const MT_FLAGS_ALLOC_RANGE = 0x01;
/** Replaced nodes live on until the end of a grace period. */
export const MT_FLAGS_USE_RCU = 0x02;
export const MT_FLAGS_HEIGHT_OFFSET = 0x02;
export const MT_FLAGS_HEIGHT_MASK = 0x7c;
export const MAPLE_HEIGHT_MAX = 31;

/**
 * What a slot holds: 0 (NULL) or a non-zero safe integer that stands for a pointer. As in the kernel the low two bits
 * tell kinds apart: 00 pointer, odd a value made by `xa_mk_value`, 10 internal.
 */
export type Entry = number;

/** XA_ZERO_ENTRY: a reserved entry that `mtree_load` shows as NULL and iterators show as it is. */
export const XA_ZERO_ENTRY: Entry = (257 << 2) | 2;

/** xa_mk_value: the entry for the integer `v`, 0 to 2^52 - 1. */
export function xa_mk_value(v: number): Entry {
  const entry = v * 2 + 1;
  if (!(v >= 0) || !Number.isSafeInteger(entry))
    throw new ForkloreError('usage', `maple tree: no value entry for ${v}`);
  return entry;
}

/** xa_to_value: the integer in a value entry. */
export function xa_to_value(entry: Entry): number {
  return (entry - 1) / 2;
}

/** xa_is_value */
export function xa_is_value(entry: Entry): boolean {
  return entry % 2 === 1;
}

/** xa_is_advanced: entries that the mtree_ functions refuse. */
export function xa_is_advanced(entry: Entry): boolean {
  return (entry & 3) === 2 && entry <= ((256 << 2) | 2);
}

/** struct maple_tree */
export class MapleTree {
  /** NULL, an entry for index 0 alone, or a node reference: `rootIsNode` tells. */
  ma_root = 0;
  rootIsNode = false;

  constructor(
    public ma_flags = 0,
    readonly cache: NodeCache = new NodeCache(),
  ) {
    mt_init_flags(this, ma_flags);
  }
}

/** mt_init_flags: makes the tree empty without looking at what it held. */
export function mt_init_flags(mt: MapleTree, flags: number): void {
  mt.ma_flags = flags;
  mt.ma_root = 0;
  mt.rootIsNode = false;
}

/** Levels of nodes; 0 for an empty tree and for a single entry at 0. */
export function mt_height(mt: MapleTree): number {
  return (mt.ma_flags & MT_FLAGS_HEIGHT_MASK) >> MT_FLAGS_HEIGHT_OFFSET;
}

/** The flags without the height. */
export function mt_attr(mt: MapleTree): number {
  return mt.ma_flags & ~MT_FLAGS_HEIGHT_MASK;
}

/** True when the root is NULL; a node that holds nothing but NULL does not count as empty. */
export function mtree_empty(mt: MapleTree): boolean {
  return mt.ma_root === 0;
}

/** The tree tracks gaps. */
export function mt_is_alloc(mt: MapleTree): boolean {
  return (mt.ma_flags & MT_FLAGS_ALLOC_RANGE) !== 0;
}

/** The tree is in RCU mode. */
export function mt_in_rcu(mt: MapleTree): boolean {
  return (mt.ma_flags & MT_FLAGS_USE_RCU) !== 0;
}

/** mt_set_in_rcu */
export function mt_set_in_rcu(mt: MapleTree): void {
  mt.ma_flags |= MT_FLAGS_USE_RCU;
}

/** mt_clear_in_rcu */
export function mt_clear_in_rcu(mt: MapleTree): void {
  mt.ma_flags &= ~MT_FLAGS_USE_RCU;
}

/** Records the height in the flags. */
export function setHeight(mt: MapleTree, height: number): void {
  mt.ma_flags = mt_attr(mt) | (height << MT_FLAGS_HEIGHT_OFFSET);
}

/** Makes the referenced node the root. */
export function setRootNode(mt: MapleTree, ref: number): void {
  mt.ma_root = ref;
  mt.rootIsNode = true;
}

/** Makes NULL or an entry the root. */
export function setRootEntry(mt: MapleTree, entry: Entry): void {
  mt.ma_root = entry;
  mt.rootIsNode = false;
}
