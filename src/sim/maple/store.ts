/** Storing: mas_store and its relatives, inserting, erasing. */

import { releaseMas } from './bulk.js';
import type { Gfp } from './cache.js';
import { MapleFault } from './fault.js';
import { isLeaf } from './layout.js';
import { mas_nomem, nodeCount } from './nodes.js';
import { needsLeaf, newRoot, storeRoot } from './root.js';
import {
  EEXIST,
  EINVAL,
  MA_STATE_PREALLOC,
  type MaState,
  ma_none,
  ma_overflow,
  ma_pause,
  ma_start,
  ma_underflow,
  mas_err,
  mas_is_err,
  mas_reset,
  mas_set_err,
  MaState as State,
  wr_append,
  wr_exact_fit,
  wr_invalid,
  wr_new_root,
  wr_node_store,
  wr_rebalance,
  wr_slot_store,
  wr_spanning_store,
  wr_split_store,
  wr_store_root,
} from './state.js';
import { type Entry, type MapleTree, mt_height, mt_in_rcu, xa_is_advanced } from './tree.js';
import { lt, type Ulong } from './u64.js';
import { mas_start, stateWalk } from './walk.js';
import { chooseStore, contentAt, findEnd, newEnd, WrState, wrDescend } from './wr-state.js';
import { bigStore, spanningStore } from './write-big.js';
import { append, exactFit, fitsHere, nodeStore, slotStore } from './write-leaf.js';

/** The one write in progress: no operation starts another. */
const theWrite = new WrState();

function checkRange(mas: MaState): void {
  if (lt(mas.lastH, mas.lastL, mas.indexH, mas.indexL)) {
    throw new MapleFault('bad-range', `store to [${mas.index}, ${mas.last}]`);
  }
}

/** mas_wr_prealloc_setup: keeps the state's position if the write can start from there, else goes to the root. */
function prepare(wr: WrState): void {
  const mas = wr.mas;
  const status = mas.status;
  if (status !== ma_start) {
    const stale =
      status === ma_pause ||
      status === ma_none ||
      status === ma_overflow ||
      status === ma_underflow;
    const atEnd = mas.lastH === mas.maxH && mas.lastL === mas.maxL;
    if (
      stale ||
      lt(mas.maxH, mas.maxL, mas.lastH, mas.lastL) ||
      (wr.entry === 0 && atEnd && isLeaf(mas.node))
    ) {
      mas_reset(mas);
    }
  }
  wr.content = mas_start(mas);
}

/** mas_prealloc_calc (6.12): nodes that the chosen kind of store may need. */
function nodesNeeded(mas: MaState, entry: Entry): number {
  switch (mas.store_type) {
    case wr_new_root:
      return 1;
    case wr_store_root:
      return needsLeaf(mas, entry) ? 1 : 0;
    case wr_spanning_store:
      return mt_height(mas.tree) * 3 + 1;
    case wr_split_store:
      return mt_height(mas.tree) * 2 + 1;
    case wr_rebalance:
      return mt_height(mas.tree) * 2 - 1;
    case wr_node_store:
      return mt_in_rcu(mas.tree) ? 1 : 0;
    default:
      return 0;
  }
}

function allocateFor(mas: MaState, entry: Entry, gfp: Gfp): void {
  const count = nodesNeeded(mas, entry);
  if (count) nodeCount(mas, count, gfp);
}

/** mas_wr_store_entry: does the store that was chosen. */
function commit(wr: WrState): void {
  const mas = wr.mas;
  switch (mas.store_type) {
    case wr_exact_fit:
      exactFit(wr);
      break;
    case wr_append:
      append(wr, newEnd(wr));
      break;
    case wr_slot_store:
      slotStore(wr);
      break;
    case wr_node_store:
      nodeStore(wr, newEnd(wr));
      break;
    case wr_split_store:
    case wr_rebalance:
      bigStore(wr);
      break;
    case wr_spanning_store:
      spanningStore(wr);
      break;
    case wr_new_root:
      newRoot(mas, wr.entry);
      break;
    case wr_store_root:
      storeRoot(mas, wr.entry);
      break;
    default:
      throw new MapleFault('error-state', 'a preallocated store without preallocation');
  }
}

/**
 * mas_store (6.12): stores `entry` over [index, last]; with preallocated nodes neither allocates nor frees. Returns
 * what was there: the first entry or, when the leaf is split or rebalanced, the one that the range cuts short; NULL for
 * a store that spans leaves (where the kernel returns a node). Without memory the state holds -ENOMEM.
 */
export function mas_store(mas: MaState, entry: Entry): Entry {
  checkRange(mas);
  const wr = theWrite.begin(mas, entry);
  if (entry !== 0 && fitsHere(wr)) {
    exactFit(wr);
    if (!(mas.mas_flags & MA_STATE_PREALLOC)) releaseMas(mas);
    return wr.content;
  }
  prepare(wr);
  chooseStore(wr);
  const spanning = mas.store_type === wr_spanning_store;
  if (mas.mas_flags & MA_STATE_PREALLOC) {
    commit(wr);
  } else {
    allocateFor(mas, entry, 'GFP_NOWAIT');
    if (mas_is_err(mas)) return 0;
    commit(wr);
    releaseMas(mas);
  }
  return spanning ? 0 : wr.content;
}

/** mas_store_gfp (6.12): stores `entry` over [index, last]. Returns 0 or -ENOMEM. */
export function mas_store_gfp(mas: MaState, entry: Entry, gfp: Gfp): number {
  checkRange(mas);
  const { indexH, indexL, lastH, lastL } = mas;
  const wr = theWrite.begin(mas, entry);
  for (;;) {
    prepare(wr);
    chooseStore(wr);
    allocateFor(mas, entry, 'GFP_NOWAIT');
    if (!mas_nomem(mas, gfp)) break;
    if (entry === 0) {
      mas.indexH = indexH;
      mas.indexL = indexL;
      mas.lastH = lastH;
      mas.lastL = lastL;
    }
  }
  const err = mas_err(mas);
  if (!err) commit(wr);
  releaseMas(mas);
  return err;
}

/** mas_preallocate (6.12): allocates for storing `entry` over [index, last]. Returns 0 or -ENOMEM. */
export function mas_preallocate(mas: MaState, entry: Entry, gfp: Gfp): number {
  checkRange(mas);
  const wr = theWrite.begin(mas, entry);
  prepare(wr);
  chooseStore(wr);
  const count = nodesNeeded(mas, entry);
  if (count) {
    mas.mas_flags &= ~MA_STATE_PREALLOC;
    nodeCount(mas, count, gfp);
    const err = mas_err(mas);
    if (err) {
      mas.request = 0;
      releaseMas(mas);
      mas_reset(mas);
      return err;
    }
  }
  mas.mas_flags |= MA_STATE_PREALLOC;
  return 0;
}

/** mas_store_prealloc (6.12): does the store that `mas_preallocate` has prepared. Can not fail. */
export function mas_store_prealloc(mas: MaState, entry: Entry): void {
  if (mas.store_type === wr_invalid)
    throw new MapleFault('error-state', 'mas_store_prealloc without preallocation');
  const wr = theWrite.begin(mas, entry);
  if (mas.store_type === wr_store_root) {
    prepare(wr);
  } else {
    wrDescend(wr);
    if (mas.store_type !== wr_spanning_store) {
      wr.content = contentAt(wr, mas.offset);
      findEnd(wr);
    }
  }
  commit(wr);
  releaseMas(mas);
}

/**
 * mas_insert (6.12): stores unless something is there; then the state gets -EEXIST. Returns what is there. As in the
 * kernel, inserting over the whole index space overwrites a tree that is a single leaf.
 */
export function mas_insert(mas: MaState, entry: Entry): Entry {
  const wr = theWrite.begin(mas, entry);
  wr.content = mas_start(mas);
  if (wr.content !== 0) {
    mas_set_err(mas, -EEXIST);
    return wr.content;
  }
  prepare(wr);
  chooseStore(wr);
  allocateFor(mas, entry, 'GFP_NOWAIT');
  if (mas_is_err(mas)) return 0;
  const type = mas.store_type;
  let taken = type === wr_spanning_store;
  if (!taken && type !== wr_new_root && type !== wr_store_root) {
    wr.offset_end = mas.offset;
    wr.endPivH = wr.rMaxH;
    wr.endPivL = wr.rMaxL;
    taken = wr.content !== 0 || lt(wr.rMaxH, wr.rMaxL, mas.lastH, mas.lastL);
  }
  if (taken) {
    mas_set_err(mas, -EEXIST);
    return type === wr_spanning_store ? 0 : wr.content;
  }
  commit(wr);
  return wr.content;
}

/** mas_erase (6.12): erases the whole range that the index is in. Returns its entry; index and last become the range. */
export function mas_erase(mas: MaState): Entry {
  const { indexH, indexL } = mas;
  const wr = theWrite.begin(mas, 0);
  mas.status = ma_start;
  let entry: Entry;
  for (;;) {
    entry = stateWalk(mas);
    if (entry === 0) return 0;
    mas_reset(mas);
    prepare(wr);
    chooseStore(wr);
    allocateFor(mas, 0, 'GFP_NOWAIT');
    if (!mas_nomem(mas, 'GFP_KERNEL')) break;
    mas.indexH = mas.lastH = indexH;
    mas.indexL = mas.lastL = indexL;
  }
  if (!mas_is_err(mas)) commit(wr);
  releaseMas(mas);
  return entry;
}

/** mtree_store_range (6.12): 0, -EINVAL for a bad range or a reserved entry, or -ENOMEM. */
export function mtree_store_range(
  mt: MapleTree,
  first: Ulong,
  last: Ulong,
  entry: Entry,
  gfp: Gfp,
): number {
  if (xa_is_advanced(entry) || first > last) return -EINVAL;
  return mas_store_gfp(new State(mt, first, last), entry, gfp);
}

/** mtree_store: as `mtree_store_range`, for one index. */
export function mtree_store(mt: MapleTree, index: Ulong, entry: Entry, gfp: Gfp): number {
  return mtree_store_range(mt, index, index, entry, gfp);
}

/** mtree_insert_range (6.12): 0, -EEXIST, -EINVAL or -ENOMEM. */
export function mtree_insert_range(
  mt: MapleTree,
  first: Ulong,
  last: Ulong,
  entry: Entry,
  gfp: Gfp,
): number {
  if (xa_is_advanced(entry) || first > last) return -EINVAL;
  const mas = new State(mt, first, last);
  do mas_insert(mas, entry);
  while (mas_nomem(mas, gfp));
  const err = mas_err(mas);
  releaseMas(mas);
  return err;
}

/** mtree_insert: as `mtree_insert_range`, for one index. */
export function mtree_insert(mt: MapleTree, index: Ulong, entry: Entry, gfp: Gfp): number {
  return mtree_insert_range(mt, index, index, entry, gfp);
}

/** mtree_erase (6.12): erases the range that `index` is in and returns its entry. */
export function mtree_erase(mt: MapleTree, index: Ulong): Entry {
  return mas_erase(new State(mt, index));
}
