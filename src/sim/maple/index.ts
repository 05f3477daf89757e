/** The maple tree of Linux 6.12 on 64-bit. Kernel names for what the kernel has. */
export { mas_empty_area, mas_empty_area_rev } from './area.js';
export { mas_destroy, mas_expected_entries } from './bulk.js';
export { type Counters, type FailNode, type Gfp, NodeCache } from './cache.js';
export { __mt_destroy, mtree_destroy } from './destroy.js';
export { dump, entryText, type NodeView, viewNodes } from './dump.js';
export { __mt_dup, mtree_dup } from './dup.js';
export { type FaultKind, MapleFault } from './fault.js';
export { mas_find, mas_find_range, mas_find_range_rev, mas_find_rev } from './find.js';
export { mas_next, mas_next_range, mas_prev, mas_prev_range, mt_next, mt_prev } from './iterate.js';
export { mas_allocated, mas_nomem } from './nodes.js';
export {
  cloneTree,
  isOnDeadNode,
  isOnNode,
  mt_key,
  packState,
  packTree,
  stateAfter,
  treeInClone,
  unpackState,
  unpackTree,
  wordsKey,
} from './pack.js';
export {
  __mas_set_range,
  copyState,
  EBUSY,
  EEXIST,
  EINVAL,
  ENOMEM,
  MA_STATE,
  MA_STATE_BULK,
  MaState,
  ma_active,
  ma_error,
  ma_none,
  ma_overflow,
  ma_pause,
  ma_root,
  ma_start,
  ma_underflow,
  mas_err,
  mas_init,
  mas_is_active,
  mas_is_err,
  mas_pause,
  mas_reset,
  mas_set,
  mas_set_err,
  mas_set_range,
  STATUS_NAMES,
  STORE_NAMES,
} from './state.js';
export {
  mas_erase,
  mas_insert,
  mas_preallocate,
  mas_store,
  mas_store_gfp,
  mas_store_prealloc,
  mtree_erase,
  mtree_insert,
  mtree_insert_range,
  mtree_store,
  mtree_store_range,
} from './store.js';
export {
  type Entry,
  MapleTree,
  MT_FLAGS_ALLOC_RANGE,
  MT_FLAGS_USE_RCU,
  mt_attr,
  mt_clear_in_rcu,
  mt_height,
  mt_in_rcu,
  mt_init_flags,
  mt_is_alloc,
  mt_set_in_rcu,
  mtree_empty,
  XA_ZERO_ENTRY,
  xa_is_value,
  xa_mk_value,
  xa_to_value,
} from './tree.js';
export { ULONG_MAX, type Ulong } from './u64.js';
export { type Violation, validate } from './validate.js';
export { mas_walk, mtree_load } from './walk.js';
