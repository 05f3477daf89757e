/** Stores into a tree without nodes, and stores that replace the whole tree. */
import { destroySubtree } from './destroy.js';
import { baseOf, maple_leaf_64, parentAt, pivotsAt, slotsAt } from './layout.js';
import { setMeta, writeSlot } from './node.js';
import { popNode } from './nodes.js';
import { type MaState, ma_active, ma_start } from './state.js';
import { type Entry, setHeight, setRootEntry, setRootNode } from './tree.js';
import { decHi, decLo } from './u64.js';

function newLeafRoot(mas: MaState): number {
  mas.node = popNode(mas, maple_leaf_64);
  mas.status = ma_active;
  const base = baseOf(mas.node);
  mas.tree.cache.words[parentAt(base)] = 0;
  mas.tree.cache.counters.words++;
  return base;
}

/** mas_root_expand (6.12): the tree becomes one leaf, the entry at 0 kept unless it is overwritten. */
function expandRoot(mas: MaState, entry: Entry): void {
  const kept = mas.tree.ma_root;
  const base = newLeafRoot(mas);
  const cache = mas.tree.cache;
  const slots = base + slotsAt(maple_leaf_64);
  const put = (slot: number, hi: number, lo: number): void => {
    cache.words[pivotsAt(base) + 2 * slot] = lo;
    cache.words[pivotsAt(base) + 2 * slot + 1] = hi;
    cache.counters.words++;
  };
  let slot = 0;
  if ((mas.indexH | mas.indexL) !== 0) {
    if (kept !== 0) {
      writeSlot(cache, slots, kept);
      if (mas.indexH !== 0 || mas.indexL !== 1) slot++;
    }
    put(slot++, decHi(mas.indexH, mas.indexL), decLo(mas.indexL));
  }
  writeSlot(cache, slots + 2 * slot, entry);
  mas.offset = slot;
  put(slot, mas.lastH, mas.lastL);
  if ((mas.lastH & mas.lastL) !== -1) put(++slot, -1, -1);
  setHeight(mas.tree, 1);
  setMeta(cache, base, maple_leaf_64, slot, 0);
  setRootNode(mas.tree, mas.node);
}

/**
 * mas_store_root (6.12): a store into a tree without nodes. A NULL that starts at 0 empties it, one further up does
 * nothing; an entry for [0, 0] stays without a node unless its low bits are 10.
 */
export function storeRoot(mas: MaState, entry: Entry): void {
  if (entry === 0) {
    if ((mas.indexH | mas.indexL) === 0) setRootEntry(mas.tree, 0);
  } else if (needsLeaf(mas, entry)) {
    expandRoot(mas, entry);
  } else {
    setRootEntry(mas.tree, entry);
    mas.status = ma_start;
  }
}

/** The entry can not be the root itself. */
export function needsLeaf(mas: MaState, entry: Entry): boolean {
  return (mas.indexH | mas.indexL | mas.lastH | mas.lastL) !== 0 || (entry & 3) === 2;
}

/** mas_new_root (6.12): a store over everything: NULL empties the tree, an entry gets a leaf with one slot. */
export function newRoot(mas: MaState, entry: Entry): void {
  const old = mas.tree.ma_root;
  const wasNode = mas.tree.rootIsNode;
  if (entry === 0) {
    setHeight(mas.tree, 0);
    setRootEntry(mas.tree, 0);
    mas.status = ma_start;
  } else {
    const base = newLeafRoot(mas);
    const cache = mas.tree.cache;
    writeSlot(cache, base + slotsAt(maple_leaf_64), entry);
    cache.words[pivotsAt(base)] = mas.lastL;
    cache.words[pivotsAt(base) + 1] = mas.lastH;
    cache.counters.words++;
    setHeight(mas.tree, 1);
    setRootNode(mas.tree, mas.node);
  }
  if (wasNode) destroySubtree(mas.tree, old, -1, -1);
}
