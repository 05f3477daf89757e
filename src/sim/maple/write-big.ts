/** Writes that go through the big node: split, rebalance, and stores that span leaves. */
import { BigNode, copyIn } from './big-node.js';
import { pivotHi, pivotLo } from './node.js';
import { newRoot } from './root.js';
import { rebalanceNode, rebuildSpan } from './span.js';
import { splitNode } from './split.js';
import { copyState, type MaState, mas_reset, MaState as State, wr_rebalance } from './state.js';
import { type MapleTree, mt_height } from './tree.js';
import { decHi, decLo, incHi, incLo, le, lt } from './u64.js';
import { contentAt, WrState, wrWalkIndex } from './wr-state.js';
import { clearRebalance } from './write-leaf.js';

const none = null as unknown as MapleTree;
const big = new BigNode();
const leftMas = new State(none);
const rightMas = new State(none);
const leftWr = new WrState();
const rightWr = new WrState();

function put(bn: BigNode, i: number, entry: number, hi: number, lo: number): void {
  bn.put(i, entry < 4294967296 ? 0 : (entry / 4294967296) | 0, entry | 0, hi, lo);
}

/**
 * mas_store_b_node (6.12): the leaf with the entry stored, into the big node; `offsetEnd` is the slot in which the
 * write ends. `bn.end` becomes the index of the last entry.
 */
function storeInBig(wr: WrState, bn: BigNode, offsetEnd: number): void {
  const mas = wr.mas;
  const cache = mas.tree.cache;
  const slot = mas.offset;
  bn.type = wr.type;
  let end = 0;
  let startH = mas.minH;
  let startL = mas.minL;
  if (slot) {
    copyIn(mas, 0, slot - 1, bn, 0);
    end = bn.end;
    startH = incHi(bn.pivot[2 * end - 1], bn.pivot[2 * end - 2]);
    startL = incLo(bn.pivot[2 * end - 2]);
  }
  if (lt(startH, startL, mas.indexH, mas.indexL)) {
    put(bn, end++, wr.content, decHi(mas.indexH, mas.indexL), decLo(mas.indexL));
  }
  mas.offset = end;
  put(bn, end, wr.entry, mas.lastH, mas.lastL);
  cache.counters.words += 4;
  if (le(mas.maxH, mas.maxL, mas.lastH, mas.lastL)) {
    bn.end = end;
    return;
  }
  const hi = pivotHi(cache.words, (mas.node >> 2) << 6, wr.type, offsetEnd, mas.maxH);
  const lo = pivotLo(cache.words, (mas.node >> 2) << 6, wr.type, offsetEnd, mas.maxL);
  if (lt(mas.lastH, mas.lastL, hi, lo)) {
    if ((hi & lo) === -1) clearRebalance(mas, bn.end);
    if (offsetEnd !== slot) wr.content = contentAt(wr, offsetEnd);
    put(bn, ++end, wr.content, hi, lo);
    cache.counters.words += 2;
  }
  if (offsetEnd + 1 > mas.end) {
    bn.end = end;
    return;
  }
  copyIn(mas, offsetEnd + 1, mas.end + 1, bn, end + 1);
  bn.end--;
}

/** mas_wr_bnode (6.12): a store after which the leaf is too full or too empty. */
export function bigStore(wr: WrState): void {
  const mas = wr.mas;
  const rebalance = mas.store_type === wr_rebalance;
  big.clear(mas);
  storeInBig(wr, big, wr.offset_end);
  if (rebalance) rebalanceNode(mas, big, mt_height(mas.tree));
  else splitNode(mas, big);
}

/** mas_extend_spanning_null (6.12): a NULL that spans leaves grows over the NULLs beside it. */
function extendSpanningNull(): void {
  const l = leftMas;
  const r = rightMas;
  const slot = l.offset;
  if (leftWr.content === 0) {
    l.indexH = leftWr.rMinH;
    l.indexL = leftWr.rMinL;
  }
  if (
    l.indexH === leftWr.rMinH &&
    l.indexL === leftWr.rMinL &&
    slot &&
    contentAt(leftWr, slot - 1) === 0
  ) {
    const w = l.tree.cache.words;
    const p = ((l.node >> 2) << 6) + 2 + 2 * (slot - 1);
    l.indexH = slot > 1 ? incHi(w[p - 1], w[p - 2]) : l.minH;
    l.indexL = slot > 1 ? incLo(w[p - 2]) : l.minL;
    l.offset = slot - 1;
  }
  if (rightWr.content === 0) {
    if (lt(r.lastH, r.lastL, rightWr.rMaxH, rightWr.rMaxL)) {
      r.lastH = rightWr.rMaxH;
      r.lastL = rightWr.rMaxL;
    }
    r.offset++;
  }
}

/**
 * mas_wr_spanning_store (6.12): what is left of the first leaf, the entry, and what is left of the leaf after the
 * range are put together and everything above is built anew.
 */
export function spanningStore(wr: WrState): void {
  const mas = wr.mas;
  if ((mas.indexH | mas.indexL) === 0 && (mas.lastH & mas.lastL) === -1) {
    newRoot(mas, wr.entry);
    return;
  }
  const height = mt_height(mas.tree);
  walkRight(mas);
  copyState(leftMas, mas);
  leftWr.begin(leftMas, wr.entry);
  wrWalkIndex(leftWr);
  if (wr.entry === 0) {
    extendSpanningNull();
    mas.offset = leftMas.offset;
    mas.indexH = leftMas.indexH;
    mas.indexL = leftMas.indexL;
    mas.lastH = leftMas.lastH = rightMas.lastH;
    mas.lastL = leftMas.lastL = rightMas.lastL;
  }
  if ((leftMas.indexH | leftMas.indexL) === 0 && (rightMas.lastH & rightMas.lastL) === -1) {
    mas_reset(mas);
    mas.indexH = mas.indexL = 0;
    mas.lastH = mas.lastL = -1;
    newRoot(mas, wr.entry);
    return;
  }
  big.clear(mas);
  storeInBig(leftWr, big, leftMas.end);
  if (lt(rightMas.lastH, rightMas.lastL, rightMas.maxH, rightMas.maxL)) {
    copyIn(rightMas, rightMas.offset, rightMas.end, big, big.end + 1);
  } else big.end++;
  leftMas.indexH = leftMas.lastH = mas.indexH;
  leftMas.indexL = leftMas.lastL = mas.indexL;
  rebuildSpan(mas, leftMas, rightMas, big, height + 1);
}

/** Right side of a spanning store: the slot after the range, from the node where the write was found to span. */
function walkRight(mas: MaState): void {
  const r = rightMas;
  copyState(r, mas);
  if ((r.lastH & r.lastL) !== -1) {
    r.lastH = incHi(mas.lastH, mas.lastL);
    r.lastL = incLo(mas.lastL);
  }
  r.indexH = r.lastH;
  r.indexL = r.lastL;
  rightWr.begin(r, 0);
  wrWalkIndex(rightWr);
  r.lastH = r.indexH = mas.lastH;
  r.lastL = r.indexL = mas.lastL;
}
