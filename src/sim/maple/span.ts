/** Stores that span leaves, and rebalancing: the level's data is gathered in a big node and divided again, upwards. */
import { appendChild, type BigNode, calcSplit, copyIn, copyOut, shiftRight } from './big-node.js';
import { baseOf, minEnd, parentAt, parentSlotAt, slotCount, typeOf } from './layout.js';
import { isRoot, stateEnd } from './node.js';
import { popDirtyNode } from './nodes.js';
import { replaceSubtree } from './replace.js';
import { copyState, MaState } from './state.js';
import type { MapleTree } from './tree.js';
import { incHi, incLo, lt } from './u64.js';
import { ascend, descend, rangeWalk, toNextSibling, toPrevSibling } from './walk.js';
import { WrState, wrNodeWalk } from './wr-state.js';

const none = null as unknown as MapleTree;
/** Left-most and right-most old node of the level. */
const oldL = new MaState(none);
const oldR = new MaState(none);
/** The one to three new nodes of the level below. */
const newL = new MaState(none);
const newM = new MaState(none);
const newR = new MaState(none);
const savedL = new MaState(none);
const savedR = new MaState(none);
const finder = new WrState();

function coversAll(mas: MaState): boolean {
  return (mas.minH | mas.minL) === 0 && (mas.maxH & mas.maxL) === -1;
}

/**
 * mast_spanning_rebalance (6.12): a level has too little data; adds the next node of the level, under whichever
 * ancestor has one, else the previous node.
 */
function borrow(mas: MaState, bn: BigNode): void {
  copyState(savedL, oldL);
  copyState(savedR, oldR);
  let depth = 0;
  do {
    ascend(oldR);
    ascend(oldL);
    depth++;
    if (oldR.offset < stateEnd(oldR)) {
      oldR.offset++;
      for (; depth > 0; depth--) {
        descend(oldR);
        oldR.offset = 0;
      }
      copyIn(oldR, 0, slotCount(typeOf(oldR.node)), bn, bn.end);
      oldR.lastH = oldR.maxH;
      oldR.lastL = oldR.maxL;
      copyState(oldL, savedL);
      return;
    }
    if (oldL.offset !== 0) {
      oldL.offset--;
      for (; depth > 0; depth--) {
        descend(oldL);
        oldL.offset = stateEnd(oldL);
      }
      borrowPrev(mas, bn);
      copyState(oldR, savedR);
      return;
    }
  } while (!isRoot(mas.tree.cache, oldR.node));
  copyState(oldR, savedR);
  copyState(oldL, savedL);
}

function borrowPrev(mas: MaState, bn: BigNode): void {
  const count = stateEnd(oldL) + 1;
  const had = bn.end;
  shiftRight(bn, count, mas);
  copyIn(oldL, 0, count - 1, bn, 0);
  newL.minH = oldL.minH;
  newL.minL = oldL.minL;
  oldL.indexH = oldL.minH;
  oldL.indexL = oldL.minL;
  bn.end = count + had;
}

/** Divides the big node into one to three new nodes: mas_mab_to_node and mast_cp_to_nodes. */
function divide(mas: MaState, bn: BigNode): void {
  const whole = bn.end < slotCount(bn.type);
  newL.node = popDirtyNode(mas, bn.type);
  newM.node = 0;
  newR.node = 0;
  const { split, mid } = whole ? { split: bn.end, mid: 0 } : calcSplit(mas, bn);
  if (!whole) newR.node = popDirtyNode(mas, bn.type);
  if (mid) newM.node = popDirtyNode(mas, bn.type);
  newL.minH = oldL.minH;
  newL.minL = oldL.minL;
  if (split === bn.end) {
    newL.maxH = oldR.maxH;
    newL.maxL = oldR.maxL;
  }
  copyOut(bn, 0, split, newL, split !== bn.end);
  let at = split;
  if (mid) {
    copyOut(bn, split + 1, mid, newM, true);
    setMin(newM, bn, split);
    at = mid;
  }
  newR.maxH = oldR.maxH;
  newR.maxL = oldR.maxL;
  if (!whole) {
    copyOut(bn, at + 1, bn.end, newR, false);
    setMin(newR, bn, at);
  }
}

function setMin(mas: MaState, bn: BigNode, leftEnd: number): void {
  const lo = bn.pivot[2 * leftEnd];
  mas.minH = incHi(bn.pivot[2 * leftEnd + 1], lo);
  mas.minL = incLo(lo);
}

function locate(mas: MaState, indexH: number, indexL: number): void {
  mas.offset = 0;
  mas.indexH = indexH;
  mas.indexL = indexL;
  finder.begin(mas, 0);
  finder.type = typeOf(mas.node);
  wrNodeWalk(finder);
}

/** mast_ascend: both old sides go up; their offsets become those of the child that the new nodes replace. */
function ascendBoth(bn: BigNode): void {
  ascend(oldL);
  ascend(oldR);
  locate(oldR, newR.maxH, newR.maxL);
  if (lt(oldR.lastH, oldR.lastL, oldR.indexH, oldR.indexL)) {
    oldR.lastH = oldR.indexH;
    oldR.lastL = oldR.indexL;
  }
  locate(oldL, newL.minH, newL.minL);
  bn.type = typeOf(oldL.node);
}

/** The next level: what is left of the old nodes, and between it the new children. */
function gather(bn: BigNode): void {
  if (oldL.offset) copyIn(oldL, 0, oldL.offset - 1, bn, 0);
  newL.offset = bn.end;
  appendChild(bn, newL);
  appendChild(bn, newM);
  appendChild(bn, newR);
  const p = 2 * bn.end - 2;
  if (lt(bn.pivot[p + 1], bn.pivot[p], oldR.maxH, oldR.maxL)) {
    copyIn(oldR, oldR.offset + 1, slotCount(typeOf(oldR.node)), bn, bn.end);
    oldR.lastH = oldR.maxH;
    oldR.lastL = oldR.maxL;
  }
  oldL.lastH = oldL.maxH;
  oldL.lastL = oldL.maxL;
}

/**
 * mas_spanning_rebalance (6.12): from the data of a leaf level in `bn` (`bn.end` one past the last entry) that
 * replaces the nodes from `oldL` to `oldR`, builds new levels, at most `levels` of them, and puts the result into the
 * tree. The state ends on the entry.
 */
function rebuild(mas: MaState, bn: BigNode, levels: number): void {
  newL.tree = newM.tree = newR.tree = mas.tree;
  newL.node = newM.node = newR.node = 0;
  newL.offset = 0;
  if (!(isZero(oldL) && isTop(oldR)) && bn.end <= minEnd(bn.type)) borrow(mas, bn);
  let height = 0;
  let done = false;
  for (let count = levels; count > 0 && !done; ) {
    count--;
    bn.end--;
    bn.type = typeOf(oldL.node);
    divide(mas, bn);
    bn.clear(mas);
    height++;
    if (coversAll(newL)) {
      done = true;
      break;
    }
    ascendBoth(bn);
    gather(bn);
    if (bn.end > minEnd(typeOf(oldL.node))) continue;
    if (coversAll(oldL)) break;
    borrow(mas, bn);
    if (count === 0) count++;
  }
  if (!done) {
    newL.node = popDirtyNode(mas, typeOf(oldL.node));
    height++;
    copyOut(bn, 0, slotCount(bn.type) - 1, newL, true);
  }
  install(mas, bn, height);
}

function isZero(mas: MaState): boolean {
  return (mas.minH | mas.minL) === 0;
}

function isTop(mas: MaState): boolean {
  return (mas.maxH & mas.maxL) === -1;
}

/** Puts the top node of the new levels in the place of the old node of that level. */
function install(mas: MaState, bn: BigNode, height: number): void {
  const cache = mas.tree.cache;
  const to = baseOf(newL.node);
  cache.counters.words++;
  if (coversAll(newL)) {
    cache.words[parentAt(to)] = 0;
    while (!isRoot(cache, oldL.node)) ascendBoth(bn);
  } else {
    cache.words[parentAt(to)] = cache.words[parentAt(baseOf(oldL.node))];
    cache.words[parentSlotAt(to)] = cache.words[parentSlotAt(baseOf(oldL.node))];
  }
  mas.node = newL.node;
  mas.minH = newL.minH;
  mas.minL = newL.minL;
  mas.maxH = newL.maxH;
  mas.maxL = newL.maxL;
  mas.offset = newL.offset;
  replaceSubtree(mas, oldL.node, height);
  rangeWalk(mas);
}

/** Rebuilds from the leaves `l` to `r`, whose surviving data and the new entry are in `bn`. */
export function rebuildSpan(
  mas: MaState,
  l: MaState,
  r: MaState,
  bn: BigNode,
  levels: number,
): void {
  copyState(oldL, l);
  copyState(oldR, r);
  rebuild(mas, bn, levels);
}

/** mas_rebalance (6.12): the leaf in `bn` is too small; joins it with its right sibling, else with its left one. */
export function rebalanceNode(mas: MaState, bn: BigNode, levels: number): void {
  const count = ++bn.end;
  bn.type = typeOf(mas.node);
  copyState(oldL, mas);
  copyState(oldR, mas);
  if (toNextSibling(oldR)) {
    copyIn(oldR, 0, slotCount(typeOf(oldR.node)), bn, count);
    oldR.lastH = oldR.indexH = oldR.maxH;
    oldR.lastL = oldR.indexL = oldR.maxL;
  } else {
    toPrevSibling(oldL);
    const shift = stateEnd(oldL) + 1;
    shiftRight(bn, shift, mas);
    mas.offset += shift;
    copyIn(oldL, 0, shift - 1, bn, 0);
    bn.end = shift + count;
    oldL.indexH = oldL.lastH = oldL.minH;
    oldL.indexL = oldL.lastL = oldL.minL;
  }
  rebuild(mas, bn, levels);
}
