/** Duplicating a tree node by node. */

import { ForkloreError } from '../../base/errors.js';
import type { Gfp, NodeCache } from './cache.js';
import {
  baseOf,
  enode,
  isLeaf,
  NODE_WORDS,
  parentAt,
  parentSlotAt,
  pivotsAt,
  slotsAt,
  typeOf,
} from './layout.js';
import { dataEnd } from './node.js';
import { EINVAL, ENOMEM } from './state.js';
import { type MapleTree, mt_attr, mtree_empty, setRootEntry, setRootNode } from './tree.js';

/** Copies the node's words and, below an internal node, all its children; false when memory runs out. */
function copyTree(
  cache: NodeCache,
  from: number,
  to: number,
  gfp: Gfp,
  made: number[],
  maxH: number,
  maxL: number,
): boolean {
  const src = baseOf(from);
  const dst = baseOf(to);
  let w = cache.words;
  const parent = w[parentAt(dst)];
  const slot = w[parentSlotAt(dst)];
  w.copyWithin(dst, src, src + NODE_WORDS);
  w[parentAt(dst)] = parent;
  w[parentSlotAt(dst)] = slot;
  cache.counters.words += 32;
  const type = typeOf(from);
  if (isLeaf(from)) {
    cache.counters.slots += 16;
    return true;
  }
  const end = dataEnd(w, src, type, maxH, maxL);
  const first = made.length;
  if (!cache.allocBulk(gfp, end + 1, made)) return false;
  cache.counters.words += 2 * end + 2;
  cache.counters.slots += end + 1;
  w = cache.words;
  const slots = slotsAt(type);
  for (let i = 0; i <= end; i++) {
    const child = w[src + slots + 2 * i];
    const copy = made[first + i];
    w[dst + slots + 2 * i] = enode(copy, typeOf(child));
    w[parentAt(copy << 6)] = dst >> 6;
    w[parentSlotAt(copy << 6)] = i;
  }
  for (let i = 0; i <= end; i++) {
    w = cache.words;
    const p = pivotsAt(src) + 2 * i;
    const inner = i < end;
    const h = inner ? w[p + 1] : maxH;
    const l = inner ? w[p] : maxL;
    if (!copyTree(cache, w[src + slots + 2 * i], w[dst + slots + 2 * i], gfp, made, h, l))
      return false;
  }
  return true;
}

/**
 * __mt_dup (6.12): makes the empty tree `copy` an exact copy of `mt`, node for node: same shape, metadata and gaps;
 * the entries are the same pointers. Both trees come from one cache. Returns 0; -EINVAL when attributes differ or
 * `copy` is not empty; -ENOMEM, with `copy` still empty and nothing left allocated.
 */
export function __mt_dup(mt: MapleTree, copy: MapleTree, gfp: Gfp): number {
  if (mt.cache !== copy.cache)
    throw new ForkloreError('usage', 'maple tree: __mt_dup between two node caches');
  if (mt_attr(mt) !== mt_attr(copy) || !mtree_empty(copy)) return -EINVAL;
  if (!mt.rootIsNode) {
    copy.ma_flags = mt.ma_flags;
    setRootEntry(copy, mt.ma_root);
    return 0;
  }
  const cache = mt.cache;
  const root = cache.alloc(gfp);
  if (!root) return -ENOMEM;
  const made = [root];
  const ref = enode(root, typeOf(mt.ma_root));
  if (!copyTree(cache, mt.ma_root, ref, gfp, made, -1, -1)) {
    for (const node of made) cache.free(node);
    return -ENOMEM;
  }
  cache.words[parentAt(root << 6)] = 0;
  cache.words[parentSlotAt(root << 6)] = 0;
  copy.ma_flags = mt.ma_flags;
  setRootNode(copy, ref);
  return 0;
}

/** mtree_dup: `__mt_dup` under both trees' locks. */
export function mtree_dup(mt: MapleTree, copy: MapleTree, gfp: Gfp): number {
  return __mt_dup(mt, copy, gfp);
}
