/** Freeing whole trees and subtrees. */
import { baseOf, isLeaf, nodeOf, slotsAt, typeOf } from './layout.js';
import { dataEnd, setDead } from './node.js';
import { type MapleTree, mt_attr, mt_in_rcu, setRootEntry } from './tree.js';

/**
 * mte_destroy_walk (6.12): marks every node below and including `ref` dead and frees it, in RCU mode at the end of
 * the grace period. Limits of the node tell how far its data goes.
 */
export function destroySubtree(mt: MapleTree, ref: number, maxH: number, maxL: number): void {
  const cache = mt.cache;
  if (!isLeaf(ref)) {
    const w = cache.words;
    const base = baseOf(ref);
    const type = typeOf(ref);
    const end = dataEnd(w, base, type, maxH, maxL);
    for (let i = 0; i <= end; i++) {
      const last = i === end;
      const p = base + 2 + 2 * i;
      destroySubtree(
        mt,
        w[base + slotsAt(type) + 2 * i],
        last ? maxH : w[p + 1],
        last ? maxL : w[p],
      );
    }
  }
  setDead(cache, ref);
  if (mt_in_rcu(mt)) cache.freeRcu(nodeOf(ref));
  else cache.free(nodeOf(ref));
}

/** __mt_destroy (6.12): frees all nodes; the tree is empty afterwards, with the same attributes. */
export function __mt_destroy(mt: MapleTree): void {
  const root = mt.ma_root;
  const isNode = mt.rootIsNode;
  setRootEntry(mt, 0);
  if (isNode) destroySubtree(mt, root, -1, -1);
  mt.ma_flags = mt_attr(mt);
}

/** mtree_destroy: `__mt_destroy` under the tree's lock. */
export function mtree_destroy(mt: MapleTree): void {
  __mt_destroy(mt);
}
