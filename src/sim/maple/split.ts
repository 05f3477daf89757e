/** A leaf that overflows: its data goes to a neighbour if there is room, else the leaf is split, and so on upwards. */
import {
  appendChild,
  avoidNull,
  type BigNode,
  calcSplit,
  copyIn,
  copyOut,
  shiftRight,
} from './big-node.js';
import {
  baseOf,
  isLeaf,
  maple_arange_64,
  maple_range_64,
  parentAt,
  parentSlotAt,
  slotCount,
  typeOf,
} from './layout.js';
import { isRoot, parentSlot, stateEnd } from './node.js';
import { popDirtyNode } from './nodes.js';
import { replaceSubtree } from './replace.js';
import { copyPlace, MaState } from './state.js';
import { type MapleTree, mt_is_alloc } from './tree.js';
import { incHi, incLo } from './u64.js';
import { ascend, rangeWalk, toNextSibling, toPrevSibling } from './walk.js';

const none = null as unknown as MapleTree;
const left = new MaState(none);
const right = new MaState(none);
const sibling = new MaState(none);

/** mast_split_data: entries up to `split` into the left node, the others into the right one. */
function divide(mas: MaState, bn: BigNode, split: number): void {
  copyOut(bn, 0, split, left, true);
  copyOut(bn, split + 1, bn.end, right, false);
  left.offset = parentSlot(mas.tree.cache, mas.node);
  left.maxL = bn.pivot[2 * split];
  left.maxH = bn.pivot[2 * split + 1];
  right.minH = incHi(left.maxH, left.maxL);
  right.minL = incLo(left.maxL);
}

/** mast_fill_bnode: goes up a level; its node with `replaced` children given way to the left and the right node. */
function fillFromParent(mas: MaState, bn: BigNode, replaced: number): void {
  bn.clear(mas);
  const rest = !isRoot(mas.tree.cache, mas.node);
  if (rest) ascend(mas);
  if (rest && left.offset) copyIn(mas, 0, left.offset - 1, bn, 0);
  const at = bn.end;
  appendChild(bn, left);
  appendChild(bn, right);
  const p = 2 * bn.end - 2;
  const complete = bn.pivot[p] === mas.maxL && bn.pivot[p + 1] === mas.maxH;
  if (rest && !complete) copyIn(mas, at + replaced, slotCount(typeOf(mas.node)) - 1, bn, bn.end);
  bn.end--;
  bn.type = typeOf(mas.node);
}

/** mas_split_final_node: what the big node holds fits into one node, which replaces the state's. */
function finish(mas: MaState, bn: BigNode): void {
  const w = mas.tree.cache.words;
  if (isRoot(mas.tree.cache, mas.node))
    bn.type = mt_is_alloc(mas.tree) ? maple_arange_64 : maple_range_64;
  const ancestor = popDirtyNode(mas, bn.type);
  const from = baseOf(mas.node);
  w[parentAt(baseOf(ancestor))] = w[parentAt(from)];
  w[parentSlotAt(baseOf(ancestor))] = w[parentSlotAt(from)];
  mas.tree.cache.counters.words += 3;
  left.node = ancestor;
  copyOut(bn, 0, slotCount(bn.type) - 1, left, true);
  mas.offset = bn.end - 1;
}

/**
 * mas_push_data (6.12): moves data to the left or right sibling if both together stay clear of a triple split. Then
 * the split is over: one parent node is written anew.
 */
function push(mas: MaState, bn: BigNode, toLeft: boolean): boolean {
  if (toLeft ? parentSlot(mas.tree.cache, mas.node) === 0 : (mas.maxH & mas.maxL) === -1)
    return false;
  copyPlace(sibling, mas);
  if (!(toLeft ? toPrevSibling(sibling) : toNextSibling(sibling))) return false;
  const end = stateEnd(sibling);
  const total = bn.end + end;
  const slots = slotCount(bn.type);
  let space = 2 * slotCount(typeOf(mas.node)) - 2;
  if (isLeaf(bn.type)) space--;
  if ((mas.maxH & mas.maxL) === -1) space--;
  if (total >= space) return false;

  bn.end++;
  let split = slots - 2;
  if (toLeft) {
    shiftRight(bn, end + 1, mas);
    copyIn(sibling, 0, end, bn, 0);
    bn.end = total + 1;
    copyPlace(mas, sibling);
    sibling.node = left.node;
    copyPlace(left, sibling);
  } else {
    copyIn(sibling, 0, end, bn, bn.end);
    sibling.node = right.node;
    copyPlace(right, sibling);
    split = total - split;
  }
  divide(mas, bn, avoidNull(bn, split, slots));
  fillFromParent(mas, bn, 2);
  finish(mas, bn);
  return true;
}

/** mas_split (6.12): divides the over-full leaf in `bn`, upwards until a level has room. The state ends on the entry. */
export function splitNode(mas: MaState, bn: BigNode): void {
  let height = 0;
  for (;;) {
    height++;
    if (slotCount(bn.type) > bn.end) {
      finish(mas, bn);
      break;
    }
    copyPlace(left, mas);
    copyPlace(right, mas);
    left.node = popDirtyNode(mas, bn.type);
    right.node = popDirtyNode(mas, bn.type);
    if (push(mas, bn, true) || push(mas, bn, false)) {
      height++;
      break;
    }
    divide(mas, bn, calcSplit(mas, bn).split);
    right.maxH = mas.maxH;
    right.maxL = mas.maxL;
    fillFromParent(mas, bn, 1);
  }
  const old = mas.node;
  mas.node = left.node;
  replaceSubtree(mas, old, height);
  rangeWalk(mas);
}
