/**
 * Swapping a newly built subtree in for an old one: the nodes that both share get their new parents, the nodes that
 * only the old one has are disposed of.
 */
import { destroySubtree } from './destroy.js';
import { updateGap } from './gaps.js';
import { baseOf, FRESH, isLeaf, nodeOf, parentAt, pivotsAt, slotsAt, typeOf } from './layout.js';
import { dataEnd, isRoot, setParent } from './node.js';
import { retireNode } from './nodes.js';
import type { MaState } from './state.js';
import { setHeight } from './tree.js';
import { incHi, incLo, le } from './u64.js';
import { linkToParent } from './write-leaf.js';

/** Gives all children of a new node their parent, and so on down through those children that are new too. */
function adopt(mas: MaState, ref: number, maxH: number, maxL: number): void {
  const cache = mas.tree.cache;
  const w = cache.words;
  const base = baseOf(ref);
  const type = typeOf(ref);
  const end = dataEnd(w, base, type, maxH, maxL);
  for (let i = 0; i <= end; i++) {
    const child = w[base + slotsAt(type) + 2 * i];
    const isNew = w[parentAt(baseOf(child))] === FRESH;
    setParent(cache, child, ref, i);
    if (!isNew || isLeaf(child)) continue;
    const p = pivotsAt(base) + 2 * i;
    if (i === end) adopt(mas, child, maxH, maxL);
    else adopt(mas, child, w[p + 1], w[p]);
  }
}

/**
 * Disposes of an old node and of its descendants that nobody adopted, those whose parent it still is. A descendant
 * wholly within the written range goes with all that is below it, straight back to the cache.
 */
function discard(
  mas: MaState,
  ref: number,
  minH: number,
  minL: number,
  maxH: number,
  maxL: number,
): void {
  const w = mas.tree.cache.words;
  if (!isLeaf(ref)) {
    const base = baseOf(ref);
    const type = typeOf(ref);
    const end = dataEnd(w, base, type, maxH, maxL);
    for (let i = 0; i <= end; i++) {
      const child = w[base + slotsAt(type) + 2 * i];
      if (w[parentAt(baseOf(child))] !== nodeOf(ref)) continue;
      const p = pivotsAt(base) + 2 * i;
      const lowH = i ? incHi(w[p - 1], w[p - 2]) : minH;
      const lowL = i ? incLo(w[p - 2]) : minL;
      const highH = i < end ? w[p + 1] : maxH;
      const highL = i < end ? w[p] : maxL;
      if (le(mas.indexH, mas.indexL, lowH, lowL) && le(highH, highL, mas.lastH, mas.lastL)) {
        destroySubtree(mas.tree, child, highH, highL);
      } else discard(mas, child, lowH, lowL, highH, highL);
    }
  }
  retireNode(mas, ref);
}

/**
 * mas_wmb_replace (6.12): the state's node, whose parent and limits are set, takes the place of `old`. `height` is
 * that of the tree if the node is its root.
 */
export function replaceSubtree(mas: MaState, old: number, height: number): void {
  const cache = mas.tree.cache;
  linkToParent(mas);
  if (isRoot(cache, mas.node)) setHeight(mas.tree, height);
  if (!isLeaf(mas.node)) adopt(mas, mas.node, mas.maxH, mas.maxL);
  discard(mas, old, mas.minH, mas.minL, mas.maxH, mas.maxL);
  if (!isLeaf(mas.node)) updateGap(mas);
}
