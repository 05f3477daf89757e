/** struct ma_state: where an operation is in a tree, and the nodes that it has preallocated. */
import type { MapleTree } from './tree.js';
import { hiOf, loOf, type Ulong, ulong } from './u64.js';

/** enum maple_status */
export const ma_active = 0;
export const ma_start = 1;
export const ma_root = 2;
export const ma_none = 3;
export const ma_pause = 4;
export const ma_overflow = 5;
export const ma_underflow = 6;
export const ma_error = 7;
/** Names of the states without `ma_`, by number. */
export const STATUS_NAMES = [
  'active',
  'start',
  'root',
  'none',
  'pause',
  'overflow',
  'underflow',
  'error',
] as const;

/** enum store_type */
export const wr_invalid = 0;
export const wr_new_root = 1;
export const wr_store_root = 2;
export const wr_exact_fit = 3;
export const wr_spanning_store = 4;
export const wr_split_store = 5;
export const wr_rebalance = 6;
export const wr_append = 7;
export const wr_node_store = 8;
export const wr_slot_store = 9;
/** Names of the store types, by number. */
export const STORE_NAMES = [
  'invalid',
  'new_root',
  'store_root',
  'exact_fit',
  'spanning_store',
  'split_store',
  'rebalance',
  'append',
  'node_store',
  'slot_store',
] as const;

/** In order inserts: splits favour the left. */
export const MA_STATE_BULK = 1;
/** The tail may need rebalancing when the state is destroyed. */
export const MA_STATE_REBALANCE = 2;
/** Nodes are preallocated: stores neither allocate nor free. */
export const MA_STATE_PREALLOC = 4;

export const ENOMEM = 12;
export const EBUSY = 16;
export const EEXIST = 17;
export const EINVAL = 22;

/** struct ma_state; 64-bit members as pairs of halves, `index` and `last` also as one value. */
export class MaState {
  indexH = 0;
  indexL = 0;
  lastH = 0;
  lastL = 0;
  /** Limits of the node. */
  minH = 0;
  minL = 0;
  maxH = -1;
  maxL = -1;
  /** Reference to the node, 0 for NULL. */
  node = 0;
  status: number = ma_start;
  /** Negative errno while the status is `ma_error`. */
  err = 0;
  offset = 0;
  end = 0;
  mas_flags = 0;
  store_type: number = wr_invalid;
  /** Nodes allocated for this operation. */
  readonly alloc: number[] = [];
  /** Nodes that an allocation still owes. */
  request = 0;

  constructor(
    public tree: MapleTree,
    index: Ulong = 0,
    last: Ulong = index,
  ) {
    this.indexH = hiOf(index);
    this.indexL = loOf(index);
    this.lastH = hiOf(last);
    this.lastL = loOf(last);
  }

  /** Start of the range. */
  get index(): Ulong {
    return ulong(this.indexH, this.indexL);
  }
  set index(v: Ulong) {
    this.indexH = hiOf(v);
    this.indexL = loOf(v);
  }

  /** End of the range, inclusive. */
  get last(): Ulong {
    return ulong(this.lastH, this.lastL);
  }
  set last(v: Ulong) {
    this.lastH = hiOf(v);
    this.lastL = loOf(v);
  }
}

/** MA_STATE: a state for [index, last] that has not walked yet. */
export function MA_STATE(tree: MapleTree, index: Ulong, last: Ulong = index): MaState {
  return new MaState(tree, index, last);
}

/** mas_init: makes an existing state one that has not walked, at `addr`. Nodes it held are forgotten, as in C. */
export function mas_init(mas: MaState, tree: MapleTree, addr: Ulong): void {
  const fresh = new MaState(tree, addr);
  mas.alloc.length = 0;
  mas.request = 0;
  copyState(mas, fresh);
}

/** mas_reset: the next walk starts at the root. */
export function mas_reset(mas: MaState): void {
  mas.status = ma_start;
  mas.node = 0;
}

/** __mas_set_range: a sub-range of where the state is. */
export function __mas_set_range(mas: MaState, start: Ulong, last: Ulong): void {
  mas.index = start;
  mas.last = last;
}

/** mas_set_range: another range; the next walk starts at the root. */
export function mas_set_range(mas: MaState, start: Ulong, last: Ulong): void {
  mas_reset(mas);
  mas.index = start;
  mas.last = last;
}

/** mas_set: another index; the next walk starts at the root. */
export function mas_set(mas: MaState, index: Ulong): void {
  mas_set_range(mas, index, index);
}

/** mas_pause: the tree may change before the iteration goes on. */
export function mas_pause(mas: MaState): void {
  mas.status = ma_pause;
  mas.node = 0;
}

/** mas_is_active */
export function mas_is_active(mas: MaState): boolean {
  return mas.status === ma_active;
}

/** mas_is_err */
export function mas_is_err(mas: MaState): boolean {
  return mas.status === ma_error;
}

/** Puts an error, a negative errno, into the state. */
export function mas_set_err(mas: MaState, err: number): void {
  mas.err = err;
  mas.status = ma_error;
  mas.node = 0;
}

/** The error that the state holds: a negative errno, 0 when there is none. */
export function mas_err(mas: MaState): number {
  return mas.status === ma_error ? mas.err : 0;
}

/** dst = src, except for the preallocated nodes, which stay with their owner. */
export function copyState(dst: MaState, src: MaState): void {
  dst.tree = src.tree;
  dst.indexH = src.indexH;
  dst.indexL = src.indexL;
  dst.lastH = src.lastH;
  dst.lastL = src.lastL;
  dst.minH = src.minH;
  dst.minL = src.minL;
  dst.maxH = src.maxH;
  dst.maxL = src.maxL;
  dst.node = src.node;
  dst.status = src.status;
  dst.err = src.err;
  dst.offset = src.offset;
  dst.end = src.end;
  dst.mas_flags = src.mas_flags;
  dst.store_type = src.store_type;
}

/** The place only: tree, node, offset and the node's limits. */
export function copyPlace(dst: MaState, src: MaState): void {
  dst.tree = src.tree;
  dst.node = src.node;
  dst.offset = src.offset;
  dst.minH = src.minH;
  dst.minL = src.minL;
  dst.maxH = src.maxH;
  dst.maxL = src.maxL;
}
